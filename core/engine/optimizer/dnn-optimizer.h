/* dnn-optimizer.h - an optimizer plugin at work on a model's weights
 *
 * Holds what the plugin remembers of each weight, and does for every plugin
 * what is the same for all: accumulation, clipping, weight decay, averages,
 * multipliers, schedules, and stepping a tile of a weight as soon as its
 * gradient is there.
 *
 * Order within a step, as in Keras: accumulate, clip, decay, step, average,
 * constraint.
 */
#pragma once

#include "dnn-executor.h"

DNN_BEGIN_DECLS

typedef struct DnnOptimizer DnnOptimizer;
struct DnnSafetensors;

/* The plugin that steps, and the one that goes around it. */
typedef enum DnnOptimizerRole {
  DNN_ROLE_TYPE,
  DNN_ROLE_AROUND,
  DNN_N_ROLES
} DnnOptimizerRole;

/* The slots of one weight. */
typedef struct DnnWeightState {
  DnnWeight *weight;
  DnnDeclaredList slots; /* names and shapes; the last are the host's */
  uint32_t n_own;        /* the plugin's */
  uint32_t n_around;     /* behind them, those of the one around it */
  DnnDeclaredList scratch[DNN_N_ROLES]; /* free for use within a step */
  float
      *scratch_at[DNN_N_ROLES][DNN_MAX_DECLARED]; /* in the optimizer's room */
  float **data;      /* (owned) one block a slot; NULL: not declared */
  uint64_t t;        /* updates since the slots were made */
  float n_gradients; /* this one, and those that waited for it */
  bool updates;      /* whether this step moves the weight */
  bool decays;       /* by weight_decay, before every step */
  void *self;        /* (owned) the plugin's struct, with this step's values */
  float **at;      /* (owned) room for the slots of a range: one row a worker */
  DnnTensor shape; /* of the weight, without data */
  DnnTensor *pending; /* a gradient that waits for the global norm */
  uint32_t owner;     /* hash of the weight's name: whose random numbers */
  uint64_t begun;     /* the step, counted from 1, that was begun last */
} DnnWeightState;

/* `spec`: the plugin and its parameters, and the host's keys: clipvalue,
 * clipnorm, global_clipnorm (one of them at most), weight_decay,
 * exclude_from_weight_decay, use_ema, ema_momentum, ema_overwrite_frequency,
 * gradient_accumulation_steps, around. */
DnnOptimizer *dnn_optimizer_new (DnnRegistry *registry, const DnnSpec *spec,
                                 GError **error);
void dnn_optimizer_free (DnnOptimizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnOptimizer, dnn_optimizer_free)

const DnnComponent *dnn_optimizer_component (const DnnOptimizer *self);

/* Batches whose gradients make one update. */
int64_t dnn_optimizer_n_accumulated (const DnnOptimizer *self);

/* Makes slots for every weight of the model that is trainable now and has none
 * yet.  Must have been called before a step with those weights. */
bool dnn_optimizer_prepare (DnnOptimizer *self, DnnModel *model, DnnPool *pool,
                            GError **error);

/* The same slots without memory for them, to be counted: no step can follow. */
bool dnn_optimizer_declare (DnnOptimizer *self, DnnModel *model,
                            GError **error);

/* Adds the slots of every weight, `optimizer/<weight>/<slot>`, and how often it
 * was updated, `optimizer/<weight>/t`; the optimizer must live, and take no
 * step, until the file is written. */
void dnn_optimizer_add (const DnnOptimizer *self, struct DnnSafetensors *file);
/* Has what a file has of every weight, `optimizer/<weight>/<slot>`, and nothing
 * else; then as prepare.  A slot that is missing, or of no weight of the model,
 * is DNN_ERROR_FORMAT; after an error the optimizer is of no use. */
bool dnn_optimizer_take (DnnOptimizer *self, const struct DnnSafetensors *file,
                         DnnModel *model, DnnPool *pool, GError **error);

/* Takes over what `other`, the optimizer until now, remembers: slots of the
 * same name and shape, and how often each weight was updated where any slot
 * was kept.  What became of the slots is told in `ret_report`, a sentence. */
bool dnn_optimizer_adopt (DnnOptimizer *self, DnnOptimizer *other,
                          char **ret_report, GError **error);

/* Says what adopt would take over, and takes nothing over. */
bool dnn_optimizer_compare (DnnOptimizer *self, const DnnOptimizer *other,
                            char **ret_report, GError **error);

/* True if gradients must be kept until the end of backward. */
bool dnn_optimizer_stores_gradients (const DnnOptimizer *self);
/* True if a step may have its batch run again, at other weights. */
bool dnn_optimizer_looks_again (const DnnOptimizer *self);
/* Bytes of the scratch of a step. */
size_t dnn_optimizer_scratch_bytes (const DnnOptimizer *self);

/* Runs the batch of this step again, at the weights as they are, and hands all
 * gradients to the sink; buffers end as they were. */
typedef bool (*DnnEvaluate) (void *data, double *ret_loss, GError **error);
/* The batch of the next step: its loss, and how it is run again. */
void dnn_optimizer_set_batch (DnnOptimizer *self, double loss,
                              DnnEvaluate evaluate, void *data);

/* A step: begin, then backward with the sink, then end.  `schedule_step`
 * counts from where schedules begin. */
void dnn_optimizer_begin_step (DnnOptimizer *self, uint64_t step,
                               uint64_t schedule_step);
DnnSink dnn_optimizer_sink (DnnOptimizer *self);
void dnn_optimizer_end_step (DnnOptimizer *self);
/* Puts the averages in the place of the weights that train now, as Keras does
 * when training ends; false: there are none. */
bool dnn_optimizer_write_averages (const DnnOptimizer *self,
                                   const DnnModel *model);
/* True if what is validated, saved and exported is not what trains. */
bool dnn_optimizer_has_model (const DnnOptimizer *self);
bool dnn_optimizer_is_same_plugin (const DnnOptimizer *self,
                                   const DnnOptimizer *other);
/* Puts the weights to be shown in the place of those that train now. */
bool dnn_optimizer_write_model (DnnOptimizer *self, const DnnModel *model,
                                GError **error);
/* The same for good, of those that train no more, or of all: what is remembered
 * of them begins anew. */
bool dnn_optimizer_leave (DnnOptimizer *self, const DnnModel *model, bool all,
                          GError **error);
/* True if the plugin has called fail since the last time it was asked. */
bool dnn_optimizer_check (DnnOptimizer *self, GError **error);
/* Of the random numbers that the plugin may draw. */
void dnn_optimizer_set_seed (DnnOptimizer *self, uint64_t seed);

/* How long the phase is, for schedules that end with it or count epochs. */
void dnn_optimizer_set_length (DnnOptimizer *self, DnnLength length);
/* True if there is a learning rate, a number or a schedule. */
bool dnn_optimizer_has_rate (const DnnOptimizer *self);
/* The learning rate at a step of the schedule, without multipliers. */
double dnn_optimizer_rate (const DnnOptimizer *self, uint64_t schedule_step);
/* The learning_rate in the plugin's struct, also if a schedule drives it; 0: it
 * has none. */
double dnn_optimizer_own_rate (const DnnOptimizer *self);
/* Another learning rate from the next step on.  DNN_ERROR_PARAM where the
 * plugin has none, or a schedule drives it. */
bool dnn_optimizer_set_rate (DnnOptimizer *self, double rate, GError **error);

size_t dnn_optimizer_n_states (const DnnOptimizer *self);
DnnWeightState *dnn_optimizer_state (const DnnOptimizer *self, size_t i);
/* Numbers in all slots together. */
int64_t dnn_optimizer_count (const DnnOptimizer *self);

DNN_END_DECLS
