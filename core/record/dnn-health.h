/* dnn-health.h - whether signals and gradients get through a network
 *
 * At the end of an epoch a probe batch, the first rows of the training split in
 * the epoch's order, 256 at most, is run forward and backward as a training
 * step would, but nothing is stepped: weights, buffers, random numbers and
 * results are the same bits as without.  One row a layer comes of it:
 *
 *   activation   of the elements of y, the layer's (first) output
 *   gradient     of the elements of dL/dy; of the layer that the loss looks
 *                through (softmax under a crossentropy), of what goes into its
 *                activation
 *   update       |w' - w| / |w| over all weights of the layer that train, by
 *                the epoch's last real step from w to w'
 *   saturated    share of elements whose activation's derivative is below
 *                5 % of the largest it has anywhere in -16 .. 16
 *   dead         share of units, the columns of y, whose activation's
 *                derivative is 0 for every row
 *
 * NaN where there is no such thing: no gradient comes by, nothing trains, no
 * activation, one that does not work element by element, or one whose
 * derivative grows without bound; infinite where an element is not finite.
 *
 * Findings, with r_i the root mean square of dL/dy of layer i, and h the last
 * hidden layer, the last below the output that a gradient comes by:
 *
 *   vanishing    r_i < r_h / 1000 for some i below h; or else r falls in
 *                k >= 3 layers with weights in a row to at most half each and
 *                to at most 3^-k together.  Names the first such i going down;
 *                r_i = 0 below a dead layer is that layer's affair
 *   exploding    an activation or a gradient is not finite; or
 *                r_i > 1000 r_h; or a layer's update is above 1
 *   dead         dead > 1/2; names the worst layer
 *   saturated    saturated > 1/2; names the worst layer.  Gates, whose
 *                derivative is as good as 0 right beside 0 already
 * (rectifiers), are flat by design: only dead units count there
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* Rows of the probe batch. */
enum { DNN_HEALTH_ROWS = 256 };

typedef struct DnnMoments {
  double mean, std, rms;
} DnnMoments;

typedef struct DnnLayerHealth {
  char *layer; /* (owned) */
  DnnMoments activation;
  DnnMoments gradient;
  double update_ratio;
  double saturated;
  double dead;
  bool has_weights;
  bool is_output; /* the loss looks at it, or at what goes into it */
  bool is_gate;
} DnnLayerHealth;

typedef enum DnnFindingKind {
  DNN_FINDING_VANISHING,
  DNN_FINDING_EXPLODING,
  DNN_FINDING_DEAD,
  DNN_FINDING_SATURATED
} DnnFindingKind;

typedef struct DnnFinding {
  DnnFindingKind kind;
  const DnnLayerHealth *layer; /* of the same epoch */
  char *text; /* (owned) a sentence: what, where, what usually helps */
} DnnFinding;

typedef struct DnnHealthEpoch {
  int64_t number;         /* from 1, as in the history */
  DnnLayerHealth *layers; /* (owned) in the model's order */
  size_t n_layers;
  GPtrArray *findings; /* (owned) of DnnFinding; empty: healthy */
} DnnHealthEpoch;

typedef struct DnnHealth {
  GPtrArray *epochs; /* (owned) of DnnHealthEpoch */
} DnnHealth;

DnnHealth *dnn_health_new (void);
void dnn_health_free (DnnHealth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnHealth, dnn_health_free)

/* An epoch of so many layers, appended, to be filled: names are NULL, numbers
 * NaN. */
DnnHealthEpoch *dnn_health_add (DnnHealth *self, int64_t number,
                                size_t n_layers);
size_t dnn_health_count (const DnnHealth *self);
const DnnHealthEpoch *dnn_health_at (const DnnHealth *self, size_t i);

/* "epoch,layer,activation_mean,...": one line a layer and epoch. */
char *dnn_health_to_csv (const DnnHealth *self);
/* The lines of epochs `from` (from 0) on, without the line of names. */
char *dnn_health_rows_to_csv (const DnnHealth *self, size_t from);

/* Finds what is wrong, from the numbers alone. */
void dnn_health_epoch_judge (DnnHealthEpoch *self);
/* The table, and a line for each finding, or one that says healthy; without a
 * newline at the end. */
char *dnn_health_epoch_to_text (const DnnHealthEpoch *self);
/* "vanishing" */
const char *dnn_finding_kind_name (DnnFindingKind kind);

DNN_END_DECLS
