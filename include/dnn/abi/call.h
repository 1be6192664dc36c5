/* call.h - how a call begins, and the structs that services take */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] How every call struct begins.  struct_size is that of the whole
 * struct, to the end of the last member its maker knows. */
typedef struct DnnCall {
  uint32_t struct_size;
  uint32_t reserved;
  void *host_data; /* the host's own */
} DnnCall;

typedef enum DnnDistribution {
  DNN_UNIFORM = 0, /* in [0, 1) */
  DNN_NORMAL = 1,  /* mean 0, standard deviation 1 */
  /* Or-ed to one of them, in a layer (minor 1): the stream of the epoch instead
   * of the step, for numbers that go by the rows of samples. */
  DNN_BY_EPOCH = 1 << 8
} DnnDistribution;

/* Which tensors backward reads; what is not named may be overwritten. */
typedef enum DnnReads {
  DNN_READS_NOTHING = 0,
  DNN_READS_X = 1 << 0,
  DNN_READS_Y = 1 << 1
} DnnReads;

/* Tensors of a layer that set_dtype changes (minor 1). */
typedef enum DnnWhat { DNN_SAVED = 0, DNN_SCRATCH = 1, DNN_BUFFER = 2 } DnnWhat;

/* The mask of a layer's outputs (minor 1). */
typedef enum DnnMask {
  DNN_MASK_NONE = 0,
  DNN_MASK_OF_ALL = 1, /* real where all masked inputs are */
  DNN_MASK_OF_X0 = 2,  /* that of the first input */
  DNN_MASK_OWN = 3     /* written by forward */
} DnnMask;

/* Further conditions on numbers of an expected range (minor 1). */
typedef enum DnnRangeFlags { DNN_ROWS_SUM_TO_1 = 1 << 0 } DnnRangeFlags;

/* The meaning of predictions to a loss (minor 1). */
typedef enum DnnScores {
  DNN_PROBABILITIES = 0, /* cut at 0.5 */
  DNN_LOGITS = 1,        /* cut at 0 */
  DNN_MARGINS = 2        /* cut at 0; classes -1 and 1 */
} DnnScores;

/* [grows] C = alpha op(A) op(B) + beta C, `batch` times; op(A) is m x k, op(B)
 * k x n.  lda, ldb, ldc: elements from a row to the next, 0 for "packed". */
typedef struct DnnGemm {
  uint32_t struct_size;
  uint32_t trans_a; /* 1: A is stored k x m */
  uint32_t trans_b; /* 1: B is stored n x k */
  uint32_t reserved;
  int64_t m, n, k;
  float alpha, beta;
  const float *a;
  const float *b;
  float *c;
  int64_t lda, ldb, ldc;
  int64_t batch; /* 0 counts as 1 */
  int64_t stride_a, stride_b, stride_c;
  /* minor 1: `outer` times the batch; 0 counts as 1 */
  int64_t outer;
  int64_t outer_a, outer_b, outer_c;
} DnnGemm;

#define DNN_GEMM(trans_a, trans_b)                                             \
  DNN_END_OF (DnnGemm, outer_c), trans_a, trans_b, 0

#ifdef __cplusplus
}
#endif
