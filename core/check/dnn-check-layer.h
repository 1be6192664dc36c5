/* dnn-check-layer.h - one layer with all its tensors, run by hand
 *
 * As the executor runs it, but alone, with every tensor in a block of its own.
 */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

/* How a pass runs.  Bit i of a mask: entry i is there; else it is NULL. */
typedef struct DnnCheckMode {
  const char *name; /* "training" */
  bool training;
  bool frozen;
  uint32_t dy, dx, dw;
} DnnCheckMode;

enum { DNN_CHECK_MODES = 3 };

/* Training, training while frozen (no dw), inference. */
extern const DnnCheckMode dnn_check_modes[DNN_CHECK_MODES];

typedef struct DnnCheckLayer {
  DnnChecker *checker;
  const DnnLayerOps *ops;
  DnnBuilt *built; /* (owned) */
  DnnCheckList x, y, dy, dx, w, dw, buffers, first_buffers, saved, scratch;
  DnnCheckList masks, y_masks; /* of inputs, NULL: all is real; of outputs */
  DnnCheckList states; /* handed to forward by those who begin a sequence */
  DnnCheckList worker; /* a block has room for every worker */
  float *worker_data[DNN_MAX_DECLARED];
  int64_t worker_stride[DNN_MAX_DECLARED];
  DnnConv *convs; /* (owned) of its windows; NULL: it has none */
  DnnContext context;
  DnnPass pass; /* its arrays are the lists' */
} DnnCheckLayer;

/* A layer with random inputs, dy and weights; its batch is batch_factor times
 * the subject's.  NULL: it cannot be built, which is then in the report. */
DnnCheckLayer *dnn_check_layer_new (DnnChecker *checker, int64_t batch_factor);
void dnn_check_layer_free (DnnCheckLayer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCheckLayer, dnn_check_layer_free)

/* True if a layer of these tensors computes in no time. */
bool dnn_check_layer_is_quick (const DnnChecker *checker,
                               const DnnBuilt *built);

/* From the first buffers on, with y, saved and scratch poisoned before.
 * False: the plugin failed, which is then in the report. */
bool dnn_check_layer_forward (DnnCheckLayer *self, const DnnCheckMode *mode);
/* After forward, with dx, dw and scratch poisoned before. */
bool dnn_check_layer_backward (DnnCheckLayer *self, const DnnCheckMode *mode);
bool dnn_check_layer_run (DnnCheckLayer *self, const DnnCheckMode *mode);

/* Calls `first`, with scratch poisoned before; held to what it may write. */
bool dnn_check_layer_run_first (DnnCheckLayer *self);

/* Sentences where an entry that is present was not written. */
void dnn_check_layer_written (DnnCheckLayer *self, const DnnCheckList *list,
                              DnnTensor *const *present, const char *what,
                              const DnnCheckMode *mode);
/* Bits of all tensors of a list, as they are and as they should be. */
void dnn_check_layer_same (DnnCheckLayer *self, const char *what,
                           const DnnCheckList *list, DnnTensor *const *present,
                           const char *so, const DnnCheckList *expected,
                           const char *but);

/* "dw kernel", "dx 1": what a message calls entry `i`. */
char *dnn_check_layer_dw_name (const DnnCheckLayer *self, uint32_t i);
char *dnn_check_layer_name (const DnnCheckList *list, const char *what,
                            uint32_t i);

DNN_END_DECLS
