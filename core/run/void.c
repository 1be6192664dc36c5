/* void.c - settings of which each is right, and with which little is learnt */
#include "dnn-run-private.h"

#include "dnn-host.h"
#include "dnn-shape.h"
#include "dnn-summary.h"
#include "dnn-trainer-steps.h"

#include <math.h>

static void warn (const DnnRun *self, const DnnPhase *phase, const char *format,
                  ...) G_GNUC_PRINTF (3, 4);

static void
warn (const DnnRun *self, const DnnPhase *phase, const char *format, ...)
{
  g_autofree char *sentence = NULL, *text = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strdup_printf ("phase %s: %s", phase->name, sentence);
  dnn_run_warn (self, text);
}

/* --- steps --------------------------------------------------------------- */

static int64_t
count_steps (const DnnRun *self, const DnnPhase *phase)
{
  const DnnTrainSettings *s = &phase->settings;

  return s->steps > 0 ? s->steps
                      : s->epochs * dnn_trainer_n_batches (self->trainer);
}

/* A rate that has risen all the time, and would go on. */
static bool
is_still_rising (const DnnOptimizer *optimizer, int64_t n)
{
  const double last = dnn_optimizer_rate (optimizer, (uint64_t) (n - 1));

  for (int64_t i = 0; i < n; i += MAX (n / 16, 1))
    if (dnn_optimizer_rate (optimizer, (uint64_t) i) > last)
      return false;
  return n > 1 && dnn_optimizer_rate (optimizer, 0) < last &&
         dnn_optimizer_rate (optimizer, (uint64_t) n) > last;
}

/* A rate that is 0 at every step that is looked at. */
static bool
is_at_rest (const DnnOptimizer *optimizer, int64_t n)
{
  for (int64_t i = 0; i < n; i += MAX (n / 16, 1))
    if (dnn_optimizer_rate (optimizer, (uint64_t) i) != 0)
      return false;
  return dnn_optimizer_has_rate (optimizer);
}

static void
look_at_steps (const DnnRun *self, const DnnPhase *phase)
{
  const DnnTrainSettings *s = &phase->settings;
  const DnnOptimizer *optimizer = dnn_trainer_optimizer (self->trainer);
  const int64_t n = count_steps (self, phase);
  const int64_t batches = dnn_optimizer_n_accumulated (optimizer);

  if (dnn_model_count (self->model).trainable == 0)
    warn (self, phase, "no weight trains%s%s",
          *s->frozen != '\0' ? ": frozen = " : "", s->frozen);
  else if (batches > n)
    warn (self, phase,
          "no update is made: %" G_GINT64_FORMAT
          " batches are accumulated, and it has %" G_GINT64_FORMAT,
          batches, n);
  else if (is_at_rest (optimizer, n))
    warn (self, phase, "the learning rate is 0, so that no weight moves");
  else if (is_still_rising (optimizer, n))
    warn (self, phase,
          "the learning rate still rises at its last step, %" G_GINT64_FORMAT
          ": its warm-up is longer than the phase",
          n);
}

/* --- rows ---------------------------------------------------------------- */

/* True if no training row has an input but 0, as the model sees it.  One row
 * alone tells nearly always. */
static bool
is_all_zero (const DnnData *data)
{
  const DnnSource *inputs = dnn_split_input (data->train);
  const DnnShape row_shape = dnn_source_row_shape (inputs);
  const DnnShape shape = dnn_data_input_shape (data);
  const int64_t n = dnn_data_step_count (&shape);
  g_autofree float *scratch = g_new (
      float, (gsize) dnn_preprocess_scratch (data->preprocess, &row_shape) + 1);
  g_autofree float *x = g_new (float, (gsize) n + 1);

  for (int64_t i = 0; i < data->train->n; i++) {
    const int64_t row = dnn_split_row (data->train, i);

    dnn_preprocess_rows (data->preprocess, inputs, &row, 1, scratch, x);
    dnn_source_release_behind (inputs, i, 1);
    for (int64_t j = 0; j < n; j++)
      if (x[j] != 0)
        return false;
  }
  return true;
}

/* Words that are handed to a loss of numbers: their order means nothing. */
static void
look_at_classes (const DnnRun *self, const DnnPhase *phase)
{
  char **names = self->data->preprocess->class_names;
  const DnnShape output = dnn_model_output_shape (self->model);
  const guint n = names != NULL ? g_strv_length (names) : 0;
  int64_t units = 0;

  if (n > 2 && dnn_shape_count (&output, &units) && units == 1 &&
      dnn_trainer_takes_numbers (self->trainer))
    warn (self, phase,
          "targets are %u classes, '%s', '%s', ..., and %s takes them for the "
          "numbers 0 to %u; %u units with softmax tell classes apart",
          n, names[0], names[1], phase->settings.loss, n - 1, n);
}

static void
look_at_rows (const DnnRun *self, const DnnPhase *phase)
{
  if (is_all_zero (self->data))
    warn (self, phase, "every input of the training rows is 0");
  look_at_classes (self, phase);
}

/* --- layers -------------------------------------------------------------- */

/* True if the activation gives one number, whatever goes in, where a row has
 * one: it is a share of all, of one. */
static bool
is_constant (const DnnComponent *activation)
{
  const DnnActivationOps *ops = activation->code->ops;
  const float x[] = { -1, 2 };
  float y[2];

  if ((activation->code->flags & DNN_FLAG_ELEMENTWISE) != 0)
    return false;
  ops->eval (activation->self, &dnn_host, x, y, 2, 1);
  return y[0] == y[1];
}

static void
look_at_layer (const DnnRun *self, const DnnPhase *phase, const DnnLayer *layer)
{
  const DnnShape *shape = &layer->outputs.at[0].shape;
  const int64_t n = self->data->train->n, batch = phase->settings.batch_size;
  const bool by_batch =
      layer->component != NULL && layer->trainable &&
      (layer->component->code->flags & DNN_FLAG_NOT_PER_SAMPLE) != 0;

  if (layer->activation != NULL && shape->n_dims > 1 &&
      shape->dims[shape->n_dims - 1] == 1 && is_constant (layer->activation))
    warn (self, phase,
          "layer '%s': %s of '1' unit is the same number whatever goes in; "
          "sigmoid is for one unit",
          layer->name, layer->activation->plugin->name);
  if (by_batch && shape->n_dims == 2 && (batch == 1 || n % batch == 1))
    warn (self, phase,
          "layer '%s' goes by the rows of a batch, and %s 1 row; another "
          "batch_size than '%" G_GINT64_FORMAT "' gives it more",
          layer->name,
          batch == 1 ? "every batch has" : "the last of an epoch has", batch);
}

void
dnn_run_warn_of_void (const DnnRun *self, const DnnPhase *phase)
{
  look_at_steps (self, phase);
  look_at_rows (self, phase);
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    look_at_layer (self, phase, dnn_model_layer (self->model, i));
}
