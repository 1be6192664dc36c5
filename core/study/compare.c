/* compare.c - several ways to train, over several seeds */
#include "dnn-transfer.h"

#include "dnn-run.h"

#include <string.h>

typedef struct {
  const char *name;
  int64_t unfreeze;
  bool scratch;
} Way;

static const Way ways[] = {
  { "0 unfrozen", 0, false },  { "1 unfrozen", 1, false },
  { "2 unfrozen", 2, false },  { "all unfrozen", DNN_TRANSFER_ALL, false },
  { "from scratch", 0, true },
};

static void
row_free (gpointer data)
{
  DnnTransferRow *row = data;

  g_free (row->results);
  g_free (row);
}

void
dnn_transfer_table_free (DnnTransferTable *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->rows);
  g_free (self->split);
  g_free (self->metric);
  g_free (self);
}

/* Trains once, to the end; the first metric (or the loss) of the test rows,
 * or, where there are none, of the validation rows. */
static bool
train_once (DnnRegistry *registry, const DnnExperiment *experiment,
            DnnTransferTable *table, double *ret_result, GError **error)
{
  g_autoptr (DnnRun) run = dnn_run_new (registry, experiment, error);
  const DnnHistory *history;
  const DnnData *data;
  g_autofree double *metrics = NULL;
  double loss = 0;
  bool has_metric;

  if (run == NULL || !dnn_run_train (run, NULL, error))
    return false;
  data = dnn_run_data (run);
  history = dnn_trainer_history (dnn_run_trainer (run));
  has_metric = history->metrics[0] != NULL;
  metrics = g_new0 (double, g_strv_length (history->metrics) + 1);
  if (data->test == NULL && data->validation == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "--compare needs test or validation rows");
    return false;
  }
  if (!dnn_trainer_evaluate (dnn_run_trainer (run),
                             data->test != NULL ? data->test : data->validation,
                             &loss, metrics, error))
    return false;
  g_free (table->metric);
  g_free (table->split);
  table->metric = g_strdup (has_metric ? history->metrics[0] : "loss");
  table->split = g_strdup (data->test != NULL ? "test" : "validation");
  *ret_result = has_metric ? metrics[0] : loss;
  return true;
}

static DnnExperiment *
compose (DnnRegistry *registry, const Way *way, DnnTransferOptions *options,
         const DnnExperiment *data, const DnnExperiment *recipe, GError **error)
{
  options->unfreeze = way->unfreeze;
  return way->scratch
             ? dnn_transfer_compose_scratch (registry, options, data, recipe,
                                             error)
             : dnn_transfer_compose (registry, options, data, recipe, error);
}

DnnTransferTable *
dnn_transfer_compare (DnnRegistry *registry, const DnnTransferOptions *options,
                      const DnnExperiment *data, const DnnExperiment *recipe,
                      const DnnTransferSeeds *seeds, GError **error)
{
  g_autoptr (DnnTransferTable) table = g_new0 (DnnTransferTable, 1);

  table->rows = g_ptr_array_new_with_free_func (row_free);
  for (size_t i = 0; i < G_N_ELEMENTS (ways); i++) {
    DnnTransferRow *row = g_new0 (DnnTransferRow, 1);

    row->name = ways[i].name;
    row->results = g_new0 (double, seeds->n + 1);
    g_ptr_array_add (table->rows, row);
    for (row->n = 0; row->n < seeds->n; row->n++) {
      g_autofree char *seed = g_strdup_printf ("%" G_GSIZE_FORMAT, row->n + 1);
      DnnTransferOptions one = *options;
      g_autoptr (DnnExperiment) experiment = NULL;

      one.seed = seed;
      experiment = compose (registry, &ways[i], &one, data, recipe, error);
      if (experiment == NULL)
        return NULL;
      if (seeds->watch != NULL)
        seeds->watch (seeds->data, row->name, row->n + 1);
      if (!train_once (registry, experiment, table, &row->results[row->n],
                       error))
        return NULL;
    }
  }
  return g_steal_pointer (&table);
}
