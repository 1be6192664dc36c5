/* dnn-phase.h - a stretch of training with settings of its own
 *
 * [phase NAME] sections train one after another.  A key that a phase does not
 * set has the file's value, never the previous phase's.  A file without phases
 * has one, named "train".
 */
#pragma once

#include "dnn-experiment.h"
#include "dnn-trainer.h"

DNN_BEGIN_DECLS

struct DnnPhase {
  const char *name; /* interned */
  DnnPlace place;
  DnnTrainSettings settings;
  DnnSpec *optimizer; /* (owned) */
};

void dnn_phase_free (DnnPhase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPhase, dnn_phase_free)

/* "phase b: 67 parameters train, 12 do not; adam(...); SLOTS", as the model's
 * layers are now.  `slots` may be NULL.  Returns: (transfer full). */
char *dnn_phase_describe (const DnnPhase *self, const DnnModel *model,
                          const char *slots);
/* Returns: (transfer full): an array of DnnPhase, at least one. */
GPtrArray *dnn_phases_parse (const DnnExperiment *experiment, GError **error);

DNN_END_DECLS
