/* optimizer-room.c - scratch of a step, and room for the arrays of one that
 * looks at all weights
 *
 * Weights that are stepped one after another use the same room; those that are
 * stepped together have each its own.
 */
#include "dnn-optimizer-private.h"

#include "dnn-arena.h"
#include "dnn-memory.h"
#include "dnn-shape.h"

static size_t
block_bytes (const DnnDeclared *block)
{
  int64_t n = 0;

  if (!block->set || !dnn_shape_count (&block->shape, &n))
    return 0;
  return dnn_arena_align ((size_t) n * sizeof (float));
}

static size_t
list_bytes (const DnnDeclaredList *list)
{
  size_t bytes = 0;

  for (uint32_t i = 0; i < list->n; i++)
    bytes += block_bytes (&list->at[i]);
  return bytes;
}

/* True if all weights have theirs at the same time. */
static bool
is_together (const DnnOptimizer *self, DnnOptimizerRole role)
{
  return role == DNN_ROLE_AROUND || self->all == self->component;
}

static size_t
role_bytes (const DnnOptimizer *self, DnnOptimizerRole role)
{
  size_t most = 0, sum = 0;

  for (guint i = 0; i < self->states->len; i++) {
    const DnnWeightState *state = g_ptr_array_index (self->states, i);
    const size_t bytes = list_bytes (&state->scratch[role]);

    most = MAX (most, bytes);
    sum += bytes;
  }
  return is_together (self, role) ? sum : most;
}

size_t
dnn_optimizer_scratch_bytes (const DnnOptimizer *self)
{
  return role_bytes (self, DNN_ROLE_TYPE) + role_bytes (self, DNN_ROLE_AROUND);
}

static void
place (DnnWeightState *state, DnnOptimizerRole role, char *at)
{
  const DnnDeclaredList *list = &state->scratch[role];

  for (uint32_t i = 0; i < list->n; i++) {
    state->scratch_at[role][i] = list->at[i].set ? (float *) (void *) at : NULL;
    at += block_bytes (&list->at[i]);
  }
}

static void
place_all (DnnOptimizer *self)
{
  char *at = self->room;

  for (int role = 0; role < DNN_N_ROLES; role++) {
    char *of = at;

    for (guint i = 0; i < self->states->len; i++) {
      DnnWeightState *state = g_ptr_array_index (self->states, i);

      place (state, (DnnOptimizerRole) role, of);
      if (is_together (self, (DnnOptimizerRole) role))
        of += list_bytes (&state->scratch[role]);
    }
    at += role_bytes (self, (DnnOptimizerRole) role);
  }
}

bool
dnn_optimizer_make_room (DnnOptimizer *self, GError **error)
{
  const size_t n = dnn_optimizer_scratch_bytes (self);

  if (n > self->n_room) {
    g_clear_pointer (&self->room, dnn_memory_free);
    self->n_room = 0;
    self->room = dnn_memory_new (n, error);
    if (self->room == NULL)
      return false;
    self->n_room = n;
  }
  place_all (self);
  self->steps = g_renew (DnnStep, self->steps, self->states->len + 1);
  self->step_at = g_renew (DnnStep *, self->step_at, self->states->len + 1);
  return true;
}
