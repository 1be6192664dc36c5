/* dnn-plan-states.c - what layers keep from call to call */
#include "dnn-plan-states.h"

#include "dnn-memory.h"
#include "dnn-shape.h"

#include <string.h>

void
dnn_plan_declare_states (const DnnPlan *self, DnnStage *stage)
{
  const DnnDeclaredList *states = &stage->built->states;
  DnnTensor **pointers;

  if (!self->options.keeps_states)
    return;
  pointers = g_new0 (DnnTensor *, DNN_MAX_DECLARED);
  stage->states = g_new0 (DnnTensor, states->n + 1);
  for (uint32_t i = 0; i < states->n; i++) {
    stage->states[i] = dnn_tensor_of (&states->at[i].shape);
    pointers[i] = states->at[i].set ? &stage->states[i] : NULL;
  }
  stage->pass.states = pointers;
}

/* Places the states of all stages side by side in `block`, which may be NULL.
 * Returns: how many numbers they are. */
static int64_t
lay_out (DnnPlan *self, float *block)
{
  int64_t n = 0;

  for (size_t i = 0; i < self->n_stages; i++)
    for (uint32_t j = 0; j < self->stages[i].built->states.n; j++) {
      DnnTensor *t = &self->stages[i].states[j];

      if (!self->stages[i].built->states.at[j].set)
        continue;
      t->data = block != NULL ? block + n : NULL;
      n += dnn_count (t);
    }
  return n;
}

bool
dnn_plan_allocate_states (DnnPlan *self, GError **error)
{
  if (!self->options.keeps_states)
    return true;
  self->n_states = lay_out (self, NULL);
  self->states =
      dnn_memory_new ((size_t) self->n_states * sizeof (float), error);
  if (self->states == NULL)
    return false;
  lay_out (self, self->states);
  return true;
}

void
dnn_plan_forget_states (DnnPlan *self)
{
  if (self->states != NULL)
    memset (self->states, 0, (size_t) self->n_states * sizeof (float));
}
