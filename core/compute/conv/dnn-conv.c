/* dnn-conv.c - picks a kernel */
#include "dnn-conv-private.h"

static const DnnConvKernel *const kernels[] = {
#define KERNEL(name) &dnn_conv_by_##name,
#include "dnn-conv-list.h"
#undef KERNEL
};

const DnnConvKernel *const *
dnn_conv_kernels (size_t *ret_n)
{
  *ret_n = G_N_ELEMENTS (kernels);
  return kernels;
}

static int64_t
product (const int64_t *n)
{
  return n[0] * n[1] * n[2];
}

static const DnnConvKernel *
find_kernel (const DnnConv *self)
{
  const size_t last = G_N_ELEMENTS (kernels) - 1;
  const char *wanted = g_getenv ("DNN_CONV");
  size_t i = 0;

  if (g_strcmp0 (wanted, kernels[last]->name) == 0)
    return kernels[last];
  while (kernels[i]->simd > self->simd || !kernels[i]->takes (self))
    i++;
  return kernels[i];
}

/* The same windows along the last axes, whose numbers lie side by side. */
static DnnWindows
along_last_axes (const DnnWindows *w)
{
  const int shift = DNN_MAX_AXES - (int) w->rank;
  DnnWindows last = *w;

  last.rank = DNN_MAX_AXES;
  for (int to = 0; to < DNN_MAX_AXES; to++) {
    const int from = (to + (int) w->rank) % DNN_MAX_AXES;

    g_assert (to >= shift || w->positions[from] == 1);
    last.size[to] = w->size[from];
    last.positions[to] = w->positions[from];
    last.taps[to] = w->taps[from];
    last.stride[to] = w->stride[from];
    last.dilation[to] = w->dilation[from];
    last.before[to] = w->before[from];
  }
  return last;
}

void
dnn_conv_init (DnnConv *self, const DnnWindows *windows, int64_t filters,
               DnnSimd simd)
{
  *self = (DnnConv){
    .windows = along_last_axes (windows),
    .filters = filters,
    .group_channels = windows->channels / windows->groups,
    .group_filters = filters / windows->groups,
    .n_taps = product (windows->taps),
    .n_positions = product (windows->positions),
    .n_pixels = product (windows->size),
    .simd = simd,
  };
  self->row = self->n_taps * self->group_channels;
  self->kernel = find_kernel (self);
}

void
dnn_conv_forward (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  self->kernel->forward (self, pool, call);
}

void
dnn_conv_back (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  self->kernel->back (self, pool, call);
}

void
dnn_conv_gradient (const DnnConv *self, DnnPool *pool, const DnnConvCall *call)
{
  self->kernel->gradient (self, pool, call);
}
