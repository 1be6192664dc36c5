/* dnn-trainer.c - the training loop */
#include "dnn-trainer.h"

#include "dnn-blas.h"
#include "dnn-diagnosis.h"
#include "dnn-param.h"
#include "dnn-private.h"

#include <math.h>

struct DnnTrainer {
  DnnModel *model; /* (owned reference) */
  const DnnData *data;
  DnnTrainSettings settings;
  DnnPool *pool;            /* (owned) */
  DnnObjective *objective;  /* (owned) of training */
  DnnObjective *evaluation; /* (owned) the same, for validation */
  DnnOptimizer *optimizer;  /* (owned) */
  DnnFeeder *feeder;        /* (owned) training batches */
  DnnFeeder *validation;    /* (owned) may be NULL */
  DnnHistory *history;      /* (owned) */
  double *metrics;          /* (owned) room for progress */
  bool logits;
  uint64_t step;
  int64_t epoch; /* done */
};

static const DnnParam params[] = {
  DNN_ROW (DnnTrainSettings, loss, NULL, DNN_PARAM_TEXT, DNN_REQUIRED, NULL, 0,
           0, "", "what training makes small", NULL),
  DNN_ROW (DnnTrainSettings, metrics, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "what is measured beside it", NULL),
  DNN_INT (DnnTrainSettings, batch_size, "32", 1, 1 << 24, "rows",
           "rows of one step"),
  DNN_INT (DnnTrainSettings, epochs, "1", 1, 1e9, "epochs",
           "passes over the training rows"),
  DNN_INT (DnnTrainSettings, seed, "1", 0, 9e15, "",
           "of all random numbers of the run"),
  DNN_INT (DnnTrainSettings, threads, "0", 0, 1024, "threads",
           "0: one a processor; results do not depend on it"),
  DNN_BOOL (DnnTrainSettings, shuffle, "true",
            "another order of the rows every epoch"),
};

static const DnnPlugin table = {
  .name = "train",
  .self_size = sizeof (DnnTrainSettings),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

bool
dnn_train_settings_parse (const DnnSpec *section,
                          DnnTrainSettings *ret_settings, GError **error)
{
  DnnTrainSettings settings = { 0 };

  if (!dnn_param_apply (&table, section, NULL, &settings, error))
    return false;
  if (section != NULL && settings.loss == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[train] loss must be given, for example "
                 "'mean_squared_error'");
    dnn_error_prefix_place (error, section->place);
    return false;
  }
  *ret_settings = settings;
  return true;
}

/* --- making -------------------------------------------------------------- */

void
dnn_trainer_free (DnnTrainer *self)
{
  if (self == NULL)
    return;
  g_free (self->metrics);
  dnn_history_free (self->history);
  dnn_feeder_free (self->validation);
  dnn_feeder_free (self->feeder);
  dnn_optimizer_free (self->optimizer);
  dnn_objective_free (self->evaluation);
  dnn_objective_free (self->objective);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
  g_free (self);
}

static bool
make_objectives (DnnTrainer *self, GError **error)
{
  DnnObjective **both[] = { &self->objective, &self->evaluation };
  DnnShape target = dnn_data_target_shape (self->data);
  DnnExpected expected = { 0 };

  for (int i = 0; i < 2; i++) {
    *both[i] = dnn_objective_new (dnn_model_registry (self->model),
                                  self->settings.loss, self->settings.metrics,
                                  (DnnPlace){ 0 }, error);
    if (*both[i] == NULL ||
        !dnn_objective_check (*both[i], self->model, &target, &expected, error))
      return false;
  }
  self->logits = dnn_objective_takes_logits (self->objective, self->model);
  return dnn_data_check (self->data, &expected, error);
}

static DnnFeeder *
make_evaluation_feeder (DnnTrainer *self, const DnnSplit *split, GError **error)
{
  DnnPlanOptions options = { .batch = DNN_EVALUATION_BATCH,
                             .logits = self->logits };

  return dnn_feeder_new (self->model, self->pool, self->data, split, &options,
                         error);
}

static bool
make_feeders (DnnTrainer *self, GError **error)
{
  DnnPlanOptions options = {
    .batch = self->settings.batch_size,
    .training = true,
    .logits = self->logits,
    .store_gradients = dnn_optimizer_stores_gradients (self->optimizer),
  };

  self->feeder = dnn_feeder_new (self->model, self->pool, self->data,
                                 self->data->train, &options, error);
  if (self->feeder == NULL)
    return false;
  if (self->data->validation != NULL)
    self->validation =
        make_evaluation_feeder (self, self->data->validation, error);
  return self->data->validation == NULL || self->validation != NULL;
}

static void
make_history (DnnTrainer *self)
{
  size_t n = dnn_objective_n_metrics (self->objective);
  g_autofree const char **names = g_new0 (const char *, n + 1);

  for (size_t i = 0; i < n; i++)
    names[i] = dnn_objective_metric (self->objective, i)->label;
  self->history = dnn_history_new (names, self->validation != NULL);
  self->metrics = g_new0 (double, n + 1);
}

DnnTrainer *
dnn_trainer_new (DnnModel *model, const DnnData *data,
                 const DnnTrainSettings *settings, const DnnSpec *optimizer,
                 GError **error)
{
  g_autoptr (DnnTrainer) self = g_new0 (DnnTrainer, 1);

  dnn_blas_init ();
  self->model = dnn_model_ref (model);
  self->data = data;
  self->settings = *settings;
  self->pool = dnn_pool_new ((unsigned) settings->threads);
  self->optimizer =
      dnn_optimizer_new (dnn_model_registry (model), optimizer, error);
  if (self->optimizer == NULL || !make_objectives (self, error) ||
      !dnn_optimizer_prepare (self->optimizer, model, self->pool, error) ||
      !make_feeders (self, error))
    return NULL;
  make_history (self);
  return g_steal_pointer (&self);
}

/* --- one step ------------------------------------------------------------ */

static bool
train_batch (DnnTrainer *self, const DnnBatch *batch, GError **error)
{
  DnnPassInfo info = { (uint64_t) self->settings.seed, self->step, true };
  DnnSink sink = dnn_optimizer_sink (self->optimizer);

  if (!dnn_executor_forward (batch->plan, &info, error) ||
      !dnn_objective_update (self->objective, batch->plan, &batch->y_true,
                             batch->values, error))
    return false;
  if (!isfinite (dnn_objective_batch_loss (self->objective))) {
    dnn_diagnosis_set_error (batch->plan, &info,
                             dnn_objective_batch_loss (self->objective),
                             self->epoch + 1, error);
    return false;
  }
  if (!dnn_objective_gradient (self->objective, batch->plan, &batch->y_true,
                               batch->scale, error))
    return false;
  dnn_optimizer_begin_step (self->optimizer, self->step, self->step);
  if (!dnn_executor_backward (batch->plan, &info, &sink, error))
    return false;
  dnn_optimizer_end_step (self->optimizer);
  self->step++;
  return true;
}

/* --- one epoch ----------------------------------------------------------- */

static DnnProgress
report (DnnTrainer *self, int64_t batch, int64_t start)
{
  for (size_t i = 0; i < dnn_objective_n_metrics (self->objective); i++)
    self->metrics[i] = dnn_objective_result (self->objective, i);
  return (DnnProgress){
    .epoch = self->epoch + 1,
    .n_epochs = self->settings.epochs,
    .batch = batch,
    .n_batches = dnn_feeder_n_batches (self->feeder),
    .loss = dnn_objective_loss (self->objective),
    .metrics = self->metrics,
    .seconds = (double) (g_get_monotonic_time () - start) / 1e6,
  };
}

/* Progress is told at most this often. */
enum { MICROSECONDS_BETWEEN_REPORTS = 50000 };

static bool
train_batches (DnnTrainer *self, const DnnTrainEvents *events, int64_t start,
               double *ret_losses, GError **error)
{
  const int64_t n = dnn_feeder_n_batches (self->feeder);
  int64_t told = start;

  for (int64_t i = 0; i < n; i++) {
    int64_t now;

    if (!train_batch (self, dnn_feeder_get (self->feeder, i), error))
      return false;
    if (ret_losses != NULL)
      ret_losses[i] = dnn_objective_batch_loss (self->objective);
    now = g_get_monotonic_time ();
    if (events != NULL && events->batch != NULL &&
        (now - told >= MICROSECONDS_BETWEEN_REPORTS || i + 1 == n)) {
      DnnProgress progress = report (self, i + 1, start);

      events->batch (events->data, &progress);
      told = now;
    }
  }
  return true;
}

static bool
evaluate_feeder (DnnTrainer *self, DnnFeeder *feeder, double *ret_loss,
                 double *ret_metrics, GError **error)
{
  DnnPassInfo info = { (uint64_t) self->settings.seed, self->step, false };

  return dnn_evaluate_feeder (self->evaluation, feeder, &info, ret_loss,
                              ret_metrics, error);
}

static bool
finish_epoch (DnnTrainer *self, int64_t start, DnnEpoch *epoch, GError **error)
{
  epoch->loss = dnn_objective_loss (self->objective);
  for (size_t i = 0; i < dnn_objective_n_metrics (self->objective); i++)
    epoch->metrics[i] = dnn_objective_result (self->objective, i);
  epoch->learning_rate =
      dnn_optimizer_rate (self->optimizer, self->step > 0 ? self->step - 1 : 0);
  if (self->validation != NULL &&
      !evaluate_feeder (self, self->validation, &epoch->val_loss,
                        epoch->val_metrics, error))
    return false;
  epoch->seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  return true;
}

bool
dnn_trainer_epoch (DnnTrainer *self, const DnnTrainEvents *events,
                   double *ret_losses, GError **error)
{
  DnnKey key = { .seed = (uint64_t) self->settings.seed,
                 .owner = dnn_random_owner ("order of the rows"),
                 .step = (uint64_t) self->epoch };
  int64_t start = g_get_monotonic_time ();
  DnnEpoch *epoch;

  if (self->settings.shuffle)
    dnn_feeder_set_order (self->feeder, &key);
  dnn_objective_reset (self->objective);
  if (events != NULL && events->begin_epoch != NULL) {
    DnnProgress progress = report (self, 0, start);

    events->begin_epoch (events->data, &progress);
  }
  if (!train_batches (self, events, start, ret_losses, error))
    return false;
  epoch = dnn_history_add (self->history, "train");
  if (!finish_epoch (self, start, epoch, error))
    return false;
  self->epoch++;
  if (events != NULL && events->end_epoch != NULL)
    events->end_epoch (events->data, epoch);
  return true;
}

bool
dnn_trainer_fit (DnnTrainer *self, const DnnTrainEvents *events, GError **error)
{
  while (self->epoch < self->settings.epochs)
    if (!dnn_trainer_epoch (self, events, NULL, error))
      return false;
  return true;
}

bool
dnn_trainer_evaluate (DnnTrainer *self, const DnnSplit *split, double *ret_loss,
                      double *ret_metrics, GError **error)
{
  g_autoptr (DnnFeeder) feeder = make_evaluation_feeder (self, split, error);

  return feeder != NULL &&
         evaluate_feeder (self, feeder, ret_loss, ret_metrics, error);
}

const DnnHistory *
dnn_trainer_history (const DnnTrainer *self)
{
  return self->history;
}

uint64_t
dnn_trainer_step (const DnnTrainer *self)
{
  return self->step;
}

int64_t
dnn_trainer_n_batches (const DnnTrainer *self)
{
  return dnn_feeder_n_batches (self->feeder);
}

DnnOptimizer *
dnn_trainer_optimizer (const DnnTrainer *self)
{
  return self->optimizer;
}
