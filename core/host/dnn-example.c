/* dnn-example.c - reads the example in a descriptor */
#include "dnn-example.h"

#include "dnn-instance.h"
#include "dnn-kind-row.h"
#include "dnn-parse.h"
#include "dnn-spec.h"

void
dnn_example_free (DnnExample *self)
{
  if (self == NULL)
    return;
  g_free (self->spec);
  g_free (self);
}

/* A base's example does not say again what the plugin has defaults for. */
static char *
parse_spec (const DnnPlugin *plugin, const DnnPlugin *code, GError **error)
{
  const bool own = plugin->example != NULL;
  g_autoptr (DnnSpec) spec = dnn_spec_parse_words (
      plugin->name, own ? plugin->example : code->example, error);
  g_autoptr (DnnSpec) defaults =
      spec != NULL ? dnn_plugin_parse_defaults (plugin, error) : NULL;

  if (defaults == NULL)
    return NULL;
  for (guint i = 0; !own && i < defaults->args->len; i++)
    dnn_spec_remove (
        spec, ((const DnnArg *) g_ptr_array_index (defaults->args, i))->key);
  return dnn_spec_to_string (spec);
}

/* "4,3" behind the batch; "" is one number a sample. */
static bool
parse_shape (const char *text, int64_t batch, DnnShape *ret_shape,
             GError **error)
{
  g_auto (GStrv) sizes = dnn_split_commas (text);
  const uint32_t n = *text != '\0' ? g_strv_length (sizes) : 0;
  DnnShape shape = { n + 1, 0, { batch } };

  if (n + 1 > DNN_MAX_DIMS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' has %u sizes, and %d are the most", text, n,
                 DNN_MAX_DIMS - 1);
    return false;
  }
  for (uint32_t i = 0; i < n; i++)
    if (!dnn_parse_int (sizes[i], 1, 1 << 24, &shape.dims[i + 1], error)) {
      g_prefix_error (error, "a size ");
      return false;
    }
  *ret_shape = shape;
  return true;
}

/* "4,3; 3": shapes, separated by ';'. */
static bool
parse_inputs (DnnExample *self, const char *text, int64_t batch, GError **error)
{
  g_auto (GStrv) shapes = g_strsplit (text, ";", -1);
  const uint32_t n = MAX (g_strv_length (shapes), 1);

  if (n > DNN_EXAMPLE_INPUTS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' has %u shapes, and %d are the most", text, n,
                 DNN_EXAMPLE_INPUTS);
    return false;
  }
  for (uint32_t i = 0; i < n; i++) {
    const char *shape = shapes[0] != NULL ? g_strstrip (shapes[i]) : "";

    if (!parse_shape (shape, batch, &self->inputs[i], error))
      return false;
  }
  self->n_inputs = n;
  return true;
}

static DnnExample *
parse (const DnnPlugin *plugin, const DnnPlugin *code, int64_t batch,
       GError **error)
{
  g_autoptr (DnnExample) self = g_new0 (DnnExample, 1);
  const char *inputs = plugin->example_inputs != NULL ? plugin->example_inputs
                                                      : code->example_inputs;

  if (dnn_kind_row (plugin->kind)->takes_bytes)
    inputs = NULL;
  else if (inputs == NULL)
    inputs = dnn_kind_row (plugin->kind)->example_inputs;
  self->spec = parse_spec (plugin, code, error);
  if (self->spec == NULL ||
      (inputs != NULL && !parse_inputs (self, inputs, batch, error)))
    return NULL;
  return g_steal_pointer (&self);
}

DnnExample *
dnn_example_new (DnnRegistry *registry, const DnnPlugin *plugin, int64_t batch,
                 GError **error)
{
  const DnnPlugin *code = dnn_registry_resolve (registry, plugin, error);
  GError *local = NULL;
  DnnExample *self;

  if (code == NULL)
    return NULL;
  self = parse (plugin, code, batch, &local);
  if (self == NULL) {
    local->code = DNN_ERROR_PLUGIN;
    g_propagate_prefixed_error (error, local,
                                "%s: its example: ", plugin->name);
  }
  return self;
}
