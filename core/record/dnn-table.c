/* dnn-table.c - rows as CSV, the same in every locale */
#include "dnn-table.h"

#include <math.h>

void
dnn_table_begin_row (GString *text, gint64 epoch, const char *name)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT ",%s", epoch, name);
}

void
dnn_table_add_number (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ',');
  if (!isnan (value))
    g_string_append (text,
                     g_ascii_formatd (buffer, sizeof buffer, "%.9g", value));
}

void
dnn_table_add_numbers (GString *text, const double *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dnn_table_add_number (text, values[i]);
}

void
dnn_table_end_row (GString *text)
{
  g_string_append_c (text, '\n');
}
