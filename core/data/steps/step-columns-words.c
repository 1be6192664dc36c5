/* step-columns-words.c - the words of a column and their places */
#include "dnn-csv-values.h"
#include "step-columns-private.h"

int64_t
dnn_columns_width (const DnnColumn *column)
{
  return (column->kind == DNN_CSV_WORDS ? column->n_words : 1) + column->flag;
}

static int
compare_codes (const void *a, const void *b)
{
  const double x = ((const DnnWordCode *) a)->code;
  const double y = ((const DnnWordCode *) b)->code;

  return (x > y) - (x < y);
}

void
dnn_columns_number_words (DnnColumn *column)
{
  column->n_words = (int64_t) g_strv_length (column->words);
  column->codes =
      g_renew (DnnWordCode, column->codes, (gsize) column->n_words + 1);
  for (int64_t i = 0; i < column->n_words; i++)
    column->codes[i] = (DnnWordCode){ dnn_csv_word_code (column->words[i]), i };
  qsort (column->codes, (size_t) column->n_words, sizeof *column->codes,
         compare_codes);
}

int64_t
dnn_columns_find_word (const DnnColumn *column, double code)
{
  const DnnWordCode key = { code, 0 };
  const DnnWordCode *found = bsearch (
      &key, column->codes, (size_t) column->n_words, sizeof key, compare_codes);

  return found != NULL ? found->place : -1;
}
