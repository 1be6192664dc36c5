/* step-columns-fit.c - what the training rows say of each column */
#include "step-columns-private.h"

#include <math.h>
#include <string.h>

/* Counts of a column. */
typedef struct Count {
  int64_t n, n_missing;
  double mean, squares;
  int64_t *words; /* (owned) rows of each */
} Count;

/* --- one pass ------------------------------------------------------------ */

static void
add_value (Count *count, const DnnColumn *column, double x)
{
  double before;

  if (isnan (x)) {
    count->n_missing++;
    return;
  }
  count->n++;
  if (column->kind == DNN_CSV_WORDS) {
    const int64_t place = dnn_columns_find_word (column, x);

    if (place >= 0)
      count->words[place]++;
    return;
  }
  /* Welford: Note on a method for calculating corrected sums of squares and
   * products, Technometrics 4, 1962 */
  before = x - count->mean;
  count->mean += before / (double) count->n;
  count->squares += before * (x - count->mean);
}

/* Every word of the file at first. */
static void
begin (DnnColumns *self, const DnnSource *source, int64_t size)
{
  self->base.size = size;
  self->at = g_new0 (DnnColumn, (gsize) size + 1);
  for (int64_t i = 0; i < size; i++) {
    DnnColumn *column = &self->at[i];

    column->kind = source->kinds != NULL ? source->kinds[i] : DNN_CSV_NUMBERS;
    column->words = column->kind == DNN_CSV_WORDS && source->words != NULL
                        ? g_strdupv (g_ptr_array_index (source->words, i))
                        : NULL;
    if (column->words == NULL)
      column->words = g_new0 (char *, 1);
    dnn_columns_number_words (column);
  }
}

/* --- what follows -------------------------------------------------------- */

/* Words that no training row has are left out; the most frequent fills holes,
 * the first of them where several are. */
static void
keep_words (DnnColumn *column, const Count *count)
{
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
  int64_t most = 0, n = 0;

  for (int64_t i = 0; i < column->n_words; i++) {
    if (count->words[i] == 0)
      continue;
    g_strv_builder_add (kept, column->words[i]);
    if (count->words[i] > most) {
      most = count->words[i];
      column->fill = (double) n;
    }
    n++;
  }
  g_strfreev (column->words);
  column->words = g_strv_builder_end (kept);
  dnn_columns_number_words (column);
}

/* A mean beyond 256 deviations leaves float32 16 bits or fewer for what differs
 * from row to row. */
static bool
is_far (const Count *count)
{
  const double deviation = sqrt (count->squares / (double) MAX (count->n, 1));

  return deviation > 0 && fabs (count->mean) > 256 * deviation;
}

static void
finish (DnnColumns *self, int64_t i, const Count *count, bool wide)
{
  DnnColumn *column = &self->at[i];

  if (column->kind == DNN_CSV_WORDS)
    keep_words (column, count);
  else
    column->fill = count->mean;
  if (column->kind != DNN_CSV_WORDS && self->shifts && wide && is_far (count))
    column->offset = count->mean;
  column->flag = self->flags && count->n_missing > 0;
  self->width += dnn_columns_width (column);
}

/* Two words of one code would be one to the model. */
static bool
check_codes (const DnnColumn *column, GError **error)
{
  for (int64_t i = 1; i < column->n_words; i++)
    if (column->codes[i].code == column->codes[i - 1].code) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "the words '%s' and '%s' of one column have the same code; "
                   "rename one",
                   column->words[column->codes[i - 1].place],
                   column->words[column->codes[i].place]);
      return false;
    }
  return true;
}

static void
counts_free (Count *counts, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    g_free (counts[i].words);
  g_free (counts);
}

bool
dnn_columns_fit (DnnDataStep *step, DnnDataStepRows *rows, GError **error)
{
  DnnColumns *self = (DnnColumns *) step;
  const DnnSource *source = dnn_data_step_rows_source (rows);
  const int64_t size = dnn_data_step_rows_size (rows);
  const bool wide = dnn_dtype_is_wide (source->dtype);
  const double *x;
  Count *counts;
  bool ok = true;
  int64_t n;

  self->fills = self->fills && source->columnar;
  begin (self, source, size);
  self->width = 0;
  if (!source->columnar && !(self->shifts && wide)) {
    self->width = size; /* nothing can be learnt */
    return true;
  }
  counts = g_new0 (Count, (gsize) size + 1);
  for (int64_t j = 0; j < size; j++)
    counts[j].words = g_new0 (int64_t, (gsize) self->at[j].n_words + 1);
  while ((x = dnn_data_step_rows_next (rows, &n)) != NULL)
    for (int64_t i = 0; i < n * size; i++)
      add_value (&counts[i % size], &self->at[i % size], x[i]);
  for (int64_t j = 0; ok && j < size; j++) {
    ok = check_codes (&self->at[j], error);
    finish (self, j, &counts[j], wide);
  }
  counts_free (counts, size);
  return ok;
}
