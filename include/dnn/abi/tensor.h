/* tensor.h - arrays of numbers, as they cross the plugin ABI
 *
 * Row-major and contiguous; dims[0] is the batch where there is one.  Whoever
 * hands a tensor out owns it: a plugin only borrows, for the length of a call.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DNN_MAX_DIMS 8

/* The value of struct_size, also to test it against: the end of a member, never
 * sizeof, which counts padding that a later member may fill. */
#define DNN_END_OF(S, member)                                                  \
  ((uint32_t) (offsetof (S, member) + sizeof (((S *) 0)->member)))

/* Element types.  1.0 hands float32 to every plugin. */
typedef enum DnnDtype {
  DNN_FLOAT32 = 0,
  DNN_FLOAT64 = 1,
  DNN_FLOAT16 = 2,
  DNN_UINT8 = 3,
  DNN_INT8 = 4,
  DNN_UINT16 = 5,
  DNN_INT16 = 6,
  DNN_UINT32 = 7,
  DNN_INT32 = 8,
  DNN_UINT64 = 9,
  DNN_INT64 = 10,
  DNN_BOOL8 = 11
} DnnDtype;

/* [frozen] Sizes of a tensor; n_dims = 0 is a single number. */
typedef struct DnnShape {
  uint32_t n_dims;
  uint32_t reserved;
  int64_t dims[DNN_MAX_DIMS];
} DnnShape;

/* [frozen] */
typedef struct DnnTensor {
  void *data;     /* NULL where only the shape is known (in build) */
  uint32_t dtype; /* a DnnDtype */
  uint32_t n_dims;
  int64_t dims[DNN_MAX_DIMS];
} DnnTensor;

/* DNN_SHAPE (3, 4): a DnnShape by value, of 1 to 8 sizes.  C and C++. */
#define DNN_ARGS_PICK(a, b, c, d, e, f, g, h, n, ...) n
#define DNN_ARGS_COUNT(...)                                                    \
  DNN_ARGS_PICK (__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#ifdef __cplusplus
#define DNN_SHAPE(...)                                                         \
  (DnnShape{ DNN_ARGS_COUNT (__VA_ARGS__), 0, { __VA_ARGS__ } })
#define DNN_SCALAR (DnnShape{ 0, 0, { 0 } })
#else
#define DNN_SHAPE(...)                                                         \
  ((DnnShape){ DNN_ARGS_COUNT (__VA_ARGS__), 0, { __VA_ARGS__ } })
#define DNN_SCALAR ((DnnShape){ 0, 0, { 0 } })
#endif

/* Stands before a loop whose turns do not depend on each other, though its
 * arrays may be one and the same (y is x): without it such a loop is compiled
 * for one element at a time. */
#if defined(__clang__)
#define DNN_EACH _Pragma ("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define DNN_EACH _Pragma ("GCC ivdep")
#else
#define DNN_EACH
#endif

/* Stands before a function whose time goes into such loops: it is compiled for
 * AVX2 and AVX-512, too, and what the CPU can run is taken when the plugin is
 * opened.  The bits are the same. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) &&          \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                   \
    !defined(__SANITIZE_THREAD__)
#define DNN_CLONES                                                             \
  __attribute__ ((target_clones ("avx512f", "avx2", "default")))
#else
#define DNN_CLONES
#endif

/* The tensor's float32 elements, or NULL for a tensor that is not there. */
static inline float *
dnn_f32 (const DnnTensor *t)
{
  return t != NULL ? (float *) t->data : NULL;
}

static inline DnnShape
dnn_shape_of (const DnnTensor *t)
{
  DnnShape shape = { t->n_dims, 0, { 0 } };

  for (uint32_t i = 0; i < t->n_dims; i++)
    shape.dims[i] = t->dims[i];
  return shape;
}

/* Number of elements; 1 for a single number. */
static inline int64_t
dnn_count (const DnnTensor *t)
{
  int64_t n = 1;

  for (uint32_t i = 0; i < t->n_dims; i++)
    n *= t->dims[i];
  return n;
}

/* Size of the last axis; 1 for a single number. */
static inline int64_t
dnn_columns (const DnnTensor *t)
{
  return t->n_dims > 0 ? t->dims[t->n_dims - 1] : 1;
}

/* Product of all sizes but the last: the tensor seen as rows x columns. */
static inline int64_t
dnn_rows (const DnnTensor *t)
{
  int64_t n = 1;

  for (uint32_t i = 0; i + 1 < t->n_dims; i++)
    n *= t->dims[i];
  return n;
}

#ifdef __cplusplus
}
#endif
