/* cmd-summary.c - dnnrun summary */
#include "command.h"

#include <dnn-model-file.h>
#include <dnn-run.h>
#include <dnn-summary.h>
#include <stdio.h>

/* The model of an experiment, built without its data where it says its input
 * shape. */
static DnnModel *
model_of_experiment (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  const DnnSpec *section;
  g_autoptr (DnnData) data = NULL;
  DnnShape input;

  if (experiment == NULL)
    return NULL;
  section = dnn_experiment_find (experiment, "data");
  if (dnn_experiment_has_input_shape (experiment) || section == NULL)
    return dnn_experiment_build_model (registry, experiment, NULL, error);
  data = dnn_data_load (section, error);
  if (data == NULL)
    return NULL;
  input = dnn_data_input_shape (data);
  return dnn_experiment_build_model (registry, experiment, &input, error);
}

/* Numbers of the optimizer that a model's file holds. */
static int64_t
count_optimizer (const DnnSafetensors *file)
{
  int64_t n = 0;

  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (file, i);
    int64_t one = 0;

    if (g_str_has_prefix (tensor->name, "optimizer/") &&
        tensor->dtype == DNN_FLOAT32 && dnn_shape_count (&tensor->shape, &one))
      n += one;
  }
  return n;
}

static void
add_output_shape (JsonBuilder *b, const DnnLayer *layer)
{
  const DnnShape *shape = &layer->outputs.at[0].shape;

  json_builder_set_member_name (b, "output_shape");
  if (layer->shapeless) {
    json_builder_add_null_value (b);
    return;
  }
  json_builder_begin_array (b);
  for (uint32_t i = 1; i < shape->n_dims; i++)
    json_builder_add_int_value (b, shape->dims[i]);
  json_builder_end_array (b);
}

static void
print_json_summary (const DnnModel *model, int64_t n_optimizer)
{
  DnnCounts counts = dnn_model_count (model);
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "layers");
  json_builder_begin_array (b);
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    json_builder_begin_object (b);
    json_builder_set_member_name (b, "name");
    json_builder_add_string_value (b, layer->name);
    json_builder_set_member_name (b, "type");
    json_builder_add_string_value (b, dnn_layer_title (layer));
    add_output_shape (b, layer);
    json_builder_set_member_name (b, "params");
    json_builder_add_int_value (b, dnn_layer_count (layer));
    add_json_text (b, "missing", layer->missing);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  json_builder_set_member_name (b, "trainable_params");
  json_builder_add_int_value (b, counts.trainable);
  json_builder_set_member_name (b, "non_trainable_params");
  json_builder_add_int_value (b, counts.non_trainable);
  json_builder_set_member_name (b, "optimizer_params");
  json_builder_add_int_value (b, n_optimizer);
  json_builder_end_object (b);
  print_json (b);
}

static bool
summarize (const char *path, const Common *common, bool variables,
           GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autofree char *text = NULL;
  int64_t n_optimizer = 0;

  dnn_registry_allow_missing (registry);
  if (g_str_has_suffix (path, ".safetensors")) {
    file = dnn_model_file_load (registry, path, error);
    model = file != NULL ? dnn_model_ref (file->model) : NULL;
    n_optimizer = file != NULL ? count_optimizer (file->file) : 0;
  } else {
    model = model_of_experiment (registry, path, error);
  }
  common_print_notes (common, registry);
  if (model == NULL)
    return false;
  if (common->json) {
    print_json_summary (model, n_optimizer);
    return true;
  }
  text = dnn_summary (model, n_optimizer);
  printf ("%s", text);
  if (variables) {
    g_autofree char *list = dnn_summary_variables (model);

    printf ("\n%s", list);
  }
  return true;
}

bool
cmd_summary (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  gboolean variables = FALSE;
  const GOptionEntry entries[] = {
    { "variables", 0, 0, G_OPTION_ARG_NONE, &variables,
      "Each variable, and whether it trains", NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error))
    return false;
  return summarize ((*argv)[1], &common, variables, error);
}
