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
  DnnDtype dtype; /* of its elements */
  double fan_in;
  double fan_out;
  double initial; /* of a slot */
  bool is_term;   /* an output that is a term of the loss */
} DnnDeclared;

typedef struct DnnDeclaredList {
  uint32_t n; /* one past the highest index set */
  DnnDeclared at[DNN_MAX_DECLARED];
} DnnDeclaredList;

/* Windows that a layer slides over a tensor. */
typedef struct DnnDeclaredWindows {
  bool set;
  DnnWindows windows;
  int64_t filters;
} DnnDeclaredWindows;

enum { DNN_MAX_WINDOWS = 8 };

/* Scratch of that number is the host's, for a layer that has windows: room of
 * each worker, and of all together. */
enum { DNN_WINDOWS_ROOM = DNN_MAX_DECLARED - 1 };

/* The numbers that a loss, or a layer, expects of an input. */
typedef struct DnnExpected {
  bool set; /* whole numbers */
  int64_t lo, hi;
  bool padded;        /* and -1, which only padding may be */
  bool ranged;        /* numbers least .. most */
  bool sums_to_1;     /* of each row of `columns` */
  double least, most; /* may be infinite */
  int64_t columns;
  const char *who; /* name of the plugin; interned */
} DnnExpected;

typedef struct DnnBuilt {
  DnnDeclaredList outputs, weights, buffers, saved, scratch, worker_scratch;
  DnnDeclaredList slots;
  uint32_t reads; /* DnnReads */
  int64_t n_state;
  uint32_t targets; /* DnnTargets that match_targets was asked for */
  uint32_t scores;  /* DnnScores */
  DnnExpected expected[DNN_MAX_DECLARED]; /* of each input */
  DnnDeclaredWindows windows[DNN_MAX_WINDOWS];
  uint32_t n_windows;        /* one past the highest index set */
  bool says_mask;            /* set_mask was called */
  uint32_t mask;             /* DnnMask that it said */
  DnnDeclaredList own_masks; /* of add_mask, by output */
  DnnDeclaredList states;

  /* Of a layer, what follows from these and the flags: see dnn-masks.h. */
  DnnDeclaredList masks;                /* of the outputs that have one */
  uint32_t masked_by[DNN_MAX_DECLARED]; /* DnnMask of each output */
} DnnBuilt;

/* True if a number is finite, and what is expected. */
bool dnn_expected_takes (const DnnExpected *self, float y);
/* The first of n numbers at which a row begins whose sum should be 1 and is
 * not; -1: there is none. */
int64_t dnn_expected_find_sum (const DnnExpected *self, const float *y,
                               int64_t n);
/* "from 0 to 1", "0 or more", "a whole number from 0 to 9"; "" if anything is
 * taken.  Returns: (transfer full). */
char *dnn_expected_to_string (const DnnExpected *self);

/* The tensor that is declared, without data. */
DnnTensor dnn_declared_tensor (const DnnDeclared *self);

/* True if the same rows are declared, by the same names. */
bool dnn_declared_list_equal (const DnnDeclaredList *a,
                              const DnnDeclaredList *b);

/* Fans of a weight of that shape by Keras' rule. */
void dnn_fans_of (const DnnShape *shape, double *ret_in, double *ret_out);

DNN_END_DECLS
