/* encoding.h - what becomes of whole numbers 0 .. n - 1: Keras' output modes */
#pragma once

#include <dnn/abi/layer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As the nicks DNN_ENCODINGS name them. */
typedef enum DnnEncoding {
  DNN_ENCODE_INT = 0,       /* y: the number, in the shape of x */
  DNN_ENCODE_ONE_HOT = 1,   /* y[..., k] = 1: an axis more, but where the last
                             * axis is 1, which then becomes n */
  DNN_ENCODE_MULTI_HOT = 2, /* y[k] = 1 where k is on the last axis */
  DNN_ENCODE_COUNT = 3      /* y[k]: how often it is */
} DnnEncoding;

#define DNN_ENCODINGS "int one_hot multi_hot count"

/* In build: declares the output. */
static inline int32_t
dnn_encoding_build (const DnnHost *host, DnnBuild *b, int32_t mode, int64_t n)
{
  DnnShape shape = dnn_shape_of (b->x[0]);

  if (mode != DNN_ENCODE_INT && shape.n_dims < 2)
    return host->fail (b, "input must be a batch of rows, not of numbers");
  if (mode == DNN_ENCODE_ONE_HOT && dnn_columns (b->x[0]) > 1)
    shape.n_dims++;
  if (shape.n_dims > DNN_MAX_DIMS)
    return host->fail (b, "input must have less than %d dimensions",
                       DNN_MAX_DIMS);
  if (mode != DNN_ENCODE_INT)
    shape.dims[shape.n_dims - 1] = n;
  host->set_output (b, 0, shape);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

/* In forward: begins with zeros. */
static inline void
dnn_encoding_begin (const DnnPass *pass)
{
  float *y = dnn_f32 (pass->y[0]);

  for (int64_t i = 0, n = dnn_count (pass->y[0]); i < n; i++)
    y[i] = 0;
}

/* Element `i` of x is `number`, one of n. */
static inline void
dnn_encode (const DnnPass *pass, int32_t mode, int64_t n, int64_t i,
            int64_t number)
{
  const int64_t set = mode == DNN_ENCODE_ONE_HOT ? 1 : dnn_columns (pass->x[0]);
  float *y = dnn_f32 (pass->y[0]), *row = y + i / set * n;

  if (mode == DNN_ENCODE_INT)
    y[i] = (float) number;
  else
    row[number] = mode == DNN_ENCODE_COUNT ? row[number] + 1 : 1;
}

#ifdef __cplusplus
}
#endif
