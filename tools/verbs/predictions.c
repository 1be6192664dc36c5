/* predictions.c - predictions as people and programs read them */
#include "predictions.h"

#include "json.h"

#include <dnn-predictor.h>
#include <math.h>
#include <string.h>

void
predictions_clear (Predictions *self)
{
  g_clear_pointer (&self->carried, dnn_csv_texts_free);
}

/* --- classes ------------------------------------------------------------- */

static const float *
row_at (const Predictions *self, int64_t row)
{
  return self->y + row * self->n;
}

/* The share of one class among all, of a row of logits (softmax). */
static double
softmax_at (const float *y, int64_t n, int64_t label)
{
  double sum = 0;

  for (int64_t i = 0; i < n; i++)
    sum += exp ((double) y[i] - y[label]);
  return 1 / sum;
}

static double
probability_of (const Predictions *self, int64_t row, int64_t label)
{
  const float *y = row_at (self, row);
  const bool logits = self->meaning.scores == DNN_LOGITS;
  double yes;

  if (self->n > 1)
    return logits ? softmax_at (y, self->n, label) : y[label];
  yes = logits ? 1 / (1 + exp (-(double) y[0])) : y[0];
  return label > 0 ? yes : 1 - yes;
}

int64_t
predictions_label (const Predictions *self, int64_t row)
{
  if (!isnan (self->threshold))
    return probability_of (self, row, 1) > self->threshold;
  return dnn_scores_label (self->meaning.scores, row_at (self, row), self->n);
}

static bool
has_labels (const Predictions *self)
{
  return self->labels || self->meaning.classes;
}

static bool
has_probabilities (const Predictions *self)
{
  return self->meaning.classes && !self->labels &&
         self->meaning.scores != DNN_MARGINS;
}

static char *
label_text (const Predictions *self, int64_t label)
{
  char **names = self->class_names;

  if (names != NULL && label >= 0 && label < (int64_t) g_strv_length (names))
    return g_strdup (names[label]);
  return g_strdup_printf ("%" G_GINT64_FORMAT, label);
}

/* --- rows as texts ------------------------------------------------------- */

/* Over number i of a prediction: of one number about a class, the class that
 * is meant by 1. */
static char *
number_name (const Predictions *self, int64_t i)
{
  if (self->meaning.classes)
    return label_text (self, self->n == 1 ? 1 : i);
  if (self->target_names != NULL &&
      (int64_t) g_strv_length (self->target_names) == self->n)
    return g_strdup (self->target_names[i]);
  return self->n == 1 ? g_strdup ("prediction")
                      : g_strdup_printf ("%" G_GINT64_FORMAT, i);
}

static GPtrArray *
new_cells (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

static GPtrArray *
header_cells (const Predictions *self)
{
  GPtrArray *cells = new_cells ();

  for (guint i = 0; self->carried != NULL && i < self->carried->n_columns; i++)
    g_ptr_array_add (cells, g_strdup (self->carried->names[i]));
  if (has_labels (self))
    g_ptr_array_add (cells, g_strdup ("label"));
  if (has_probabilities (self))
    g_ptr_array_add (cells, g_strdup ("probability"));
  for (int64_t part = 0; !self->labels && part < self->parts; part++)
    for (int64_t i = 0; i < self->n; i++) {
      g_autofree char *name = number_name (self, i);

      g_ptr_array_add (cells,
                       g_strconcat (name, part > 0 ? " deviation" : "", NULL));
    }
  return cells;
}

static void
add_number (GPtrArray *cells, const char *format, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ptr_array_add (
      cells, g_strdup (g_ascii_formatd (buffer, sizeof buffer, format, value)));
}

static GPtrArray *
row_cells (const Predictions *self, int64_t row, const char *format)
{
  GPtrArray *cells = new_cells ();
  const int64_t label = has_labels (self) ? predictions_label (self, row) : 0;
  char **carried = self->carried != NULL
                       ? g_ptr_array_index (self->carried->rows, row)
                       : NULL;

  for (guint i = 0; carried != NULL && carried[i] != NULL; i++)
    g_ptr_array_add (cells, g_strdup (carried[i]));
  if (has_labels (self))
    g_ptr_array_add (cells, label_text (self, label));
  if (has_probabilities (self))
    add_number (cells, format, probability_of (self, row, label));
  for (int64_t part = 0; !self->labels && part < self->parts; part++)
    for (int64_t i = 0; i < self->n; i++)
      add_number (cells, format,
                  self->y[(part * self->rows + row) * self->n + i]);
  return cells;
}

/* Cells before the numbers. */
static guint
n_texts (const Predictions *self)
{
  return (self->carried != NULL ? self->carried->n_columns : 0) +
         (has_labels (self) ? 1 : 0);
}

/* --- CSV ----------------------------------------------------------------- */

/* In quotes where RFC 4180 wants them. */
static void
append_csv_cell (GString *text, const char *cell)
{
  g_auto (GStrv) pieces = g_strsplit (cell, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", pieces);

  if (strpbrk (cell, ",\"\r\n") != NULL)
    g_string_append_printf (text, "\"%s\"", doubled);
  else
    g_string_append (text, cell);
}

/* Takes the cells. */
static void
append_csv_row (GString *text, GPtrArray *cells)
{
  for (guint i = 0; i < cells->len; i++) {
    g_string_append (text, i > 0 ? "," : "");
    append_csv_cell (text, g_ptr_array_index (cells, i));
  }
  g_string_append_c (text, '\n');
  g_ptr_array_unref (cells);
}

char *
predictions_to_csv (const Predictions *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GPtrArray *header = header_cells (self);

  if (header->len > 1 && !self->headless)
    append_csv_row (text, header);
  else
    g_ptr_array_unref (header);
  for (int64_t i = 0; i < self->rows; i++)
    append_csv_row (text, row_cells (self, i, "%.9g"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- a terminal ---------------------------------------------------------- */

/* Texts stand to the left, numbers to the right of their columns. */
static void
append_padded (GString *text, const GPtrArray *cells, const int *widths,
               guint texts)
{
  for (guint i = 0; i < cells->len; i++) {
    const char *cell = g_ptr_array_index (cells, i);
    const int pad = widths[i] - (int) g_utf8_strlen (cell, -1);
    const bool left = i < texts;

    g_string_append_printf (text, "%s%*s%s", i > 0 ? "  " : "", left ? 0 : pad,
                            "", cell);
    if (left && i + 1 < cells->len)
      g_string_append_printf (text, "%*s", pad, "");
  }
  g_string_append_c (text, '\n');
}

static void
free_cells (gpointer cells)
{
  g_ptr_array_unref (cells);
}

char *
predictions_to_table (const Predictions *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (free_cells);
  g_autofree int *widths = NULL;

  g_ptr_array_add (lines, header_cells (self));
  for (int64_t i = 0; i < self->rows; i++)
    g_ptr_array_add (lines, row_cells (self, i, "%.4g"));
  widths =
      g_new0 (int, ((const GPtrArray *) g_ptr_array_index (lines, 0))->len + 1);
  for (guint i = 0; i < lines->len; i++) {
    const GPtrArray *cells = g_ptr_array_index (lines, i);

    for (guint j = 0; j < cells->len; j++)
      widths[j] = MAX (widths[j],
                       (int) g_utf8_strlen (g_ptr_array_index (cells, j), -1));
  }
  for (guint i = 0; i < lines->len; i++)
    append_padded (text, g_ptr_array_index (lines, i), widths, n_texts (self));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- programs ------------------------------------------------------------ */

void
predictions_print_json (const Predictions *self)
{
  g_autoptr (GPtrArray) names = header_cells (self);

  for (int64_t i = 0; i < self->rows; i++) {
    g_autoptr (GPtrArray) cells = row_cells (self, i, "%.9g");
    JsonBuilder *b = json_builder_new ();

    json_builder_begin_object (b);
    for (guint j = 0; j < cells->len; j++)
      if (j < n_texts (self))
        add_json_text (b, g_ptr_array_index (names, j),
                       g_ptr_array_index (cells, j));
      else
        add_json_number (b, g_ptr_array_index (names, j),
                         g_ascii_strtod (g_ptr_array_index (cells, j), NULL));
    json_builder_end_object (b);
    print_json (b);
  }
}
