/* dnn-monitor.c - finds a column of the history, and compares its values */
#include "dnn-monitor.h"

#include "dnn-suggest.h"

#include <math.h>
#include <string.h>

static bool
set_unknown_column (const DnnHistory *history, const char *name, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;
  const char *const prefixes[] = { "", "val_" };

  for (int i = 0; i < (history->validates ? 2 : 1); i++) {
    g_autofree char *loss = g_strconcat (prefixes[i], "loss", NULL);

    g_strv_builder_add (builder, loss);
    for (size_t j = 0; history->metrics[j] != NULL; j++) {
      g_autofree char *metric =
          g_strconcat (prefixes[i], history->metrics[j], NULL);

      g_strv_builder_add (builder, metric);
    }
  }
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no column '%s' to monitor; %s%s", name, nearest,
               history->validates ? "" : " (there are no validation rows)");
  return false;
}

bool
dnn_monitor_find (const char *name, const DnnHistory *history,
                  const int *directions, DnnMonitor *ret_monitor,
                  GError **error)
{
  const bool is_val = g_str_has_prefix (name, "val_");
  const char *column = name;

  if (is_val && history->validates)
    column += strlen ("val_");
  if (strcmp (column, "loss") == 0) {
    *ret_monitor = (DnnMonitor){ -1, is_val, -1 };
    return true;
  }
  for (int i = 0; history->metrics[i] != NULL; i++)
    if (strcmp (column, history->metrics[i]) == 0) {
      *ret_monitor = (DnnMonitor){ i, is_val, directions[i] };
      return true;
    }
  return set_unknown_column (history, name, error);
}

double
dnn_monitor_value (const DnnMonitor *self, const DnnHistoryEpoch *epoch)
{
  const double *metrics = self->is_val ? epoch->val_metrics : epoch->metrics;

  if (self->column >= 0)
    return metrics[self->column];
  return self->is_val ? epoch->val_loss : epoch->loss;
}

bool
dnn_monitor_is_better (const DnnMonitor *self, double value, double other,
                       double least)
{
  return self->sign > 0 ? value - least > other : value + least < other;
}

double
dnn_monitor_worst (const DnnMonitor *self)
{
  return -self->sign * INFINITY;
}
