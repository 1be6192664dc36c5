/* foreign.h - what a plugin is called in other systems
 *
 * Rows are data: no code of a plugin runs when a model is imported or exported.
 */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [frozen] Names, parameters and weights are words, parted by blanks;
 * docs/plugin-abi.md has the grammar.
 *
 * Parameters: ours=NAME @NAME @TENSOR.AXIS ?TENSOR 1-NAME or 'text'; `ours`
 * alone has the same name there.  Weights:
 *   ours=theirs[+theirs2][:[AXIS/SIZE,]AXES][{order>order}]
 * AXES: a digit of theirs for each of our axes; {i,o,f,c>i,f,c,o}: equal blocks
 * of the last axis in another order; theirs may be a path (query/vars/0). */
typedef struct DnnForeign {
  const char *system;     /* "onnx", "keras", "torch" */
  const char *name;       /* "Gemm", "acme:snake", "BatchNorm1d BatchNorm2d" */
  const char *parameters; /* "units=@W.1 use_bias=?B" */
  const char *weights;    /* "kernel=W:01 bias=B" */
} DnnForeign;

#ifdef __cplusplus
}
#endif
