/* dnn-objective-private.h - the inside of an objective, for its own files */
#pragma once

#include "dnn-objective.h"

#include "dnn-compact.h"
#include "dnn-room.h"
#include "dnn-samples.h"
#include "dnn-shares.h"
#include "dnn-units.h"

struct DnnObjective {
  DnnComponent *loss; /* (owned) */
  const DnnLossOps *ops;
  GPtrArray *metrics; /* (owned) of DnnMetric, of one number each */
  GPtrArray *tables;  /* (owned) of the others, once shapes are known */
  DnnRoom *room;      /* (owned) of the loss */
  DnnShares *shares;  /* (owned) NULL: predictions are probabilities */
  DnnUnits *units;    /* (owned) NULL: those of the loss */
  const DnnTensor *in_units[2]; /* (borrowed) of the batch: y_pred, y_true */
  DnnScores scores;
  uint32_t output;      /* of the model */
  double factor;        /* of the loss, where there are several */
  char *prefix;         /* (owned) of metrics' names */
  uint32_t weight_axes; /* of weights by element; 0: they are by sample */
  bool whole_too;       /* a loss reads masks */
  bool masked;          /* samples are elements where there is a mask */
  bool pads_labels;     /* targets are labels, -1 where a mask says padding */
  uint32_t axes;        /* of predictions that number samples */
  DnnSamples samples;   /* of the batch */
  DnnSamples whole;     /* likewise, for losses that read masks */
  DnnCompact compact;
  DnnTensor losses; /* of the batch */
  DnnContext context;
  DnnObjectiveState state;
  double batch_loss;
  double penalty;
};

/* Sums that make a metric of a loss: its own, and that of the weights. */
enum { LOSS_SUM, LOSS_WEIGHT, LOSS_STATE };

static inline bool
dnn_metric_is_loss (const DnnMetric *metric)
{
  return metric->component->code->kind == DNN_KIND_LOSS;
}

static inline bool
dnn_reads_mask (const DnnComponent *component)
{
  return (component->code->flags & DNN_FLAG_READS_MASK) != 0;
}
