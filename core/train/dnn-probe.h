/* dnn-probe.h - measures the health of a model, and leaves no trace
 *
 * Holds the model, and room for a copy of every weight and buffer.
 */
#pragma once

#include "dnn-data.h"
#include "dnn-health.h"
#include "dnn-objectives.h"
#include "dnn-random.h"

DNN_BEGIN_DECLS

typedef struct DnnProbe DnnProbe;

/* NULL with DNN_ERROR_IO: no memory. */
DnnProbe *dnn_probe_new (DnnModel *model, GError **error);
void dnn_probe_free (DnnProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnProbe, dnn_probe_free)

/* To be called before the step whose updates are to be measured. */
void dnn_probe_before_step (DnnProbe *self);

/* Settings of the probe batch. */
typedef struct DnnProbeTask {
  DnnPool *pool;
  const DnnData *data;
  const DnnKey *order; /* of the training rows; NULL: the file's */
  DnnObjectives *objective;
  DnnPlanLoss loss;
  DnnPassInfo info;
  /* Is shown the gradient of every weight that trains; may be NULL. */
  void (*gradient) (void *data, const DnnWeight *weight, const DnnTensor *dw);
  void *gradient_data;
} DnnProbeTask;

/* Fills an epoch's rows, one a layer of the model, and judges them. */
bool dnn_probe_run (DnnProbe *self, const DnnProbeTask *task,
                    DnnHealthEpoch *epoch, GError **error);

DNN_END_DECLS
