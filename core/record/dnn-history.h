/* dnn-history.h - one row an epoch: losses, metrics, rate, seconds */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnHistoryEpoch {
  int64_t number; /* from 1 */
  char *phase;    /* (owned) */
  double loss;
  double *metrics;     /* (owned) n_metrics */
  double val_loss;     /* NaN where nothing validates */
  double *val_metrics; /* (owned) */
  double learning_rate;
  double seconds;
} DnnHistoryEpoch;

typedef struct DnnHistory {
  char **metrics;    /* (owned) names, NULL-terminated */
  bool validates;    /* val_ columns are there */
  GPtrArray *epochs; /* (owned) of DnnHistoryEpoch */
} DnnHistory;

/* `metrics`: NULL-terminated names. */
DnnHistory *dnn_history_new (const char *const *metrics, bool validates);
void dnn_history_free (DnnHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnHistory, dnn_history_free)

/* All rows with all their values.  Returns: (transfer full). */
DnnHistory *dnn_history_copy (const DnnHistory *self);

/* Forgets all rows but the first `n`. */
void dnn_history_cut (DnnHistory *self, size_t n);

/* A row, appended, to be filled. */
DnnHistoryEpoch *dnn_history_add (DnnHistory *self, const char *phase);
size_t dnn_history_count (const DnnHistory *self);
const DnnHistoryEpoch *dnn_history_at (const DnnHistory *self, size_t i);

/* "epoch,phase,loss,accuracy,val_loss,...": one line for each row. */
char *dnn_history_to_csv (const DnnHistory *self);
/* The lines of rows `from` (from 0) on, without the line of names. */
char *dnn_history_rows_to_csv (const DnnHistory *self, size_t from);
/* The same read back; an empty cell is NaN.  Whatever else is in a line is
 * DNN_ERROR_FORMAT, "NAME:LINE: ...". */
DnnHistory *dnn_history_parse (const char *name, const char *csv,
                               GError **error);
DnnHistory *dnn_history_load (const char *path, GError **error);

DNN_END_DECLS
