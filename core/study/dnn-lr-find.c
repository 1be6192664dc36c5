/* dnn-lr-find.c - trains with a rate that grows, and puts everything back */
#include "dnn-lr-find.h"

#include "dnn-param.h"
#include "dnn-proof.h"
#include "dnn-summary.h"
#include "dnn-trainer-steps.h"

#include <math.h>
#include <string.h>

/* Steps that tell nothing yet, or nothing more. */
enum { MIN_STEPS = 10 };

/* The losses of this share of the sweep weigh in the mean: noise is gone, and
 * the curve is late by no more than that. */
#define MEMORY 0.05
/* So many times the lowest loss is divergence, where it is also more than the
 * loss at the start. */
#define DIVERGENCE 4

/* --- the model, before and after ----------------------------------------- */

typedef struct {
  DnnModel *model;
  char **hashes;   /* (owned) one a weight or buffer */
  GBytes **copies; /* (owned) likewise */
  bool *trainable; /* (owned) one a layer */
} Memory;

static Memory
memory_take (DnnModel *model)
{
  const size_t n = dnn_model_n_weights (model);
  Memory self = {
    .model = model,
    .hashes = g_new0 (char *, n + 1),
    .copies = g_new0 (GBytes *, n + 1),
    .trainable = g_new0 (bool, dnn_model_n_layers (model) + 1),
  };

  for (size_t i = 0; i < n; i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    self.hashes[i] = dnn_weight_hash (weight);
    self.copies[i] =
        g_bytes_new (weight->tensor.data, dnn_weight_bytes (weight));
  }
  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    self.trainable[i] = dnn_model_layer (model, i)->trainable;
  return self;
}

static void
memory_clear (Memory *self)
{
  for (size_t i = 0; self->hashes[i] != NULL; i++)
    g_bytes_unref (self->copies[i]);
  g_strfreev (self->hashes);
  g_free (self->copies);
  g_free (self->trainable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Memory, memory_clear)

/* Puts back what was, and proves it. */
static bool
restore (const Memory *self, GError **error)
{
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = self->trainable[i];
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    DnnWeight *weight = dnn_model_weight (self->model, i);
    g_autofree char *hash = NULL;

    memcpy (weight->tensor.data, g_bytes_get_data (self->copies[i], NULL),
            dnn_weight_bytes (weight));
    hash = dnn_weight_hash (weight);
    if (strcmp (hash, self->hashes[i]) == 0)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_FROZEN,
                 "'%s' is not what it was before the sweep", weight->name);
    return false;
  }
  return true;
}

/* --- the rate ------------------------------------------------------------ */

static bool
check_rate (const DnnParam *rate, const char *what, double value,
            GError **error)
{
  if (value > 0 && value >= rate->min && value <= rate->max)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "the sweep goes %s '%g', and learning_rate must be above 0 and "
               "from %g to %g",
               what, value, rate->min, rate->max);
  return false;
}

static bool
check_options (const DnnParam *rate, const DnnLrOptions *options,
               GError **error)
{
  if (!check_rate (rate, "from", options->from, error) ||
      !check_rate (rate, "to", options->to, error))
    return false;
  if (options->from >= options->to) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "the sweep goes from '%g' to '%g', and the rate must grow",
                 options->from, options->to);
    return false;
  }
  if (options->steps >= MIN_STEPS)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "the sweep must have %d steps or more, not '%" G_GINT64_FORMAT
               "'",
               MIN_STEPS, options->steps);
  return false;
}

/* The phase's optimizer with its rate, whatever it says, set to a number. */
static DnnSpec *
make_optimizer (const DnnModel *model, const DnnPhase *phase,
                const DnnLrOptions *options, GError **error)
{
  g_autoptr (DnnOptimizer) own =
      dnn_optimizer_new (dnn_model_registry (model), phase->optimizer, error);
  g_autoptr (DnnSpec) spec = dnn_spec_copy (phase->optimizer);
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  const DnnPlugin *code;
  const DnnParam *rate;

  if (own == NULL)
    return NULL;
  code = dnn_optimizer_component (own)->code;
  rate = dnn_param_find (code, "learning_rate");
  if (rate == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "optimizer '%s' has no learning_rate to find", spec->name);
    return NULL;
  }
  if (!check_options (rate, options, error))
    return NULL;
  for (guint i = spec->args->len; i > 0; i--) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i - 1);

    if (dnn_param_find (code, arg->key) == rate)
      g_ptr_array_remove_index (spec->args, i - 1);
  }
  dnn_spec_set (spec, rate->name,
                g_ascii_dtostr (number, sizeof number, options->from),
                spec->place);
  return g_steal_pointer (&spec);
}

/* --- the sweep ----------------------------------------------------------- */

typedef struct {
  DnnTrainer *trainer;
  const DnnLrOptions *options;
  DnnLrFind *result;
  double mean;   /* of the losses, not yet corrected for its beginning at 0 */
  double lowest; /* smoothed loss */
} Sweep;

/* The bias correction is that of Adam's moments (Kingma, Ba, 2015, section 3).
 */
static DnnLrPoint
take_loss (Sweep *self, int64_t step, double rate, double loss)
{
  const double keep = 1 - 1 / fmax (1, MEMORY * (double) self->options->steps);
  DnnLrPoint point = { rate, loss, 0 };

  self->mean = keep * self->mean + (1 - keep) * loss;
  point.smooth = self->mean / (1 - pow (keep, (double) step + 1));
  self->lowest = fmin (self->lowest, point.smooth);
  g_array_append_val (self->result->points, point);
  return point;
}

static bool
has_diverged (const Sweep *self, const DnnLrPoint *point)
{
  const double first = g_array_index (self->result->points, DnnLrPoint, 0).loss;

  return self->result->points->len > MIN_STEPS && point->smooth > first &&
         point->smooth - self->lowest > (DIVERGENCE - 1) * fabs (self->lowest);
}

/* One step; a loss that is not finite is no error but the end. */
static bool
take_step (Sweep *self, int64_t step, GError **error)
{
  const DnnLrOptions *options = self->options;
  const double share = (double) step / (double) (options->steps - 1);
  const double rate = options->from * pow (options->to / options->from, share);
  DnnTrainer *trainer = self->trainer;
  GError *local = NULL;
  DnnLrPoint point;

  if (!dnn_optimizer_set_rate (dnn_trainer_optimizer (trainer), rate, error))
    return false;
  if (!dnn_trainer_train_batch (trainer, dnn_trainer_next_batch (trainer),
                                &local)) {
    self->result->diverged =
        g_error_matches (local, DNN_ERROR, DNN_ERROR_DIVERGED);
    if (!self->result->diverged)
      g_propagate_error (error, local);
    else
      g_error_free (local);
    return self->result->diverged;
  }
  point =
      take_loss (self, step, rate,
                 dnn_objectives_batch_loss (dnn_trainer_objective (trainer)));
  if (options->step != NULL)
    options->step (options->data, &point);
  self->result->diverged = has_diverged (self, &point);
  return true;
}

static bool
sweep (DnnTrainer *trainer, const DnnLrOptions *options, DnnLrFind *result,
       GError **error)
{
  Sweep self = { trainer, options, result, 0, INFINITY };

  for (int64_t i = 0; i < options->steps && !result->diverged; i++)
    if (!take_step (&self, i, error))
      return false;
  if (result->points->len >= MIN_STEPS)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
               "the loss is not finite after '%u' steps of the sweep, too few "
               "to tell a rate from; begin it below '%g'",
               result->points->len, options->from);
  return false;
}

/* Where no weight trains one rate is as good as another. */
static bool
check_trains (const DnnModel *model, const DnnPhase *phase, GError **error)
{
  if (dnn_model_count (model).trainable > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "no weight trains (frozen is '%s'), so that there is no rate to "
               "find",
               phase->settings.frozen);
  dnn_error_prefix_place (error, phase->place);
  return false;
}

DnnLrFind *
dnn_lr_find (DnnModel *model, const DnnData *data, const DnnPhase *phase,
             const DnnLrOptions *options, GError **error)
{
  g_autoptr (DnnLrFind) self = g_new0 (DnnLrFind, 1);
  g_autoptr (DnnSpec) optimizer = NULL;
  g_autoptr (DnnTrainer) trainer = NULL;
  g_auto (Memory) before = memory_take (model);
  DnnPhase swept = *phase;
  bool done;

  self->points = g_array_new (FALSE, FALSE, sizeof (DnnLrPoint));
  optimizer = make_optimizer (model, phase, options, error);
  if (optimizer == NULL)
    return NULL;
  swept.optimizer = optimizer;
  swept.settings.callbacks = "";
  swept.settings.metrics = "";
  trainer = dnn_trainer_new_for_phase (model, data, &swept, error);
  done = trainer != NULL && check_trains (model, phase, error) &&
         sweep (trainer, options, self, error);
  if (!restore (&before, done ? error : NULL) || !done)
    return NULL;
  dnn_lr_suggest ((const DnnLrPoint *) self->points->data, self->points->len,
                  self->suggestions);
  return g_steal_pointer (&self);
}

void
dnn_lr_find_free (DnnLrFind *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->points, g_array_unref);
  g_free (self);
}
