/* export.c - dnnrun export */
#include "command.h"
#include "json.h"
#include "run-model.h"

#include <dnn-array.h>
#include <dnn-merge.h>
#include <dnn-model-file.h>
#include <dnn-model-save.h>
#include <dnn-shape.h>
#include <dnn-text.h>
#include <stdio.h>
#include <string.h>

/* Tensors that were exported, or left out.  A merged model has no weights of
 * parametrizations. */
typedef struct {
  int64_t tensors, bytes;
} Count;

static void
count (const DnnModelFile *model, const DnnModel *merged, Count *ret_kept,
       Count *ret_left)
{
  const DnnSafetensors *file = model->file;
  Count counts[2] = { { 0, 0 }, { 0, 0 } };

  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (file, i);
    Count *one = &counts[dnn_tensor_is_of_training (tensor->name)];
    int64_t n = 0;

    if (merged != NULL &&
        dnn_model_find_weight (merged, tensor->name) == NULL &&
        dnn_model_find_weight (model->model, tensor->name) != NULL)
      continue;
    dnn_shape_count (&tensor->shape, &n);
    one->tensors++;
    one->bytes += n * (int64_t) dnn_dtype_size (tensor->dtype);
  }
  *ret_kept = counts[false];
  *ret_left = counts[true];
}

static void
print_json_counts (const char *out, const Count *kept, const Count *left)
{
  const struct {
    const char *name;
    int64_t value;
  } numbers[] = {
    { "tensors", kept->tensors },
    { "bytes", kept->bytes },
    { "left_out_tensors", left->tensors },
    { "left_out_bytes", left->bytes },
  };
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "out", out);
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    add_json_int (b, numbers[i].name, numbers[i].value);
  json_builder_end_object (b);
  print_json (b);
}

static void
print_counts (const char *out, const Count *kept, const Count *left)
{
  g_autofree char *with = dnn_format_bytes ((double) kept->bytes);
  g_autofree char *without = dnn_format_bytes ((double) left->bytes);

  printf ("%s: %" G_GINT64_FORMAT " tensors, %s; left out: %" G_GINT64_FORMAT
          " tensors of training, %s\n",
          out, kept->tensors, with, left->tensors, without);
}

/* The experiment that makes the merged model: its layers are written out. */
static DnnExperiment *
plain_experiment (const DnnExperiment *from, const DnnModel *merged)
{
  DnnExperiment *experiment = dnn_experiment_copy (from);
  g_autofree char *chain = dnn_model_to_chain (merged);
  const char *shape = dnn_experiment_get (from, "model", "input_shape");

  for (size_t i = 0; i < dnn_experiment_n_sections (from); i++) {
    const char *name = dnn_experiment_section (from, i)->name;

    if (strcmp (name, "model") == 0 || g_str_has_prefix (name, "layer ") ||
        g_str_has_prefix (name, "block "))
      dnn_experiment_remove (experiment, name);
  }
  dnn_experiment_set (experiment, "model", "layers", chain);
  if (shape != NULL)
    dnn_experiment_set (experiment, "model", "input_shape", shape);
  return experiment;
}

/* The model of the file, or the plain one that it comes to. */
static bool
take_model (const DnnModelFile *file, bool merge, DnnModelParts *parts,
            DnnModel **ret_merged, DnnExperiment **ret_experiment,
            GError **error)
{
  parts->model = file->model;
  parts->experiment = file->experiment;
  if (!merge)
    return true;
  if (!dnn_model_is_parametrized (file->model)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "no weight of the model has a parametrization, so there is "
                 "nothing to merge");
    return false;
  }
  parts->model = *ret_merged = dnn_model_merge (file->model, error);
  if (*ret_merged != NULL && file->experiment != NULL)
    parts->experiment = *ret_experiment =
        plain_experiment (file->experiment, *ret_merged);
  return *ret_merged != NULL;
}

static bool export(const char *path, const char *out, bool merge,
                   const Common *common, GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (DnnModel) merged = NULL;
  g_autoptr (DnnExperiment) plain = NULL;
  DnnModelParts parts = { 0 };
  Count kept, left;

  /* A checkpoint would be no checkpoint any more. */
  if (!check_out_is_not (out, path, "the model", error))
    return false;
  file = dnn_model_file_load (registry, path, error);
  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  if (!take_model (file, merge, &parts, &merged, &plain, error))
    return false;
  parts.preprocess = file->preprocess;
  parts.epoch = file->epoch;
  parts.step = file->step;
  if (!dnn_model_file_save (&parts, out, error))
    return false;
  count (file, merged, &kept, &left);
  if (common->json)
    print_json_counts (out, &kept, &left);
  else
    print_counts (out, &kept, &left);
  return true;
}

bool
cmd_export (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *model = NULL;
  gboolean merge = FALSE;
  const GOptionEntry entries[] = {
    { "merge", 0, 0, G_OPTION_ARG_NONE, &merge,
      "Write what layers are handed of parametrized weights, as a plain model",
      NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  model = find_model ((*argv)[1], &common, error);
  return model != NULL && export(model, (*argv)[2], merge, &common, error);
}
