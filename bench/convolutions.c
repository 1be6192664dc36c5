/* convolutions.c - single convolutions, by every kernel of the list
 *
 * Prints GFLOP/s on one thread of forward, dx and dW, medians of rounds in
 * which each has its turn, and the share of the peak that products of 1024 rows
 * reach here.  0.0: the kernel does not take the layer, or it is the last one,
 * which follows the definition.
 */
#include "median.h"

#include <dnn-blas.h>
#include <dnn-conv.h>
#include <dnn-gemm.h>
#include <stdio.h>
#include <string.h>

/* Microseconds of a measurement. */
enum { TURN = 20000, ROUNDS = 5, MOST_KERNELS = 16 };

typedef struct {
  const char *name;
  int64_t batch, size, channels, filters, taps, stride, before, positions;
  bool depthwise;
} Layer;

static const Layer layers[] = {
  { "28x28x1 to 32, valid", 64, 28, 1, 32, 3, 1, 0, 26, false },
  { "13x13x32 to 64, valid", 64, 13, 32, 64, 3, 1, 0, 11, false },
  { "32x32x3 to 16, same", 64, 32, 3, 16, 3, 1, 1, 32, false },
  { "32x32x16 to 16, same", 64, 32, 16, 16, 3, 1, 1, 32, false },
  { "16x16x32 to 32, same", 64, 16, 32, 32, 3, 1, 1, 16, false },
  { "8x8x64 to 64, same", 64, 8, 64, 64, 3, 1, 1, 8, false },
  { "56x56x64 to 64, same", 8, 56, 64, 64, 3, 1, 1, 56, false },
  { "32x32x16 to 32, by 2", 64, 32, 16, 32, 3, 2, 0, 16, false },
  { "14x14x96 to 576, 1x1", 8, 14, 96, 576, 1, 1, 0, 14, false },
  { "56x56x144 depthwise", 8, 56, 144, 144, 3, 1, 1, 56, true },
  { "14x14x576 depthwise", 8, 14, 576, 576, 3, 1, 1, 14, true },
};

static float *
draw (int64_t n)
{
  float *numbers = g_new (float, n);

  for (int64_t i = 0; i < n; i++)
    numbers[i] = (float) rand () / (float) RAND_MAX - 0.5f;
  return numbers;
}

typedef void (*Call) (const DnnConv *self, DnnPool *pool,
                      const DnnConvCall *call);

static double
time_call (const DnnConv *conv, Call function, const DnnConvCall *call)
{
  const int64_t start = g_get_monotonic_time ();
  int64_t passed = 0, n = 0;

  for (; passed < TURN; n++, passed = g_get_monotonic_time () - start)
    function (conv, NULL, call);
  return (double) passed / (double) n;
}

static double
measure_peak (void)
{
  enum { N = 1024 };
  g_autofree float *a = draw (N * N), *b = draw (N * N), *c = draw (N * N);
  const DnnGemm gemm = { DNN_GEMM (0, 0), .m = N, .n = N, .k = N,
                         .alpha = 1,      .a = a, .b = b, .c = c };
  double best = 0;

  for (int r = 0; r < ROUNDS; r++) {
    const int64_t start = g_get_monotonic_time ();

    dnn_gemm_multiply (&gemm, NULL, dnn_simd ());
    best = MAX (best, 2.0 * N * N * N / 1e3 /
                          (double) (g_get_monotonic_time () - start));
  }
  return best;
}

static void
print_row (const Layer *layer, const char *what, DnnConv *conv, Call function,
           const DnnConvCall *call, double peak)
{
  const double flops = 2.0 * (double) layer->batch *
                       (double) conv->n_positions * (double) conv->row *
                       (double) conv->filters;
  double times[MOST_KERNELS][ROUNDS] = { { 0 } }, best = 0;
  size_t n;
  const DnnConvKernel *const *kernels = dnn_conv_kernels (&n);

  for (int r = 0; r < ROUNDS; r++)
    for (size_t i = 0; i + 1 < n; i++) {
      if (kernels[i]->simd > conv->simd || !kernels[i]->takes (conv))
        continue;
      conv->kernel = kernels[i];
      times[i][r] = time_call (conv, function, call);
    }
  printf ("%-22s %-3s", layer->name, what);
  for (size_t i = 0; i + 1 < n; i++) {
    const double time = median (times[i], ROUNDS);
    const double speed = time > 0 ? flops / time / 1e3 : 0;

    printf (" %10.1f", speed);
    best = MAX (best, speed);
  }
  printf ("  %5.0f %%\n", 100 * best / peak);
}

static void
measure (const Layer *layer, double peak)
{
  const int64_t s = layer->size, p = layer->positions, t = layer->taps;
  const int64_t b = layer->before, stride = layer->stride;
  const DnnWindows w = { .struct_size = sizeof w,
                         .rank = 2,
                         .batch = layer->batch,
                         .channels = layer->channels,
                         .groups = layer->depthwise ? layer->channels : 1,
                         .size = { s, s, 1 },
                         .positions = { p, p, 1 },
                         .taps = { t, t, 1 },
                         .stride = { stride, stride, 1 },
                         .dilation = { 1, 1, 1 },
                         .before = { b, b, 0 } };
  DnnConv conv;
  size_t n;
  const DnnConvKernel *const *kernels = dnn_conv_kernels (&n);
  int64_t n_worker = 1, n_shared = 1;

  dnn_conv_init (&conv, &w, layer->filters, dnn_simd ());
  for (size_t i = 0; i < n; i++)
    if (kernels[i]->simd <= conv.simd && kernels[i]->takes (&conv)) {
      n_worker = MAX (n_worker, kernels[i]->worker_room (&conv));
      n_shared = MAX (n_shared, kernels[i]->shared_room (&conv));
    }
  {
    const int64_t n_x = layer->batch * s * s * layer->channels;
    const int64_t n_y = layer->batch * p * p * layer->filters;
    g_autofree float *x = draw (n_x), *y = draw (n_y),
                     *worker = draw (n_worker), *shared = draw (n_shared);
    g_autofree float *W = draw (conv.row * conv.filters),
                     *dW = draw (conv.row * conv.filters);
    DnnConvCall call = {
      .x = x, .W = W, .y = y, .d = y, .workers = worker, .shared = shared
    };

    print_row (layer, "y", &conv, dnn_conv_forward, &call, peak);
    call.y = x;
    print_row (layer, "dx", &conv, dnn_conv_back, &call, peak);
    call.y = dW;
    print_row (layer, "dW", &conv, dnn_conv_gradient, &call, peak);
  }
}

int
main (void)
{
  size_t n;
  const DnnConvKernel *const *kernels = dnn_conv_kernels (&n);
  double peak;

  dnn_blas_init (NULL);
  peak = measure_peak ();
  printf ("a product of 1024 x 1024 x 1024: %.1f GFLOP/s\n%26s", peak, "");
  for (size_t i = 0; i + 1 < n; i++)
    printf (" %10s", kernels[i]->name);
  printf ("   best\n");
  for (size_t i = 0; i < G_N_ELEMENTS (layers); i++)
    measure (&layers[i], peak);
  return 0;
}
