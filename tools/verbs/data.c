/* data.c - dnnrun data */
#include "command.h"
#include "json.h"
#include "resources.h"

#include <dnn-data-report.h>
#include <dnn-shape.h>
#include <stdio.h>
#include <string.h>

/* Classes in the table; --json has them all. */
enum { MOST_LINES = 20 };

static const char *
class_name (const DnnData *data, int64_t i)
{
  char **names = data->preprocess->class_names;

  return names != NULL && i < (int64_t) g_strv_length (names) ? names[i] : "";
}

/* --- for people ---------------------------------------------------------- */

static void
print_range (const DnnSplitReport *report, const char *what,
             const DnnSource *source, const DnnDataRange *range)
{
  g_autofree char *shape = dnn_shape_to_string (&source->shape, true);

  printf ("%-11s %-8s %10" G_GINT64_FORMAT " %-16s %-8s %11.5g %11.5g %11.5g\n",
          report->name, what, report->split->n, shape,
          dnn_dtype_name (source->dtype), range->least, range->most,
          range->mean);
}

static void
print_classes (const DnnDataReport *report, const DnnData *data)
{
  const int64_t n = MIN (report->n_classes, MOST_LINES);

  if (n == 0)
    return;
  printf ("\n%-24s", "class");
  for (size_t i = 0; i < report->n_splits; i++)
    printf (" %11s", report->splits[i].name);
  printf ("\n");
  for (int64_t j = 0; j < n; j++) {
    printf ("%-4" G_GINT64_FORMAT "%-20.20s", j, class_name (data, j));
    for (size_t i = 0; i < report->n_splits; i++)
      printf (" %11" G_GINT64_FORMAT, report->splits[i].classes[j]);
    printf ("\n");
  }
  if (report->n_classes > n)
    printf ("and %" G_GINT64_FORMAT " classes more: --json has them\n",
            report->n_classes - n);
}

static void
print_table (const DnnDataReport *report, const DnnData *data)
{
  printf ("%-11s %-8s %10s %-16s %-8s %11s %11s %11s\n", "split", "", "rows",
          "shape", "type", "least", "most", "mean");
  for (size_t i = 0; i < report->n_splits; i++) {
    const DnnSplitReport *one = &report->splits[i];

    print_range (one, "inputs", dnn_split_input (one->split), &one->inputs);
    print_range (one, "targets", dnn_split_target (one->split), &one->targets);
  }
  print_classes (report, data);
  printf ("\n");
  for (guint i = 0; i < report->findings->len; i++) {
    const DnnDataFinding *finding = g_ptr_array_index (report->findings, i);

    printf ("%s: %s\n", finding->kind, finding->text);
  }
  if (report->findings->len == 0)
    printf ("nothing odd was found\n");
}

/* --- for programs -------------------------------------------------------- */

static void
add_text (JsonBuilder *b, const char *name, const char *value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_string_value (b, value);
}

static void
add_int (JsonBuilder *b, const char *name, int64_t value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_int_value (b, value);
}

static void
add_range (JsonBuilder *b, const char *name, const DnnSource *source,
           const DnnDataRange *range)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_object (b);
  add_text (b, "file", source->name);
  add_text (b, "type", dnn_dtype_name (source->dtype));
  json_builder_set_member_name (b, "shape");
  json_builder_begin_array (b);
  for (uint32_t i = 1; i < source->shape.n_dims; i++)
    json_builder_add_int_value (b, source->shape.dims[i]);
  json_builder_end_array (b);
  add_json_number (b, "least", range->least);
  add_json_number (b, "most", range->most);
  add_json_number (b, "mean", range->mean);
  add_int (b, "not_finite", range->n_bad);
  json_builder_end_object (b);
}

static void
add_split (JsonBuilder *b, const DnnDataReport *report,
           const DnnSplitReport *one)
{
  json_builder_begin_object (b);
  add_text (b, "split", one->name);
  add_int (b, "rows", one->split->n);
  add_range (b, "inputs", dnn_split_input (one->split), &one->inputs);
  add_range (b, "targets", dnn_split_target (one->split), &one->targets);
  json_builder_set_member_name (b, "classes");
  json_builder_begin_array (b);
  for (int64_t i = 0; i < report->n_classes; i++)
    json_builder_add_int_value (b, one->classes[i]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "repeated_rows");
  if (one->n_repeated >= 0)
    json_builder_add_int_value (b, one->n_repeated);
  else
    json_builder_add_null_value (b);
  json_builder_end_object (b);
}

static void
add_names (JsonBuilder *b, const char *name, char **names)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
  for (size_t i = 0; names != NULL && names[i] != NULL; i++)
    json_builder_add_string_value (b, names[i]);
  json_builder_end_array (b);
}

static void
print_json_report (const DnnDataReport *report, const DnnData *data)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "splits");
  json_builder_begin_array (b);
  for (size_t i = 0; i < report->n_splits; i++)
    add_split (b, report, &report->splits[i]);
  json_builder_end_array (b);
  add_names (b, "class_names", data->preprocess->class_names);
  add_names (b, "columns", data->preprocess->columns);
  json_builder_set_member_name (b, "constant_columns");
  json_builder_begin_array (b);
  for (int64_t i = 0; i < report->n_constant; i++)
    json_builder_add_int_value (b, report->constant[i] + 1);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "findings");
  json_builder_begin_array (b);
  for (guint i = 0; i < report->findings->len; i++) {
    const DnnDataFinding *finding = g_ptr_array_index (report->findings, i);

    json_builder_begin_object (b);
    add_text (b, "finding", finding->kind);
    add_text (b, "text", finding->text);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

/* --- the verb ------------------------------------------------------------ */

/* The experiment of a file, or the one that train would choose for a table. */
static DnnExperiment *
begin (const char *path, const char *target, char **sets, const Common *common,
       GError **error)
{
  g_autoptr (DnnTableChoice) choice = NULL;

  if (target == NULL && !dnn_table_is_named (path)) {
    g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);

    return experiment != NULL && override_keys (experiment, sets, error)
               ? g_steal_pointer (&experiment)
               : NULL;
  }
  choice = choose_for_table (path, target, NULL, sets, error);
  if (choice == NULL)
    return NULL;
  if (!common->json)
    printf ("%s\n", choice->report);
  return g_steal_pointer (&choice->experiment);
}

static bool
report (const char *path, const char *target, char **sets, const Common *common,
        GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnExperiment) experiment =
      begin (path, target, sets, common, error);
  g_autoptr (DnnData) data = NULL;
  g_autoptr (DnnDataReport) found = NULL;
  const DnnSpec *section;
  DnnDataExpected expected;

  if (experiment == NULL)
    return false;
  section = dnn_experiment_find (experiment, "data");
  if (section == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: it has no section [data]", path);
    return false;
  }
  data = dnn_data_load (section, error);
  if (data == NULL ||
      !dnn_data_report_expect (registry, experiment, data, &expected, error))
    return false;
  common_print_notes (common, registry);
  found = dnn_data_report_new (data, &expected);
  if (common->json)
    print_json_report (found, data);
  else
    print_table (found, data);
  /* Data that cannot be trained on are an error, as in training. */
  return dnn_data_check (data, expected.targets, error);
}

bool
cmd_data (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_auto (GStrv) sets = NULL;
  g_autofree char *target = NULL;
  const GOptionEntry entries[] = {
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets,
      "Set a key of the experiment", "SECTION.KEY=VALUE" },
    { "target", 0, 0, G_OPTION_ARG_STRING, &target,
      "Of a table: the column to predict (default: the last)", "COLUMN" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  return report ((*argv)[1], target, sets, &common, error);
}
