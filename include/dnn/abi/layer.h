/* layer.h - what a layer plugin computes
 *
 * One rule for results: overwrite.  Every y, dx and dw that is not NULL is
 * written whole, never added to; the host sums where sums are due.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of targets of a loss or metric. */
typedef enum DnnTargets {
  DNN_TARGET_VALUES = 1 << 0, /* as many as predictions */
  DNN_TARGET_LABELS = 1 << 1  /* a class number for each row of predictions */
} DnnTargets;

/* [grows] The question "what do you make of these inputs?" */
typedef struct DnnBuild {
  DnnCall call;
  uint32_t n_inputs;
  uint32_t reserved;
  const DnnTensor *const *x; /* n_inputs shapes, with data = NULL */
  /* minor 1: shapes; NULL, or a NULL entry: that input has none */
  const DnnTensor *const *masks;
} DnnBuild;

/* [grows] One forward or backward call.  All is borrowed until it returns.
 * backward runs after a forward of the same kind (training, frozen), and only
 * where at least one dy is not NULL. */
typedef struct DnnPass {
  DnnCall call;
  uint32_t training;  /* 1: dropout drops, statistics are the batch's */
  uint32_t frozen;    /* 1: `trainable` is false (not: every dw is NULL) */
  uint64_t step;      /* of the run, from 0 */
  uint32_t n_inputs;  /* of x and dx */
  uint32_t n_outputs; /* of y and dy */
  const DnnTensor *const *x;  /* inputs, not to be written */
  DnnTensor *const *y;        /* forward: overwrite */
  const DnnTensor *const *dy; /* backward; NULL: a gradient of zero */
  DnnTensor *const *dx;       /* backward: overwrite; NULL: not wanted */
  const DnnTensor *const *w;  /* weights; NULL: one that build did not add */
  DnnTensor *const *dw;       /* backward: overwrite; NULL: frozen */
  DnnTensor *const *buffers;  /* forward may change them in training */
  DnnTensor *const *saved;    /* forward: overwrite; backward reads */
  DnnTensor *const *scratch;  /* contents undefined at every call */
  /* minor 1 */
  const DnnTensor *const *masks; /* float32: 1 real, 0 padding; NULL, or a NULL
                                  * entry: all is real */
  DnnTensor *const *y_masks; /* forward: overwrite; those that build added */
  DnnTensor *const *states;  /* of add_state; NULL where sequences come whole */
  uint64_t epoch;
  const uint64_t *rows; /* row numbers of the samples in the data; NULL: none */
} DnnPass;

/* [grows] The three return 0 or what host->fail () returned. */
typedef struct DnnLayerOps {
  uint32_t struct_size;
  uint32_t min_inputs;
  uint32_t max_inputs;
  uint32_t n_outputs; /* 0 counts as 1 */
  /* [pure] Declares outputs, weights, buffers, saved tensors and scratch; runs
   * once for every set of input shapes. */
  int32_t (*build) (const void *self, const DnnHost *host, DnnBuild *b);
  /* [step] */
  int32_t (*forward) (const void *self, const DnnHost *host, DnnPass *pass);
  /* [step] */
  int32_t (*backward) (const void *self, const DnnHost *host, DnnPass *pass);
  /* minor 1 */
  uint32_t min_outputs; /* build sets at least so many, the first; 0: all */
  uint32_t reserved;
  /* [step] Once, before the first training forward of weights that came from
   * their initializers: sees x of the first batch, may write w and buffers. */
  int32_t (*first) (const void *self, const DnnHost *host, DnnPass *pass);
} DnnLayerOps;

#define DNN_LAYER_OPS_MANY(min_inputs, max_inputs, n_outputs)                  \
  DNN_END_OF (DnnLayerOps, backward), min_inputs, max_inputs, n_outputs
#define DNN_LAYER_OPS(n_inputs) DNN_LAYER_OPS_MANY (n_inputs, n_inputs, 1)
/* With the members of minor 1. */
#define DNN_LAYER_OPS_1_1(n_inputs)                                            \
  DNN_END_OF (DnnLayerOps, first), n_inputs, n_inputs, 1

/* C = op(A) op(B), over tensors seen as rows x columns, packed. */
static inline void
dnn_matmul (const DnnHost *host, const void *call, uint32_t trans_a,
            const DnnTensor *a, uint32_t trans_b, const DnnTensor *b,
            DnnTensor *c)
{
  DnnGemm gemm = {
    DNN_GEMM (trans_a, trans_b),
    trans_a ? dnn_columns (a) : dnn_rows (a), /* m */
    trans_b ? dnn_rows (b) : dnn_columns (b), /* n */
    trans_a ? dnn_rows (a) : dnn_columns (a), /* k */
    1,                                        /* alpha */
    0,                                        /* beta */
    dnn_f32 (a),
    dnn_f32 (b),
    dnn_f32 (c),
    0,
    0,
    0, /* packed */
    0,
    0,
    0,
    0, /* one product */
    0,
    0,
    0,
    0, /* and once */
  };

  host->gemm (call, &gemm);
}

/* The product that `gemm` begins, of tensors seen as rows x columns, packed;
 * does nothing where `c` is NULL. */
static inline void
dnn_multiply (const DnnHost *host, const void *call, DnnGemm gemm,
              const DnnTensor *a, const DnnTensor *b, DnnTensor *c)
{
  if (c == NULL)
    return;
  gemm.m = gemm.trans_a ? dnn_columns (a) : dnn_rows (a);
  gemm.n = gemm.trans_b ? dnn_rows (b) : dnn_columns (b);
  gemm.k = gemm.trans_a ? dnn_rows (a) : dnn_columns (a);
  gemm.a = dnn_f32 (a);
  gemm.b = dnn_f32 (b);
  gemm.c = dnn_f32 (c);
  host->gemm (call, &gemm);
}

#ifdef __cplusplus
}
#endif
