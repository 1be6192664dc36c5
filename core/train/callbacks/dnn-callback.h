/* dnn-callback.h - a callback of a phase: what it decides, and what it keeps
 *
 * The plugin decides by the columns of the history; the host keeps the weights
 * of the best epochs, and puts them, or their mean, back when the phase ends.
 */
#pragma once

#include "dnn-component.h"
#include "dnn-history.h"
#include "dnn-snapshot.h"

DNN_BEGIN_DECLS

/* The weights of one epoch. */
typedef struct DnnKept {
  double score;         /* the higher the better */
  int64_t epoch;        /* its number in the history; 0: the run's start */
  DnnSnapshot *weights; /* (owned) */
} DnnKept;

/* All that is remembered from epoch to epoch. */
typedef struct DnnCallbackState {
  double *numbers; /* (owned) the plugin's own */
  uint32_t n_numbers;
  double best;    /* score of the epoch that was last kept as the best */
  bool over;      /* the phase ends */
  bool restore;   /* the best come back */
  GArray *kept;   /* (owned) of DnnKept, the best first */
  int64_t n_kept; /* how many these are */
} DnnCallbackState;

/* An epoch as a callback sees it. */
typedef struct DnnCallbackEpoch {
  int64_t number; /* of the phase, from 0; -1: before its first step */
  uint64_t step;  /* of the run */
  const DnnHistoryEpoch *columns;
} DnnCallbackEpoch;

typedef struct DnnCallback DnnCallback;

/* From "early_stopping(monitor=val_loss, patience=5)"; `directions`: +1 or -1
 * for each metric of the history, whether higher is better.  A column that is
 * not there is DNN_ERROR_NAME; other parameters that do not go together are
 * DNN_ERROR_PARAM. */
DnnCallback *dnn_callback_new (DnnRegistry *registry, const DnnSpec *spec,
                               const DnnHistory *history, const int *directions,
                               GError **error);
void dnn_callback_free (DnnCallback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCallback, dnn_callback_free)

/* The plugin's name.  Returns: (transfer none). */
const char *dnn_callback_name (const DnnCallback *self);
/* True if it is called before the first step, too. */
bool dnn_callback_wants_start (const DnnCallback *self);
/* True if it sets the learning rate. */
bool dnn_callback_sets_rate (const DnnCallback *self);

/* Looks at an epoch that has ended, or at what the phase begins with; keeps the
 * weights if they are among the best.  `rate`, in and out, is the learning
 * rate; `ret_told` is what the plugin says to whoever watches, lines without a
 * newline at the end, or NULL.  DNN_ERROR_PLUGIN: the plugin failed, or what it
 * decided cannot be. */
bool dnn_callback_update (DnnCallback *self, const DnnCallbackEpoch *epoch,
                          const DnnModel *model, double *rate, char **ret_told,
                          GError **error);
/* To be kept with a run and put back.  Returns: (transfer none). */
DnnCallbackState *dnn_callback_state (DnnCallback *self);
/* True if it is time to stop. */
bool dnn_callback_is_over (const DnnCallback *self);
/* True if there are weights to come back. */
bool dnn_callback_restores (const DnnCallback *self);
/* Writes the mean of the best epochs' weights into the model, if more than one
 * was kept for that; false: nothing was done. */
bool dnn_callback_average (const DnnCallback *self, DnnModel *model);
/* True if these results are better than the best epoch's; what it remembers
 * stays as it is. */
bool dnn_callback_beats_best (DnnCallback *self, const DnnCallbackEpoch *epoch,
                              double rate, bool *ret_beats, GError **error);
/* Puts the best epoch's weights back, if that was asked for; returns the number
 * of that epoch in the history (0: the start), or -1: nothing came back. */
int64_t dnn_callback_restore (const DnnCallback *self, DnnModel *model);

DNN_END_DECLS
