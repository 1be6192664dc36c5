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
