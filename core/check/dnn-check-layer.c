/* dnn-check-layer.c - makes a layer's tensors and calls its plugin */
#include "dnn-check-layer.h"

#include "dnn-fill.h"

#include <math.h>

const DnnCheckMode dnn_check_modes[DNN_CHECK_MODES] = {
  { "training", true, false, ~0u, ~0u, ~0u },
  { "frozen", true, true, ~0u, ~0u, 0 },
  { "inference", false, false, ~0u, ~0u, ~0u },
};

/* --- making -------------------------------------------------------------- */

/* Of every three elements one is padding. */
static void
make_mask (DnnCheckLayer *self, uint32_t i)
{
  const DnnTensor shape = dnn_checker_mask_shape (&self->x.at[i]);
  const DnnShape sizes = dnn_shape_of (&shape);
  float *real;

  if (!self->checker->masked || shape.n_dims == 0)
    return;
  self->masks.at[i] = dnn_check_tensor (&sizes, 1);
  self->masks.pointer[i] = &self->masks.at[i];
  real = self->masks.at[i].data;
  for (int64_t k = 0; k < dnn_count (&shape); k++)
    real[k] = k % 3 != 1;
}

static void
make_inputs (DnnCheckLayer *self, int64_t batch_factor)
{
  const DnnCheckSubject *subject = self->checker->subject;

  dnn_check_list_init (&self->x, subject->n_inputs);
  dnn_check_list_init (&self->masks, subject->n_inputs);
  for (uint32_t i = 0; i < subject->n_inputs; i++) {
    const DnnExpected *expected = &self->built->expected[i];
    g_autofree char *what = g_strdup_printf ("x %u", i);

    self->x.at[i] = dnn_check_tensor (&subject->inputs[i], batch_factor);
    self->x.pointer[i] = &self->x.at[i];
    if (expected->set)
      dnn_check_fill_integer (self->checker, what, &self->x.at[i], expected);
    else
      dnn_check_fill (self->checker, what, &self->x.at[i]);
    make_mask (self, i);
  }
}

/* The plugin's own first values. */
static void
initialize (DnnCheckLayer *self, const DnnDeclared *declared, DnnTensor *t)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnComponent) initializer =
      dnn_component_parse (self->checker->subject->registry,
                           DNN_KIND_INITIALIZER, declared->initializer, &error);
  const DnnFilled filled = {
    .name = declared->name,
    .key = { .seed = self->checker->subject->seed,
             .owner = dnn_random_owner (declared->name) },
    .fan_in = declared->fan_in,
    .fan_out = declared->fan_out,
    .x = self->x.pointer[0],
    .w = t,
  };

  if (initializer == NULL)
    dnn_checker_fail (self->checker, "the initializer of %s: %s",
                      declared->name, error->message);
  else if (!dnn_fill (initializer, &filled, &error))
    dnn_checker_fail (self->checker, "%s", error->message);
}

/* First values, moved off zeros and ones, upwards for buffers: a variance must
 * stay positive. */
static void
make_state (DnnCheckLayer *self, DnnCheckList *list,
            const DnnDeclaredList *declared, bool upwards)
{
  dnn_check_list_declared (list, declared, 1);
  for (uint32_t i = 0; i < list->n; i++) {
    DnnTensor *t = &list->at[i];
    DnnCheckList noise;
    const float *by;
    float *data = t->data;

    if (data == NULL)
      continue;
    initialize (self, &declared->at[i], t);
    if (t->dtype != DNN_FLOAT32)
      continue;
    dnn_check_list_init (&noise, 1);
    noise.at[0] = dnn_check_tensor (&declared->at[i].shape, 1);
    dnn_check_fill (self->checker, declared->at[i].name, &noise.at[0]);
    by = noise.at[0].data;
    for (int64_t j = 0; j < dnn_count (t); j++)
      data[j] += 0.3f * (upwards ? fabsf (by[j]) : by[j]);
    dnn_check_list_clear (&noise);
  }
}

static void
make_outputs (DnnCheckLayer *self)
{
  const DnnBuilt *built = self->built;

  dnn_check_list_declared (&self->y, &built->outputs, 1);
  dnn_check_list_declared (&self->dy, &built->outputs, 1);
  for (uint32_t i = 0; i < self->dy.n; i++) {
    g_autofree char *what = g_strdup_printf ("dy %u", i);

    dnn_check_fill (self->checker, what, &self->dy.at[i]);
  }
  dnn_check_list_copy (&self->dx, &self->x);
  dnn_check_list_declared (&self->dw, &built->weights, 1);
  dnn_check_list_declared (&self->saved, &built->saved, 1);
  dnn_check_list_declared (&self->y_masks, &built->own_masks, 1);
  dnn_check_list_declared (&self->states, &built->states, 1);
  dnn_check_list_declared (&self->scratch, &built->scratch, 1);
  dnn_check_list_declared (
      &self->worker, &built->worker_scratch,
      dnn_pool_size (self->checker->pools[DNN_CHECK_POOLS - 1]));
  for (uint32_t i = 0; i < self->worker.n; i++) {
    self->worker_data[i] = self->worker.at[i].data;
    self->worker_stride[i] = dnn_count (&self->worker.at[i]);
  }
}

static DnnTensor **
clone_pointers (const DnnCheckList *list)
{
  DnnTensor **array = g_new0 (DnnTensor *, MAX (list->n + 1, DNN_MAX_DECLARED));

  for (uint32_t i = 0; i < list->n; i++)
    array[i] = list->pointer[i];
  return array;
}

static void
make_pass (DnnCheckLayer *self)
{
  self->convs = dnn_convs_new (self->built);
  self->context.host = &dnn_host;
  self->context.convs = self->convs;
  if (self->convs != NULL)
    self->context.windows_room = self->scratch.at[DNN_WINDOWS_ROOM].data;
  self->context.pool = self->checker->pools[0];
  self->context.key.seed = self->checker->subject->seed;
  self->context.key.owner =
      dnn_random_owner (self->checker->component->plugin->name);
  self->context.key.step = 3;
  self->context.worker_scratch = self->worker_data;
  self->context.worker_stride = self->worker_stride;
  self->pass = (DnnPass){
    .call = { DNN_END_OF (DnnPass, rows), 0, &self->context },
    .step = 3,
    .n_inputs = self->x.n,
    .n_outputs = self->y.n,
    .x = (const DnnTensor *const *) self->x.pointer,
    .y = self->y.pointer,
    .dy = (const DnnTensor *const *) clone_pointers (&self->dy),
    .dx = clone_pointers (&self->dx),
    .w = (const DnnTensor *const *) self->w.pointer,
    .dw = clone_pointers (&self->dw),
    .buffers = self->buffers.pointer,
    .saved = self->saved.pointer,
    .scratch = self->scratch.pointer,
    .masks = (const DnnTensor *const *) self->masks.pointer,
    .y_masks = self->y_masks.pointer,
  };
}

DnnCheckLayer *
dnn_check_layer_new (DnnChecker *checker, int64_t batch_factor)
{
  g_autoptr (GError) error = NULL;
  DnnBuilt *built = dnn_checker_build (checker, batch_factor, &error);
  DnnCheckLayer *self;

  if (built == NULL) {
    dnn_checker_fail (checker, "%s", error->message);
    return NULL;
  }
  self = g_new0 (DnnCheckLayer, 1);
  self->checker = checker;
  self->ops = checker->component->code->ops;
  self->built = built;
  make_inputs (self, batch_factor);
  make_state (self, &self->w, &built->weights, false);
  make_state (self, &self->buffers, &built->buffers, true);
  dnn_check_list_copy (&self->first_buffers, &self->buffers);
  make_outputs (self);
  make_pass (self);
  return self;
}

void
dnn_check_layer_free (DnnCheckLayer *self)
{
  DnnCheckList *lists[] = {
    &self->x,       &self->y,       &self->dy,      &self->dx,
    &self->w,       &self->dw,      &self->buffers, &self->first_buffers,
    &self->saved,   &self->scratch, &self->worker,  &self->masks,
    &self->y_masks, &self->states
  };

  if (self == NULL)
    return;
  g_free ((void *) self->pass.dy);
  g_free ((void *) self->pass.dx);
  g_free ((void *) self->pass.dw);
  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    dnn_check_list_clear (lists[i]);
  dnn_context_clear (&self->context);
  g_free (self->convs);
  g_free (self->built);
  g_free (self);
}

/* --- running ------------------------------------------------------------- */

typedef struct {
  DnnCheckLayer *layer;
  int32_t (*op) (const void *self, const DnnHost *host, DnnPass *pass);
  int32_t status;
} Call;

static void
call_op (void *data)
{
  Call *call = data;

  call->status = call->op (call->layer->checker->component->self, &dnn_host,
                           &call->layer->pass);
}

bool
dnn_check_layer_run_first (DnnCheckLayer *self)
{
  const DnnWatched lists[] = {
    { "x", &self->x, true },
    { "y", &self->y, true },
    { "dy", &self->dy, true },
    { "dx", &self->dx, true },
    { "w", &self->w, false },
    { "dw", &self->dw, true },
    { "buffer", &self->buffers, false },
    { "saved tensor", &self->saved, true },
    { "scratch", &self->scratch, false },
    { "worker scratch", &self->worker, false },
  };
  Call call = { self, self->ops->first, 0 };

  dnn_check_list_poison (&self->scratch);
  return dnn_checker_call (self->checker, "first", lists, G_N_ELEMENTS (lists),
                           call_op, &call) &&
         dnn_checker_status (self->checker, &self->context, call.status,
                             "first");
}

static bool
run_op (DnnCheckLayer *self, bool backward)
{
  const bool moves = self->pass.training && !self->pass.frozen && !backward;
  const bool shared = self->y.at[0].data == self->x.at[0].data;
  const char *what = backward ? "backward" : "forward";
  const DnnWatched lists[] = {
    { "x", &self->x, !shared },
    { "y", &self->y, backward && !shared },
    { "dy", &self->dy, !shared },
    { "dx", &self->dx, !backward && !shared },
    { "w", &self->w, true },
    { "dw", &self->dw, !backward },
    { "buffer", &self->buffers, !moves },
    { "saved tensor", &self->saved, backward },
    { "mask", &self->masks, true },
    { "mask of y", &self->y_masks, backward },
    { "state", &self->states, backward || self->pass.states == NULL },
    { "scratch", &self->scratch, false },
    { "worker scratch", &self->worker, false },
  };
  Call call = { self, backward ? self->ops->backward : self->ops->forward, 0 };

  return dnn_checker_call (self->checker, what, lists, G_N_ELEMENTS (lists),
                           call_op, &call) &&
         dnn_checker_status (self->checker, &self->context, call.status, what);
}

bool
dnn_check_layer_forward (DnnCheckLayer *self, const DnnCheckMode *mode)
{
  dnn_check_list_restore (&self->buffers, &self->first_buffers);
  if (self->y.at[0].data != self->x.at[0].data)
    dnn_check_list_poison (&self->y);
  dnn_check_list_poison (&self->saved);
  dnn_check_list_poison (&self->y_masks);
  dnn_check_list_poison (&self->scratch);
  self->pass.training = mode->training;
  self->pass.frozen = mode->frozen;
  return run_op (self, false);
}

static void
mask (DnnTensor **array, const DnnCheckList *list, uint32_t bits)
{
  for (uint32_t i = 0; i < list->n; i++)
    array[i] = (bits >> i & 1) != 0 ? list->pointer[i] : NULL;
}

/* Computes the weight gradients that the plugin left to the host. */
static void
multiply_products (DnnCheckLayer *self)
{
  for (uint32_t i = 0; i < self->context.n_products; i++) {
    const DnnProduct *product = &self->context.products[i];

    if (product->conv != NULL)
      dnn_context_convolve_gradient (&self->context, product,
                                     self->pass.dw[product->index]);
    else
      dnn_matmul (&dnn_host, &self->pass, 1, product->a, 0, product->d,
                  self->pass.dw[product->index]);
  }
}

bool
dnn_check_layer_backward (DnnCheckLayer *self, const DnnCheckMode *mode)
{
  if (self->dx.at[0].data != self->dy.at[0].data)
    dnn_check_list_poison (&self->dx);
  dnn_check_list_poison (&self->dw);
  dnn_check_list_poison (&self->scratch);
  mask ((DnnTensor **) self->pass.dy, &self->dy, mode->dy);
  mask ((DnnTensor **) self->pass.dx, &self->dx, mode->dx);
  mask ((DnnTensor **) self->pass.dw, &self->dw, mode->dw);
  self->context.n_products = 0;
  if (!run_op (self, true))
    return false;
  multiply_products (self);
  return true;
}

bool
dnn_check_layer_run (DnnCheckLayer *self, const DnnCheckMode *mode)
{
  return dnn_check_layer_forward (self, mode) &&
         dnn_check_layer_backward (self, mode);
}

/* --- names --------------------------------------------------------------- */

char *
dnn_check_layer_name (const DnnCheckList *list, const char *what, uint32_t i)
{
  return list->n > 1 ? g_strdup_printf ("%s %u", what, i) : g_strdup (what);
}

char *
dnn_check_layer_dw_name (const DnnCheckLayer *self, uint32_t i)
{
  return g_strdup_printf ("dw %s", self->built->weights.at[i].name);
}
