/* dnn-lr-find.h - which learning rate to begin with
 *
 * The rate grows by the same factor at every step while the model trains; the
 * loss falls, then rises, and four rules read a rate from that curve (Smith:
 * Cyclical learning rates for training neural networks, 2017, section 3.3).
 * The model is left as it was, to the bit.
 */
#pragma once

#include "dnn-phase.h"

DNN_BEGIN_DECLS

typedef enum DnnLrRule {
  DNN_LR_STEEPEST, /* where the loss falls fastest per factor of the rate */
  DNN_LR_VALLEY,   /* in the longest fall of the loss, three quarters down */
  DNN_LR_MINIMUM,  /* a tenth of the rate with the lowest loss */
  DNN_LR_SLIDE,    /* left of the rise, where the curve is as steep as there */
  DNN_N_LR_RULES
} DnnLrRule;

/* "valley".  Returns: (transfer none). */
const char *dnn_lr_rule_name (DnnLrRule rule);

/* The result of one step. */
typedef struct DnnLrPoint {
  double rate;
  double loss;   /* of the step's batch, before it was learned from */
  double smooth; /* mean of the losses until now, later ones weighing more */
} DnnLrPoint;

typedef struct DnnLrOptions {
  double from, to; /* rates of the first and the last step */
  int64_t steps;
  /* After every step; may be NULL. */
  void (*step) (void *data, const DnnLrPoint *point);
  void *data;
} DnnLrOptions;

typedef struct DnnLrFind {
  GArray *points; /* (owned) of DnnLrPoint, one a step */
  bool diverged;  /* the sweep ended early: the loss rose, or was not finite */
  double suggestions[DNN_N_LR_RULES]; /* NaN: the curve has no such place */
} DnnLrFind;

/* Sweeps with the phase's settings and optimizer, whatever rate that has.
 * DNN_ERROR_PARAM where there is no rate to sweep or it cannot be what the
 * options say; DNN_ERROR_DIVERGED where too few steps are left to tell. */
DnnLrFind *dnn_lr_find (DnnModel *model, const DnnData *data,
                        const DnnPhase *phase, const DnnLrOptions *options,
                        GError **error);
void dnn_lr_find_free (DnnLrFind *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnLrFind, dnn_lr_find_free)

/* The rate that each rule suggests for `n` points. */
void dnn_lr_suggest (const DnnLrPoint *points, size_t n,
                     double ret_suggestions[DNN_N_LR_RULES]);

/* True if a rate can be written into the file of `experiment`, which must be
 * as loaded from there: DNN_ERROR_PARAM where that would take a schedule away.
 */
bool dnn_lr_check_apply (DnnRegistry *registry, const DnnExperiment *experiment,
                         const DnnPhase *phase, GError **error);
/* Writes the rate, with two digits, into the file at `path` where the phase has
 * it from; all else in the file stays.  `ret_text`: "[optimizer] learning_rate
 * = 0.0031". */
bool dnn_lr_apply (DnnRegistry *registry, const char *path,
                   const DnnPhase *phase, double rate, char **ret_text,
                   GError **error);
/* As it is written: two digits.  Returns: (transfer full). */
char *dnn_lr_to_string (double rate);

/* The curve with the suggestions.  Returns: (transfer full): an SVG document.
 */
char *dnn_lr_find_to_svg (const DnnLrFind *self);

DNN_END_DECLS
