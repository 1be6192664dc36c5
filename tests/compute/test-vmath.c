/* test-vmath.c - every function against libm in double precision, over the
 * whole range of floats */
#include "dnn-vmath-kernels.h"
#include "dnn-vmath.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define BLOCK 4096

typedef void (*Array) (const float *x, float *y, int64_t n);

typedef struct {
  float x, y;
} Edge;

typedef struct {
  const char *name;
  Array array;
  float (*kernel) (float x); /* the same, one by one, in plain code */
  double (*exact) (double x);
  Edge edges[12]; /* to the first with x = 0, y = 0 but for its sign */
} Function;

static double
exact_sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

#define INF     INFINITY
#define TINY    0x1p-149f
#define LARGEST 0x1.fffffep127f

static const Function functions[] = {
  { "exp",
    dnn_vmath_exp,
    dnn_exp,
    exp,
    { { INF, INF },
      { -INF, 0 },
      { -0.0f, 1 },
      { TINY, 1 },
      { 0x1.62e42ep6f, 0x1.ffff08p127f },
      { 0x1.62e430p6f, INF },
      { -0x1.9d1d9ep6f, 0x1p-149f },
      { -0x1.9fe368p6f, TINY },
      { -0x1.9fe36ap6f, 0 },
      { LARGEST, INF },
      { -LARGEST, 0 },
      { 0, 1 } } },
  { "expm1",
    dnn_vmath_expm1,
    dnn_expm1,
    expm1,
    { { INF, INF },
      { -INF, -1 },
      { TINY, TINY },
      { -TINY, -TINY },
      { 0x1p-126f, 0x1p-126f },
      { 0x1.62e430p6f, INF },
      { -30, -1 },
      { LARGEST, INF },
      { -LARGEST, -1 },
      { -0.0f, -0.0f },
      { 0, 0 } } },
  { "log1p",
    dnn_vmath_log1p,
    dnn_log1p,
    log1p,
    { { INF, INF },
      { -INF, NAN },
      { -1, -INF },
      { -0x1.000002p0f, NAN },
      { -LARGEST, NAN },
      { TINY, TINY },
      { -TINY, -TINY },
      { 0x1p-126f, 0x1p-126f },
      { LARGEST, 0x1.62e430p6f },
      { -0.0f, -0.0f },
      { 0, 0 } } },
  { "tanh",
    dnn_vmath_tanh,
    dnn_tanh,
    tanh,
    { { INF, 1 },
      { -INF, -1 },
      { TINY, TINY },
      { -TINY, -TINY },
      { 0x1p-126f, 0x1p-126f },
      { 10, 1 },
      { LARGEST, 1 },
      { -LARGEST, -1 },
      { -0.0f, -0.0f },
      { 0, 0 } } },
  { "erf",
    dnn_vmath_erf,
    dnn_erf,
    erf,
    { { INF, 1 },
      { -INF, -1 },
      { TINY, TINY },
      { -TINY, -TINY },
      { 5, 1 },
      { LARGEST, 1 },
      { -LARGEST, -1 },
      { -0.0f, -0.0f },
      { 0, 0 } } },
  { "sigmoid",
    dnn_vmath_sigmoid,
    dnn_sigmoid,
    exact_sigmoid,
    { { INF, 1 },
      { -INF, 0 },
      { TINY, 0.5f },
      { -0.0f, 0.5f },
      { 20, 1 },
      { LARGEST, 1 },
      { -LARGEST, 0 },
      { -0x1.9fe368p6f, TINY },
      { -104.5f, 0 },
      { 0, 0.5f } } },
};

/* Distance in units of the last place that a float of `exact`'s size has. */
static double
ulps (float y, double exact)
{
  int exponent;

  if (isnan (exact) || isnan (y))
    return isnan (exact) && isnan (y) ? 0 : INF;
  if (isinf ((float) exact) || isinf (y))
    return (float) exact == y ? 0 : INF;
  frexp (exact, &exponent);
  return fabs (y - exact) / ldexp (1, MAX (exponent, -125) - 24);
}

static void
assert_accurate (const Function *f, const float *x, double *worst)
{
  float y[BLOCK];

  f->array (x, y, BLOCK);
  for (int i = 0; i < BLOCK; i++) {
    const double error = ulps (y[i], f->exact (x[i]));

    if (error > 2)
      g_error ("%s (%a) = %a, not %a: %.3f ulp", f->name, x[i], y[i],
               f->exact (x[i]), error);
    *worst = MAX (*worst, error);
    g_assert_cmpint (signbit (y[i]) && !isnan (y[i]), ==,
                     signbit (f->exact (x[i])) && !isnan (y[i]));
  }
}

static void
test_accuracy (const void *data)
{
  const Function *f = data;
  double worst = 0;
  float x[BLOCK];

  g_test_summary ("Within 2 ulp, on a grid over all floats and at random");

  for (uint32_t block = 0; block < 256; block++) {
    for (uint32_t i = 0; i < BLOCK; i++)
      x[i] = dnn_from_bits ((block * BLOCK + i) * 4096 + i % 4093);
    assert_accurate (f, x, &worst);
    for (uint32_t i = 0; i < BLOCK; i++)
      x[i] = dnn_from_bits ((uint32_t) g_test_rand_int ());
    assert_accurate (f, x, &worst);
    /* Where networks live. */
    for (uint32_t i = 0; i < BLOCK; i++)
      x[i] = (float) g_test_rand_double_range (-10, 10);
    assert_accurate (f, x, &worst);
  }
  g_test_message ("%s: at most %.3f ulp", f->name, worst);
}

static void
test_edges (const void *data)
{
  const Function *f = data;
  float nan = NAN;

  g_test_summary ("Infinities, NaN, zeros and limits as in libm");

  for (const Edge *edge = f->edges;; edge++) {
    float y;

    f->array (&edge->x, &y, 1);
    if (isnan (edge->y) ? !isnan (y) : dnn_bits (y) != dnn_bits (edge->y))
      g_error ("%s (%a) = %a, not %a", f->name, edge->x, y, edge->y);
    if (dnn_bits (edge->x) == 0)
      break;
  }
  f->array (&nan, &nan, 1);
  g_assert_true (isnan (nan));
}

static void
test_place (const void *data)
{
  const Function *f = data;
  float x[67], whole[67], y[68];

  g_test_summary ("Same bits at every offset, for every n, and in place");

  for (int i = 0; i < 67; i++)
    x[i] = i % 8 == 0 ? dnn_from_bits ((uint32_t) g_test_rand_int ())
                      : (float) g_test_rand_double_range (-3, 3);
  x[5] = NAN;
  x[38] = -NAN;
  for (int i = 0; i < 67; i++)
    f->array (x + i, whole + i, 1);

  for (int first = 0; first < 67; first++)
    for (int n = 0; first + n <= 67; n++) {
      y[n] = 12345;
      f->array (x + first, y, n);
      g_assert_cmpmem (y, (size_t) n * 4, whole + first, (size_t) n * 4);
      g_assert_cmpfloat (y[n], ==, 12345);
      memcpy (y, x + first, (size_t) n * 4);
      f->array (y, y, n);
      g_assert_cmpmem (y, (size_t) n * 4, whole + first, (size_t) n * 4);
    }
}

static void
test_kernel (const void *data)
{
  const Function *f = data;
  float x[BLOCK], y[BLOCK];

  g_test_summary ("The vectors have the bits of the plain code");

  for (int block = 0; block < 64; block++) {
    for (int i = 0; i < BLOCK; i++)
      x[i] = i % 2 ? dnn_from_bits ((uint32_t) g_test_rand_int ())
                   : (float) g_test_rand_double_range (-10, 10);
    f->array (x, y, BLOCK);
    for (int i = 0; i < BLOCK; i++)
      if (!isnan (y[i]))
        g_assert_cmphex (dnn_bits (y[i]), ==, dnn_bits (f->kernel (x[i])));
  }
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    GTestDataFunc run;
  } tests[] = {
    { "accuracy", test_accuracy },
    { "edges", test_edges },
    { "place", test_place },
    { "kernel", test_kernel },
  };

  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (functions); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path =
          g_strdup_printf ("/vmath/%s/%s", functions[i].name, tests[j].name);

      g_test_add_data_func (path, &functions[i], tests[j].run);
    }

  return g_test_run ();
}
