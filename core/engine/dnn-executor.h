/* dnn-executor.h - runs a plan forward and backward
 *
 * Nothing is allocated on the way, but for error messages.
 */
#pragma once

#include "dnn-plan.h"

DNN_BEGIN_DECLS

/* One pass. */
typedef struct DnnPassInfo {
  uint64_t seed;
  uint64_t step; /* of the run, from 0 */
  bool training;
  uint64_t epoch;       /* of the run, from 0 */
  const uint64_t *rows; /* of the samples, in the data; NULL: none */
} DnnPassInfo;

/* Computes one parametrized weight into made->y, which layers get. */
bool dnn_executor_make_weight (DnnMade *made, const DnnPassInfo *info,
                               GError **error);

/* Where weight gradients go, each as soon as it is known. */
typedef struct DnnSink {
  /* dw = aT d is due, over tensors seen as rows x columns; `dw` has room for
   * it, but nobody else looks there. */
  void (*product) (void *data, DnnWeight *weight, const DnnTensor *a,
                   const DnnTensor *d, DnnTensor *dw);
  /* `dw` is complete. */
  void (*gradient) (void *data, DnnWeight *weight, DnnTensor *dw);
  void *data;
} DnnSink;

/* From what lies at dnn_plan_input () to the predictions. */
bool dnn_executor_forward (DnnPlan *plan, const DnnPassInfo *info,
                           GError **error);

/* The same, showing every stage as soon as it has run; a watcher that returns
 * false ends the pass. */
typedef bool (*DnnWatch) (void *data, const DnnStage *stage);
bool dnn_executor_forward_watched (DnnPlan *plan, const DnnPassInfo *info,
                                   DnnWatch watch, void *data, GError **error);

/* Calls `first` of a stage that has one, when its inputs are there and before
 * its forward. */
bool dnn_executor_first (DnnStage *stage, const DnnPassInfo *info,
                         GError **error);

/* From the gradients of the heads' loss values, which the caller has written,
 * down to the first layer that trains.  `sink` may be NULL: every gradient is
 * then left in its stage's dw. */
bool dnn_executor_backward (DnnPlan *plan, const DnnPassInfo *info,
                            const DnnSink *sink, GError **error);

/* The same without a sink, showing every stage before it runs: the gradients
 * of its outputs are complete then, and not yet overwritten. */
bool dnn_executor_backward_watched (DnnPlan *plan, const DnnPassInfo *info,
                                    DnnWatch watch, void *data, GError **error);

DNN_END_DECLS
