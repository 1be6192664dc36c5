/* dnn-flips.c - a batch forward, and once more from right to left */
#include "dnn-flips.h"

#include "dnn-shape.h"

#include <string.h>

struct DnnFlips {
  DnnFeeder *feeder; /* (borrowed) */
  float *first;      /* (owned) outputs of the first pass, one behind another */
};

/* The tensors that are averaged: two a head, which may be one. */
static int64_t
list_outputs (const DnnPlan *plan, const DnnTensor **ret_outputs)
{
  int64_t n = 0;

  for (uint32_t i = 0; i < plan->n_heads; i++) {
    const DnnHead *head = &plan->heads[i];

    ret_outputs[n++] = &head->prediction->tensor;
    if (head->has_loss && head->loss_input != head->prediction)
      ret_outputs[n++] = &head->loss_input->tensor;
  }
  return n;
}

static bool
check_inputs (const DnnPlan *plan, GError **error)
{
  for (uint32_t i = 0; i < plan->n_inputs; i++) {
    const DnnTensor *x = &plan->inputs[i]->y.tensor;
    const DnnShape shape = dnn_shape_of (x);
    g_autofree char *text = NULL;

    if (shape.n_dims == 3 || shape.n_dims == 4)
      continue;
    text = dnn_shape_to_string (&shape, true);
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "flips are for pictures, height x width or height x width x "
                 "channels, and a batch of inputs is '%s'",
                 text);
    return false;
  }
  return true;
}

DnnFlips *
dnn_flips_new (DnnFeeder *feeder, GError **error)
{
  const DnnPlan *plan = dnn_feeder_plan (feeder);
  const DnnTensor *outputs[2 * DNN_MAX_PARTS];
  const int64_t n = list_outputs (plan, outputs);
  int64_t total = 0;
  DnnFlips *self;

  if (!check_inputs (plan, error))
    return NULL;
  for (int64_t i = 0; i < n; i++)
    total += dnn_count (outputs[i]);
  self = g_new0 (DnnFlips, 1);
  self->feeder = feeder;
  self->first = g_new (float, (gsize) total);
  return self;
}

void
dnn_flips_free (DnnFlips *self)
{
  if (self == NULL)
    return;
  g_free (self->first);
  g_free (self);
}

/* Left becomes right in n lines of `width` pixels. */
static void
mirror (float *x, int64_t n, int64_t width, int64_t channels)
{
  for (int64_t i = 0; i < n; i++, x += width * channels)
    for (int64_t left = 0; left < width / 2; left++)
      for (int64_t c = 0; c < channels; c++) {
        float *a = &x[left * channels + c];
        float *b = &x[(width - 1 - left) * channels + c];
        const float kept = *a;

        *a = *b;
        *b = kept;
      }
}

static void
mirror_inputs (DnnPlan *plan)
{
  for (uint32_t i = 0; i < plan->n_inputs; i++) {
    const DnnTensor *x = &plan->inputs[i]->y.tensor;

    mirror (dnn_plan_input_at (plan, i), x->dims[0] * x->dims[1], x->dims[2],
            x->n_dims == 4 ? x->dims[3] : 1);
  }
}

/* Keeps the outputs of the first pass, or makes means of them. */
static void
take_outputs (DnnFlips *self, const DnnPlan *plan, bool is_first)
{
  const DnnTensor *outputs[2 * DNN_MAX_PARTS];
  const int64_t n = list_outputs (plan, outputs);
  float *first = self->first;

  for (int64_t i = 0; i < n; i++) {
    const int64_t count = dnn_count (outputs[i]);
    float *y = dnn_f32 (outputs[i]);

    if (is_first)
      memcpy (first, y, (size_t) count * sizeof *y);
    for (int64_t j = 0; !is_first && j < count; j++)
      y[j] = (first[j] + y[j]) / 2;
    first += count;
  }
}

const DnnBatch *
dnn_flips_forward (DnnFlips *self, int64_t i, const DnnPassInfo *info,
                   GError **error)
{
  const DnnBatch *batch = dnn_feeder_get (self->feeder, i);

  if (!dnn_executor_forward (batch->plan, info, error))
    return NULL;
  take_outputs (self, batch->plan, true);
  /* Layers that run in place have written over the inputs. */
  batch = dnn_feeder_get (self->feeder, i);
  mirror_inputs (batch->plan);
  if (!dnn_executor_forward (batch->plan, info, error))
    return NULL;
  take_outputs (self, batch->plan, false);
  return batch;
}
