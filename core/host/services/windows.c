/* windows.c - services for layers that slide windows over their input */
#include "dnn-host-private.h"

/* --- build --------------------------------------------------------------- */

/* Why these windows are none, or NULL. */
static const char *
find_fault (const DnnWindows *w, int64_t filters)
{
  if (w->struct_size < DNN_END_OF (DnnWindows, before) || w->rank < 1 ||
      w->rank > DNN_MAX_AXES)
    return "rank";
  if (w->batch < 1 || w->channels < 1 || filters < 1)
    return "sizes";
  if (w->groups < 1 || w->channels % w->groups != 0 || filters % w->groups != 0)
    return "groups";
  for (uint32_t i = 0; i < DNN_MAX_AXES; i++)
    if (w->size[i] < 1 || w->positions[i] < 1 || w->taps[i] < 1 ||
        w->stride[i] < 1 || w->dilation[i] < 1)
      return "an axis";
  for (uint32_t i = w->rank; i < DNN_MAX_AXES; i++)
    if (w->size[i] != 1 || w->positions[i] != 1 || w->taps[i] != 1)
      return "an axis beyond the rank";
  return NULL;
}

/* The room of a layer is that of its most demanding windows. */
static void
widen (DnnBuild *b, DnnDeclaredList *list, int64_t n, const char *what)
{
  const DnnDeclared *row = &list->at[DNN_WINDOWS_ROOM];
  const int64_t have = row->set ? row->shape.dims[0] : 0;
  const DnnShape shape = DNN_SHAPE (MAX (MAX (have, n), 1));

  dnn_host_declare (b, list, DNN_WINDOWS_ROOM, &shape, what);
}

void
dnn_host_add_windows (DnnBuild *b, uint32_t index, const DnnWindows *windows,
                      int64_t filters)
{
  DnnBuilt *built = dnn_host_built (b, "add_windows");
  const char *fault;
  DnnConv conv;

  if (built == NULL)
    return;
  if (index >= DNN_MAX_WINDOWS) {
    dnn_host_fail (b, "windows number %u are beyond the most, %d", index,
                   DNN_MAX_WINDOWS - 1);
    return;
  }
  fault = find_fault (windows, filters);
  if (fault != NULL) {
    dnn_host_fail (b, "%s of windows %u cannot be", fault, index);
    return;
  }
  built->windows[index] = (DnnDeclaredWindows){ true, *windows, filters };
  built->n_windows = MAX (built->n_windows, index + 1);
  dnn_conv_init (&conv, windows, filters, dnn_simd ());
  widen (b, &built->worker_scratch, conv.kernel->worker_room (&conv),
         "room for windows");
  widen (b, &built->scratch, conv.kernel->shared_room (&conv),
         "room for windows");
}

DnnConv *
dnn_convs_new (const DnnBuilt *built)
{
  DnnConv *convs;

  if (built->n_windows == 0)
    return NULL;
  convs = g_new0 (DnnConv, DNN_MAX_WINDOWS);
  for (uint32_t i = 0; i < built->n_windows; i++)
    if (built->windows[i].set)
      dnn_conv_init (&convs[i], &built->windows[i].windows,
                     built->windows[i].filters, dnn_simd ());
  return convs;
}

/* --- at once ------------------------------------------------------------- */

/* Windows that build has added; NULL, with fail called, if it has not. */
static const DnnConv *
find_conv (const void *call, uint32_t windows, const char *service)
{
  const DnnContext *context = dnn_host_context (call);

  if (!dnn_host_has_numbers (call, service))
    return NULL;
  if (windows < DNN_MAX_WINDOWS && context->convs != NULL &&
      context->convs[windows].kernel != NULL)
    return &context->convs[windows];
  dnn_host_fail (call, "windows %u were not added in build", windows);
  return NULL;
}

DnnConvCall
dnn_context_conv_call (const DnnContext *self)
{
  return (DnnConvCall){
    .workers = self->worker_scratch[DNN_WINDOWS_ROOM],
    .worker_stride = self->worker_stride[DNN_WINDOWS_ROOM],
    .shared = self->windows_room,
  };
}

void
dnn_context_convolve_gradient (const DnnContext *self,
                               const DnnProduct *product, DnnTensor *dw)
{
  DnnConvCall c = dnn_context_conv_call (self);

  c.x = dnn_f32 (product->a);
  c.d = dnn_f32 (product->d);
  c.y = dnn_f32 (dw);
  dnn_conv_gradient (product->conv, self->pool, &c);
}

/* No more goes into `out` after this: the activation goes with it if
 * it is the layer's output. */
static void
finish (DnnPass *pass, const DnnTensor *out, DnnFinish *ret_finish,
        DnnConvCall *c)
{
  DnnContext *context = dnn_host_context (pass);

  if (pass->y == NULL || out != pass->y[0] || context->activation == NULL)
    return;
  *ret_finish = dnn_host_finish (pass, dnn_f32 (out), dnn_columns (out));
  context->did_activate = true;
  c->done = dnn_host_finish_tile;
  c->data = ret_finish;
}

void
dnn_host_convolve (DnnPass *pass, uint32_t windows, const DnnTensor *x,
                   const DnnTensor *W, const DnnTensor *b, DnnTensor *y)
{
  const DnnContext *context = dnn_host_context (pass);
  const DnnConv *conv = find_conv (pass, windows, "convolve");
  DnnConvCall c;
  DnnFinish done;

  if (conv == NULL)
    return;
  c = dnn_context_conv_call (context);
  c.x = dnn_f32 (x);
  c.W = dnn_f32 (W);
  c.b = dnn_f32 (b);
  c.y = dnn_f32 (y);
  finish (pass, y, &done, &c);
  dnn_conv_forward (conv, context->pool, &c);
}

void
dnn_host_convolve_back (DnnPass *pass, uint32_t windows, const DnnTensor *d,
                        const DnnTensor *W, const DnnTensor *b, DnnTensor *x)
{
  const DnnContext *context = dnn_host_context (pass);
  const DnnConv *conv = find_conv (pass, windows, "convolve_back");
  DnnConvCall c;
  DnnFinish done;

  if (conv == NULL)
    return;
  c = dnn_context_conv_call (context);
  c.d = dnn_f32 (d);
  c.W = dnn_f32 (W);
  c.b = dnn_f32 (b);
  c.y = dnn_f32 (x);
  finish (pass, x, &done, &c);
  dnn_conv_back (conv, context->pool, &c);
}

void
dnn_host_convolve_gradient (DnnPass *pass, uint32_t index, uint32_t windows,
                            const DnnTensor *x, const DnnTensor *d)
{
  const DnnConv *conv = find_conv (pass, windows, "convolve_gradient");

  if (conv != NULL)
    dnn_host_add_product (pass, index, x, d, conv);
}

void
dnn_host_window_rows (const void *call, uint32_t windows, int64_t group,
                      const float *x, int64_t first, int64_t last, float *rows)
{
  const DnnConv *conv = find_conv (call, windows, "window_rows");

  if (conv != NULL)
    dnn_conv_pack (conv, group, x, first, last - first, rows);
}

void
dnn_host_scatter_rows (const void *call, uint32_t windows, int64_t group,
                       const float *rows, int64_t first, int64_t last, float *x)
{
  const DnnConv *conv = find_conv (call, windows, "scatter_rows");

  if (conv != NULL)
    dnn_conv_scatter (conv, group, rows, first, last - first, x);
}
