/* test-blas.c - products by tiles against three loops in double */
#include "dnn-blas.h"
#include "dnn-gemm.h"
#include "dnn-random.h"

#include <math.h>
#include <string.h>

typedef struct {
  int64_t m, n, k;
} Size;

static const Size sizes[] = {
  { 1, 1, 1 },
  { 1, 7, 5 },
  { 7, 1, 5 },
  { 7, 5, 1 },
  { 2, 3, 4 },
  { 13, 17, 19 },
  { 1, 300, 784 },
  { 32, 10, 100 },
  { 31, 300, 784 },
  { 257, 129, 131 },
  { 997, 16, 211 },
  { 16, 1009, 211 },
  { 6, 8, 256 },
  { 12, 32, 257 },
  { 13, 33, 513 },
  { 37, 47, 300 },
  { 72, 64, 96 },
  { 73, 12, 8 },
  { 5, 300, 20 },
  { 1030, 21, 33 },
  { 7, 4, 9 },
  { 8, 4, 33 },
  { 16, 3, 32 },
  { 50, 1, 32 },
  { 513, 2, 300 },
  /* One row: whole vectors, parts of one, few terms, and terms dealt out. */
  { 1, 16, 8 },
  { 1, 33, 7 },
  { 1, 15, 9 },
  { 1, 1, 1009 },
  { 1, 1009, 2 },
  { 1, 64, 17 },
  { 1, 100, 2400 },
  { 1, 1024, 301 },
  { 1, 1025, 301 },
  { 1, 2, 70000 },
  { 0, 3, 4 },
  { 3, 0, 4 },
  { 3, 4, 0 },
  { 1, 4, 0 },
};

typedef struct {
  DnnGemm gemm;
  float *a, *b, *c; /* (owned) */
  float *before;    /* (owned) C as it was */
  float *bias;      /* (owned) NULL: none */
  int64_t n_c;
} Product;

static float *
random_block (int64_t n, uint32_t stream)
{
  float *block = g_new (float, MAX (n, 1));
  const DnnKey key = { .seed = 7, .stream = stream };

  dnn_random_normal (&key, 0, n, block);
  return block;
}

/* `pad`: how much longer than needed rows are in memory; 0: packed. */
static Product *
product_new (Size size, int transposes, int64_t pad, int64_t batch)
{
  Product *self = g_new0 (Product, 1);
  DnnGemm *g = &self->gemm;
  const bool ta = transposes & 1, tb = transposes & 2;
  const int64_t rows_a = ta ? size.k : size.m, columns_a = ta ? size.m : size.k;
  const int64_t rows_b = tb ? size.n : size.k, columns_b = tb ? size.k : size.n;

  *g = (DnnGemm){ DNN_GEMM (ta, tb), size.m, size.n, size.k, 1, 0 };
  if (pad > 0) {
    g->lda = columns_a + pad;
    g->ldb = columns_b + pad + 1;
    g->ldc = size.n + pad + 2;
  }
  g->batch = batch;
  g->stride_a = rows_a * (columns_a + pad);
  g->stride_b = rows_b * (columns_b + (pad > 0 ? pad + 1 : 0));
  g->stride_c = size.m * (size.n + (pad > 0 ? pad + 2 : 0));
  self->n_c = g->stride_c * MAX (batch, 1);
  g->a = self->a = random_block (g->stride_a * MAX (batch, 1), 1);
  g->b = self->b = random_block (g->stride_b * MAX (batch, 1), 2);
  g->c = self->c = random_block (self->n_c, 3);
  self->before = g_memdup2 (self->c, (gsize) self->n_c * sizeof (float));
  return self;
}

static void
product_free (Product *self)
{
  g_free (self->a);
  g_free (self->b);
  g_free (self->c);
  g_free (self->before);
  g_free (self->bias);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Product, product_free)

/* Element i, j of product `p`, and the sum of its terms' sizes. */
static double
exact (const Product *self, int64_t p, int64_t i, int64_t j, double *ret_size)
{
  const DnnGemm *g = &self->gemm;
  const int64_t lda = g->lda ? g->lda : g->trans_a ? g->m : g->k;
  const int64_t ldb = g->ldb ? g->ldb : g->trans_b ? g->k : g->n;
  const int64_t ldc = g->ldc ? g->ldc : g->n;
  const float *a = self->a + p * g->stride_a, *b = self->b + p * g->stride_b;
  double sum = 0, size = 0;

  for (int64_t l = 0; l < g->k; l++) {
    const double term = (double) a[g->trans_a ? l * lda + i : i * lda + l] *
                        b[g->trans_b ? j * ldb + l : l * ldb + j];

    sum += term;
    size += fabs (term);
  }
  sum *= g->alpha;
  size *= fabs (g->alpha);
  if (g->beta != 0) {
    const double old =
        (double) g->beta * self->before[p * g->stride_c + i * ldc + j];

    sum += old;
    size += fabs (old);
  }
  if (self->bias != NULL) {
    sum += self->bias[j];
    size += fabs (self->bias[j]);
  }
  *ret_size = size;
  return sum;
}

/* Every element, and that nothing between the rows was touched. */
static void
product_check (const Product *self)
{
  const DnnGemm *g = &self->gemm;
  const int64_t ldc = g->ldc ? g->ldc : g->n;

  for (int64_t p = 0; p < MAX (g->batch, 1); p++)
    for (int64_t i = 0; i < g->m; i++)
      for (int64_t j = 0; j < ldc; j++) {
        const int64_t at = p * g->stride_c + i * ldc + j;
        double size, want;

        if (j >= g->n) {
          g_assert_cmpmem (&self->c[at], sizeof (float), &self->before[at],
                           sizeof (float));
          continue;
        }
        want = exact (self, p, i, j, &size);
        /* Rounding of sums of up to 800 terms, in any order; of more, too, as
         * those are made of several. */
        g_assert_cmpfloat_with_epsilon (self->c[at], want, 1e-6 * size + 1e-30);
      }
}

static void
test_shapes (gconstpointer data)
{
  const int transposes = GPOINTER_TO_INT (data);
  g_autoptr (DnnPool) pool = dnn_pool_new (2);

  g_test_summary ("Every shape, packed and with longer rows, over a C of NaN");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int64_t pad = 0; pad <= 3; pad += 3) {
      g_autoptr (Product) product =
          product_new (sizes[i], transposes, pad, i % 3);

      for (int64_t j = 0; j < product->n_c; j++)
        product->c[j] = product->before[j] = NAN;
      dnn_blas_gemm_tiled (pool, &product->gemm);
      product_check (product);
    }
}

static void
test_alpha_beta (gconstpointer data)
{
  const int transposes = GPOINTER_TO_INT (data);
  g_autoptr (DnnPool) pool = dnn_pool_new (2);

  g_test_summary ("alpha A B + beta C, also where A B has no terms");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (Product) product = product_new (sizes[i], transposes, 2, 1);

    product->gemm.alpha = -0.5f;
    product->gemm.beta = 2;
    dnn_blas_gemm_tiled (pool, &product->gemm);
    product_check (product);
  }
}

static void
test_bias (gconstpointer data)
{
  const int transposes = GPOINTER_TO_INT (data);
  g_autoptr (DnnPool) pool = dnn_pool_new (2);

  g_test_summary ("A bias is added to every row, once");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (Product) product = product_new (sizes[i], transposes, 2, 1);

    product->gemm.beta = 1;
    product->bias = random_block (sizes[i].n, 4);
    dnn_blas_gemm_tiles (pool, &product->gemm, product->bias, NULL, NULL);
    product_check (product);
  }
}

/* One row of the list makes every product that it takes. */
static void
test_kernel (gconstpointer data)
{
  const DnnGemmKernel *kernel = data;
  int n_taken = 0;

  g_test_summary ("A kernel of the list agrees with three loops in double");
  if (kernel->simd > dnn_simd ()) {
    g_test_skip ("this CPU, or DNN_SIMD, has no such instructions");
    return;
  }

  for (size_t i = 0; i < 4 * G_N_ELEMENTS (sizes); i++) {
    g_autoptr (Product) product =
        product_new (sizes[i / 4], (int) (i % 4), i % 3, 1);
    DnnGemmProduct p;

    product->gemm.alpha = 0.5f;
    product->gemm.beta = i % 2 == 0 ? 0 : -1;
    product->bias = random_block (sizes[i / 4].n, 4);
    p = dnn_gemm_product (&product->gemm, product->bias, dnn_simd ());
    if (p.m == 0 || p.n == 0 || p.k == 0 || !kernel->takes (kernel, &p))
      continue;
    kernel->multiply (kernel, &p);
    product_check (product);
    n_taken++;
  }

  g_assert_cmpint (n_taken, >, 0);
}

static void
test_last_kernel (void)
{
  size_t n;
  const DnnGemmKernel *last = &dnn_gemm_kernels (&n)[n - 1];
  const DnnGemmProduct huge = { .m = INT64_MAX, .n = INT64_MAX, .k = 0 };

  g_test_summary ("The list ends in a reference that takes everything, "
                  "everywhere");

  g_assert_cmpint (last->simd, ==, DNN_SIMD_PLAIN);
  g_assert_true (last->takes (last, &huge));
}

static void
test_batch (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (3);

  for (int transposes = 0; transposes < 4; transposes++) {
    g_autoptr (Product) product =
        product_new ((Size){ 5, 7, 11 }, transposes, 1, 13);

    dnn_blas_gemm_tiled (pool, &product->gemm);
    product_check (product);
  }
}

static void
test_same_bits (void)
{
  static const unsigned threads[] = { 1, 2, 4 };

  g_test_summary ("A result's bits do not depend on the number of threads");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int transposes = 0; transposes < 4; transposes++) {
      g_autofree float *first = NULL;

      for (size_t j = 0; j < G_N_ELEMENTS (threads); j++) {
        g_autoptr (DnnPool) pool = dnn_pool_new (threads[j]);
        g_autoptr (Product) product = product_new (sizes[i], transposes, 0, 1);
        const gsize bytes = (gsize) product->n_c * sizeof (float);

        dnn_blas_gemm_tiled (pool, &product->gemm);
        if (first == NULL)
          first = g_memdup2 (product->c, bytes);
        else if (bytes > 0)
          g_assert_cmpmem (first, bytes, product->c, bytes);
      }
    }
}

typedef struct {
  int64_t columns;
  unsigned n_workers;
  int *times;
} Tiles;

static void
count_tile (void *data, int64_t row, int64_t n_rows, int64_t column,
            int64_t n_columns, uint32_t worker)
{
  Tiles *tiles = data;

  g_assert_cmpuint (worker, <, tiles->n_workers);
  for (int64_t i = row; i < row + n_rows; i++)
    for (int64_t j = column; j < column + n_columns; j++)
      tiles->times[i * tiles->columns + j]++;
}

static void
test_tiles (void)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (4);

  g_test_summary ("Tiles cover C: every element is told of once");

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (Product) product = product_new (sizes[i], 0, 0, 1);
    g_autofree int *times = g_new0 (int, product->n_c + 1);
    Tiles tiles = { sizes[i].n, 4, times };

    dnn_blas_gemm_tiles (pool, &product->gemm, NULL, count_tile, &tiles);
    for (int64_t j = 0; j < product->n_c; j++)
      g_assert_cmpint (times[j], ==, 1);
  }
}

int
main (int argc, char *argv[])
{
  static const char *const names[] = { "nn", "tn", "nt", "tt" };
  size_t n_kernels;
  const DnnGemmKernel *kernels = dnn_gemm_kernels (&n_kernels);

  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  for (int i = 0; i < 4; i++) {
    g_autofree char *shapes = g_strconcat ("/blas/shapes/", names[i], NULL);
    g_autofree char *factors = g_strconcat ("/blas/factors/", names[i], NULL);
    g_autofree char *bias = g_strconcat ("/blas/bias/", names[i], NULL);

    g_test_add_data_func (shapes, GINT_TO_POINTER (i), test_shapes);
    g_test_add_data_func (factors, GINT_TO_POINTER (i), test_alpha_beta);
    g_test_add_data_func (bias, GINT_TO_POINTER (i), test_bias);
  }
  for (size_t i = 0; i < n_kernels; i++) {
    g_autofree char *path =
        g_strconcat ("/blas/kernel/", kernels[i].name, NULL);

    g_test_add_data_func (path, &kernels[i], test_kernel);
  }
  g_test_add_func ("/blas/last-kernel", test_last_kernel);
  g_test_add_func ("/blas/batch", test_batch);
  g_test_add_func ("/blas/same-bits", test_same_bits);
  g_test_add_func ("/blas/tiles", test_tiles);

  return g_test_run ();
}
