/* dnn-base.c - clones layers */
#include "dnn-base.h"

#include "dnn-parametrization.h"
#include "dnn-shape.h"
#include "dnn-suggest.h"

#include <string.h>

void
dnn_base_free (DnnBase *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  dnn_model_file_free (self->file);
  g_free (self);
}

static bool
keep_layers (DnnBase *self, size_t n_last, const char *drop, GError **error)
{
  const DnnModel *model = self->file->model;
  const size_t n = dnn_model_n_layers (model);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  bool dropped = *drop == '\0';

  for (size_t i = 0; i < n; i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);
    DnnSpec *spec;

    g_strv_builder_add (names, layer->name);
    if (*drop != '\0' && g_pattern_match_simple (drop, layer->name)) {
      dropped = true;
      continue;
    }
    if (i + n_last >= n)
      continue;
    spec = dnn_spec_copy (layer->spec);
    if (dnn_spec_find (spec, "name") == NULL)
      dnn_spec_add (spec, "name", layer->name, spec->place);
    g_ptr_array_add (self->kept, spec);
    g_hash_table_add (self->names, dnn_spec_find (spec, "name")->value);
  }
  if (!dropped) {
    g_auto (GStrv) all = g_strv_builder_end (names);
    g_autofree char *nearest = dnn_suggest (drop, (const char *const *) all);

    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "drop: the base has no layer '%s'; %s", drop, nearest);
    return false;
  }
  if (self->kept->len > 0)
    return true;
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_PARAM,
      "drop_last leaves nothing of the base's %" G_GSIZE_FORMAT " layers", n);
  return false;
}

/* Adds `kernel_parametrization = ...` for the layer's own weights of that name.
 * Returns how many there are. */
static size_t
parametrize (DnnSpec *spec, const DnnLayer *layer,
             const DnnBaseOptions *options)
{
  size_t n = 0;

  for (uint32_t i = 0; i < layer->n_weights; i++) {
    const DnnWeight *weight = layer->weights[i];
    g_autofree char *key = NULL;

    if (weight == NULL || weight->tensor.n_dims < 2 ||
        weight->parametrization != NULL ||
        dnn_layer_host_arg (layer, "weights") != NULL ||
        !g_pattern_match_simple (options->parametrized, weight->name))
      continue;
    key = g_strconcat (weight->short_name, "_parametrization", NULL);
    dnn_spec_add (spec, key, options->parametrization, spec->place);
    n++;
  }
  return n;
}

static bool
parametrize_kept (DnnBase *self, const DnnBaseOptions *options, GError **error)
{
  size_t n = 0;

  if (*options->parametrization == '\0')
    return true;
  for (guint i = 0; i < self->kept->len; i++) {
    DnnSpec *spec = g_ptr_array_index (self->kept, i);

    n +=
        parametrize (spec,
                     dnn_model_find_layer (self->file->model,
                                           dnn_spec_find (spec, "name")->value),
                     options);
  }
  if (n == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "base_parametrized: no layer that is kept has a weight of 2 "
                 "dimensions or more called '%s'",
                 options->parametrized);
  return n > 0;
}

DnnBase *
dnn_base_load (DnnRegistry *registry, const DnnBaseOptions *options,
               GError **error)
{
  g_autoptr (DnnBase) self = g_new0 (DnnBase, 1);

  self->kept = dnn_spec_list_new ();
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->file = dnn_model_file_load (registry, options->path, error);
  if (self->file == NULL ||
      !keep_layers (self, (size_t) options->drop_last, options->drop, error) ||
      !parametrize_kept (self, options, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* True if the weight belongs to a layer that was kept. */
static bool
is_kept (const DnnBase *self, const DnnWeight *weight)
{
  g_autofree char *layer = g_strndup (
      weight->name, (gsize) (strrchr (weight->name, '/') - weight->name));

  return g_hash_table_contains (self->names, layer);
}

static void
append_line (GString *text, const char *what, const DnnWeight *weight)
{
  DnnShape shape = dnn_shape_of (&weight->tensor);
  g_autofree char *sizes = dnn_shape_to_string (&shape, false);

  g_string_append_printf (text, "%-8s %s %s\n", what, weight->name, sizes);
}

/* Fresh parametrizations of weights that came from the base begin with these.
 */
static bool
begin_parametrizations (const DnnBase *self, DnnModel *model, GError **error)
{
  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    const DnnWeight *from =
        is_kept (self, weight)
            ? dnn_model_find_weight (self->file->model, weight->name)
            : NULL;

    if (from != NULL && from->parametrization == NULL &&
        !dnn_weight_begin_parametrization (weight, error))
      return false;
  }
  return true;
}

bool
dnn_base_copy_weights (const DnnBase *self, DnnModel *model, char **ret_report,
                       GError **error)
{
  const DnnModel *base = self->file->model;
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    DnnWeight *weight = dnn_model_weight (model, i);
    const DnnWeight *from = is_kept (self, weight)
                                ? dnn_model_find_weight (base, weight->name)
                                : NULL;
    DnnShape have, want;

    append_line (text, from != NULL ? "copied" : "fresh", weight);
    if (from == NULL)
      continue;
    have = dnn_shape_of (&from->tensor);
    want = dnn_shape_of (&weight->tensor);
    if (!dnn_shape_equal (&have, &want)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "'%s' has another shape than in the base: the inputs are "
                   "not those that the base was trained on",
                   weight->name);
      return false;
    }
    memcpy (weight->tensor.data, from->tensor.data, dnn_weight_bytes (weight));
    weight->is_fresh = false;
  }
  if (!begin_parametrizations (self, model, error))
    return false;
  for (size_t i = 0; i < dnn_model_n_weights (base); i++)
    if (!is_kept (self, dnn_model_weight (base, i)))
      append_line (text, "dropped", dnn_model_weight (base, i));
  if (ret_report != NULL)
    *ret_report = g_string_free (g_steal_pointer (&text), FALSE);
  return true;
}
