/* gemm-openblas.c - products by OpenBLAS, the one door to it */
#include "dnn-blas.h"
#include "dnn-gemm-private.h"

#include <cblas.h>

void
dnn_blas_init (void)
{
  openblas_set_num_threads (1);
}

bool
dnn_gemm_takes_openblas (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  const int64_t sizes[] = { p->m,      p->n,      p->k,        p->a_row,
                            p->a_term, p->b_term, p->b_column, p->ldc };

  (void) self;
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i] > G_MAXINT)
      return false;
  return true;
}

static void
add_bias (const DnnGemmProduct *p)
{
  for (int64_t i = 0; i < p->m; i++)
    for (int64_t j = 0; j < p->n; j++)
      p->c[i * p->ldc + j] += p->bias[j];
}

void
dnn_gemm_by_openblas (const DnnGemmKernel *self, const DnnGemmProduct *p)
{
  const blasint m = (blasint) p->m, n = (blasint) p->n, k = (blasint) p->k;
  const blasint lda = (blasint) (p->trans_a ? p->a_term : p->a_row);
  const blasint ldb = (blasint) (p->trans_b ? p->b_column : p->b_term);

  (void) self;
  if (m == 1 && p->a_term == 1)
    /* c = op(B)T a: one row through sgemm packs all of B for nothing. */
    cblas_sgemv (CblasRowMajor, p->trans_b ? CblasNoTrans : CblasTrans,
                 p->trans_b ? n : k, p->trans_b ? k : n, p->alpha, p->b, ldb,
                 p->a, 1, p->beta, p->c, 1);
  else
    cblas_sgemm (CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans,
                 p->trans_b ? CblasTrans : CblasNoTrans, m, n, k, p->alpha,
                 p->a, lda, p->b, ldb, p->beta, p->c, (blasint) p->ldc);
  if (p->bias != NULL)
    add_bias (p);
}
