/* products.c - the products of a training step, by our kernels and OpenBLAS
 *
 * Prints GFLOP/s on one thread, medians of rounds in which each has its turn,
 * and which share of OpenBLAS' time goes into packing: that of the samples of
 * the program counter that fall into its functions for copies.  Operands are
 * in the caches as a loop over one product leaves them.
 */
#include "median.h"

#include <cblas.h>
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
enum { ROUNDS = 9, MOST_SAMPLES = 4096, N_WAYS = DNN_SIMD_AVX512 + 1 };

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

/* By our kernel for `simd`, or by OpenBLAS for none; false where there is no
 * kernel for this product. */
static bool
multiply (const DnnGemm *g, DnnSimd simd)
{
  if (simd != DNN_SIMD_PLAIN)
    return dnn_gemm_multiply (g, NULL, simd);
  cblas_sgemm (CblasRowMajor, g->trans_a ? CblasTrans : CblasNoTrans,
               g->trans_b ? CblasTrans : CblasNoTrans, (int) g->m, (int) g->n,
               (int) g->k, g->alpha, g->a, (int) g->lda, g->b, (int) g->ldb,
               g->beta, g->c, (int) g->ldc);
  return true;
}

/* Microseconds of one product, called until `turn` of them are over; 0 where
 * there is no kernel. */
static double
time_product (const DnnGemm *g, DnnSimd simd, int64_t turn)
{
  const int64_t start = g_get_monotonic_time ();
  int64_t passed = 0, n = 0;

  for (; passed < turn; n++, passed = g_get_monotonic_time () - start)
    if (!multiply (g, simd))
      return 0;
  return (double) passed / (double) n;
}

/* In percent; 0 where this CPU's program counter is not known. */
static double
find_packing (const DnnGemm *g)
{
  int n_copies = 0;
  Dl_info at;

  n_samples = 0;
  ualarm (INTERVAL, INTERVAL);
  time_product (g, DNN_SIMD_PLAIN, SAMPLING);
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

/* Prints a row; 0.0 where there is no kernel. */
static void
measure (const char *name, int layer, DnnGemm g)
{
  g_autofree float *a = draw (g.m * g.k), *b = draw (g.k * g.n);
  g_autofree float *c = draw (g.m * g.n);
  const double flops = 2.0 * (double) g.m * (double) g.n * (double) g.k;
  double times[N_WAYS][ROUNDS] = { { 0 } };

  g.alpha = 0.01f;
  g.a = a, g.lda = g.trans_a ? g.m : g.k;
  g.b = b, g.ldb = g.trans_b ? g.k : g.n;
  g.c = c, g.ldc = g.n;
  for (int r = 0; r < ROUNDS; r++)
    for (int w = 0; w <= (int) dnn_simd_of_cpu (); w++)
      times[w][r] = time_product (&g, (DnnSimd) w, TURN);
  printf ("%2s%d %7ld %5ld %5ld", name, layer, (long) g.m, (long) g.n,
          (long) g.k);
  for (int w = 0; w < N_WAYS; w++) {
    const double time = median (times[w], ROUNDS);

    printf ("  %8.1f", time > 0 ? flops / time / 1e3 : 0);
  }
  printf ("  %6.0f %%\n", find_packing (&g));
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
  struct sigaction action = { .sa_sigaction = take_sample,
                              .sa_flags = SA_SIGINFO | SA_RESTART };

  dnn_blas_init ();
  sigaction (SIGALRM, &action, NULL);
  printf ("          m     n     k  OpenBLAS      avx2    avx512   packing\n");
  for (int rows = 32; rows <= 512; rows *= 4) {
    measure_layer (1, rows, 784, 300);
    measure_layer (2, rows, 300, 100);
    measure_layer (3, rows, 100, 10);
  }
  measure_layer (2, 512, 2048, 2048); /* of the wide network */
  return 0;
}
