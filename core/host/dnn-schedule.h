/* dnn-schedule.h - a parameter that moves: a schedule plugin, and its warm-up
 *
 * The host's keys stand beside the plugin's, in any schedule:
 *
 *     cosine_decay(warmup_steps=100)                     from 0 in 100 steps
 *     constant(value=0.1, warmup_steps=100, warmup_initial=0.01)
 *     cosine_decay(initial_learning_rate=0.01, warmup_target=0.1,
 *                  warmup_steps=100)                     Keras' way to say it
 *
 * During warm-up the value goes in a straight line to what the plugin has at
 * its own step 0; the plugin's steps count from the end of the warm-up.
 *
 *     milestones(from=0,30,60, values=0.1,0.01,0.001, unit=epochs)
 *
 * With `unit=epochs` the plugin is asked for the number of the epoch, from
 * where the phase begins, in place of its step; warm-up still counts steps.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-registry.h"

DNN_BEGIN_DECLS

typedef struct DnnSchedule DnnSchedule;

/* `text` is "name(key=value, ...)".  `initial`: what the plugin begins with
 * (DNN_START), where the text does not say. */
DnnSchedule *dnn_schedule_parse (DnnRegistry *registry, const char *text,
                                 double initial, GError **error);
void dnn_schedule_free (DnnSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSchedule, dnn_schedule_free)

/* How long a phase is.  0: nobody knows. */
typedef struct DnnLength {
  uint64_t n_steps;
  uint64_t epoch_steps; /* of one epoch */
} DnnLength;

/* The value at `step`, from 0, of a phase of that length. */
double dnn_schedule_value (const DnnSchedule *self, uint64_t step,
                           DnnLength length);

DNN_END_DECLS
