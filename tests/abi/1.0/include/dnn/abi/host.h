/* host.h - what the host does for a plugin: one table of services
 *
 * Every service takes the struct of the running call first (a DnnBuild, a
 * DnnPass, ...: each begins with a DnnCall), through which the host knows whom
 * it serves.  Tags: [pure] any thread; [main] no other call at the time;
 * [step] one at a time per instance; [range] many at once, on disjoint ranges.
 */
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

struct DnnBuild;
struct DnnSlots;
struct DnnPass;

typedef enum DnnDistribution {
  DNN_UNIFORM = 0, /* in [0, 1) */
  DNN_NORMAL = 1   /* mean 0, standard deviation 1 */
} DnnDistribution;

/* Which tensors backward reads; what is not named may be overwritten. */
typedef enum DnnReads {
  DNN_READS_NOTHING = 0,
  DNN_READS_X = 1 << 0,
  DNN_READS_Y = 1 << 1
} DnnReads;

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
} DnnGemm;

#define DNN_GEMM(trans_a, trans_b)                                             \
  DNN_END_OF (DnnGemm, stride_c), trans_a, trans_b, 0

/* A loop body: elements first .. last - 1, by worker number `worker`. */
typedef void (*DnnRange) (void *data, int64_t first, int64_t last,
                          uint32_t worker);

/* [grows] */
typedef struct DnnHost {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* [pure] Says why a call cannot be done; the status to return. */
  int32_t (*fail) (const void *call, const char *format, ...);
  /* [pure] A line for people who debug. */
  void (*log) (const void *call, const char *format, ...);

  /* --- in build, [main] -------------------------------------------------- */

  /* Output number `index`; the default number of outputs is one. */
  void (*set_output) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* A trained weight.  Fans follow from the shape as in Keras (2 dimensions:
   * in, out; more: the last two times the others) unless set_fans says. */
  void (*add_weight) (struct DnnBuild *b, uint32_t index, const char *name,
                      DnnShape shape, const char *initializer);
  void (*set_fans) (struct DnnBuild *b, uint32_t index, double fan_in,
                    double fan_out);
  /* State that is saved but not trained, such as a moving mean. */
  void (*add_buffer) (struct DnnBuild *b, uint32_t index, const char *name,
                      DnnShape shape, const char *initializer);
  /* Kept from forward to backward. */
  void (*add_saved) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* Free for use within one call. */
  void (*add_scratch) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* The same, one for each worker of parallel_for. */
  void (*add_worker_scratch) (struct DnnBuild *b, uint32_t index,
                              DnnShape shape);
  /* Default: DNN_READS_X | DNN_READS_Y. */
  void (*backward_reads) (struct DnnBuild *b, uint32_t reads);
  /* Input `index` holds whole numbers lo .. hi: the host checks the data. */
  void (*expect_integer) (struct DnnBuild *b, uint32_t index, int64_t lo,
                          int64_t hi);
  /* Fails, with the status to return, where inputs differ in shape. */
  int32_t (*same_shape) (struct DnnBuild *b);
  /* Fails where x[1], targets of x[0], are none of `targets` (DnnTargets). */
  int32_t (*match_targets) (struct DnnBuild *b, uint32_t targets);
  /* Size of a metric's state. */
  void (*set_state) (struct DnnBuild *b, int64_t n_doubles);
  /* Of an optimizer, for this weight: dnn_shape_of (s->weight) or any shape. */
  void (*add_slot) (struct DnnSlots *s, uint32_t index, const char *name,
                    DnnShape shape, double initial);

  /* --- calls that the host may carry out when it likes, [step] ----------- */

  /* y[0] = x W + b; b may be NULL.  y[0] is not to be touched afterwards. */
  void (*affine) (struct DnnPass *pass, const DnnTensor *x, const DnnTensor *W,
                  const DnnTensor *b);
  /* dw[index] = aT d, seen as rows x columns; `a` and `d` are an input, dy, a
   * saved tensor or scratch.  Does nothing where dw[index] is NULL. */
  void (*weight_gradient) (struct DnnPass *pass, uint32_t index,
                           const DnnTensor *a, const DnnTensor *d);

  /* --- at once, [step] --------------------------------------------------- */

  void (*gemm) (const void *call, const DnnGemm *gemm);
  /* sum[j] = sum over rows of x[.][j]; does nothing where `sum` is NULL. */
  void (*sum_rows) (const void *call, const DnnTensor *x, DnnTensor *sum);
  /* Runs body over 0 .. n - 1 in chunks of `grain`, on any thread; what the
   * chunks are depends on n and grain only. */
  void (*parallel_for) (const void *call, int64_t n, int64_t grain,
                        DnnRange body, void *data);
  float *(*worker_scratch) (const void *call, uint32_t index, uint32_t worker);

  /* --- [range] ----------------------------------------------------------- */

  /* Element i of the run's stream `stream` for this layer and step (or this
   * initializer's tensor): the same bits whoever asks, in what order ever. */
  void (*random) (const void *call, uint32_t stream, uint32_t distribution,
                  int64_t first, int64_t n, float *out);

  /* --- [pure] y[i] = f (x[i]); y may be x.  Bits do not depend on i. ----- */

  void (*exp) (const float *x, float *y, int64_t n);
  void (*expm1) (const float *x, float *y, int64_t n);
  void (*log1p) (const float *x, float *y, int64_t n);
  void (*tanh) (const float *x, float *y, int64_t n);
  void (*erf) (const float *x, float *y, int64_t n);
  void (*sigmoid) (const float *x, float *y, int64_t n);
} DnnHost;

#ifdef __cplusplus
}
#endif
