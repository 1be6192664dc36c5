/* dnn-build.h - what a plugin declared in build
 *
 * Filled by the host's build services, read by the model and the plan.  Names
 * and initializers are interned; nothing to free but `error`.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-component.h"

DNN_BEGIN_DECLS

enum { DNN_MAX_DECLARED = 32 };

typedef struct DnnDeclared {
  bool set;                /* false: this index was left out */
  const char *name;        /* interned; NULL where it has none */
  const char *initializer; /* interned, "name(key=value)" */
  DnnShape shape;
  double fan_in;
  double fan_out;
  double initial; /* of a slot */
} DnnDeclared;

typedef struct DnnDeclaredList {
  uint32_t n; /* one past the highest index set */
  DnnDeclared at[DNN_MAX_DECLARED];
} DnnDeclaredList;

typedef struct DnnExpected {
  bool set;
  int64_t lo, hi;
} DnnExpected;

typedef struct DnnBuilt {
  DnnDeclaredList outputs, weights, buffers, saved, scratch, worker_scratch;
  DnnDeclaredList slots;
  uint32_t reads; /* DnnReads */
  int64_t n_state;
  DnnExpected expected[DNN_MAX_DECLARED]; /* of each input */
} DnnBuilt;

/* Calls the build of a plugin whose kind has one for inputs of these shapes.
 * `who` starts the error message. */
DnnBuilt *dnn_build (const DnnComponent *component, const char *who,
                     const DnnTensor *const *x, uint32_t n_inputs,
                     GError **error);
/* Calls an optimizer's slots for one weight. */
DnnBuilt *dnn_build_slots (const DnnComponent *component, const char *who,
                           const DnnTensor *weight, GError **error);

/* Fans of a weight of that shape by Keras' rule. */
void dnn_fans_of (const DnnShape *shape, double *ret_in, double *ret_out);

DNN_END_DECLS
