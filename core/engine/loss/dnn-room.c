/* dnn-room.c - calls a loss or metric, with scratch for the batch at hand */
#include "dnn-room.h"

#include "dnn-dtype.h"
#include "dnn-host.h"
#include "dnn-kind.h"
#include "dnn-running.h"
#include "dnn-shape.h"

#include <float.h>
#include <math.h>

struct DnnRoom {
  bool is_used;
  int64_t batch; /* for which it is laid out; 0: none yet */
  DnnTensor scratch[DNN_MAX_DECLARED];
  DnnTensor *pointer[DNN_MAX_DECLARED];
  float *worker[DNN_MAX_DECLARED];
  int64_t stride[DNN_MAX_DECLARED];
  float *block; /* (owned) room for n numbers */
  int64_t n;
};

/* Numbers of a cache line: workers do not share one. */
enum { LINE = 16 };

DnnRoom *
dnn_room_new (void)
{
  return g_new0 (DnnRoom, 1);
}

void
dnn_room_free (DnnRoom *self)
{
  if (self == NULL)
    return;
  g_free (self->block);
  g_free (self);
}

void
dnn_room_set_built (DnnRoom *self, const DnnBuilt *built)
{
  self->is_used = built->scratch.n > 0 || built->worker_scratch.n > 0;
  self->batch = 0;
}

/* Floats that it takes. */
static int64_t
lines_of (const DnnDeclared *declared)
{
  const DnnTensor t = dnn_declared_tensor (declared);
  const size_t line = LINE * sizeof (float);

  return (int64_t) ((dnn_tensor_bytes (&t) + line - 1) / line * LINE);
}

/* Places all in `block`, which may be NULL.  Returns: the numbers it takes. */
static int64_t
lay_out (DnnRoom *self, const DnnBuilt *built, unsigned n_workers, float *block)
{
  int64_t n = 0;

  for (uint32_t i = 0; i < built->scratch.n; i++) {
    if (!built->scratch.at[i].set)
      continue;
    self->scratch[i] = dnn_declared_tensor (&built->scratch.at[i]);
    self->scratch[i].data = block != NULL ? block + n : NULL;
    self->pointer[i] = &self->scratch[i];
    n += lines_of (&built->scratch.at[i]);
  }
  for (uint32_t i = 0; i < built->worker_scratch.n; i++) {
    if (!built->worker_scratch.at[i].set)
      continue;
    self->stride[i] = lines_of (&built->worker_scratch.at[i]);
    self->worker[i] = block != NULL ? block + n : NULL;
    n += self->stride[i] * n_workers;
  }
  return n;
}

/* The subject of a call, as build gets it. */
typedef struct {
  const DnnComponent *component;
  const DnnTensor *y_pred, *y_true;
  const DnnTensor *const *masks; /* NULL: none */
} Call;

static bool
build_for (DnnRoom *self, const Call *call, const DnnContext *context,
           GError **error)
{
  DnnTensor shapes[] = { *call->y_pred, *call->y_true, { 0 } };
  const DnnTensor *x[] = { &shapes[0], &shapes[1] };
  const DnnTensor *masks[] = { NULL, NULL };
  const unsigned n_workers = dnn_pool_size (context->pool);
  g_autofree DnnBuilt *built = NULL;
  int64_t n;

  if (call->masks != NULL && call->masks[0] != NULL) {
    shapes[2] = *call->masks[0];
    masks[0] = &shapes[2];
  }
  shapes[0].data = shapes[1].data = shapes[2].data = NULL;
  built = dnn_build_masked (call->component, call->component->plugin->name, x,
                            masks, 2, error);
  if (built == NULL)
    return false;
  n = lay_out (self, built, n_workers, NULL);
  if (n > self->n) {
    g_free (self->block);
    self->block = g_new (float, (gsize) n);
    self->n = n;
  }
  lay_out (self, built, n_workers, self->block);
  self->batch = call->y_pred->dims[0];
  return true;
}

static bool
fit (DnnRoom *self, const Call *call, DnnContext *context, GError **error)
{
  if (self->is_used && self->batch != call->y_pred->dims[0] &&
      !build_for (self, call, context, error))
    return false;
  context->worker_scratch = self->worker;
  context->worker_stride = self->stride;
  return true;
}

/* --- calls --------------------------------------------------------------- */

static DnnRunning
running_of (const DnnComponent *component, const char *call)
{
  const char *name = component->plugin->name;

  return (DnnRunning){ dnn_kind_name ((DnnKind) component->code->kind), name,
                       name, call };
}

static bool
check_call (DnnContext *context, int32_t status, const char *who,
            GError **error)
{
  dnn_running_end ();
  if (status == 0 && context->message == NULL)
    return true;
  dnn_context_take_error (context, who, DNN_ERROR_DATA, error);
  return false;
}

/* True if all of them are numbers; without a branch, as it looks at every
 * prediction. */
static bool
are_finite (const float *y, int64_t n)
{
  int found = 0;

  for (int64_t i = 0; i < n; i++)
    found |= !(fabsf (y[i]) <= FLT_MAX);
  return found == 0;
}

/* A loss that clips or compares makes a number of what is none; nobody is to
 * take such predictions for the best. */
static void
spread_nan (const DnnLossPass *pass)
{
  const int64_t samples = pass->y_pred->dims[0];
  const int64_t n = dnn_count (pass->y_pred) / MAX (samples, 1);
  const float *y = pass->y_pred->data;

  if (are_finite (y, samples * n))
    return;
  for (int64_t i = 0; i < samples; i++)
    if (isfinite (pass->value[i]) && !are_finite (y + i * n, n))
      pass->value[i] = NAN;
}

bool
dnn_room_call_loss (DnnRoom *self, const DnnComponent *loss, DnnLossPass *pass,
                    const char *who, GError **error)
{
  const DnnLossOps *ops = loss->code->ops;
  const bool gradient = pass->dy_pred != NULL;
  const DnnRunning running = running_of (loss, gradient ? "gradient" : "value");
  const Call call = { loss, pass->y_pred, pass->y_true, pass->masks };
  DnnContext *context = pass->call.host_data;
  int32_t status;

  if (!fit (self, &call, context, error))
    return false;
  pass->scratch = self->pointer;
  dnn_running_begin (&running);
  status =
      (gradient ? ops->gradient : ops->value) (loss->self, &dnn_host, pass);
  if (pass->value != NULL)
    spread_nan (pass);
  return check_call (context, status, who, error);
}

bool
dnn_room_call_metric (DnnRoom *self, const DnnComponent *metric,
                      DnnMetricPass *pass, const char *who, GError **error)
{
  const DnnMetricOps *ops = metric->code->ops;
  const DnnRunning running = running_of (metric, "update");
  const Call call = { metric, pass->y_pred, pass->y_true, NULL };
  DnnContext *context = pass->call.host_data;
  int32_t status;

  if (!fit (self, &call, context, error))
    return false;
  pass->scratch = self->pointer;
  dnn_running_begin (&running);
  status = ops->update (metric->self, &dnn_host, pass);
  return check_call (context, status, who, error);
}
