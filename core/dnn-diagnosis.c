/* dnn-diagnosis.c - looks for the first number that is not finite */
#include "dnn-diagnosis.h"

#include <math.h>

/* Index of the first element that is not finite, or -1. */
static int64_t
find_not_finite (const DnnTensor *t)
{
  const float *x = t->data;

  for (int64_t i = 0; x != NULL && i < dnn_count (t); i++)
    if (!isfinite (x[i]))
      return i;
  return -1;
}

/* A weight is to blame where it is not finite itself. */
static const DnnWeight *
find_weight (const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL &&
        find_not_finite (&layer->weights[i]->tensor) >= 0)
      return layer->weights[i];
  return NULL;
}

typedef struct {
  const DnnStage *stage;
  int64_t sample;
} Culprit;

static bool
look_at_stage (void *data, const DnnStage *stage)
{
  Culprit *culprit = data;
  const DnnTensor *y = &stage->out->y.tensor;
  int64_t i = find_not_finite (y);

  if (i < 0)
    return true;
  culprit->stage = stage;
  culprit->sample = i / MAX (dnn_count (y) / MAX (y->dims[0], 1), 1);
  return false;
}

void
dnn_diagnosis_set_error (DnnPlan *plan, const DnnPassInfo *info, double loss,
                         int64_t epoch, GError **error)
{
  Culprit culprit = { 0 };
  const DnnWeight *weight;
  g_autofree char *where = NULL;

  dnn_executor_forward_watched (plan, info, look_at_stage, &culprit, NULL);
  weight = culprit.stage != NULL ? find_weight (culprit.stage->layer) : NULL;
  if (weight != NULL)
    where =
        g_strdup_printf ("the weight '%s' is no longer finite", weight->name);
  else if (culprit.stage != NULL)
    where = g_strdup_printf ("the first output that is not finite is that of "
                             "layer '%s', for row %" G_GINT64_FORMAT
                             " of the batch",
                             culprit.stage->layer->name, culprit.sample + 1);
  else
    where = g_strdup ("every layer's output is finite");
  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "the loss is '%s' at step %" G_GUINT64_FORMAT
               " (epoch %" G_GINT64_FORMAT "): %s; a smaller learning_rate or "
               "clipnorm may help",
               isnan (loss) ? "nan"
               : loss > 0   ? "inf"
                            : "-inf",
               info->step + 1, epoch, where);
}
