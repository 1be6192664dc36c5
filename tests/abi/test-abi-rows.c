/* test-abi-rows.c - what the plugins' header does with the rows of a matrix,
 * against sums in double, one row after another */
#include "dnn-host.h"

#include <dnn/abi/softmax.h>
#include <glib.h>
#include <math.h>
#include <string.h>

/* Groups of rows and what is left of them, rows that fit into a block and rows
 * that do not. */
static const int64_t sizes[][2] = {
  { 1, 1 },   { 1, 5 },     { 3, 7 },    { 7, 1 },        { 8, 3 },
  { 9, 10 },  { 19, 256 },  { 20, 257 }, { 3, 1000 },     { 255, 2 },
  { 257, 2 }, { 1000, 17 }, { 1027, 1 }, { DNN_ROOM, 1 }, { 0, 4 },
};

typedef struct {
  int64_t rows, columns;
  float *x, *y;   /* (owned) rows x columns */
  float *numbers; /* (owned) one per row */
} Matrix;

static void
matrix_free (Matrix *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->numbers);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Matrix, matrix_free)

static Matrix *
matrix_new (const int64_t *size)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  const gsize rows = (gsize) size[0], n = rows * (gsize) size[1];
  Matrix *self = g_new0 (Matrix, 1);

  self->rows = size[0];
  self->columns = size[1];
  self->x = g_new0 (float, n + 1);
  self->y = g_new0 (float, n + 1);
  self->numbers = g_new0 (float, rows + 1);
  for (gsize i = 0; i < n; i++)
    self->x[i] = (float) g_rand_double_range (rand, -100, 100);
  for (gsize i = 0; i < rows; i++)
    self->numbers[i] = (float) g_rand_double_range (rand, -2, 2);
  return self;
}

/* ln Σⱼ exp xⱼ */
static double
exact_log_sum (const float *x, int64_t n)
{
  double max = -INFINITY, sum = 0;

  for (int64_t j = 0; j < n; j++)
    max = fmax (max, x[j]);
  for (int64_t j = 0; j < n; j++)
    sum += exp (x[j] - max);
  return max + log (sum);
}

static void
test_log_sum_exp (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++) {
    g_autoptr (Matrix) m = matrix_new (sizes[k]);

    dnn_log_sum_exp (&dnn_host, m->x, m->rows, m->columns, m->numbers);
    for (int64_t i = 0; i < m->rows; i++)
      g_assert_cmpfloat_with_epsilon (
          m->numbers[i], exact_log_sum (m->x + i * m->columns, m->columns),
          2e-5);
  }
}

static void
check_softmax (const Matrix *m, const float *y, bool scaled)
{
  for (int64_t i = 0; i < m->rows; i++) {
    const float *x = m->x + i * m->columns;
    const double sum = exact_log_sum (x, m->columns);
    const double scale = scaled ? m->numbers[i] : 1;

    for (int64_t j = 0; j < m->columns; j++)
      g_assert_cmpfloat_with_epsilon (y[i * m->columns + j],
                                      scale * exp (x[j] - sum), 1e-6);
  }
}

static void
test_softmax (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++) {
    g_autoptr (Matrix) m = matrix_new (sizes[k]);

    dnn_softmax (&dnn_host, m->x, m->rows, m->columns, NULL, m->y, NULL);
    check_softmax (m, m->y, false);
    dnn_softmax (&dnn_host, m->x, m->rows, m->columns, m->numbers, m->y, NULL);
    check_softmax (m, m->y, true);
  }
}

static void
test_in_place (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++) {
    g_autoptr (Matrix) m = matrix_new (sizes[k]);

    memcpy (m->y, m->x, (gsize) (m->rows * m->columns) * sizeof (float));
    dnn_softmax (&dnn_host, m->y, m->rows, m->columns, NULL, m->y, NULL);
    check_softmax (m, m->y, false);
  }
}

static void
test_far (void)
{
  const float x[] = { 1e30f, -1e30f, 1e30f };
  float y[3], sum;

  g_test_summary ("Nothing overflows, whatever the scores");

  dnn_softmax (&dnn_host, x, 1, 3, NULL, y, NULL);
  dnn_log_sum_exp (&dnn_host, x, 1, 3, &sum);
  g_assert_cmpfloat (y[0], ==, 0.5f);
  g_assert_cmpfloat (y[1], ==, 0);
  g_assert_cmpfloat (sum, ==, 1e30f);
}

static void
test_argmax (void)
{
  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++) {
    g_autoptr (Matrix) m = matrix_new (sizes[k]);
    g_autofree int64_t *at = g_new0 (int64_t, (gsize) m->rows + 1);

    for (int64_t i = 0; i < m->rows * m->columns; i++)
      m->x[i] = floorf (m->x[i] / 40); /* so that some are equal */
    DNN_ROWS (dnn_rows_argmax, m->rows, m->columns, m->x, at);
    for (int64_t i = 0; i < m->rows; i++)
      for (int64_t j = 0; j < m->columns; j++) {
        const float *x = m->x + i * m->columns;

        if (j < at[i])
          g_assert_cmpfloat (x[j], <, x[at[i]]);
        else
          g_assert_cmpfloat (x[j], <=, x[at[i]]);
      }
  }
}

static void
test_same_bits (void)
{
  g_test_summary ("A row is the same bits in company and alone");

  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++) {
    g_autoptr (Matrix) m = matrix_new (sizes[k]);
    const int64_t c = m->columns;
    g_autofree float *alone = g_new0 (float, (gsize) c);

    dnn_softmax (&dnn_host, m->x, m->rows, c, NULL, m->y, NULL);
    dnn_log_sum_exp (&dnn_host, m->x, m->rows, c, m->numbers);
    for (int64_t i = 0; i < m->rows; i++) {
      float sum;

      dnn_softmax (&dnn_host, m->x + i * c, 1, c, NULL, alone, NULL);
      dnn_log_sum_exp (&dnn_host, m->x + i * c, 1, c, &sum);
      g_assert_cmpmem (alone, (gsize) c * sizeof (float), m->y + i * c,
                       (gsize) c * sizeof (float));
      g_assert_cmpmem (&sum, sizeof sum, m->numbers + i, sizeof sum);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/abi-rows/log-sum-exp", test_log_sum_exp);
  g_test_add_func ("/abi-rows/softmax", test_softmax);
  g_test_add_func ("/abi-rows/in-place", test_in_place);
  g_test_add_func ("/abi-rows/far", test_far);
  g_test_add_func ("/abi-rows/argmax", test_argmax);
  g_test_add_func ("/abi-rows/same-bits", test_same_bits);

  return g_test_run ();
}
