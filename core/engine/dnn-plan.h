/* dnn-plan.h - a model made ready for batches of one size
 *
 * Shapes are inferred, every tensor has its place in one arena, and every call
 * struct that goes to a plugin is filled: a step then allocates nothing.  A
 * plan borrows the model and is good for as long as no layer's `trainable`
 * changes.
 */
#pragma once

#include "dnn-arena.h"
#include "dnn-host.h"
#include "dnn-model.h"
#include "dnn-plan-options.h"

DNN_BEGIN_DECLS

/* A tensor and the block of the arena that it lies in; -1: nowhere. */
typedef struct DnnPlaced {
  DnnTensor tensor;
  int block;
} DnnPlaced;

/* An output of a layer, or an input of the network. */
typedef struct DnnValue {
  DnnPlaced y;        /* after the activation */
  DnnPlaced z;        /* before it; the same place unless kept apart */
  DnnPlaced gradient; /* of the loss with respect to y (or z) */
  DnnPlaced *mask;    /* of y: 1 real, 0 padding; NULL: all is real */
  int producer;       /* -1: an input of the network */
  int last_consumer;  /* that runs backward; -1: none */
  int n_consumers;
  bool wanted;       /* its gradient is computed */
  bool is_term;      /* of the loss, one number a sample */
  bool has_gradient; /* while running backward: something is in there */
} DnnValue;

/* An output of the model, and where its loss looks. */
typedef struct DnnHead {
  DnnPlaced *prediction; /* after the last activation */
  const DnnTensor *mask; /* of the prediction; NULL: all is real */
  DnnPlaced *loss_input; /* what the loss looks at: prediction, or logits */
  DnnValue *loss_value;  /* whose gradient the loss writes */
  bool has_loss;
} DnnHead;

/* The layers that share a weight, in the order of backward. */
typedef struct DnnUsers {
  struct DnnStage *first; /* with a gradient of its own; NULL: nobody trains */
  uint32_t index;         /* of the weight there */
  size_t last; /* stage that looks at the weight last, frozen or not */
} DnnUsers;

/* A layer in this plan. */
typedef struct DnnStage {
  DnnLayer *layer;
  DnnBuilt *built; /* (owned) */
  DnnValue **in;   /* (owned array) */
  DnnValue *out;   /* the first of its outputs */
  uint32_t n_outputs;
  bool left_out; /* only the loss needs it, and there is none here */
  bool runs_backward;
  bool skips_gradient;   /* the loss has gone through the activation already */
  DnnPlaced *spare;      /* (owned) dx to be added to what is there already */
  DnnPlaced *dw;         /* (owned) */
  DnnUsers *users;       /* (owned) of each weight */
  DnnPlaced *saved;      /* (owned) */
  DnnPlaced *scratch[2]; /* (owned) forward, backward */
  DnnPlaced *worker[2];  /* (owned) likewise, one a worker */
  DnnPlaced *masks;      /* (owned) that it writes, by output */
  bool merges_masks;     /* those of several inputs are one of outputs: */
  DnnPlaced merged;
  DnnTensor *states; /* (owned) of add_state; NULL: sequences come whole */
  DnnConv *convs;    /* (owned) of its windows; NULL: it has none */
  float *worker_data[DNN_MAX_DECLARED];
  int64_t worker_stride[DNN_MAX_DECLARED];
  DnnContext context;
  DnnPass pass; /* its arrays are owned */
} DnnStage;

/* A weight that layers are handed as its parametrization makes it. */
typedef struct DnnMade {
  DnnWeight *weight;
  DnnStage stage;     /* of the parametrization */
  DnnValue x;         /* the weight itself, whose gradient is this one's */
  DnnValue y;         /* what layers are handed */
  size_t first, last; /* stages that are handed it */
  size_t lowest; /* the first of these that runs backward; SIZE_MAX: none */
} DnnMade;

typedef struct DnnPlan {
  DnnModel *model; /* (owned reference) */
  DnnPlanOptions options;
  DnnPool *pool;
  DnnValue *values; /* (owned) those of the network's inputs come first */
  size_t n_values;
  DnnStage *stages; /* (owned) one a layer */
  size_t n_stages;
  DnnMade *made; /* (owned) one a parametrized weight */
  size_t n_made;
  /* Values written before forward: the network's inputs, or, with
   * `first_stage`, the one thing that this stage is given. */
  DnnValue *inputs[DNN_MAX_PARTS];
  uint32_t n_inputs;
  DnnHead heads[DNN_MAX_PARTS]; /* one for each output of the model */
  uint32_t n_heads;
  DnnValue *targets; /* of `values`, which the feeder points at its rows */
  uint32_t n_targets;
  DnnValue **terms; /* (owned) outputs that the loss is the sum of, too */
  uint32_t n_terms;
  DnnBlock *blocks; /* (owned) */
  size_t n_blocks;
  size_t arena_size; /* bytes */
  float *states;     /* (owned) of all stages; NULL: none are kept */
  int64_t n_states;
  void *arena; /* (owned) NULL until dnn_plan_allocate */
} DnnPlan;

/* Infers and lays out; allocates no arena. */
DnnPlan *dnn_plan_new (DnnModel *model, DnnPool *pool,
                       const DnnPlanOptions *options, GError **error);
void dnn_plan_free (DnnPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPlan, dnn_plan_free)

/* Gives the plan its memory: `arena` of at least arena_size bytes, borrowed
 * (plans that never run at the same time may share one), or NULL for one of
 * its own. */
bool dnn_plan_allocate (DnnPlan *self, void *arena, GError **error);

/* The first input, and input i: to be written before forward. */
float *dnn_plan_input (const DnnPlan *self);
float *dnn_plan_input_at (const DnnPlan *self, uint32_t i);

/* True if some output has a gradient to be written: else nothing runs backward.
 */
bool dnn_plan_trains (const DnnPlan *self);

DNN_END_DECLS
