/* summary.c - dnnrun summary */
#include "command.h"
#include "json.h"
#include "run-model.h"

#include <dnn-choose-layers.h>
#include <dnn-data-head.h>
#include <dnn-memory-plan.h>
#include <dnn-memory.h>
#include <dnn-model-file.h>
#include <dnn-model-section.h>
#include <dnn-phase.h>
#include <dnn-shape.h>
#include <dnn-summary.h>
#include <stdio.h>

/* Of a batch, as in [train]. */
enum { MOST_ROWS = 1 << 24 };

/* The model or the experiment that is summarized. */
typedef struct {
  DnnModelFile *file;        /* (owned) NULL: an experiment */
  DnnExperiment *experiment; /* (owned) NULL: the file's */
  DnnModel *model;           /* (owned reference) */
  DnnDataHead data;
  bool has_data;
} Subject;

static void
subject_clear (Subject *self)
{
  dnn_model_unref (self->model);
  dnn_experiment_free (self->experiment);
  dnn_model_file_free (self->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Subject, subject_clear)

static const DnnExperiment *
subject_experiment (const Subject *self)
{
  return self->file != NULL ? self->file->experiment : self->experiment;
}

/* The headers of the data; nothing is wrong where there is no [data]. */
static bool
read_data (Subject *self, GError **error)
{
  const DnnSpec *section =
      dnn_experiment_find (subject_experiment (self), "data");

  if (section == NULL)
    return true;
  self->has_data = dnn_data_head_read (section, &self->data, error);
  return self->has_data;
}

/* The model of an experiment, whose data need not be there where it says its
 * input shape, unless their size is asked for. */
static bool
load_experiment (Subject *self, DnnRegistry *registry, const char *path,
                 bool memory, GError **error)
{
  self->experiment = dnn_experiment_load (path, error);
  if (self->experiment == NULL)
    return false;
  if ((memory || !dnn_experiment_has_input_shape (self->experiment)) &&
      !read_data (self, error))
    return false;
  self->model = dnn_experiment_plan_model (
      registry, self->experiment, self->has_data ? &self->data.inputs : NULL,
      self->has_data ? &self->data.targets : NULL, error);
  return self->model != NULL;
}

/* A model goes to places where the data it was trained on are not. */
static bool
load_model (Subject *self, DnnRegistry *registry, const char *path, bool memory,
            const Common *common, GError **error)
{
  g_autoptr (GError) local = NULL;

  self->file = dnn_model_file_load (registry, path, error);
  if (self->file == NULL)
    return false;
  self->model = dnn_model_ref (self->file->model);
  if (memory && !read_data (self, &local) && !common->quiet)
    fprintf (stderr, "dnnrun: the data are left out: %s\n", local->message);
  return true;
}

/* Which layers train, as [train] and its phases say: those of the phase that
 * comes first, or that has made a model.  Train reports their errors. */
static bool
choose_layers (const Subject *self, GError **error)
{
  g_autoptr (DnnExperiment) whole =
      dnn_experiment_copy (subject_experiment (self));
  const DnnSpec *train = dnn_experiment_find (whole, "train");
  g_autoptr (GPtrArray) phases = NULL;
  const DnnPhase *phase;

  /* a loss, which the model and its data would tell, changes nothing here */
  if (train == NULL || dnn_spec_find (train, "loss") == NULL)
    dnn_experiment_set (whole, "train", "loss", "any");
  phases = dnn_phases_parse (whole, NULL);
  if (phases == NULL)
    return true;
  phase = g_ptr_array_index (phases, self->file != NULL ? phases->len - 1 : 0);
  return dnn_choose_layers (self->model, phase->settings.frozen,
                            phase->settings.trainable, error);
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
add_layers (JsonBuilder *b, const DnnModel *model)
{
  json_builder_set_member_name (b, "layers");
  json_builder_begin_array (b);
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    json_builder_begin_object (b);
    add_json_text (b, "name", layer->name);
    add_json_text (b, "type", dnn_layer_title (layer));
    add_json_text (b, "block", layer->spec->block_use);
    add_output_shape (b, layer);
    add_json_int (b, "params", dnn_layer_count (layer));
    add_json_text (b, "missing", layer->missing);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
add_memory (JsonBuilder *b, const DnnMemoryPlan *plan, bool has_data)
{
  add_json_int (b, "batch", plan->batch);
  add_json_int (b, "threads", plan->threads);
  add_json_text (b, "phase", plan->phase);
  json_builder_set_member_name (b, "data_bytes");
  if (has_data)
    json_builder_add_int_value (b, (gint64) plan->data);
  else
    json_builder_add_null_value (b);
  add_json_int (b, "weight_bytes", (int64_t) plan->weights);
  add_json_int (b, "weight_gradient_bytes", (int64_t) plan->weight_gradients);
  add_json_int (b, "optimizer_bytes", (int64_t) plan->optimizer);
  add_json_int (b, "optimizer_scratch_bytes",
                (int64_t) plan->optimizer_scratch);
  add_json_int (b, "arena_bytes", (int64_t) plan->arena);
  add_json_int (b, "evaluation_arena_bytes", (int64_t) plan->evaluation_arena);
  add_json_int (b, "changes_bytes", (int64_t) plan->changes);
  add_json_int (b, "cache_bytes", (int64_t) plan->cache);
  add_json_int (b, "buffer_bytes", (int64_t) plan->buffers);
  add_json_int (b, "buffers", (int64_t) plan->n_buffers);
  add_json_int (b, "total_bytes", (int64_t) plan->total);
  add_json_int (b, "machine_bytes", (int64_t) dnn_memory_of_machine ());
  json_builder_set_member_name (b, "memory");
  json_builder_begin_array (b);
  for (size_t i = 0; i < plan->n_rows; i++) {
    const DnnMemoryRow *row = &plan->rows[i];

    json_builder_begin_object (b);
    add_json_text (b, "layer", row->layer);
    add_json_int (b, "weight_bytes", (int64_t) row->weights);
    add_json_int (b, "optimizer_bytes", (int64_t) row->optimizer);
    add_json_int (b, "output_bytes", (int64_t) row->outputs);
    add_json_int (b, "output_gradient_bytes", (int64_t) row->output_gradients);
    add_json_int (b, "weight_gradient_bytes", (int64_t) row->weight_gradients);
    add_json_int (b, "scratch_bytes", (int64_t) row->scratch);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

/* Each weight and buffer: see dnn_summary_variables. */
static void
add_variables (JsonBuilder *b, const DnnModel *model)
{
  json_builder_set_member_name (b, "variables");
  json_builder_begin_array (b);
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    json_builder_begin_object (b);
    add_json_text (b, "name", weight->name);
    json_builder_set_member_name (b, "shape");
    json_builder_begin_array (b);
    for (uint32_t j = 0; j < weight->tensor.n_dims; j++)
      json_builder_add_int_value (b, weight->tensor.dims[j]);
    json_builder_end_array (b);
    add_json_int (b, "params", dnn_count (&weight->tensor));
    add_json_bool (b, "trainable", dnn_model_is_trainable (model, weight));
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
print_json_summary (const Subject *subject, const DnnMemoryPlan *plan,
                    int64_t n_optimizer, bool variables)
{
  DnnCounts counts = dnn_model_count (subject->model);
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_layers (b, subject->model);
  add_json_int (b, "trainable_params", counts.trainable);
  add_json_int (b, "non_trainable_params", counts.non_trainable);
  add_json_int (b, "optimizer_params", n_optimizer);
  if (variables)
    add_variables (b, subject->model);
  if (plan != NULL)
    add_memory (b, plan, subject->has_data);
  json_builder_end_object (b);
  print_json (b);
}

typedef struct {
  gboolean variables, memory, expand;
  gint64 batch; /* 0: the experiment's */
} Options;

static void
print_summary (const Subject *subject, const DnnMemoryPlan *plan,
               int64_t n_optimizer, const Options *options)
{
  g_autofree char *text =
      dnn_summary (subject->model, n_optimizer, options->expand);

  printf ("%s", text);
  if (options->variables) {
    g_autofree char *list = dnn_summary_variables (subject->model);

    printf ("\n%s", list);
  }
  if (plan != NULL) {
    g_autofree char *memory = dnn_memory_plan_to_text (plan);

    printf ("\n%s", memory);
  }
}

static bool
check_options (const Options *options, GError **error)
{
  if (options->batch >= 0 && options->batch <= MOST_ROWS &&
      (options->batch == 0 || options->memory))
    return true;
  if (options->batch != 0 && !options->memory)
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--batch is for --memory, which is not there");
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--batch must be a whole number from 1 to %d, not "
                 "'%" G_GINT64_FORMAT "'",
                 MOST_ROWS, options->batch);
  return false;
}

static bool
summarize (const char *path, const Options *options, const Common *common,
           GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_auto (Subject) subject = { 0 };
  g_autoptr (DnnMemoryPlan) plan = NULL;
  int64_t n_optimizer = 0;
  bool loaded;

  /* A memory plan needs every plugin. */
  if (!options->memory)
    dnn_registry_allow_missing (registry);
  loaded =
      g_str_has_suffix (path, ".safetensors")
          ? load_model (&subject, registry, path, options->memory, common,
                        error)
          : load_experiment (&subject, registry, path, options->memory, error);
  if (loaded && options->memory)
    plan = dnn_memory_plan_new (subject.model, subject_experiment (&subject),
                                subject.has_data ? &subject.data : NULL,
                                options->batch, error);
  loaded = loaded && choose_layers (&subject, error);
  common_print_notes (common, registry);
  if (!loaded || (options->memory && plan == NULL))
    return false;
  if (subject.file != NULL)
    n_optimizer = count_optimizer (subject.file->file);
  if (common->json)
    print_json_summary (&subject, plan, n_optimizer, options->variables);
  else
    print_summary (&subject, plan, n_optimizer, options);
  return true;
}

bool
cmd_summary (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *path = NULL;
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "variables", 0, 0, G_OPTION_ARG_NONE, &options.variables,
      "Each variable, and whether it trains", NULL },
    { "memory", 0, 0, G_OPTION_ARG_NONE, &options.memory,
      "What memory training takes, and where", NULL },
    { "expand", 0, 0, G_OPTION_ARG_NONE, &options.expand,
      "Each layer of a block in a row of its own", NULL },
    { "batch", 0, 0, G_OPTION_ARG_INT64, &options.batch,
      "With --memory: rows of a batch (default: the file's)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_options (&options, error))
    return false;
  path = find_model ((*argv)[1], &common, error);
  return path != NULL && summarize (path, &options, &common, error);
}
