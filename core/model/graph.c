/* graph.c - what layers are called and what feeds them */
#include "dnn-model-private.h"
#include "dnn-parse.h"

#include "dnn-suggest.h"

#include <string.h>

/* --- names --------------------------------------------------------------- */

static bool
is_layer_name (const char *name)
{
  return *name != '\0' &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_-") ==
             strlen (name) &&
         strcmp (name, "input") != 0 && strcmp (name, "optimizer") != 0 &&
         strcmp (name, "checkpoint") != 0;
}

/* dense, dense_1, ...: a third party's prefix is dropped. */
static char *
number_name (const DnnModel *self, const char *type)
{
  const char *dot = strrchr (type, '.');
  const char *stem = dot != NULL ? dot + 1 : type;
  unsigned i = GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, stem));
  char *name = i == 0 ? g_strdup (stem) : g_strdup_printf ("%s_%u", stem, i);

  while (dnn_model_find_layer (self, name) != NULL) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", stem, ++i);
  }
  g_hash_table_insert (self->numbers, g_strdup (stem), GUINT_TO_POINTER (i));
  return name;
}

bool
dnn_model_name_layer (const DnnModel *self, DnnLayer *layer, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (layer, "name");

  if (arg == NULL) {
    layer->name = number_name (self, layer->spec->name);
    return true;
  }
  if (!is_layer_name (arg->value)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "a layer's name must be of a-z, 0-9, '_' and '-', and not "
                 "'input' or 'optimizer'; it is '%s'",
                 arg->value);
    return false;
  }
  if (dnn_model_find_layer (self, arg->value) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "there are two layers named '%s'", arg->value);
    return false;
  }
  layer->name = g_strdup (arg->value);
  return true;
}

/* --- connections --------------------------------------------------------- */

bool
dnn_model_set_unknown_layer (const DnnModel *self, const char *name,
                             GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  for (guint i = 0; i < self->layers->len; i++)
    g_strv_builder_add (builder, dnn_model_layer (self, i)->name);
  g_strv_builder_add (builder, "input");
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no layer '%s' above this one; %s", name, nearest);
  return false;
}

/* "a", "a:1" or "input". */
static bool
parse_input (const DnnModel *self, const char *text, DnnInput *ret_input,
             GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  const DnnLayer *layer;
  guint64 output = 0;

  if (parts[0] == NULL)
    return dnn_model_set_unknown_layer (self, "", error);
  if (parts[1] != NULL &&
      !g_ascii_string_to_unsigned (parts[1], 10, 0, DNN_MAX_DECLARED, &output,
                                   NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "an input must be NAME or NAME:NUMBER, not '%s'", text);
    return false;
  }
  if (strcmp (parts[0], "input") == 0) {
    *ret_input = (DnnInput){ -1, 0 };
    if (output > 0)
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "the network has one input, so there is no '%s'", text);
    return output == 0;
  }
  layer = dnn_model_find_layer (self, parts[0]);
  if (layer == NULL)
    return dnn_model_set_unknown_layer (self, parts[0], error);
  if (output >= layer->outputs.n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "layer '%s' has %u outputs, so there is no '%s'", layer->name,
                 layer->outputs.n, text);
    return false;
  }
  for (guint i = 0; i < self->layers->len; i++)
    if (g_ptr_array_index (self->layers, i) == layer)
      *ret_input = (DnnInput){ (int) i, (uint32_t) output };
  return true;
}

bool
dnn_model_connect (const DnnModel *self, DnnLayer *layer, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (layer, "input");
  g_auto (GStrv) names = NULL;

  if (arg == NULL) {
    layer->inputs = g_new0 (DnnInput, 1);
    layer->inputs[0].layer = (int) self->layers->len - 1;
    layer->n_inputs = 1;
    return true;
  }
  names = dnn_split_commas (arg->value);
  layer->n_inputs = g_strv_length (names);
  layer->inputs = g_new0 (DnnInput, layer->n_inputs);
  for (uint32_t i = 0; i < layer->n_inputs; i++)
    if (!parse_input (self, names[i], &layer->inputs[i], error)) {
      g_prefix_error (error, "%s: input: ", layer->name);
      return false;
    }
  return true;
}

/* A layer that nobody uses is a mistake, but for the last. */
bool
dnn_model_check_all_used (const DnnModel *self, GError **error)
{
  for (guint i = 0; i + 1 < self->layers->len; i++) {
    bool used = false;

    for (guint j = i + 1; j < self->layers->len; j++) {
      const DnnLayer *user = dnn_model_layer (self, j);

      for (uint32_t k = 0; k < user->n_inputs; k++)
        used = used || user->inputs[k].layer == (int) i;
    }
    if (!used) {
      const DnnLayer *layer = dnn_model_layer (self, i);

      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "layer '%s' is the input of no other, and not the last",
                   layer->name);
      dnn_error_prefix_place (error, layer->spec->place);
      return false;
    }
  }
  return true;
}
