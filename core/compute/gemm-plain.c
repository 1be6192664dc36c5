/* gemm-plain.c - products by three loops, what every kernel is held to
 *
 * Takes what no other row does: products of no terms, and sizes beyond an int.
 */
#include "dnn-gemm-private.h"

bool
dnn_gemm_takes_plain (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  (void) p;
  return true;
}

void
dnn_gemm_by_plain (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  (void) self;
  for (int64_t i = 0; i < p->m; i++)
    for (int64_t j = 0; j < p->n; j++) {
      float *c = &p->c[i * p->ldc + j], sum = 0;

      for (int64_t l = 0; l < p->k; l++)
        sum += p->a[i * p->a_row + l * p->a_term] *
               p->b[l * p->b_term + j * p->b_column];
      *c = p->alpha * sum + (p->beta != 0 ? p->beta * *c : 0) +
           (p->bias != NULL ? p->bias[j] : 0);
    }
}
