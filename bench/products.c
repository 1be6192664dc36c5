/* products.c - the products of a training step, by every kernel of the list
 *
 * Prints GFLOP/s on one thread, medians of rounds in which each has its turn,
 * and which share of OpenBLAS' time goes into packing: that of the samples of
 * the program counter that fall into its functions for copies.  Operands are
 * in the caches as a loop over one product leaves them.  0.0: the kernel does
 * not take the product, or it is the last one and would need too long.
 */
#include "median.h"

#include <dlfcn.h>
#include <dnn-blas.h>
#include <dnn-gemm.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

/* Microseconds of a measurement, of sampling and between two samples. */
enum { TURN = 4000, SAMPLING = 150000, INTERVAL = 101 };
enum { ROUNDS = 9, MOST_SAMPLES = 4096, MOST_KERNELS = 16 };

/* Operations of the largest product that three loops are asked for. */
#define MOST_PLAIN 2e7

static void *samples[MOST_SAMPLES];
static volatile sig_atomic_t n_samples;

static void
take_sample (int number, siginfo_t *info, void *context)
{
  (void) number;
  (void) info;
  (void) context;
#if defined(__x86_64__)
  if (n_samples < MOST_SAMPLES)
    samples[n_samples++] =
        (void *) ((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
#endif
}

/* If row `i` of the list makes this product, here and in time. */
static bool
is_measured (size_t i, const DnnGemmProduct *p)
{
  size_t n;
  const DnnGemmKernel *kernel = &dnn_gemm_kernels (&n)[i];
  const double flops = 2.0 * (double) p->m * (double) p->n * (double) p->k;

  return kernel->simd <= p->simd && kernel->takes (kernel, p) &&
         (i < n - 1 || flops <= MOST_PLAIN);
}

/* Microseconds of one product, called until `turn` of them are over. */
static double
time_product (const DnnGemmKernel *kernel, const DnnGemmProduct *p,
              int64_t turn)
{
  const int64_t start = g_get_monotonic_time ();
  int64_t passed = 0, n = 0;

  for (; passed < turn; n++, passed = g_get_monotonic_time () - start)
    kernel->multiply (kernel, p);
  return (double) passed / (double) n;
}

/* In percent; 0 where this CPU's program counter is not known. */
static double
find_packing (const DnnGemmProduct *p)
{
  size_t n;
  const DnnGemmKernel *kernel = dnn_gemm_kernels (&n);
  int n_copies = 0;
  Dl_info at;

  while (!g_str_equal (kernel->name, "openblas"))
    kernel++;
  n_samples = 0;
  ualarm (INTERVAL, INTERVAL);
  time_product (kernel, p, SAMPLING);
  ualarm (0, 0);
  for (int i = 0; i < n_samples; i++)
    if (dladdr (samples[i], &at) != 0 && at.dli_sname != NULL)
      n_copies += strstr (at.dli_sname, "copy_") != NULL;
  return 100.0 * n_copies / MAX (n_samples, 1);
}

static float *
draw (int64_t n)
{
  float *numbers = g_new (float, n);

  for (int64_t i = 0; i < n; i++)
    numbers[i] = (float) rand () / (float) RAND_MAX - 0.5f;
  return numbers;
}

/* Prints a row. */
static void
measure (const char *name, int layer, DnnGemm g)
{
  g_autofree float *a = draw (g.m * g.k), *b = draw (g.k * g.n);
  g_autofree float *c = draw (g.m * g.n);
  const double flops = 2.0 * (double) g.m * (double) g.n * (double) g.k;
  double times[MOST_KERNELS][ROUNDS] = { { 0 } };
  size_t n;
  const DnnGemmKernel *kernels = dnn_gemm_kernels (&n);
  DnnGemmProduct p;

  g.alpha = 0.01f;
  g.a = a, g.b = b, g.c = c;
  p = dnn_gemm_product (&g, NULL, dnn_simd_of_cpu ());
  for (int r = 0; r < ROUNDS; r++)
    for (size_t i = 0; i < n; i++)
      if (is_measured (i, &p))
        times[i][r] = time_product (&kernels[i], &p, TURN);
  printf ("%2s%d %7ld %5ld %5ld", name, layer, (long) g.m, (long) g.n,
          (long) g.k);
  for (size_t i = 0; i < n; i++) {
    const double time = median (times[i], ROUNDS);

    printf (" %10.1f", time > 0 ? flops / time / 1e3 : 0);
  }
  printf ("  %6.0f %%\n", find_packing (&p));
}

/* y = x W, dx = dy Wᵀ but of the first layer, W += -rate xᵀ dy. */
static void
measure_layer (int layer, int64_t rows, int64_t in, int64_t out)
{
  measure ("y", layer, (DnnGemm){ .m = rows, .n = out, .k = in });
  if (layer > 1)
    measure ("dx", layer,
             (DnnGemm){ .m = rows, .n = in, .k = out, .trans_b = 1 });
  measure ("dW", layer,
           (DnnGemm){ .m = in, .n = out, .k = rows, .trans_a = 1, .beta = 1 });
}

int
main (void)
{
  size_t n;
  const DnnGemmKernel *kernels = dnn_gemm_kernels (&n);
  struct sigaction action = { .sa_sigaction = take_sample,
                              .sa_flags = SA_SIGINFO | SA_RESTART };

  dnn_blas_init (NULL);
  sigaction (SIGALRM, &action, NULL);
  printf ("          m     n     k");
  for (size_t i = 0; i < n; i++)
    printf (" %10s", kernels[i].name);
  printf ("   packing\n");
  for (int rows = 32; rows <= 512; rows *= 4) {
    measure_layer (1, rows, 784, 300);
    measure_layer (2, rows, 300, 100);
    measure_layer (3, rows, 100, 10);
  }
  measure_layer (2, 512, 2048, 2048); /* of the wide network */
  return 0;
}
