/* dnn-trainer-private.h - the inside of a trainer, for its own files */
#pragma once

#include "dnn-early-stopping.h"
#include "dnn-private.h"
#include "dnn-probe.h"
#include "dnn-proof.h"

struct DnnTrainer {
  DnnModel *model; /* (owned reference) */
  const DnnData *data;
  DnnTrainSettings settings; /* of the phase */
  const char *phase;         /* interned: its name */
  DnnPool *pool;             /* (owned) */
  DnnObjective *objective;   /* (owned) of training */
  DnnObjective *evaluation;  /* (owned) the same, for validation */
  DnnExpected expected;      /* of the targets, as last checked */
  bool checked;
  GArray *class_weights;      /* (owned) of double; NULL: none */
  DnnOptimizer *optimizer;    /* (owned) */
  DnnFeeder *feeder;          /* (owned) training batches */
  DnnFeeder *validation;      /* (owned) NULL: no validation rows */
  DnnHistory *history;        /* (owned) */
  DnnEarlyStopping *stopping; /* (owned) NULL: none */
  DnnProof *proof;            /* (owned) of what is frozen now */
  double *metrics;            /* (owned) room for progress */
  DnnProbe *probe;            /* (owned) NULL: health is not enabled */
  DnnHealth *health;          /* (owned) likewise */
  bool *baseline;  /* (owned) `trainable` of each layer before any phase */
  bool *trainable; /* (owned) the same as the plans know it */
  size_t prefix;   /* layers that are run once and for all */
  bool logits;
  bool ended;          /* the phase: proved, and the best weights are back */
  char *restored;      /* (owned) what came back, as a sentence; or NULL */
  uint64_t step;       /* done, of the run */
  uint64_t phase_step; /* the run's step at which the phase began */
  int64_t epoch;       /* done, of the run */
  int64_t phase_epoch; /* the run's epoch at which the phase began */
};

/* Writes the results of the validation rows, where there are any. */
bool dnn_trainer_validate (DnnTrainer *self, DnnEpoch *epoch, GError **error);

/* Makes plans anew where a layer's `trainable` is not what they know. */
bool dnn_trainer_refresh (DnnTrainer *self, GError **error);

/* Measures the health of the epoch that has ended, its rows in this order. */
bool dnn_trainer_probe (DnnTrainer *self, const DnnKey *order,
                        const DnnTrainEvents *events, GError **error);
