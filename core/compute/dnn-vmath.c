/* dnn-vmath.c - loops over the kernels, once a set of instructions
 *
 * The compiler turns these loops into vector code (-O3); what the vectors
 * leave over goes through the same arithmetic one by one.
 */
#include "dnn-vmath.h"

#include "dnn-simd.h"
#include "dnn-vmath-kernels.h"

/* y may be x, which would make the compiler fear for the order of stores. */
#if defined(__clang__)
#define DNN_NO_DEPENDENCE _Pragma ("clang loop vectorize(assume_safety)")
/* With sanitizers they stay loops. */
#pragma clang diagnostic ignored "-Wpass-failed"
#else
#define DNN_NO_DEPENDENCE _Pragma ("GCC ivdep")
#endif

#define DNN_LOOP(kernel)                                                       \
  DNN_NO_DEPENDENCE                                                            \
  for (int64_t i = 0; i < n; i++)                                              \
    y[i] = kernel (x[i]);

#define DNN_VMATH_FOR(name, set, TARGET)                                       \
  TARGET static void name##_##set (const float *x, float *y, int64_t n)        \
  {                                                                            \
    DNN_LOOP (dnn_##name)                                                      \
  }

#define DNN_VMATH(name)                                                        \
  DNN_VMATH_FOR (name, plain, )                                                \
  DNN_VMATH_FOR (name, avx2, DNN_AVX2)                                         \
  DNN_VMATH_FOR (name, avx512, DNN_AVX512)                                     \
  void dnn_vmath_##name (const float *x, float *y, int64_t n)                  \
  {                                                                            \
    if (dnn_simd () == DNN_SIMD_AVX512)                                        \
      name##_avx512 (x, y, n);                                                 \
    else if (dnn_simd () == DNN_SIMD_AVX2)                                     \
      name##_avx2 (x, y, n);                                                   \
    else                                                                       \
      name##_plain (x, y, n);                                                  \
  }

DNN_VMATH (exp)
DNN_VMATH (expm1)
DNN_VMATH (log1p)
DNN_VMATH (tanh)
DNN_VMATH (erf)
DNN_VMATH (sigmoid)
