/* gemm-narrow.c - products of a few columns, which are made as rows
 *
 *   Cᵀ = alpha op(B)ᵀ op(A)ᵀ
 *
 * Columns of C would leave most of a vector idle; its rows are long.
 */
#include "dnn-gemm-private.h"

#include <glib.h>

#if defined(__x86_64__)

/* Columns of C that are few, and rows that are turned at once. */
enum { NARROW = 4, TURNED = 256 };

/* The product of the rows of C from `row` on, turned, with its C in
 * `turned`. */
static DnnGemmProduct
turn (const DnnGemmProduct *p, int64_t row, float *turned)
{
  return (DnnGemmProduct){
    .m = p->n,
    .n = MIN (p->m - row, TURNED),
    .k = p->k,
    .a = p->b,
    .a_row = p->b_column,
    .a_term = p->b_term,
    .b = p->a + row * p->a_row,
    .b_term = p->a_term,
    .b_column = p->a_row,
    .c = turned,
    .ldc = TURNED,
    .alpha = p->alpha,
    .simd = p->simd,
    .trans_a = !p->trans_b,
    .trans_b = !p->trans_a,
  };
}

/* If a vector kernel makes it, not OpenBLAS or the reference. */
static bool
is_vector (const DnnGemmKernel *kernel)
{
  return kernel->simd > DNN_SIMD_PLAIN;
}

bool
dnn_gemm_takes_narrow (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  DnnGemmProduct first;

  if (p->n > NARROW || p->m < 2 * NARROW || p->a_row != 1)
    return false;
  first = turn (p, 0, NULL);
  return is_vector (dnn_gemm_first (self + 1, p)) &&
         is_vector (dnn_gemm_first (self + 1, &first));
}

/* C = `turned` transposed + beta C + bias, for rows of C. */
static void
turn_back (const float *turned, int64_t rows, const DnnGemmProduct *p, float *c)
{
  for (int64_t i = 0; i < rows; i++, c += p->ldc)
    for (int64_t j = 0; j < p->n; j++) {
      const float sum = turned[j * TURNED + i];
      const float bias = p->bias != NULL ? p->bias[j] : 0;

      c[j] = (p->beta != 0 ? p->beta * c[j] : 0) + (sum + bias);
    }
}

void
dnn_gemm_by_narrow (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  float turned[NARROW * TURNED];

  for (int64_t row = 0; row < p->m; row += TURNED) {
    const DnnGemmProduct t = turn (p, row, turned);
    const DnnGemmKernel *kernel = dnn_gemm_first (self + 1, &t);

    kernel->multiply (kernel, &t);
    turn_back (turned, t.n, p, p->c + row * p->ldc);
  }
}
#endif
