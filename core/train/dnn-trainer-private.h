/* dnn-trainer-private.h - the inside of a trainer, for its own files */
#pragma once

#include "dnn-augment.h"
#include "dnn-callback.h"
#include "dnn-events.h"
#include "dnn-probe.h"
#include "dnn-proof.h"
#include "dnn-trainer-steps.h"

/* Parts of a phase, but for its plans. */
typedef struct DnnPhaseParts {
  DnnTrainSettings settings; /* no text is NULL */
  DnnObjectives *objective;  /* (owned) of training */
  DnnObjectives *evaluation; /* (owned) the same, for validation */
  DnnPlanLoss loss;          /* what these look at */
  GArray *class_weights;     /* (owned) of double; NULL: none */
  DnnOptimizer *optimizer;   /* (owned) */
  GPtrArray *callbacks;      /* (owned) of DnnCallback */
} DnnPhaseParts;

struct DnnTrainer {
  DnnModel *model; /* (owned reference) */
  const DnnData *data;
  DnnPool *pool;                       /* (owned) */
  const char *phase;                   /* interned: its name */
  DnnPhaseParts parts;                 /* (owned) of the phase */
  DnnExpected expected[DNN_MAX_PARTS]; /* of the targets, as last checked */
  bool checked;
  DnnFeeder *feeder;     /* (owned) training batches */
  DnnAugment *augment;   /* (owned) what changes them; NULL: nothing */
  DnnFeeder *validation; /* (owned) NULL: no validation rows */
  DnnHistory *history;   /* (owned) */
  DnnProof *proof;       /* (owned) of what is frozen now */
  double *metrics;       /* (owned) room for progress */
  DnnProbe *probe;       /* (owned) NULL: nobody needs one */
  DnnHealth *health;     /* (owned) NULL: it is not enabled */
  DnnEvents *events;     /* (owned) NULL: none are written */
  bool *baseline;      /* (owned) `trainable` of each layer before any phase */
  bool *trainable;     /* (owned) the same as the plans know it */
  size_t prefix;       /* layers that are run once and for all */
  bool ended;          /* the phase: proved, and the best weights are back */
  bool warned;         /* that the loss of validation is not finite */
  bool stopped;        /* somebody asked for it: between two steps */
  bool lost;           /* a weight is not finite, since an earlier step */
  char *restored;      /* (owned) what came back, as a sentence; or NULL */
  DnnSnapshot *last;   /* (owned) the weights before that; or NULL */
  uint64_t step;       /* done, of the run */
  uint64_t phase_step; /* the run's step at which the phase began */
  int64_t again;       /* index of the batch of the step, to be run again */
  DnnPassInfo again_info; /* with this */
  DnnSnapshot *shown;     /* (owned) what trains, while the model shows what is
                           * saved; NULL: it shows what trains */
  bool finished; /* the model's weights are those to be saved, for good */
  DnnSnapshot *buffers;    /* (owned) room while it is; NULL: it never is */
  int64_t batch;           /* done, of the epoch that has begun */
  int64_t epoch_start;     /* microseconds: when this process began it */
  int64_t epoch;           /* done, of the run */
  int64_t phase_epoch;     /* the run's epoch at which the phase began */
  DnnAfterStep after_step; /* see dnn_trainer_on_step */
  DnnAfterEpoch after_epoch;
  void *after_data;
};

/* --- parts --------------------------------------------------------------- */

/* Sets `trainable` of each layer. */
void dnn_trainer_set_layers (const DnnTrainer *self, const bool *trainable);
/* Makes a phase's parts, in `self`, which is empty.  The model's layers train
 * as the phase says from then on, also after an error; but for that the trainer
 * is in the phase that it is in. */
bool dnn_phase_parts_make (DnnPhaseParts *self, DnnTrainer *trainer,
                           const DnnPhase *phase, GError **error);
void dnn_phase_parts_clear (DnnPhaseParts *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnPhaseParts, dnn_phase_parts_clear)

/* --- rows that are changed ----------------------------------------------- */

/* True if training rows are others in each epoch: nothing that is made of them
 * can be kept. */
bool dnn_trainer_changes_rows (const DnnTrainer *self);
/* Makes ready what changes the batches of the feeder, which is there. */
bool dnn_trainer_make_augment (DnnTrainer *self, GError **error);
/* Changes a batch where it lies, and does what preprocessing is left. */
bool dnn_trainer_change_rows (DnnTrainer *self, const DnnBatch *batch,
                              const DnnPassInfo *info, GError **error);

/* --- callbacks ----------------------------------------------------------- */

/* As the phase's settings say. */
bool dnn_phase_parts_make_callbacks (DnnPhaseParts *self,
                                     const DnnTrainer *trainer, GError **error);
/* Shows them what there is before the phase's first step. */
bool dnn_trainer_begin_callbacks (DnnTrainer *self, GError **error);
/* Shows them an epoch that has ended. */
bool dnn_trainer_update_callbacks (DnnTrainer *self,
                                   const DnnHistoryEpoch *epoch,
                                   const DnnTrainEvents *events,
                                   GError **error);
/* Ends the phase with the weights that are asked for: averages over steps, the
 * best epoch's, or the mean of the best. */
bool dnn_trainer_finish_weights (DnnTrainer *self, GError **error);

/* --- where it stands, and what it looks at -------------------------------- */

/* Of the phase, if nothing ends it early. */
DnnLength dnn_trainer_phase_length (const DnnTrainer *self);
/* Batches of this epoch, done and to be done: all, or what the phase has steps
 * for. */
int64_t dnn_trainer_count_batches (const DnnTrainer *self);
/* True if the phase was broken off by `ends_after`. */
bool dnn_trainer_is_broken_off (const DnnTrainer *self);

/* Writes the results of the validation rows, where there are any. */
bool dnn_trainer_run_validation (DnnTrainer *self, DnnHistoryEpoch *epoch,
                                 GError **error);

/* The random numbers that an epoch's rows are ordered by. */
DnnKey dnn_trainer_order_key (const DnnTrainer *self, int64_t epoch);
/* Gives the slots of the optimizer until now to the next one. */
bool dnn_trainer_hand_over (DnnTrainer *self, DnnOptimizer *next,
                            char **ret_report, GError **error);

/* Room for a batch that is run again, where the optimizer asks for that. */
bool dnn_trainer_make_again (DnnTrainer *self, GError **error);
/* A DnnEvaluate: `data` is the trainer. */
bool dnn_trainer_look_again (void *data, double *ret_loss, GError **error);

/* Makes plans anew where a layer's `trainable` is not what they know. */
bool dnn_trainer_refresh (DnnTrainer *self, GError **error);

/* Looks at the model after an epoch, whose rows were in this order: health,
 * events. */
bool dnn_trainer_probe (DnnTrainer *self, const DnnKey *order,
                        const DnnTrainEvents *events, GError **error);
