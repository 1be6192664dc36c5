/* dnn-inference.c - all batches of a feeder in inference mode */
#include "dnn-inference.h"

#include "dnn-diagnosis.h"

#include <math.h>

bool
dnn_evaluate_feeder (DnnObjectives *objective, DnnFeeder *feeder,
                     const DnnPassInfo *info, double *ret_loss,
                     double *ret_metrics, GError **error)
{
  return dnn_evaluate_feeder_flipped (objective, feeder, NULL, info, ret_loss,
                                      ret_metrics, error);
}

/* The batch, gathered and run; NULL with an error. */
static const DnnBatch *
forward (DnnFeeder *feeder, int64_t i, DnnFlips *flips, const DnnPassInfo *info,
         GError **error)
{
  const DnnBatch *batch;

  if (flips != NULL)
    return dnn_flips_forward (flips, i, info, error);
  batch = dnn_feeder_get (feeder, i);
  return dnn_executor_forward (batch->plan, info, error) ? batch : NULL;
}

bool
dnn_evaluate_feeder_flipped (DnnObjectives *objective, DnnFeeder *feeder,
                             DnnFlips *flips, const DnnPassInfo *info,
                             double *ret_loss, double *ret_metrics,
                             GError **error)
{
  const DnnPlan *plan = dnn_feeder_plan (feeder);

  dnn_objectives_reset (objective);
  dnn_objectives_set_penalty (objective,
                              dnn_model_penalty (plan->model, plan->pool));
  for (int64_t i = 0; i < dnn_feeder_n_batches (feeder); i++) {
    const DnnBatch *batch = forward (feeder, i, flips, info, error);

    if (batch == NULL ||
        !dnn_objectives_update (objective, batch, false, error))
      return false;
  }
  *ret_loss = dnn_objectives_loss (objective);
  if (isnan (*ret_loss))
    *ret_loss = NAN; /* without a sign */
  for (size_t i = 0; i < dnn_objectives_n_metrics (objective); i++)
    ret_metrics[i] = dnn_objectives_result (objective, i);
  return true;
}

char *
dnn_evaluate_explain (DnnModel *model, DnnObjectives *objective,
                      DnnFeeder *feeder, GError **error)
{
  DnnDiagnosis diagnosis = { model, feeder, NULL, objective, { 0 }, 0 };

  for (int64_t i = 0; i < dnn_feeder_n_batches (feeder); i++) {
    const DnnBatch *batch = dnn_feeder_get (feeder, i);

    if (!dnn_executor_forward (batch->plan, &diagnosis.info, error) ||
        !dnn_objectives_update (objective, batch, false, error))
      return NULL;
    if (isfinite (dnn_objectives_batch_loss (objective)))
      continue;
    /* Layers that run in place have written over the inputs. */
    diagnosis.batch = dnn_feeder_get (feeder, i);
    return dnn_diagnosis_explain_loss (&diagnosis);
  }
  return g_strdup ("the loss of every batch is finite, but not their sum");
}
