/* dnn-error.c - the error domain of libdnn, and messages made fit to show */
#include "dnn-error.h"

#include <string.h>

/* More, nobody reads; both ends of a long message tell what it is about. */
enum { MOST = 1200, ENDS = 560 };

GQuark
dnn_error_quark (void)
{
  return g_quark_from_static_string ("dnn-error-quark");
}

bool
dnn_set_format_error (const char *name, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%s: %s", name, sentence);
  return false;
}

static void
append_shown (GString *line, gunichar c)
{
  if (c == '\n' || c == '\t')
    g_string_append_c (line, ' ');
  else if (g_unichar_iscntrl (c))
    g_string_append_printf (line, "\\x%02x", c);
  else
    g_string_append_unichar (line, c);
}

char *
dnn_error_to_line (const GError *error)
{
  g_autofree char *valid = g_utf8_make_valid (error->message, -1);
  const glong n = g_utf8_strlen (valid, -1);
  g_autoptr (GString) line = g_string_new (NULL);
  glong i = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p), i++) {
    if (n > MOST && i == ENDS)
      g_string_append (line, " ... ");
    if (n <= MOST || i < ENDS || i >= n - ENDS)
      append_shown (line, g_utf8_get_char (p));
  }
  return g_string_free (g_steal_pointer (&line), FALSE);
}
