/* dnn-objective.h - a loss and metrics, checked against an output of a model
 * and its targets
 *
 * Of a model with several outputs each has one: see dnn-objectives.h.
 *
 * Knows what y_pred and y_true look like, sums the loss over samples, and
 * keeps the state of the metrics over an epoch.  A metric whose result is not
 * one number is a table: it is measured, but stands in no history.
 */
#pragma once

#include "dnn-feeder.h"
#include "dnn-target-scale.h"

DNN_BEGIN_DECLS

typedef struct DnnMetric {
  DnnComponent *component; /* (owned) */
  struct DnnRoom *room;    /* (owned) its scratch */
  char *label;             /* (owned) the name the user gave, made unique */
  double *state;           /* (owned) */
  int64_t n_state;
  DnnShape result;   /* no dimensions: one number */
  bool weighted;     /* by the samples' weights */
  bool takes_shares; /* it takes probabilities, whatever the loss takes */
} DnnMetric;

/* The epoch so far, beside the states of the metrics. */
typedef struct DnnObjectiveState {
  double sum;   /* of the losses of all samples so far */
  double count; /* of samples */
} DnnObjectiveState;

typedef struct DnnObjective DnnObjective;

/* The loss of an output of which there is none: layers have it. */
#define DNN_NO_LOSS "none"

/* `loss` as "huber(delta=0.7)", or DNN_NO_LOSS; `metrics` as "accuracy,
 * top_k(k=5)", or NULL; the name of a loss is a metric, too: its mean over
 * samples. */
DnnObjective *dnn_objective_new (DnnRegistry *registry, const char *loss,
                                 const char *metrics, DnnPlace place,
                                 GError **error);
void dnn_objective_free (DnnObjective *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnObjective, dnn_objective_free)

/* From now on it is about this output of the model, the first if nothing is
 * said; its loss counts by `factor`, and names of metrics begin with `prefix`
 * (NULL: with nothing).  To be called before metrics are added. */
void dnn_objective_set_output (DnnObjective *self, uint32_t output,
                               double factor, const char *prefix);
/* More metrics.  Nothing is added if `metrics` is "". */
bool dnn_objective_add_metrics (DnnObjective *self, DnnRegistry *registry,
                                const char *metrics, DnnPlace place,
                                GError **error);
/* More metrics, which count a sample as often as its weight says. */
bool dnn_objective_add_weighted (DnnObjective *self, DnnRegistry *registry,
                                 const char *metrics, GError **error);

/* True if the loss is one to choose where nobody says which (DNN_FLAG_USUAL).
 */
bool dnn_objective_is_usual (const DnnObjective *self);
/* False for DNN_NO_LOSS. */
bool dnn_objective_has_loss (const DnnObjective *self);
/* True if the loss takes what goes into the last activation before the output.
 */
bool dnn_objective_takes_logits (const DnnObjective *self,
                                 const DnnModel *model);

/* Weights of samples are by element, along so many axes of predictions (2:
 * N×T).  To be called before the check. */
void dnn_objective_weigh_elements (DnnObjective *self, uint32_t axes);

/* Checks shapes; `target` is that of one sample.  To be called before any use.
 * What the loss expects of targets is in ret_expected. */
bool dnn_objective_check (DnnObjective *self, const DnnModel *model,
                          const DnnShape *target, DnnExpected *ret_expected,
                          GError **error);

/* Metrics are in the units that this leads back to; NULL: as the loss. */
void dnn_objective_set_units (DnnObjective *self, DnnTargetScale *scale);

/* True if the loss, or a metric, takes whole samples behind a mask, whose
 * elements then have no weights; known once it is checked. */
bool dnn_objective_takes_whole (const DnnObjective *self);

/* The meaning of predictions to the loss; known once it is checked. */
DnnScores dnn_objective_scores (const DnnObjective *self);

/* Metrics of one number each, in the order given. */
size_t dnn_objective_n_metrics (const DnnObjective *self);
const DnnMetric *dnn_objective_metric (const DnnObjective *self, size_t i);
/* +1: higher is better; -1: lower. */
int dnn_metric_better (const DnnMetric *self);

/* The others, and the numbers of table i, row after row, of the epoch so far.
 * Returns: (transfer full): as many as its `result` has. */
size_t dnn_objective_n_tables (const DnnObjective *self);
const DnnMetric *dnn_objective_table (const DnnObjective *self, size_t i);
double *dnn_objective_table_values (const DnnObjective *self, size_t i);

/* To be kept with a run and put back.  Returns: (transfer none). */
DnnObjectiveState *dnn_objective_state (DnnObjective *self);
/* Forgets the epoch so far. */
void dnn_objective_reset (DnnObjective *self);

/* Sets the penalty of regularizers, added to the loss of every sample. */
void dnn_objective_set_penalty (DnnObjective *self, double penalty);

/* Takes a batch in that has run forward: its losses into the mean (Σ weight ·
 * loss / samples, as in Keras), prediction and targets into the metrics.  What
 * the output's mask says is padding is no sample.  With `gradient`, writes that
 * of the mean loss, times the factor, into the output's loss value, too. */
bool dnn_objective_update (DnnObjective *self, const DnnBatch *batch,
                           bool gradient, GError **error);
/* The loss of a batch and its gradient; nothing is taken in. */
bool dnn_objective_look_again (DnnObjective *self, const DnnBatch *batch,
                               double *ret_loss, GError **error);
/* Writes that gradient alone. */
bool dnn_objective_gradient (DnnObjective *self, const DnnBatch *batch,
                             GError **error);
/* The loss of every sample of the last batch, or of each of its elements: N or
 * N×T; borrowed until the next. */
DnnTensor dnn_objective_losses (const DnnObjective *self);

/* Of the epoch so far: mean loss over samples, without the factor; metric
 * number i. */
double dnn_objective_loss (const DnnObjective *self);
double dnn_objective_result (const DnnObjective *self, size_t i);
/* The loss, or NULL.  Returns: (transfer none). */
const DnnComponent *dnn_objective_component (const DnnObjective *self);
/* Mean loss of the last batch alone. */
double dnn_objective_batch_loss (const DnnObjective *self);

DNN_END_DECLS
