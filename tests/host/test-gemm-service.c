/* test-gemm-service.c - products of many heads, as a plugin asks for them
 *
 * x: N×T×H×D, its heads side by side in a row: the batch goes over the heads
 * and `outer` over the samples.
 */
#include "dnn-host.h"
#include "dnn-pool.h"

#include <math.h>

enum { N = 3, T = 5, H = 4, D = 2, ROW = H * D };

typedef struct {
  float q[N * T * ROW], k[N * T * ROW];
  float s[N * H * T * T];
} Heads;

static void
fill (Heads *self)
{
  for (int i = 0; i < N * T * ROW; i++) {
    self->q[i] = (float) (i % 7) - 3;
    self->k[i] = (float) (i % 11) / 4 - 1;
  }
  for (int i = 0; i < N * H * T * T; i++)
    self->s[i] = NAN;
}

/* s[n,h] = q[n,:,h] k[n,:,h]ᵀ */
static DnnGemm
scores (Heads *self)
{
  return (DnnGemm){
    DNN_GEMM (0, 1),
    T,
    T,
    D,
    1,
    0,
    self->q,
    self->k,
    self->s,
    ROW,
    ROW,
    T,
    H,
    D,
    D,
    T * T,
    N,
    T * ROW,
    T * ROW,
    H * T * T,
  };
}

static double
score (const Heads *self, int n, int h, int i, int j)
{
  double sum = 0;

  for (int d = 0; d < D; d++)
    sum += (double) self->q[(n * T + i) * ROW + h * D + d] *
           self->k[(n * T + j) * ROW + h * D + d];
  return sum;
}

/* Of the first `n` samples; NAN is what nobody has written. */
static void
check_scores (const Heads *self, int n)
{
  for (int at = 0; at < N * H * T * T; at++) {
    const int j = at % T, i = at / T % T, h = at / T / T % H;

    if (at / (H * T * T) < n)
      g_assert_cmpfloat_with_epsilon (
          self->s[at], score (self, at / (H * T * T), h, i, j), 1e-5);
    else
      g_assert_true (isnan (self->s[at]));
  }
}

static void
call_gemm (unsigned n_threads, const DnnGemm *gemm)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (n_threads);
  DnnContext context = { .pool = pool };
  const DnnCall call = { DNN_END_OF (DnnCall, host_data), 0, &context };

  dnn_host.gemm (&call, gemm);
  g_assert_null (context.message);
}

static void
test_heads (void)
{
  g_test_summary ("The batch goes over heads, outer over samples");

  for (unsigned n_threads = 1; n_threads <= 3; n_threads++) {
    Heads heads;
    DnnGemm gemm = scores (&heads);

    fill (&heads);
    call_gemm (n_threads, &gemm);
    check_scores (&heads, N);
  }
}

static void
test_back (void)
{
  float y[N * T * ROW];
  Heads heads;
  DnnGemm gemm = scores (&heads);

  g_test_summary ("The transposed product, added to rows of heads");

  fill (&heads);
  call_gemm (2, &gemm);
  for (int i = 0; i < N * T * ROW; i++)
    y[i] = 1;
  /* y[n,:,h] += 2 s[n,h]ᵀ q[n,:,h] */
  gemm = (DnnGemm){
    DNN_GEMM (1, 0),
    T,
    D,
    T,
    2,
    1,
    heads.s,
    heads.q,
    y,
    T,
    ROW,
    ROW,
    H,
    T * T,
    D,
    D,
    N,
    H * T * T,
    T * ROW,
    T * ROW,
  };
  call_gemm (2, &gemm);
  for (int at = 0; at < N * T * ROW; at++) {
    const int d = at % D, h = at / D % H, j = at / ROW % T, n = at / ROW / T;
    double want = 1;

    for (int i = 0; i < T; i++)
      want += 2 * score (&heads, n, h, i, j) *
              heads.q[(n * T + i) * ROW + h * D + d];
    g_assert_cmpfloat_with_epsilon (y[at], want, 1e-3);
  }
}

static void
test_outer_alone (void)
{
  Heads heads;
  DnnGemm gemm = scores (&heads);

  g_test_summary ("A batch of 0 counts as 1 beside outer");

  fill (&heads);
  gemm.batch = 0;
  gemm.outer_a = gemm.outer_b = D;
  gemm.outer_c = T * T;
  gemm.outer = H; /* all heads of the first sample */
  call_gemm (2, &gemm);
  check_scores (&heads, 1);
}

static void
test_older_struct (void)
{
  Heads heads;
  DnnGemm gemm = scores (&heads);

  g_test_summary ("Nothing behind a struct of minor 0 is read");

  fill (&heads);
  gemm.struct_size = DNN_END_OF (DnnGemm, stride_c);
  gemm.outer = INT64_MAX;
  call_gemm (2, &gemm);
  check_scores (&heads, 1);
}

/* --- within a body ------------------------------------------------------- */

typedef struct {
  const DnnCall *call;
  const DnnGemm *gemm; /* of one sample */
} Job;

static void
sample_chunk (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    DnnGemm gemm = *job->gemm;

    gemm.a += i * gemm.outer_a;
    gemm.b += i * gemm.outer_b;
    gemm.c += i * gemm.outer_c;
    /* Its heads once more as two by two. */
    gemm.batch = gemm.outer = 2;
    gemm.outer_a = gemm.outer_b = 2 * gemm.stride_a;
    gemm.outer_c = 2 * gemm.stride_c;
    dnn_host.gemm (job->call, &gemm);
  }
}

static void
test_in_body (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (2);
  DnnContext context = { .pool = pool };
  const DnnCall call = { DNN_END_OF (DnnCall, host_data), 0, &context };
  Heads heads;
  const DnnGemm gemm = scores (&heads);
  Job job = { &call, &gemm };

  g_test_summary ("The body of a parallel_for calls it, too");

  fill (&heads);
  dnn_host.parallel_for (&call, N, 1, sample_chunk, &job);
  check_scores (&heads, N);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemm-service/heads", test_heads);
  g_test_add_func ("/gemm-service/back", test_back);
  g_test_add_func ("/gemm-service/outer-alone", test_outer_alone);
  g_test_add_func ("/gemm-service/older-struct", test_older_struct);
  g_test_add_func ("/gemm-service/in-body", test_in_body);

  return g_test_run ();
}
