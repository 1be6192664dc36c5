/* dnn-text.c - words set in lines for a terminal, and numbers */
#include "dnn-text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static void
append_blanks (GString *text, size_t n)
{
  for (size_t i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

static size_t
column_of (const GString *text)
{
  const char *newline = strrchr (text->str, '\n');
  const char *line = newline != NULL ? newline + 1 : text->str;

  return (size_t) g_utf8_strlen (line, -1);
}

void
dnn_text_fill (GString *text, const char *words, size_t indent)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  size_t column = column_of (text);
  bool first = true;

  for (size_t i = 0; list[i] != NULL; i++) {
    const size_t width = (size_t) g_utf8_strlen (list[i], -1);

    if (!first && column + 1 + width > DNN_TEXT_WIDTH) {
      g_string_append_c (text, '\n');
      append_blanks (text, indent);
      column = indent;
      first = true;
    }
    g_string_append_printf (text, "%s%s", first ? "" : " ", list[i]);
    column += width + !first;
    first = false;
  }
  g_string_append_c (text, '\n');
}

void
dnn_text_row (GString *text, const char *label, const char *words,
              size_t indent)
{
  const size_t width = 2 + (size_t) g_utf8_strlen (label, -1);

  g_string_append_printf (text, "  %s", label);
  if (width + 1 > indent) {
    g_string_append_c (text, '\n');
    append_blanks (text, indent);
  } else {
    append_blanks (text, indent - width);
  }
  dnn_text_fill (text, words, indent);
}

char *
dnn_format_count (int64_t n)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  size_t len = strlen (digits);
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0)
      g_string_append_c (text, ',');
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (text, FALSE);
}

char *
dnn_format_bytes (double n)
{
  static const char *const units[] = { "B", "KB", "MB", "GB", "TB", "PB" };
  size_t unit = 0;

  for (; n >= 1024 && unit + 1 < G_N_ELEMENTS (units); unit++)
    n /= 1024;
  return g_strdup_printf ("%.2f %s", n, units[unit]);
}

/* As in Keras. */
char *
dnn_format_value (double value)
{
  const bool small = fabs (value) <= 1e-3 && value != 0;

  return g_strdup_printf (small ? "%.4e" : "%.4f", value);
}
