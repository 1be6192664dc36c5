/* dnn-monitor.h - a column of the history that somebody watches
 *
 * Pure data, without anything to free.
 */
#pragma once

#include "dnn-history.h"

DNN_BEGIN_DECLS

typedef struct DnnMonitor {
  int column;  /* index of a metric; -1: the loss */
  bool is_val; /* of the validation rows */
  int sign;    /* +1: higher is better; -1: lower */
} DnnMonitor;

/* From a column's name, "val_loss"; `directions`: +1 or -1 for each metric of
 * the history, whether higher is better. */
bool dnn_monitor_find (const char *name, const DnnHistory *history,
                       const int *directions, DnnMonitor *ret_monitor,
                       GError **error);

/* What is watched, of this epoch. */
double dnn_monitor_value (const DnnMonitor *self, const DnnHistoryEpoch *epoch);

/* Whether `value` beats `other` by more than `least`; what is not a number
 * beats nothing. */
bool dnn_monitor_is_better (const DnnMonitor *self, double value, double other,
                            double least);

/* What every value beats: an infinity. */
double dnn_monitor_worst (const DnnMonitor *self);

DNN_END_DECLS
