/* dnn-simd.h - which vector instructions to use
 *
 * The best set that the CPU has, unless DNN_SIMD in the environment names a
 * lesser one: then a run has the same bits on CPUs of different kinds.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* From the least. */
typedef enum DnnSimd {
  DNN_SIMD_PLAIN,
  DNN_SIMD_AVX2, /* with FMA */
  DNN_SIMD_AVX512
} DnnSimd;

/* The instruction set of this process; found once. */
DnnSimd dnn_simd (void);

/* The best that this CPU has. */
DnnSimd dnn_simd_of_cpu (void);

/* True if DNN_SIMD is unset or names a set that this CPU has: "plain", "avx2"
 * or "avx512"; else DNN_ERROR_USAGE.  To be called before all else by programs;
 * dnn_simd takes a wrong value for none. */
bool dnn_simd_check (GError **error);

/* "avx2". */
const char *dnn_simd_name (DnnSimd simd);

DNN_END_DECLS
