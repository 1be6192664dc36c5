/* kind.h - kinds of plugins, and what a plugin promises */
#pragma once

typedef enum DnnKind {
  DNN_KIND_LAYER = 1,
  DNN_KIND_ACTIVATION = 2,
  DNN_KIND_INITIALIZER = 3,
  DNN_KIND_OPTIMIZER = 4,
  DNN_KIND_LOSS = 5,
  DNN_KIND_METRIC = 6,
  DNN_KIND_SCHEDULE = 7,
  /* minor 1 */
  DNN_KIND_REGULARIZER = 8,
  DNN_KIND_CONSTRAINT = 9,
  /* Has DnnLayerOps, built once for a weight: x[0] is the weight itself, which
   * is initialized, loaded, decayed, constrained and saved under its own name
   * as ever; y[0] is what the layer is handed; dx[0] is NULL where x[0] does
   * not train.  Its own weights are `layer/kernel.NAME` in files. */
  DNN_KIND_PARAMETRIZATION = 10,
  DNN_KIND_CALLBACK = 11,
  DNN_KIND_DECODER = 12,
  DNN_KIND_COMMUNICATOR = 13
} DnnKind;

typedef enum DnnFlags {
  /* Layer: y[0] may share memory with x[0], and dx[0] with dy[0]; backward
   * then does not read x[0]. */
  DNN_FLAG_IN_PLACE = 1 << 0,
  /* Layer: draws random numbers in training. */
  DNN_FLAG_RANDOM = 1 << 1,
  /* Layer: training and inference give different results. */
  DNN_FLAG_TRAINING_DIFFERS = 1 << 2,
  /* Layer: a sample's result depends on the others of its batch.  Loss (minor
   * 1): its value does. */
  DNN_FLAG_NOT_PER_SAMPLE = 1 << 3,
  /* Activation, optimizer: every element by itself. */
  DNN_FLAG_ELEMENTWISE = 1 << 4,
  /* Loss: what people mean where a model ends in its logits_of. */
  DNN_FLAG_USUAL = 1 << 5,
  /* Loss: gradient writes value, too, where it is handed one, for less than
   * both cost one after the other. */
  DNN_FLAG_GIVES_VALUE = 1 << 6,

  /* minor 1.  A host ignores flags that it does not know. */

  /* Layer, activation: backward is meant not to be the derivative of forward
   * (stopped, reversed, passed straight through).  `check` compares none. */
  DNN_FLAG_OTHER_GRADIENT = 1 << 7,
  /* Initializer: values go by their place (identity, dirac, 1 for the forget
   * gate).  `check` does not compare one half with the other. */
  DNN_FLAG_PATTERN = 1 << 8,
  /* Layer: y is real where all inputs that have a mask are. */
  DNN_FLAG_KEEPS_MASK = 1 << 9,
  /* Layer, loss: takes the masks of its inputs. */
  DNN_FLAG_READS_MASK = 1 << 10,
  /* Parametrization: its own weights train whatever `frozen` says. */
  DNN_FLAG_ADAPTER = 1 << 11,
  /* Optimizer with step_all: goes around another, which steps. */
  DNN_FLAG_AROUND = 1 << 12
} DnnFlags;
