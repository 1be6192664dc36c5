/* graph.c - what layers are called and what feeds them */
#include "dnn-model-private.h"
#include "dnn-parse.h"

#include <string.h>

/* --- names --------------------------------------------------------------- */

bool
dnn_model_name_layer (DnnModel *self, DnnLayer *layer, GError **error)
{
  const DnnArg *arg = dnn_layer_host_arg (layer, "name");

  if (arg == NULL) {
    layer->name =
        dnn_names_number (self->names, dnn_names_stem (layer->spec->name));
    return true;
  }
  if (!dnn_names_take (self->names, arg->value, error))
    return false;
  layer->name = g_strdup (arg->value);
  return true;
}

/* --- connections --------------------------------------------------------- */

/* "a", "a:1" or "input". */
static bool
parse_input (const DnnModel *self, const char *own, const char *text,
             DnnInput *ret_input, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);
  const DnnLayer *layer;
  guint64 output = 0;

  if (parts[0] == NULL)
    return dnn_names_set_unknown (self->names, own, "", error);
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
    return dnn_names_set_unknown (self->names, own, parts[0], error);
  if (output >= layer->outputs.n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "layer '%s' has %u outputs, so there is no '%s'", layer->name,
                 layer->outputs.n, text);
    return false;
  }
  *ret_input = (DnnInput){ (int) layer->index, (uint32_t) output };
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
    if (!parse_input (self, layer->name, names[i], &layer->inputs[i], error)) {
      g_prefix_error (error, "%s: input: ", layer->name);
      return false;
    }
  return true;
}

/* For each layer, true if it feeds another. */
static bool *
mark_used (const DnnModel *self)
{
  bool *used = g_new0 (bool, self->layers->len);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *user = dnn_model_layer (self, i);

    for (uint32_t k = 0; k < user->n_inputs; k++)
      if (user->inputs[k].layer >= 0)
        used[user->inputs[k].layer] = true;
  }
  return used;
}

/* A layer that nobody uses is a mistake, but for the last. */
bool
dnn_model_check_all_used (const DnnModel *self, GError **error)
{
  g_autofree bool *used = mark_used (self);

  for (guint i = 0; i + 1 < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    if (used[i])
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                 "layer '%s' is the input of no other, and not the last",
                 layer->name);
    dnn_error_prefix_place (error, layer->spec->place);
    return false;
  }
  return true;
}
