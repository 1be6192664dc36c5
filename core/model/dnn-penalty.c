/* dnn-penalty.c - calls regularizers and constraints */
#include "dnn-penalty.h"

#include "dnn-build.h"
#include "dnn-host.h"
#include "dnn-kind.h"
#include "dnn-memory.h"
#include "dnn-running.h"

/* Elements whose gradient is made at a time. */
enum { CHUNK = 512 };

DnnComponent *
dnn_penalty_new (DnnRegistry *registry, DnnKind kind, const DnnSpec *spec,
                 const DnnTensor *weight, GError **error)
{
  g_autoptr (DnnComponent) self =
      dnn_component_new (registry, kind, spec, NULL, error);
  g_autofree DnnBuilt *built = NULL;
  g_autoptr (GError) refusal = NULL;

  if (self == NULL)
    return NULL;
  built = dnn_build (self, self->plugin->name, &weight, 1, &refusal);
  if (built != NULL)
    return g_steal_pointer (&self);
  /* The key says what the weight cannot have: its value is wrong. */
  g_set_error_literal (error, DNN_ERROR,
                       refusal->code == DNN_ERROR_SHAPE ? DNN_ERROR_PARAM
                                                        : refusal->code,
                       refusal->message);
  return NULL;
}

static bool
is_elementwise (const DnnComponent *component)
{
  return (component->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
}

static DnnContext
make_context (const DnnWeight *self, DnnPool *pool)
{
  return (DnnContext){ .host = &dnn_host,
                       .pool = pool,
                       .key = { .owner = dnn_random_owner (self->name) } };
}

/* --- regularizers -------------------------------------------------------- */

/* The penalty of `w`, the weight or a part of it, and its gradient in `dw`. */
static double
penalize (const DnnComponent *regularizer, DnnContext *context,
          const DnnTensor *w, DnnTensor *dw)
{
  const DnnRegularizerOps *ops = regularizer->code->ops;
  DnnPenaltyPass pass = {
    .call = { DNN_END_OF (DnnPenaltyPass, dw), 0, context },
    .w = w,
    .dw = dw,
  };

  return ops->penalty (regularizer->self, &dnn_host, &pass);
}

static double
penalize_whole (const DnnWeight *self, DnnPool *pool, DnnTensor *dw)
{
  const DnnComponent *regularizer = self->regularizer;
  const DnnRunning running = { dnn_kind_name (DNN_KIND_REGULARIZER), self->name,
                               regularizer->plugin->name, "penalty" };
  DnnContext context = make_context (self, pool);
  double penalty;

  dnn_running_begin (&running);
  penalty = penalize (regularizer, &context, &self->tensor, dw);
  dnn_running_end ();
  dnn_context_clear (&context);
  return penalty;
}

double
dnn_weight_penalty (const DnnWeight *self, DnnPool *pool)
{
  return self->regularizer != NULL ? penalize_whole (self, pool, NULL) : 0;
}

size_t
dnn_weight_penalty_bytes (const DnnWeight *self)
{
  return self->regularizer != NULL && !is_elementwise (self->regularizer)
             ? (size_t) dnn_count (&self->tensor) * sizeof (float)
             : 0;
}

bool
dnn_weight_prepare_penalty (DnnWeight *self, GError **error)
{
  const size_t bytes = dnn_weight_penalty_bytes (self);

  if (bytes > 0 && self->penalty_gradient == NULL)
    self->penalty_gradient = dnn_memory_new (bytes, error);
  return bytes == 0 || self->penalty_gradient != NULL;
}

void
dnn_weight_begin_penalty (DnnWeight *self, DnnPool *pool)
{
  DnnTensor dw = self->tensor;

  if (self->penalty_gradient == NULL)
    return;
  dw.data = self->penalty_gradient;
  penalize_whole (self, pool, &dw);
}

static void
add_to (float *g, const float *dw, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    g[i] += dw[i];
}

void
dnn_weight_add_penalty (const DnnWeight *self, int64_t first, float *g,
                        int64_t n)
{
  float *data = (float *) self->tensor.data + first;
  float room[CHUNK];
  DnnContext context;

  if (self->regularizer == NULL)
    return;
  if (self->penalty_gradient != NULL) {
    add_to (g, self->penalty_gradient + first, n);
    return;
  }
  context = make_context (self, NULL);
  for (int64_t i = 0; i < n; i += CHUNK) {
    const DnnTensor w = { data + i, DNN_FLOAT32, 1, { MIN (CHUNK, n - i) } };
    DnnTensor dw = w;

    dw.data = room;
    penalize (self->regularizer, &context, &w, &dw);
    add_to (g + i, room, w.dims[0]);
  }
  dnn_context_clear (&context);
}

/* --- constraints --------------------------------------------------------- */

void
dnn_weight_constrain (DnnWeight *self, DnnPool *pool)
{
  const DnnComponent *constraint = self->constraint;
  const DnnConstraintOps *ops;
  DnnRunning running = { dnn_kind_name (DNN_KIND_CONSTRAINT), self->name, NULL,
                         "constrain" };
  DnnContext context;
  DnnConstraintPass pass = {
    .call = { DNN_END_OF (DnnConstraintPass, w), 0, &context },
    .w = &self->tensor,
  };

  if (constraint == NULL)
    return;
  ops = constraint->code->ops;
  running.plugin = constraint->plugin->name;
  context = make_context (self, pool);
  dnn_running_begin (&running);
  ops->constrain (constraint->self, &dnn_host, &pass);
  dnn_running_end ();
  dnn_context_clear (&context);
}
