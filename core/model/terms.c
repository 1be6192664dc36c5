/* terms.c - layers that take targets or give terms of the loss, and which
 * layers the outputs need
 */
#include "dnn-model-private.h"

const DnnExpected *
dnn_model_expected_target (const DnnModel *self, uint32_t i)
{
  return &self->expected[i];
}

void
dnn_model_note_expected (DnnModel *self, const DnnLayer *layer,
                         const DnnBuilt *built)
{
  for (uint32_t i = 0; i < layer->n_inputs; i++) {
    const DnnExpected *expected = &built->expected[i];
    const uint32_t target = layer->inputs[i].output - self->inputs.n;

    if (layer->inputs[i].layer >= 0 || target >= DNN_MAX_PARTS ||
        (!expected->set && !expected->ranged))
      continue;
    self->expected[target] = *expected;
    self->expected[target].who = g_intern_string (layer->name);
  }
}

bool
dnn_layer_takes_target (const DnnLayer *self, const DnnModel *model)
{
  for (uint32_t i = 0; i < self->n_inputs; i++)
    if (self->inputs[i].layer < 0 &&
        self->inputs[i].output >= dnn_model_n_inputs (model))
      return true;
  return false;
}

bool
dnn_model_takes_target (const DnnModel *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    if (dnn_layer_takes_target (dnn_model_layer (self, i), self))
      return true;
  return false;
}

bool
dnn_layer_has_term (const DnnLayer *self)
{
  for (uint32_t i = 0; i < self->outputs.n; i++)
    if (self->outputs.at[i].is_term)
      return true;
  return false;
}

bool
dnn_model_has_term (const DnnModel *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    if (dnn_layer_has_term (dnn_model_layer (self, i)))
      return true;
  return false;
}

bool *
dnn_model_find_needed (const DnnModel *self)
{
  bool *needed = g_new0 (bool, self->layers->len + 1);

  for (uint32_t i = 0; i < self->n_outputs; i++)
    needed[self->outputs[i]] = true;
  for (guint i = self->layers->len; i-- > 0;) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    for (uint32_t j = 0; needed[i] && j < layer->n_inputs; j++)
      if (layer->inputs[j].layer >= 0)
        needed[layer->inputs[j].layer] = true;
  }
  return needed;
}
