/* activation.h - a function of every element, or of every row */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tensors that grad reads; the host then keeps them. */
typedef enum DnnNeeds { DNN_NEEDS_X = 1 << 0, DNN_NEEDS_Y = 1 << 1 } DnnNeeds;

/* [grows] Over rows x length numbers, packed.  The host splits between rows;
 * with DNN_FLAG_ELEMENTWISE anywhere (rows is then 1). */
typedef struct DnnActivationOps {
  uint32_t struct_size;
  uint32_t needs; /* DnnNeeds of grad; what is not named comes as NULL */
  /* [range] y = f (x); y may be x. */
  void (*eval) (const void *self, const DnnHost *host, const float *x, float *y,
                int64_t rows, int64_t length);
  /* [range] dx = f'(x) dy; dx may be dy. */
  void (*grad) (const void *self, const DnnHost *host, const float *x,
                const float *y, const float *dy, float *dx, int64_t rows,
                int64_t length);
} DnnActivationOps;

#define DNN_ACTIVATION_OPS(needs) DNN_END_OF (DnnActivationOps, grad), needs

#ifdef __cplusplus
}
#endif
