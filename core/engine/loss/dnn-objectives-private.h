/* dnn-objectives-private.h - the inside of objectives, for its own files */
#pragma once

#include "dnn-objectives.h"

struct DnnObjectives {
  DnnModel *model;    /* (owned reference) */
  uint32_t n;         /* outputs */
  DnnObjective **at;  /* (owned) one for each */
  double *factors;    /* (owned) of their losses */
  DnnMetric *losses;  /* (owned) of several outputs: their losses, as metrics */
  GPtrArray *metrics; /* (owned) of const DnnMetric, borrowed; once checked */
  GPtrArray *tables;  /* (owned) likewise */
  GArray *owners;     /* (owned) of uint32_t: the output of each table */
  DnnObjectiveState state; /* unless it is that of the one output */
  bool has_terms;          /* the model's layers add to the loss */
  double batch_loss;
  double penalty;
};

/* True if there is nothing to add up: the one output's numbers are all. */
static inline bool
dnn_objectives_are_plain (const DnnObjectives *self)
{
  return self->n == 1 && self->factors[0] == 1 && !self->has_terms;
}
