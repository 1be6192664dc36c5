/* history-read.c - the text of a history, read back */
#include "dnn-history.h"

#include "dnn-file.h"

#include <math.h>
#include <string.h>

enum { N_EDGE = 3 }; /* epoch, phase and loss come before the metrics */

static bool
ends_metrics (const char *cell)
{
  return strcmp (cell, "val_loss") == 0 || strcmp (cell, "learning_rate") == 0;
}

/* A history as the header says.  Of what is no header, one whose own header
 * is another. */
static DnnHistory *
make_history (char **columns)
{
  g_autoptr (GPtrArray) metrics = g_ptr_array_new ();
  guint n = g_strv_length (columns), end = N_EDGE;
  bool validates;

  while (end < n && !ends_metrics (columns[end]))
    end++;
  for (guint i = N_EDGE; end < n && i < end; i++)
    if (*columns[i] != '\0')
      g_ptr_array_add (metrics, columns[i]);
  g_ptr_array_add (metrics, NULL);
  validates = end >= n || strcmp (columns[end], "val_loss") == 0;
  return dnn_history_new ((const char *const *) metrics->pdata, validates);
}

static DnnHistory *
read_header (const char *line, char **columns, GError **error)
{
  g_autoptr (DnnHistory) self = make_history (columns);
  g_autofree char *expect = dnn_history_to_csv (self);

  expect[strlen (expect) - 1] = '\0'; /* its newline */
  if (strcmp (line, expect) == 0)
    return g_steal_pointer (&self);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "the columns must be '%s', with any metrics after loss and "
               "val_ of each after val_loss, not '%.200s'",
               expect, line);
  return NULL;
}

/* Decimals, inf and nan; no spaces, no hexadecimal numbers. */
static bool
read_number (const char *column, const char *cell, double *ret_value,
             GError **error)
{
  char *end;
  double value;

  if (*cell == '\0') {
    *ret_value = NAN;
    return true;
  }
  value = g_ascii_strtod (cell, &end);
  if (*end == '\0' && strspn (cell, "+-.0123456789eEinfa") == strlen (cell)) {
    *ret_value = value;
    return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s must be a number or empty, not '%.40s'", column, cell);
  return false;
}

/* The numbers of a row, in the order of its columns. */
static bool
read_numbers (char **columns, char **cells, double *ret_values, GError **error)
{
  for (size_t i = 2; columns[i] != NULL; i++)
    if (!read_number (columns[i], cells[i], &ret_values[i - 2], error))
      return false;
  return true;
}

static void
fill_epoch (const DnnHistory *self, DnnHistoryEpoch *epoch,
            const double *values)
{
  size_t n = g_strv_length (self->metrics);

  epoch->loss = *values++;
  for (size_t i = 0; i < n; i++)
    epoch->metrics[i] = *values++;
  if (self->validates) {
    epoch->val_loss = *values++;
    for (size_t i = 0; i < n; i++)
      epoch->val_metrics[i] = *values++;
  }
  epoch->learning_rate = *values++;
  epoch->seconds = *values;
}

static bool
read_row (DnnHistory *self, char **columns, const char *line, GError **error)
{
  guint n = g_strv_length (columns);
  g_autofree char *number = g_strdup_printf ("%u", self->epochs->len + 1);
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  g_autofree double *values = g_new0 (double, n);

  if (g_strv_length (cells) != n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "a row must have %u cells, as the first line has, not %u", n,
                 g_strv_length (cells));
    return false;
  }
  if (strcmp (cells[0], number) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "epoch must be %s, not '%.40s': they count from 1", number,
                 cells[0]);
    return false;
  }
  if (*cells[1] == '\0') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "phase must be a name, not ''");
    return false;
  }
  if (!read_numbers (columns, cells, values, error))
    return false;
  fill_epoch (self, dnn_history_add (self, cells[1]), values);
  return true;
}

/* Cuts the text in lines; the last must be whole. */
static char **
split_lines (const char *csv, size_t *ret_n, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);
  guint n = g_strv_length (lines);

  if (*csv != '\0' && *lines[n - 1] != '\0') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%u: the line must end with a newline: is the file whole?", n);
    return NULL;
  }
  for (guint i = 0; i < n; i++)
    if (g_str_has_suffix (lines[i], "\r")) /* a spreadsheet was here */
      lines[i][strlen (lines[i]) - 1] = '\0';
  *ret_n = n > 0 ? n - 1 : 0;
  return g_steal_pointer (&lines);
}

DnnHistory *
dnn_history_parse (const char *name, const char *csv, GError **error)
{
  g_autoptr (DnnHistory) self = NULL;
  g_auto (GStrv) lines = NULL, columns = NULL;
  const char *header;
  size_t n_lines;

  lines = split_lines (csv, &n_lines, error);
  if (lines == NULL) {
    g_prefix_error (error, "%s:", name);
    return NULL;
  }
  header = n_lines > 0 ? lines[0] : "";
  columns = g_strsplit (header, ",", -1);
  self = read_header (header, columns, error);
  if (self == NULL) {
    g_prefix_error (error, "%s:1: ", name);
    return NULL;
  }
  for (size_t i = 1; i < n_lines; i++)
    if (!read_row (self, columns, lines[i], error)) {
      g_prefix_error (error, "%s:%zu: ", name, i + 1);
      return NULL;
    }
  return g_steal_pointer (&self);
}

DnnHistory *
dnn_history_load (const char *path, GError **error)
{
  g_autofree char *text = dnn_file_read_text (path, "history", error);

  if (text == NULL)
    return NULL;
  if (g_utf8_validate (text, -1, NULL))
    return dnn_history_parse (path, text, error);
  dnn_set_format_error (path, error, "this is no history: it is not text");
  return NULL;
}
