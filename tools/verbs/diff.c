/* diff.c - dnnrun diff */
#include "command.h"
#include "json.h"
#include "run-model.h"

#include <dnn-array.h>
#include <dnn-diff.h>
#include <dnn-shape.h>
#include <stdio.h>

/* --- for people ---------------------------------------------------------- */

/* "float32 (784, 300)" */
static char *
describe (const DnnNamedTensor *tensor)
{
  g_autofree char *shape = dnn_shape_to_string (&tensor->shape, false);

  return g_strconcat (dnn_dtype_name (tensor->dtype), " ", shape, NULL);
}

static char *
tell_numbers (const DnnDiffRow *row)
{
  return g_strdup_printf ("%s%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " numbers differ, by %.3g at most (relative %.3g), "
                          "at %" G_GINT64_FORMAT,
                          row->kind == DNN_DIFF_CLOSE ? "close: " : "",
                          row->n_different, row->n, row->max_absolute,
                          row->max_relative, row->place);
}

static char *
tell (const DnnDiffRow *row, const char *const *paths)
{
  g_autofree char *a = row->a != NULL ? describe (row->a) : NULL;
  g_autofree char *b = row->b != NULL ? describe (row->b) : NULL;

  switch (row->kind) {
  case DNN_DIFF_EQUAL:
    return g_strdup ("equal");
  case DNN_DIFF_CLOSE:
  case DNN_DIFF_VALUES:
    return tell_numbers (row);
  case DNN_DIFF_SHAPE:
    return g_strdup_printf ("%s, and %s", a, b);
  case DNN_DIFF_TEXT:
    return g_strdup_printf ("'%s', and '%s'",
                            row->a_text != NULL ? row->a_text : "",
                            row->b_text != NULL ? row->b_text : "");
  default:
    return g_strdup_printf ("only in %s",
                            paths[row->kind == DNN_DIFF_ONLY_A ? 0 : 1]);
  }
}

static void
print_row (const DnnDiffRow *row, const char *const *paths)
{
  g_autofree char *text = tell (row, paths);

  printf ("%-40s %s\n", row->name, text);
}

/* --- for programs -------------------------------------------------------- */

static void
add_row (JsonBuilder *b, const DnnDiffRow *row)
{
  json_builder_begin_object (b);
  add_json_text (b, "name", row->name);
  add_json_text (b, "result", dnn_diff_kind_name (row->kind));
  if (row->kind <= DNN_DIFF_VALUES) {
    add_json_int (b, "numbers", row->n);
    add_json_int (b, "different", row->n_different);
    add_json_number (b, "max_absolute", row->max_absolute);
    add_json_number (b, "max_relative", row->max_relative);
    add_json_int (b, "place", row->place);
  }
  json_builder_end_object (b);
}

static void
print_json_diff (const DnnDiff *diff)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_int (b, "tensors", (int64_t) diff->n_tensors);
  add_json_int (b, "differences", (int64_t) diff->n_different);
  json_builder_set_member_name (b, "rows");
  json_builder_begin_array (b);
  for (guint i = 0; i < diff->rows->len; i++)
    add_row (b, dnn_diff_row (diff, i));
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

/* --- the verb ------------------------------------------------------------ */

/* As with diff(1), 1 is for differences alone: a file that cannot be compared
 * is a wrong command line. */
static DnnSafetensors *
read_file (const char *path, GError **error)
{
  GError *local = NULL;
  DnnSafetensors *file = dnn_safetensors_read (path, &local);

  if (local == NULL)
    return file;
  if (!g_error_matches (local, DNN_ERROR, DNN_ERROR_IO))
    local->code = DNN_ERROR_USAGE;
  g_propagate_error (error, local);
  return NULL;
}

static bool
compare (const char *const *paths, const DnnDiffOptions *options,
         const Common *common, GError **error)
{
  g_autoptr (DnnSafetensors) a = read_file (paths[0], error);
  g_autoptr (DnnSafetensors) b = a != NULL ? read_file (paths[1], error) : NULL;
  g_autoptr (DnnDiff) diff = NULL;

  if (b == NULL)
    return false;
  diff = dnn_diff_new (a, b, options);
  if (common->json)
    print_json_diff (diff);
  for (guint i = 0; !common->json && i < diff->rows->len; i++)
    print_row (dnn_diff_row (diff, i), paths);
  if (diff->n_different == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s and %s differ in '%zu' places, of %zu tensors", paths[0],
               paths[1], diff->n_different, diff->n_tensors);
  return false;
}

bool
cmd_diff (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *first = NULL, *second = NULL;
  gboolean model_only = FALSE;
  DnnDiffOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "tolerance", 0, 0, G_OPTION_ARG_DOUBLE, &options.tolerance,
      "Differences up to this are none (default 0: the same bits)", "X" },
    { "model-only", 0, 0, G_OPTION_ARG_NONE, &model_only,
      "Leave out what is training's: the optimizer, checkpoints", NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  if (!(options.tolerance >= 0)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--tolerance must be 0 or more, not '%g'", options.tolerance);
    return false;
  }
  options.model_only = model_only;
  first = find_model ((*argv)[1], &common, error);
  second = first != NULL ? find_model ((*argv)[2], &common, error) : NULL;
  return second != NULL && compare ((const char *const[]){ first, second },
                                    &options, &common, error);
}
