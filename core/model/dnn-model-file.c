/* dnn-model-file.c - reads models */
#include "dnn-model-file.h"

#include "dnn-array.h"
#include "dnn-model-private.h"
#include "dnn-parse.h"
#include "dnn-shape.h"

#include <string.h>

/* --- weights by name ----------------------------------------------------- */

static bool
check_weight (const DnnWeight *weight, const DnnNamedTensor *from,
              GError **error)
{
  DnnShape shape = dnn_shape_of (&weight->tensor);
  g_autofree char *have = dnn_shape_to_string (&from->shape, false);
  g_autofree char *want = dnn_shape_to_string (&shape, false);

  if (from->dtype == weight->tensor.dtype &&
      dnn_shape_equal (&from->shape, &shape))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "tensor '%s' is %s %s, and the model wants %s %s", weight->name,
               dnn_dtype_name (from->dtype), have,
               dnn_dtype_name ((DnnDtype) weight->tensor.dtype), want);
  return false;
}

static void
copy_weights (DnnModel *model, const DnnSafetensors *file)
{
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    const DnnNamedTensor *from = dnn_safetensors_find (file, weight->name);

    if (from == NULL)
      continue;
    memcpy (weight->tensor.data, from->data, dnn_weight_bytes (weight));
    weight->is_fresh = false;
  }
}

bool
dnn_tensor_is_of_training (const char *name)
{
  return g_str_has_prefix (name, "optimizer/") ||
         g_str_has_prefix (name, "checkpoint/");
}

/* Tensors that are no layer's. */
static bool
is_extra (const char *name)
{
  return dnn_tensor_is_of_training (name) || g_str_has_prefix (name, "input/");
}

/* `whole`: the file is the model's own, and nobody can take a part of it. */
static bool
load_weights (DnnModel *model, const DnnSafetensors *file, bool partial,
              bool whole, char **ret_report, GError **error)
{
  g_autoptr (GString) report = g_string_new (NULL);
  const char *missing = NULL, *unused = NULL;

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    const DnnNamedTensor *from = dnn_safetensors_find (file, weight->name);

    if (from != NULL && !check_weight (weight, from, error))
      return false;
    if (from == NULL && missing == NULL)
      missing = weight->name;
    g_string_append_printf (report, "%s %s\n",
                            from != NULL ? "matched" : "missing", weight->name);
  }
  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (file, i);

    if (is_extra (tensor->name) ||
        dnn_model_find_weight (model, tensor->name) != NULL)
      continue;
    if (unused == NULL)
      unused = tensor->name;
    g_string_append_printf (report, "unused %s\n", tensor->name);
  }
  if (!partial && (missing != NULL || unused != NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 missing != NULL ? "the file has no tensor '%s'%s"
                                 : "the model has no weight '%s'%s",
                 missing != NULL ? missing : unused,
                 whole ? ""
                 : missing != NULL
                     ? "; --partial leaves what is missing as it is"
                     : "; --partial passes over what is not used");
    return false;
  }
  if (!dnn_model_allocate (model, error))
    return false;
  copy_weights (model, file);
  if (ret_report != NULL)
    *ret_report = g_string_free (g_steal_pointer (&report), FALSE);
  return true;
}

bool
dnn_model_load_weights (DnnModel *model, const DnnSafetensors *file,
                        bool partial, char **ret_report, GError **error)
{
  return load_weights (model, file, partial, false, ret_report, error);
}

void
dnn_model_set_no_model (const char *format, GError **error)
{
  if (format != NULL && g_str_has_prefix (format, "dnn/") &&
      strcmp (format, DNN_MODEL_FORMAT) != 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "its format is '%s', which a newer dnn has written; this one "
                 "reads '" DNN_MODEL_FORMAT "'",
                 format);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "it holds tensors, but no model: its format is '%s', not "
                 "'" DNN_MODEL_FORMAT "'",
                 format != NULL ? format : "unknown");
}

/* --- reading ------------------------------------------------------------- */

void
dnn_model_file_free (DnnModelFile *self)
{
  if (self == NULL)
    return;
  dnn_experiment_free (self->experiment);
  dnn_preprocess_free (self->preprocess);
  dnn_model_unref (self->model);
  dnn_safetensors_free (self->file);
  g_free (self);
}

static bool
read_preprocess (DnnModelFile *self, GError **error)
{
  const DnnShape input = dnn_model_input_shape (self->model);
  int64_t n = 1;

  dnn_shape_count (&input, &n);
  self->preprocess = dnn_preprocess_read (self->file, n, error);
  return self->preprocess != NULL;
}

/* True if the tensor may be one that a parametrization has which is not there:
 * "dense/kernel.lora_a" of the weight "dense/kernel". */
static bool
is_of_missing (const DnnModel *model, const char *tensor)
{
  const char *slash = strrchr (tensor, '/');

  for (const char *dot = slash; dot != NULL; dot = strchr (dot + 1, '.')) {
    g_autofree char *name = g_strndup (tensor, (gsize) (dot - tensor));
    const DnnWeight *weight = dnn_model_find_weight (model, name);

    if (weight != NULL && weight->missing != NULL)
      return true;
  }
  return false;
}

/* Layers of which no plugin says what weights they have take the file's. */
static bool
add_stored (DnnModelFile *self, GError **error)
{
  for (size_t i = 0; i < dnn_safetensors_count (self->file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (self->file, i);
    const char *slash = strrchr (tensor->name, '/');
    g_autofree char *name =
        slash != NULL ? g_strndup (tensor->name, (gsize) (slash - tensor->name))
                      : g_strdup ("");
    DnnLayer *layer = dnn_model_find_layer (self->model, name);

    if (layer != NULL &&
        (layer->shapeless || is_of_missing (self->model, tensor->name)) &&
        tensor->dtype == DNN_FLOAT32 &&
        !dnn_model_add_stored (self->model, layer, slash + 1, &tensor->shape,
                               error))
      return false;
  }
  return true;
}

/* Notes which layers come from a block: a line "USE BLOCK" for each use, in the
 * order of the layers.  It is for summaries only, so what fits no layer is
 * passed over. */
static void
mark_blocks (GPtrArray *specs, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", DNN_LAYERS_MAX);
  guint i = 0;

  for (size_t line = 0; lines[line] != NULL; line++) {
    g_auto (GStrv) words = g_strsplit (lines[line], " ", 2);
    g_autofree char *folder = NULL;

    if (words[0] == NULL || words[1] == NULL)
      continue;
    folder = g_strconcat (words[0], "/", NULL);
    for (bool inside = false; i < specs->len; i++) {
      DnnSpec *spec = g_ptr_array_index (specs, i);
      const DnnArg *name = dnn_spec_find (spec, "name");

      if (name == NULL || !g_str_has_prefix (name->value, folder)) {
        if (inside)
          break;
        continue;
      }
      inside = true;
      spec->block = g_intern_string (words[1]);
      spec->block_use = g_intern_string (words[0]);
    }
  }
}

bool
dnn_model_file_read_ends (const DnnSafetensors *file, DnnEnds *ret_ends,
                          GError **error)
{
  const char *shape = dnn_safetensors_get_metadata (file, "input_shape");
  const char *target = dnn_safetensors_get_metadata (file, "target_shape");
  DnnEnds ends = {
    .outputs = dnn_safetensors_get_metadata (file, "outputs"),
  };

  if (!dnn_shapes_parse (shape, &ends.inputs, error) ||
      (target != NULL && !dnn_shapes_parse (target, &ends.targets, error)))
    return false;
  *ret_ends = ends;
  return true;
}

static bool
read_model (DnnModelFile *self, DnnRegistry *registry, GError **error)
{
  const char *format = dnn_safetensors_get_metadata (self->file, "format");
  const char *chain = dnn_safetensors_get_metadata (self->file, "model");
  const char *shape = dnn_safetensors_get_metadata (self->file, "input_shape");
  const char *text = dnn_safetensors_get_metadata (self->file, "experiment");
  const char *blocks = dnn_safetensors_get_metadata (self->file, "blocks");
  const char *epoch = dnn_safetensors_get_metadata (self->file, "epoch");
  const char *step = dnn_safetensors_get_metadata (self->file, "step");
  g_autoptr (GPtrArray) specs = NULL;
  DnnEnds ends;

  if (g_strcmp0 (format, DNN_MODEL_FORMAT) != 0 || chain == NULL ||
      shape == NULL) {
    dnn_model_set_no_model (format, error);
    return false;
  }
  if (!dnn_model_file_read_ends (self->file, &ends, error))
    return false;
  specs = dnn_spec_parse_chain (chain, (DnnPlace){ 0 }, error);
  if (specs == NULL)
    return false;
  if (blocks != NULL)
    mark_blocks (specs, blocks);
  /* bare: the tensors are held against what it wants before that is made */
  self->model = dnn_model_new_bare (registry, specs, &ends, error);
  if (self->model == NULL || !add_stored (self, error))
    return false;
  self->epoch = epoch != NULL ? g_ascii_strtoll (epoch, NULL, 10) : 0;
  self->step = step != NULL ? g_ascii_strtoull (step, NULL, 10) : 0;
  self->experiment =
      dnn_experiment_parse (NULL, text != NULL ? text : "", error);
  return self->experiment != NULL;
}

DnnModelFile *
dnn_model_file_load (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnModelFile) self = g_new0 (DnnModelFile, 1);

  self->file = dnn_safetensors_read (path, error);
  if (self->file == NULL)
    return NULL;
  if (!read_model (self, registry, error) ||
      !load_weights (self->model, self->file, false, true, NULL, error) ||
      !read_preprocess (self, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer (&self);
}
