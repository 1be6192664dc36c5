/* dnn-optimizer-private.h - the inside of an optimizer, for its own files */
#pragma once

#include "dnn-optimizer.h"

/* The host's own keys.  Infinite: not set. */
typedef struct {
  double clipvalue;
  double clipnorm;
  double global_clipnorm;
  double weight_decay;
} DnnOptimizerKeys;

struct DnnOptimizer {
  DnnComponent *component; /* (owned) */
  const DnnOptimizerOps *ops;
  const DnnParam *rate; /* its learning_rate; NULL: it has none */
  DnnOptimizerKeys keys;
  GPtrArray *states; /* (owned) of DnnWeightState */
  DnnPool *pool;
  DnnContext context;
  uint64_t step;
  uint64_t schedule_step;
};

/* Makes an empty state for a weight that has none. */
bool dnn_optimizer_add_state (DnnOptimizer *self, DnnWeight *weight,
                              GError **error);
/* Whether a slot comes to the plugin at the range, not whole. */
bool dnn_optimizer_slot_is_like_weight (const DnnWeightState *state,
                                        uint32_t slot);
/* NULL where the weight has no state yet. */
DnnWeightState *dnn_optimizer_find_state (const DnnOptimizer *self,
                                          const DnnWeight *weight);
