/* dnn-other-table.c - keys that are about columns stay, those about rows go */
#include "dnn-other-table.h"

/* Keys of [data] that say which rows there are, and what each counts. */
static const char *const of_rows[] = {
  "dataset",
  "inputs",
  "targets",
  "weights",
  "validation_inputs",
  "validation_targets",
  "validation_first",
  "validation_split",
  "test_inputs",
  "test_targets",
  "test_split",
  "split",
  "split_seed",
  "time",
  "train_limit",
  "group",
  "weight_column",
  "ignore_columns",
  "format",
  NULL,
};

/* Columns of a table without a header are told apart by number alone: what was
 * no input is none now. */
static char *
columns_left_out (const DnnExperiment *own)
{
  static const char *const keys[] = { "ignore_columns", "group",
                                      "weight_column" };
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *columns = dnn_experiment_get (own, "data", keys[i]);

    if (columns != NULL && *columns != '\0')
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", columns);
  }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

DnnExperiment *
dnn_other_table_new (const DnnExperiment *own, const char *path, bool by_name)
{
  g_autoptr (DnnExperiment) self = dnn_experiment_new ();
  const DnnSpec *section = dnn_experiment_find (own, "data");
  g_autofree char *ignored = columns_left_out (own);

  dnn_experiment_set (self, "data", "inputs", path);
  for (guint i = 0; section != NULL && i < section->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (section->args, i);

    if (!g_strv_contains (of_rows, arg->key))
      dnn_experiment_set (self, "data", arg->key, arg->value);
  }
  if (!by_name && *ignored != '\0')
    dnn_experiment_set (self, "data", "ignore_columns", ignored);
  return g_steal_pointer (&self);
}
