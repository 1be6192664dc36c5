/* dnn-plan-options.h - what a plan is to be for */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Needs of the losses; bit i of a word is of output i. */
typedef struct DnnPlanLoss {
  bool counts;     /* there are targets, and layers' terms of the loss count */
  uint32_t logits; /* it takes what goes into the last activation */
  uint32_t none;   /* there is no loss of this output */
} DnnPlanLoss;

typedef struct DnnPlanOptions {
  int64_t batch;
  bool training;       /* room for backward */
  bool input_gradient; /* backward down to the network's input */
  DnnPlanLoss loss;
  bool store_gradients; /* every dw stays until the end of backward */
  bool keeps_states;    /* sequences come bit by bit; not in training */
  bool watched; /* what goes into an activation can be read after it has run */
  /* The input is what this stage gets, not the network's: what lies below is
   * not run.  0: all. */
  size_t first_stage;
} DnnPlanOptions;
