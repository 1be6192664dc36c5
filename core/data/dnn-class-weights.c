/* dnn-class-weights.c - weights of classes */
#include "dnn-class-weights.h"

#include "dnn-parse.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

enum { MOST_CLASSES = 1 << 24 }; /* a float counts without gaps to here */

int64_t
dnn_class_of (const float *targets, int64_t n)
{
  int64_t best = 0;

  if (n == 1)
    return *targets >= 0 && *targets < MOST_CLASSES ? (int64_t) *targets : -1;
  for (int64_t i = 1; i < n; i++)
    best = targets[i] > targets[best] ? i : best;
  return best;
}

/* Training rows of each class, or their elements. */
static GArray *
count_classes (const DnnData *data, int64_t n_elements)
{
  const DnnSplit *train = data->train;
  const int64_t n = dnn_split_target (train)->row;
  const int64_t each = n / n_elements;
  g_autofree float *targets = g_new (float, (gsize) n + 1);
  GArray *counts = g_array_new (FALSE, TRUE, sizeof (double));

  for (int64_t i = 0; i < train->n; i++) {
    const int64_t row = dnn_split_row (train, i);

    dnn_data_targets (data, train, &row, 1, targets);
    for (int64_t j = 0; j < n_elements; j++) {
      const int64_t class = dnn_class_of (targets + j * each, each);

      if (class >= (int64_t) counts->len)
        g_array_set_size (counts, (guint) class + 1);
      if (class >= 0)
        g_array_index (counts, double, class)++;
    }
  }
  return counts;
}

static void
balance (GArray *counts, int64_t rows)
{
  int64_t n_classes = 0;

  for (guint i = 0; i < counts->len; i++)
    n_classes += g_array_index (counts, double, i) > 0;
  for (guint i = 0; i < counts->len; i++) {
    double *at = &g_array_index (counts, double, i);

    *at = *at > 0 ? (double) rows / (double) n_classes / *at : 1;
  }
}

/* "6:2.5" into the weights; `counts` says which classes there are. */
static bool
set_weight (const char *text, const GArray *counts, GArray *weights,
            GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  guint64 class = 0;
  double weight = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 0,
                                   MOST_CLASSES - 1, &class, NULL) ||
      !dnn_parse_float (g_strstrip (parts[1]), 0, 1e30, &weight, NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "class_weight must be 'balanced' or CLASS:WEIGHT, ... with "
                 "weights of 0 or more, as '0:1, 6:2.5', not '%s'",
                 text);
    return false;
  }
  if (class >= counts->len || g_array_index (counts, double, class) == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "class_weight: no training row has class '%s'", parts[0]);
    return false;
  }
  g_array_index (weights, double, class) = weight;
  return true;
}

/* A loss in which nothing counts is 0, which looks perfect. */
static bool
check_any (const GArray *counts, const GArray *weights, const char *text,
           GError **error)
{
  for (guint i = 0; i < counts->len; i++)
    if (g_array_index (counts, double, i) > 0 &&
        g_array_index (weights, double, i) > 0)
      return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "class_weight '%s' is 0 for every class, so that nothing counts",
               text);
  return false;
}

GArray *
dnn_class_weights_new (const char *text, const DnnData *data,
                       int64_t n_elements, GError **error)
{
  const bool balanced = strcmp (text, "balanced") == 0;
  g_autoptr (GArray) counts = NULL;
  g_autoptr (GArray) weights = g_array_new (FALSE, TRUE, sizeof (double));
  g_auto (GStrv) parts = dnn_split_commas (text);
  const double one = 1;

  if (data->train->weights != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "class_weight '%s' cannot be given beside weights of rows",
                 text);
    return NULL;
  }
  if (balanced && n_elements > 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "class_weight '%s' cannot count classes behind a mask, as "
                 "padding would count too; give CLASS:WEIGHT, ...",
                 text);
    return NULL;
  }
  counts = count_classes (data, n_elements);
  if (balanced) {
    balance (counts, data->train->n);
    return g_steal_pointer (&counts);
  }
  for (guint i = 0; i < counts->len; i++)
    g_array_append_val (weights, one);
  for (size_t i = 0; parts[i] != NULL; i++)
    if (!set_weight (parts[i], counts, weights, error))
      return NULL;
  if (!check_any (counts, weights, text, error))
    return NULL;
  return g_steal_pointer (&weights);
}
