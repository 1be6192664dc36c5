/* dnn-kind-row.h - a row of the table of kinds: what the host knows of a kind
 *
 * Code asks the row for what it must know of a plugin's kind; it names a kind
 * only when it means that one, as a model means its layers.  A new kind is a
 * header in include/dnn/abi/, a row in kind-rows.c, a line in kind-list.c, and
 * its checks in core/check/.
 *
 * The list is all that there is in kind-list.c.  A test that is linked with
 * the static library may define it itself, with a kind of its own in it.
 */
#pragma once

#include <dnn/plugin.h>
#include <stdbool.h>
#include <stddef.h>

/* A function of a kind's ops. */
typedef struct DnnKindOp {
  const char *name;
  size_t offset;
} DnnKindOp;

#define DNN_KIND_OP(S, member)                                                 \
  {                                                                            \
#member, offsetof(S, member)                                               \
  }

enum { DNN_KIND_MAX_OPS = 8, DNN_KIND_MAX_INPUTS = 2 };

/* Takes a line about a plugin: "Better", "when it is lower". */
typedef void (*DnnKindSay) (void *data, const char *label, const char *words);

typedef struct DnnKindRow {
  const char *name;   /* "layer" */
  const char *folder; /* "layers": below a folder of plugins */

  /* Its ops.  Offsets are from their beginning; 0: they have no such member. */
  uint32_t ops_size;                    /* the least struct_size */
  DnnKindOp required[DNN_KIND_MAX_OPS]; /* ends with a NULL, or is full */
  DnnKindOp or_else;    /* in place of one that is required, where they reach so
                         * far; no name: nothing is */
  size_t build;         /* of its build, which is one of DnnKindBuild */
  size_t min_inputs_at; /* of uint32_t */
  size_t max_inputs_at; /* of uint32_t */
  size_t n_outputs_at;  /* of uint32_t; where it counts, build must say what the
                         * outputs, weights and buffers are */
  bool of_weight;       /* input and output are a weight, without a batch */
  size_t min_outputs_at; /* of uint32_t that older ops do not have; 0, or not
                          * there: all of n_outputs */
  /* Says what its ops tell people.  NULL: nothing. */
  void (*describe) (const void *ops, DnnKindSay say, void *data);

  /* Its plugins. */
  uint64_t flags; /* sum of those that it knows; 0: any */
  const DnnPlugin
      *keys; /* that the host adds to their parameters; NULL: none */
  const char *const *may_link; /* patterns of libraries, besides libc and libm,
                                * NULL-terminated; NULL: none */
  const char *const *may_call; /* patterns of functions that others may not
                                * call, NULL-terminated; NULL: none */

  /* Its inputs. */
  uint32_t min_inputs, max_inputs;              /* where its ops do not say */
  const char *input_names[DNN_KIND_MAX_INPUTS]; /* NULL: "Input" */
  const char *example_inputs; /* of most of its plugins, "4; 4"; NULL: none */
  bool takes_bytes;           /* example_inputs are no shapes, but a file */
  DnnShape checked_on;        /* where there are none; 0 dimensions: nothing */
} DnnKindRow;

/* A build of any kind.  Returns: 0, or what host->fail returned. */
typedef int32_t (*DnnKindBuild) (const void *self, const DnnHost *host,
                                 DnnBuild *b);

extern const DnnKindRow dnn_kind_layer;
extern const DnnKindRow dnn_kind_activation;
extern const DnnKindRow dnn_kind_initializer;
extern const DnnKindRow dnn_kind_optimizer;
extern const DnnKindRow dnn_kind_loss;
extern const DnnKindRow dnn_kind_metric;
extern const DnnKindRow dnn_kind_schedule;
extern const DnnKindRow dnn_kind_regularizer;
extern const DnnKindRow dnn_kind_constraint;
extern const DnnKindRow dnn_kind_parametrization;

extern const DnnKindRow dnn_kind_callback;
extern const DnnKindRow dnn_kind_decoder;
extern const DnnKindRow dnn_kind_communicator;

/* By DnnKind, from 1. */
extern const DnnKindRow *const dnn_kinds[];
extern const unsigned dnn_n_kinds;

/* `kind` is one that there is. */
const DnnKindRow *dnn_kind_row (uint32_t kind);
/* The least and the most inputs of a plugin with these ops. */
void dnn_kind_inputs (const DnnKindRow *self, const void *ops,
                      uint32_t *ret_min, uint32_t *ret_max);
/* How many outputs it has; 0 of a kind that has none. */
uint32_t dnn_kind_n_outputs (const DnnKindRow *self, const void *ops);
/* How many of them build must set. */
uint32_t dnn_kind_min_outputs (const DnnKindRow *self, const void *ops);
/* Its build; NULL of a kind that has none. */
DnnKindBuild dnn_kind_build (const DnnKindRow *self, const void *ops);
