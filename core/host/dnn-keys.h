/* dnn-keys.h - the keys that the host adds to a plugin's parameters
 *
 * A table per kind that has such keys, in the form of a plugin's table.  They
 * lie below the folders that act on them, so that the table of kinds can name
 * them.
 */
#pragma once

#include <dnn/plugin.h>
#include <stdbool.h>

/* The unit of a schedule. */
typedef enum DnnScheduleUnit {
  DNN_UNIT_STEPS,
  DNN_UNIT_EPOCHS,
} DnnScheduleUnit;

/* Of a schedule.  Infinite: not set. */
typedef struct DnnWarmup {
  int64_t warmup_steps;
  double warmup_initial;
  double warmup_target;
  int32_t unit; /* DnnScheduleUnit */
} DnnWarmup;

/* Of an optimizer.  Infinite: not set. */
typedef struct DnnOptimizerKeys {
  double clipvalue;
  double clipnorm;
  double global_clipnorm;
  double weight_decay;
  const char *exclude_from_weight_decay; /* globs over weights */
  bool use_ema;
  double ema_momentum;
  int64_t ema_overwrite_frequency;     /* updates; 0: never */
  int64_t gradient_accumulation_steps; /* gradients of an update */
  const char *around;                  /* "sam(rho=0.05)" */
} DnnOptimizerKeys;

/* Of every layer; '*' is the name of a weight.  They fill no struct. */
extern const DnnPlugin dnn_layer_keys;
extern const DnnPlugin dnn_optimizer_keys;
extern const DnnPlugin dnn_schedule_keys;
