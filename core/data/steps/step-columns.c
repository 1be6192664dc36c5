/* step-columns.c - columns of a table to numbers: words, holes, offsets */
#include "dnn-data-source.h"
#include "dnn-data-steps.h"
#include "step-columns-private.h"

#include <math.h>
#include <string.h>

DnnDataStep *
dnn_columns_new (void)
{
  DnnColumns *self = g_new0 (DnnColumns, 1);

  dnn_data_step_init (&self->base, &dnn_columns_type);
  return &self->base;
}

static void
clear (DnnDataStep *step)
{
  DnnColumns *self = (DnnColumns *) step;

  for (int64_t i = 0; self->at != NULL && i < step->size; i++) {
    g_strfreev (self->at[i].words);
    g_free (self->at[i].codes);
  }
  g_free (self->numbers);
  g_free (self->at);
}

static DnnDataStep *
from_settings (const DnnDataSettings *settings)
{
  DnnDataStep *step = dnn_columns_new ();
  DnnColumns *self = (DnnColumns *) step;

  self->fills = settings->missing != DNN_CSV_MISSING_REFUSE;
  self->flags = settings->missing_flags;
  self->shifts = settings->standardize;
  return step;
}

/* The table asks for this step. */
static char *
to_setting (const DnnDataStep *step)
{
  (void) step;
  return NULL;
}

static bool
is_idle (const DnnDataStep *step)
{
  const DnnColumns *self = (const DnnColumns *) step;

  for (int64_t i = 0; i < step->size; i++) {
    const DnnColumn *column = &self->at[i];

    if (column->kind != DNN_CSV_NUMBERS || column->offset != 0)
      return false;
  }
  return !self->fills;
}

/* --- applying ------------------------------------------------------------ */

/* A value to its numbers; returns what is behind them.  A word that is not
 * known has no 1. */
static float *
convert_value (const DnnColumn *column, double x, float *y)
{
  const bool missing = isnan (x);

  if (column->kind == DNN_CSV_WORDS) {
    const int64_t place =
        missing ? (int64_t) column->fill : dnn_columns_find_word (column, x);

    for (int64_t i = 0; i < column->n_words; i++)
      y[i] = i == place;
    y += column->n_words;
  } else {
    *y++ = (float) ((missing ? column->fill : x) - column->offset);
  }
  if (column->flag)
    *y++ = missing;
  return y;
}

static void
convert_exact (const DnnDataStep *step, const double *x, int64_t n,
               int64_t size, float *y)
{
  const DnnColumns *self = (const DnnColumns *) step;

  for (int64_t i = 0; i < n; i++, x += size)
    for (int64_t j = 0; j < size; j++)
      y = convert_value (&self->at[j], x[j], y);
}

/* A shape that stays is kept as it is: pictures remain pictures. */
static DnnShape
shape (const DnnDataStep *step, const DnnShape *row)
{
  const DnnColumns *self = (const DnnColumns *) step;

  return self->at == NULL || self->width == step->size
             ? *row
             : (DnnShape){ 1, 0, { self->width } };
}

/* --- names --------------------------------------------------------------- */

static void
add_names (GStrvBuilder *names, const DnnColumn *column, const char *name)
{
  for (int64_t i = 0; column->kind == DNN_CSV_WORDS && i < column->n_words;
       i++) {
    g_autofree char *text = g_strconcat (name, "=", column->words[i], NULL);

    g_strv_builder_add (names, text);
  }
  if (column->kind != DNN_CSV_WORDS)
    g_strv_builder_add (names, name);
  if (column->flag) {
    g_autofree char *text = g_strconcat (name, " missing", NULL);

    g_strv_builder_add (names, text);
  }
}

char **
dnn_columns_names (const DnnDataStep *step, char **columns)
{
  const DnnColumns *self = (const DnnColumns *) step;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (columns == NULL || (int64_t) g_strv_length (columns) != step->size)
    return NULL;
  for (int64_t i = 0; i < step->size; i++)
    add_names (names, &self->at[i], columns[i]);
  return g_strv_builder_end (names);
}

static bool
read_step (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
           GError **error)
{
  g_autoptr (DnnDataStep) step = dnn_columns_new ();

  if (!dnn_columns_read (step, file, size, error))
    return false;
  *ret_step = g_steal_pointer (&step);
  return true;
}

const DnnDataStepType dnn_columns_type = {
  .name = "columns",
  .from_settings = from_settings,
  .to_setting = to_setting,
  .fit = dnn_columns_fit,
  .is_idle = is_idle,
  .convert_exact = convert_exact,
  .shape = shape,
  .store = dnn_columns_store,
  .read = read_step,
  .clear = clear,
};
