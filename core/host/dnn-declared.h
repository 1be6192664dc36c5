/* dnn-declared.h - what a plugin declared in build
 *
 * Filled by the host's build services, read by the model and the plan.  Names
 * and initializers are interned: nothing is to be freed but the struct.
 */
#pragma once

#include <dnn/plugin.h>
#include <stdbool.h>

#include "dnn-decls.h"

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

/* Fans of a weight of that shape by Keras' rule. */
void dnn_fans_of (const DnnShape *shape, double *ret_in, double *ret_out);

DNN_END_DECLS
