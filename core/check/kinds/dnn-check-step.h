/* dnn-check-step.h - an optimizer at work on one weight of a quadratic
 *
 *   L = Σᵢ aᵢ (wᵢ - cᵢ)² / 2    g = a (w - c)    0.5 ≤ aᵢ ≤ 1.5
 *
 * One that goes around another is followed by w ← w - 0.1 g.
 */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

/* One weight, with what is remembered of it. */
typedef struct DnnCheckStep {
  DnnChecker *checker;
  DnnComponent *component;
  void *self;      /* (owned) the plugin's struct, with a rate of its own */
  DnnTensor shape; /* of the weight, without data */
  DnnBuilt *built; /* (owned) */
  /* One entry each; of the slots, those like the weight, and the others. */
  DnnCheckList w, g, a, c, model, like, other;
  DnnCheckList scratch;
  float scrap; /* what scratch is full of at every call */
  uint64_t t;
  unsigned n_looks; /* evaluations so far */
  DnnContext context;
} DnnCheckStep;

/* False: the weight is refused. */
bool dnn_check_step_init (DnnCheckStep *self, DnnChecker *checker,
                          DnnComponent *component);
void dnn_check_step_clear (DnnCheckStep *self);
/* False: it has none. */
bool dnn_check_step_set_rate (DnnCheckStep *self, double rate);
double dnn_check_step_loss (const DnnCheckStep *self);

bool dnn_check_step_has_all (const DnnComponent *component);
bool dnn_check_step_has_model (const DnnComponent *component);
bool dnn_check_step_goes_around (const DnnComponent *component);

/* A whole step, or n of them.  False, with a sentence, where it fails. */
bool dnn_check_step (DnnCheckStep *self);
bool dnn_check_step_often (DnnCheckStep *self, int n);
/* Its parts: begin; step of elements first .. last - 1; step_all. */
bool dnn_check_step_begin (DnnCheckStep *self);
bool dnn_check_step_range (DnnCheckStep *self, int64_t first, int64_t last);
bool dnn_check_step_all (DnnCheckStep *self);
/* model_weight of elements first .. last - 1. */
bool dnn_check_step_model (DnnCheckStep *self, int64_t first, int64_t last);

DNN_END_DECLS
