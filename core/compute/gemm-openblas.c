/* gemm-openblas.c - products by OpenBLAS, the one door to it */
#include "dnn-blas.h"
#include "dnn-gemm-private.h"

#include <cblas.h>
#include <dlfcn.h>

/* The library is opened when the first product wants it, and not linked: as it
 * is loaded it makes a thread for each processor, unless the environment says
 * otherwise, and where there is no memory for them it never comes back. */
typedef struct {
  __typeof__ (&openblas_set_num_threads) set_num_threads;
  __typeof__ (&cblas_sgemm) sgemm;
  __typeof__ (&cblas_sgemv) sgemv;
} OpenBlas;

static bool
find (void *library, const char *name, void *ret_function, GError **error)
{
  void **function = ret_function;

  *function = library != NULL ? dlsym (library, name) : NULL;
  if (*function != NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "OpenBLAS cannot be used: %s",
               dlerror ());
  return false;
}

static bool
load (OpenBlas *blas, GError **error)
{
  void *library = dlopen ("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    library = dlopen ("libopenblas.so", RTLD_NOW | RTLD_LOCAL);
  return find (library, "openblas_set_num_threads", &blas->set_num_threads,
               error) &&
         find (library, "cblas_sgemm", &blas->sgemm, error) &&
         find (library, "cblas_sgemv", &blas->sgemv, error);
}

static const OpenBlas *
open_blas (GError **error)
{
  static GMutex lock;
  static OpenBlas blas;
  static const OpenBlas *opened;
  const OpenBlas *found = g_atomic_pointer_get (&opened);

  if (found != NULL)
    return found;
  g_mutex_lock (&lock);
  found = g_atomic_pointer_get (&opened);
  if (found == NULL && load (&blas, error)) {
    blas.set_num_threads (1);
    found = &blas;
    g_atomic_pointer_set (&opened, found);
  }
  g_mutex_unlock (&lock);
  return found;
}

bool
dnn_blas_init (GError **error)
{
  return open_blas (error) != NULL;
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
  return open_blas (NULL) != NULL;
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

  const OpenBlas *blas = open_blas (NULL);

  (void) self;
  if (m == 1 && p->a_term == 1)
    /* c = op(B)T a: one row through sgemm packs all of B for nothing. */
    blas->sgemv (CblasRowMajor, p->trans_b ? CblasNoTrans : CblasTrans,
                 p->trans_b ? n : k, p->trans_b ? k : n, p->alpha, p->b, ldb,
                 p->a, 1, p->beta, p->c, 1);
  else
    blas->sgemm (CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans,
                 p->trans_b ? CblasTrans : CblasNoTrans, m, n, k, p->alpha,
                 p->a, lda, p->b, ldb, p->beta, p->c, (blasint) p->ldc);
  if (p->bias != NULL)
    add_bias (p);
}
