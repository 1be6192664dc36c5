/* dnn-indices.c - inputs of a model that must be whole numbers of a range */
#include "dnn-indices.h"

#include "dnn-declared.h"

#include <string.h>

/* The layer that says so of input `number`; NULL: none does. */
static const DnnStage *
find_stage (const DnnPlan *plan, uint32_t number)
{
  for (size_t i = 0; i < plan->n_stages; i++) {
    const DnnStage *stage = &plan->stages[i];

    if (stage->layer->n_inputs > 0 && stage->layer->inputs[0].layer < 0 &&
        stage->layer->inputs[0].output == number && stage->built != NULL &&
        stage->built->expected[0].set)
      return stage;
  }
  return NULL;
}

static bool
set_wrong (const DnnStage *stage, const DnnPreprocess *preprocess, int64_t row,
           int64_t column, float x, GError **error)
{
  const DnnExpected *expected = &stage->built->expected[0];
  g_autofree char *range = dnn_expected_to_string (expected);
  g_auto (GStrv) names =
      preprocess != NULL ? dnn_preprocess_names (preprocess) : NULL;
  const bool named = names != NULL && column < (int64_t) g_strv_length (names);
  g_autofree char *name =
      named ? g_strdup_printf (" ('%s')", names[column]) : g_strdup ("");

  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "row %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT
               "%s: '%g' must be %s for layer '%s'",
               row + 1, column + 1, name, (double) x, range,
               stage->layer->name);
  return false;
}

bool
dnn_indices_check (const DnnPlan *plan, uint32_t number,
                   const DnnPreprocess *preprocess, const DnnSource *inputs,
                   const DnnSplit *split, GError **error)
{
  const DnnStage *stage = find_stage (plan, number);
  const DnnShape shape = dnn_source_row_shape (inputs);
  const int64_t rows = split != NULL ? split->n : dnn_source_n_rows (inputs);
  g_autofree float *x = NULL, *scratch = NULL;
  int64_t n = inputs->row;

  if (stage == NULL)
    return true;
  if (preprocess != NULL) {
    const DnnShape after = dnn_preprocess_shape (preprocess, &shape);

    n = dnn_data_step_count (&after);
    scratch =
        g_new (float, (gsize) dnn_preprocess_scratch (preprocess, &shape) + 1);
  }
  x = g_new (float, (gsize) n + 1);
  for (int64_t i = 0; i < rows; i++) {
    const int64_t row = split != NULL ? dnn_split_row (split, i) : i;

    if (preprocess != NULL)
      dnn_preprocess_rows (preprocess, inputs, &row, 1, scratch, x);
    else
      dnn_source_gather (inputs, &row, 1, x);
    dnn_source_release_behind (inputs, i, 1);
    for (int64_t j = 0; j < n; j++)
      if (!dnn_expected_takes (&stage->built->expected[0], x[j]))
        return set_wrong (stage, preprocess, row, j, x[j], error);
  }
  return true;
}
