/* dnn-vmath.h - elementary functions over arrays
 *
 * Within 2 ulp of the exact value over the whole range; infinities and NaN as
 * in libm.  Two versions, AVX2 and plain, give the same bits for an element
 * wherever it stands in the array; which one runs is chosen once.  y may be x.
 */
#pragma once

#include <stdint.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

void dnn_vmath_exp (const float *x, float *y, int64_t n);
void dnn_vmath_expm1 (const float *x, float *y, int64_t n);
void dnn_vmath_log1p (const float *x, float *y, int64_t n);
void dnn_vmath_tanh (const float *x, float *y, int64_t n);
void dnn_vmath_erf (const float *x, float *y, int64_t n);
void dnn_vmath_sigmoid (const float *x, float *y, int64_t n);

DNN_END_DECLS
