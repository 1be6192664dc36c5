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
  DnnComponent *around;    /* (owned) which leaves the gradient by which
                            * `component` steps; NULL: none */
  const DnnComponent *all; /* whose step_all is called; NULL: nobody's */
  void *all_self;          /* (owned) its struct, with this step's values */
  const DnnParam *rate;    /* its learning_rate; NULL: it has none */
  DnnOptimizerKeys keys;
  GPtrArray *states; /* (owned) of DnnWeightState */
  DnnPool *pool;
  DnnContext context;
  DnnRunning running; /* its step, as it is noted */
  uint64_t step;
  uint64_t schedule_step;
  DnnLength length; /* of the schedules */
  double loss;      /* of the batch that is stepped by */
  DnnEvaluate evaluate;
  void *evaluate_data;
  GError *error;     /* (owned) of evaluate; NULL: it went well */
  void *room;        /* (owned) scratch of all weights */
  size_t n_room;     /* bytes */
  DnnStep *steps;    /* (owned) one a weight, for step_all */
  DnnStep **step_at; /* (owned) those of this step */
};

/* --- an optimizer around another ------------------------------------------ */

/* Makes what the key `around` names, and finds whose step_all is called; keys
 * that do not go with that are DNN_ERROR_PARAM. */
bool dnn_optimizer_make_around (DnnOptimizer *self, DnnRegistry *registry,
                                GError **error);
/* DNN_ERROR_PARAM where the weight has a rate of its own, and one rate moves
 * all. */
bool dnn_optimizer_check_multiplier (const DnnOptimizer *self,
                                     const DnnWeight *weight, GError **error);
/* Room for scratch, once all states are there. */
bool dnn_optimizer_make_room (DnnOptimizer *self, GError **error);

/* --- gradients ----------------------------------------------------------- */

/* In a fixed order, in double, by lanes that the compiler can vectorize. */
double dnn_optimizer_sum_of_squares (const DnnTensor *dw);
/* The factor of a gradient with that sum of squares, so that its norm is
 * `most` at most. */
float dnn_optimizer_clip_factor (double sum, double most);
/* The same of all gradients that wait, by global_clipnorm. */
float dnn_optimizer_global_factor (const DnnOptimizer *self);
/* clipvalue. */
void dnn_optimizer_clip_values (const DnnOptimizer *self, float *g, int64_t n);

/* --- steps --------------------------------------------------------------- */

/* Writes the plugin's struct of this step: its schedules' values. */
void dnn_optimizer_resolve (const DnnOptimizer *self,
                            const DnnComponent *component, void *ret_self);
/* A weight in step_all. */
void dnn_optimizer_fill_all (const DnnOptimizer *self, DnnWeightState *state,
                             DnnStep *ret_step);
/* Steps a weight by the gradient that waits, times a factor. */
void dnn_optimizer_update_pending (DnnOptimizer *self, DnnWeightState *state,
                                   float factor);
/* Finishes a step of a weight that step_all has moved. */
void dnn_optimizer_finish_weight (DnnOptimizer *self, DnnWeightState *state);

/* Makes an empty state for a weight that has none. */
bool dnn_optimizer_add_state (DnnOptimizer *self, DnnWeight *weight,
                              GError **error);
/* True if a slot comes to the plugin at the range, not whole. */
bool dnn_optimizer_slot_is_like_weight (const DnnWeightState *state,
                                        uint32_t slot);
/* Sets which weights decay.  Globs none of which is a weight's of the model are
 * DNN_ERROR_NAME. */
bool dnn_optimizer_choose_decay (DnnOptimizer *self, const DnnModel *model,
                                 GError **error);

/* --- the host's own slots ------------------------------------------------ */

/* There is room for them behind the plugins'. */
void dnn_optimizer_declare_host_slots (const DnnOptimizer *self,
                                       DnnWeightState *state);
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
