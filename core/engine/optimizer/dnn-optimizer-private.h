/* dnn-optimizer-private.h - the inside of an optimizer, for its own files */
#pragma once

#include "dnn-keys.h"
#include "dnn-optimizer.h"
#include "dnn-running.h"

/* The host's own slots of a weight, behind the plugin's. */
typedef enum DnnHostSlot {
  DNN_SLOT_SUM,     /* of the gradients since the last update */
  DNN_SLOT_COUNT,   /* of these gradients */
  DNN_SLOT_AVERAGE, /* of the weight, over steps; NaN: not begun */
  DNN_N_HOST_SLOTS
} DnnHostSlot;

struct DnnOptimizer {
  DnnComponent *component; /* (owned) */
  const DnnOptimizerOps *ops;
  const DnnParam *rate; /* its learning_rate; NULL: it has none */
  DnnOptimizerKeys keys;
  GPtrArray *states; /* (owned) of DnnWeightState */
  DnnPool *pool;
  DnnContext context;
  DnnRunning running; /* its step, as it is noted */
  uint64_t step;
  uint64_t schedule_step;
  DnnLength length; /* of the schedules */
};

/* Makes an empty state for a weight that has none. */
bool dnn_optimizer_add_state (DnnOptimizer *self, DnnWeight *weight,
                              GError **error);
/* Whether a slot comes to the plugin at the range, not whole. */
bool dnn_optimizer_slot_is_like_weight (const DnnWeightState *state,
                                        uint32_t slot);
/* Sets which weights decay.  Globs none of which is a weight's of the model are
 * DNN_ERROR_NAME. */
bool dnn_optimizer_choose_decay (DnnOptimizer *self, const DnnModel *model,
                                 GError **error);

/* --- the host's own slots ------------------------------------------------ */

bool dnn_optimizer_declare_host_slots (const DnnOptimizer *self,
                                       DnnWeightState *state, GError **error);
/* Once a step and weight: whether this gradient makes an update. */
void dnn_optimizer_count_gradient (const DnnOptimizer *self,
                                   DnnWeightState *state);
/* Adds elements first .. first + n - 1 of a gradient, at `g`, to those that
 * wait; writes their mean to `g`, where this is an update. */
void dnn_optimizer_accumulate (const DnnWeightState *state, float *g,
                               int64_t first, int64_t n);
/* Takes the weight's elements, stepped or not, into their average. */
void dnn_optimizer_average (const DnnOptimizer *self,
                            const DnnWeightState *state, int64_t first,
                            int64_t n);

/* NULL where the weight has no state yet. */
DnnWeightState *dnn_optimizer_find_state (const DnnOptimizer *self,
                                          const DnnWeight *weight);
