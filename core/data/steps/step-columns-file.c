/* step-columns-file.c - the step of columns in a model's file
 *
 * One tensor of float64, `input/columns`: for each column its kind, its offset,
 * what fills a hole, and whether holes are flagged.  The words of all columns
 * are a text: a line for each, with tabs between words.
 */
#include "step-columns-private.h"

#include <math.h>
#include <string.h>

enum { KIND, OFFSET, FILL, FLAG, N_NUMBERS };

static const char tensor_name[] = "input/columns";
static const char words_name[] = "column_words";

void
dnn_columns_store (const DnnDataStep *step, DnnSafetensors *file)
{
  DnnColumns *self = (DnnColumns *) step;
  const DnnShape shape = { 2, 0, { step->size, N_NUMBERS } };
  g_autoptr (GString) words = g_string_new (NULL);

  self->numbers =
      g_renew (double, self->numbers, (gsize) (step->size * N_NUMBERS) + 1);
  for (int64_t i = 0; i < step->size; i++) {
    const DnnColumn *column = &self->at[i];
    double *out = self->numbers + i * N_NUMBERS;
    g_autofree char *line = g_strjoinv ("\t", column->words);

    out[KIND] = column->kind;
    out[OFFSET] = column->offset;
    out[FILL] = column->fill;
    out[FLAG] = column->flag;
    g_string_append_printf (words, "%s%s", i > 0 ? "\n" : "", line);
  }
  dnn_safetensors_add (file, &(DnnNamedTensor){ tensor_name, DNN_FLOAT64, shape,
                                                self->numbers });
  dnn_safetensors_set_metadata (file, words_name, words->str);
  dnn_safetensors_set_metadata (file, "column_fills",
                                self->fills ? "true" : "false");
}

static bool
fail (GError **error, const char *text)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "'%s' %s", tensor_name,
               text);
  return false;
}

/* One column, from its numbers and its words. */
static bool
read_column (DnnColumn *column, const double *numbers, const char *words,
             GError **error)
{
  const double kind = numbers[KIND];

  if (kind != DNN_CSV_NUMBERS && kind != DNN_CSV_DATES && kind != DNN_CSV_WORDS)
    return fail (error, "has a column of no known kind");
  if (!isfinite (numbers[OFFSET]) || !isfinite (numbers[FILL]) ||
      (numbers[FLAG] != 0 && numbers[FLAG] != 1))
    return fail (error, "has a number that is out of range");
  column->kind = (char) kind;
  column->offset = numbers[OFFSET];
  column->fill = numbers[FILL];
  column->flag = numbers[FLAG] != 0;
  column->words = g_strsplit (words, "\t", -1);
  dnn_columns_number_words (column);
  if (column->kind != DNN_CSV_WORDS)
    return column->n_words == 0 ||
           fail (error, "has words for a column of numbers");
  return (column->fill >= 0 &&
          column->fill < (double) MAX (column->n_words, 1)) ||
         fail (error, "fills a column with a word that it has not");
}

static bool
read_columns (DnnColumns *self, const DnnNamedTensor *tensor, char **words,
              GError **error)
{
  double numbers[N_NUMBERS];

  for (int64_t i = 0; i < self->base.size; i++) {
    memcpy (numbers, (const char *) tensor->data + (size_t) i * sizeof numbers,
            sizeof numbers);
    if (!read_column (&self->at[i], numbers, words[i], error))
      return false;
    self->width += dnn_columns_width (&self->at[i]);
  }
  return true;
}

bool
dnn_columns_read (DnnDataStep *step, const DnnSafetensors *file, int64_t size,
                  GError **error)
{
  const DnnNamedTensor *tensor = dnn_safetensors_find (file, tensor_name);
  const char *text = dnn_safetensors_get_metadata (file, words_name);
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", "\n", -1);
  const char *fills = dnn_safetensors_get_metadata (file, "column_fills");
  DnnColumns *self = (DnnColumns *) step;

  if (tensor == NULL || tensor->dtype != DNN_FLOAT64 ||
      tensor->shape.n_dims != 2 || tensor->shape.dims[1] != N_NUMBERS ||
      tensor->shape.dims[0] < 1)
    return fail (error, "must be float64, of 4 numbers a column");
  /* a line for each column, of which the only one may be empty */
  if ((int64_t) MAX (g_strv_length (words), 1) != tensor->shape.dims[0])
    return fail (error, "has not as many columns as there are lines of words");
  step->size = tensor->shape.dims[0];
  self->at = g_new0 (DnnColumn, (gsize) step->size);
  self->fills = fills != NULL && strcmp (fills, "true") == 0;
  if (g_strv_length (words) == 0) {
    g_strfreev (words);
    words = g_strsplit ("\n", "\n", -1);
  }
  if (!read_columns (self, tensor, words, error))
    return false;
  if (size > 0 && self->width != size)
    return fail (error, "makes rows of another size than the model takes");
  return true;
}
