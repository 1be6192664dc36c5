/* dnn-model-file.c - models written and read */
#include "dnn-model-file.h"

#include "dnn-array.h"
#include "dnn-model-private.h"
#include "dnn-optimizer.h"
#include "dnn-param.h"

#include <string.h>

/* --- shapes as text ------------------------------------------------------ */

char *
dnn_shape_to_list (const DnnShape *shape)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (uint32_t i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            shape->dims[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
dnn_shape_parse (const char *text, DnnShape *ret_shape, GError **error)
{
  g_auto (GStrv) pieces = dnn_split_commas (text);
  DnnShape shape = { 0 };

  if (g_strv_length (pieces) >= DNN_MAX_DIMS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "input_shape must be at most %d sizes, not '%s'",
                 DNN_MAX_DIMS - 1, text);
    return false;
  }
  for (size_t i = 0; pieces[i] != NULL; i++)
    if (!dnn_parse_int (pieces[i], 1, 1 << 30, &shape.dims[shape.n_dims++],
                        error)) {
      g_prefix_error (error, "input_shape ");
      return false;
    }
  *ret_shape = shape;
  return true;
}

/* --- writing ------------------------------------------------------------- */

static void
add_floats (DnnSafetensors *file, const char *name, const DnnShape *shape,
            const void *data)
{
  DnnNamedTensor tensor = { name, DNN_FLOAT32, *shape, data };

  dnn_safetensors_add (file, &tensor);
}

static void
add_optimizer (DnnSafetensors *file, const DnnOptimizer *optimizer)
{
  for (size_t i = 0; i < dnn_optimizer_n_states (optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (optimizer, i);
    g_autofree char *counter =
        g_strdup_printf ("optimizer/%s/t", state->weight->name);
    DnnNamedTensor t = { counter, DNN_INT64, DNN_SCALAR, &state->t };

    dnn_safetensors_add (file, &t);
    for (uint32_t j = 0; j < state->slots.n; j++) {
      const DnnDeclared *slot = &state->slots.at[j];
      g_autofree char *name = NULL;

      if (!slot->set)
        continue;
      name =
          g_strdup_printf ("optimizer/%s/%s", state->weight->name, slot->name);
      add_floats (file, name, &slot->shape, state->data[j]);
    }
  }
}

static void
add_number (DnnSafetensors *file, const char *key, uint64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  dnn_safetensors_set_metadata (file, key, text);
}

bool
dnn_model_file_save (const DnnModelParts *parts, const char *path,
                     GError **error)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();
  g_autofree char *chain = dnn_model_to_chain (parts->model);
  DnnShape input = dnn_model_input_shape (parts->model);
  g_autofree char *shape = dnn_shape_to_list (&input);

  dnn_safetensors_set_metadata (file, "format", "dnn/1");
  dnn_safetensors_set_metadata (file, "model", chain);
  dnn_safetensors_set_metadata (file, "input_shape", shape);
  if (parts->experiment != NULL) {
    g_autofree char *text = dnn_experiment_to_string (parts->experiment);

    dnn_safetensors_set_metadata (file, "experiment", text);
  }
  add_number (file, "epoch", (uint64_t) parts->epoch);
  add_number (file, "step", parts->step);
  for (size_t i = 0; i < dnn_model_n_weights (parts->model); i++) {
    const DnnWeight *weight = dnn_model_weight (parts->model, i);
    DnnShape weight_shape = dnn_shape_of (&weight->tensor);

    add_floats (file, weight->name, &weight_shape, weight->tensor.data);
  }
  if (parts->preprocess != NULL)
    dnn_preprocess_store (parts->preprocess, file);
  if (parts->optimizer != NULL)
    add_optimizer (file, parts->optimizer);
  if (parts->checkpoint != NULL)
    dnn_checkpoint_add (parts->checkpoint, file);
  return dnn_safetensors_write (file, path, error);
}

/* --- weights by name ----------------------------------------------------- */

static bool
is_same_shape (const DnnTensor *a, const DnnShape *b)
{
  return a->n_dims == b->n_dims &&
         memcmp (a->dims, b->dims, b->n_dims * sizeof b->dims[0]) == 0;
}

static bool
check_weight (const DnnWeight *weight, const DnnNamedTensor *from,
              GError **error)
{
  DnnShape shape = dnn_shape_of (&weight->tensor);
  g_autofree char *have = dnn_shape_to_string (&from->shape, false);
  g_autofree char *want = dnn_shape_to_string (&shape, false);

  if (from->dtype == DNN_FLOAT32 &&
      is_same_shape (&weight->tensor, &from->shape))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "tensor '%s' is %s %s, and the model wants float32 %s",
               weight->name, dnn_dtype_name (from->dtype), have, want);
  return false;
}

static void
copy_weights (DnnModel *model, const DnnSafetensors *file)
{
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    const DnnNamedTensor *from = dnn_safetensors_find (file, weight->name);

    if (from != NULL)
      memcpy (weight->tensor.data, from->data, dnn_weight_bytes (weight));
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

bool
dnn_model_load_weights (DnnModel *model, const DnnSafetensors *file,
                        bool partial, char **ret_report, GError **error)
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
                 missing != NULL
                     ? "the file has no tensor '%s'; --partial leaves what is "
                       "missing as it is"
                     : "the model has no weight '%s'; --partial passes over "
                       "what is not used",
                 missing != NULL ? missing : unused);
    return false;
  }
  if (!dnn_model_allocate (model, error))
    return false;
  copy_weights (model, file);
  if (ret_report != NULL)
    *ret_report = g_string_free (g_steal_pointer (&report), FALSE);
  return true;
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

  for (uint32_t i = 0; i < input.n_dims; i++)
    n *= input.dims[i];
  self->preprocess = dnn_preprocess_read (self->file, n, error);
  return self->preprocess != NULL;
}

/* Layers of which no plugin says what weights they have take the file's. */
static bool
add_stored (DnnModelFile *self, GError **error)
{
  for (size_t i = 0; i < dnn_safetensors_count (self->file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (self->file, i);
    const char *slash = strchr (tensor->name, '/');
    g_autofree char *name =
        slash != NULL ? g_strndup (tensor->name, (gsize) (slash - tensor->name))
                      : g_strdup ("");
    DnnLayer *layer = dnn_model_find_layer (self->model, name);

    if (layer != NULL && layer->shapeless && tensor->dtype == DNN_FLOAT32 &&
        !dnn_model_add_stored (self->model, layer, slash + 1, &tensor->shape,
                               error))
      return false;
  }
  return true;
}

static bool
read_model (DnnModelFile *self, DnnRegistry *registry, GError **error)
{
  const char *format = dnn_safetensors_get_metadata (self->file, "format");
  const char *chain = dnn_safetensors_get_metadata (self->file, "model");
  const char *shape = dnn_safetensors_get_metadata (self->file, "input_shape");
  const char *text = dnn_safetensors_get_metadata (self->file, "experiment");
  const char *epoch = dnn_safetensors_get_metadata (self->file, "epoch");
  const char *step = dnn_safetensors_get_metadata (self->file, "step");
  g_autoptr (GPtrArray) specs = NULL;
  DnnShape input = { 0 };

  if (g_strcmp0 (format, "dnn/1") != 0 || chain == NULL || shape == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "it holds tensors, but no model: its format is '%s', not "
                 "'dnn/1'",
                 format != NULL ? format : "unknown");
    return false;
  }
  if (!dnn_shape_parse (shape, &input, error))
    return false;
  specs = dnn_spec_parse_chain (chain, (DnnPlace){ 0 }, error);
  if (specs == NULL)
    return false;
  /* bare: the tensors are held against what it wants before that is made */
  self->model = dnn_model_new_bare (registry, specs, &input, error);
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
      !dnn_model_load_weights (self->model, self->file, false, NULL, error) ||
      !read_preprocess (self, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer (&self);
}
