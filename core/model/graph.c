/* graph.c - what layers are called, what feeds them, and which are outputs */
#include "dnn-model-private.h"
#include "dnn-parse.h"
#include "dnn-suggest.h"

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

/* "target" or "target:1", which stand behind the inputs. */
static bool
take_target (const DnnModel *self, const char *text, guint64 i,
             DnnInput *ret_input, GError **error)
{
  const uint32_t n = self->targets.n;

  *ret_input = (DnnInput){ -1, self->inputs.n + (uint32_t) i };
  if (i < MAX (n, 1) || (n == 0 && i < DNN_MAX_PARTS))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "the data have %u target%s, so there is no '%s'; the first is "
               "'target'",
               n, n == 1 ? "" : "s", text);
  return false;
}

/* "input" or "input:1". */
static bool
take_data (const DnnModel *self, const char *text, guint64 i,
           DnnInput *ret_input, GError **error)
{
  const uint32_t n = self->inputs.n;

  if (i < n) {
    *ret_input = (DnnInput){ -1, (uint32_t) i };
    return true;
  }
  if (n == 1)
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "the network has one input, so there is no '%s'", text);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "the network has inputs input:0 to input:%u, so there is no "
                 "'%s'",
                 n - 1, text);
  return false;
}

/* A term of the loss is for the loss alone. */
static bool
check_no_term (const DnnLayer *layer, uint32_t output, GError **error)
{
  if (!layer->outputs.at[output].is_term)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "output %u of layer '%s' is a term of the loss, which no layer "
               "takes; 'input=NAME' names another",
               output, layer->name);
  return false;
}

/* "a", "a:1", "input" or "target". */
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
  if (strcmp (parts[0], "input") == 0)
    return take_data (self, text, output, ret_input, error);
  if (strcmp (parts[0], "target") == 0)
    return take_target (self, text, output, ret_input, error);
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
  return check_no_term (layer, (uint32_t) output, error);
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
    if (self->layers->len == 0 ||
        check_no_term (dnn_model_layer (self, self->layers->len - 1), 0, error))
      return true;
    g_prefix_error (error, "%s: ", layer->name);
    return false;
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

/* --- outputs ------------------------------------------------------------- */

/* The layer of that name, or the last one of the use of a block. */
static DnnLayer *
find_output (const DnnModel *self, const char *name)
{
  DnnLayer *found = dnn_model_find_layer (self, name);

  for (guint i = 0; found == NULL && i < self->layers->len; i++) {
    DnnLayer *layer = dnn_model_layer (self, self->layers->len - 1 - i);

    if (g_strcmp0 (layer->spec->block_use, name) == 0)
      found = layer;
  }
  return found;
}

int
dnn_model_output_number (const DnnModel *self, const char *name)
{
  const DnnLayer *layer = find_output (self, name);

  for (uint32_t i = 0; layer != NULL && i < self->n_outputs; i++)
    if (self->outputs[i] == layer->index)
      return (int) i;
  return -1;
}

static bool
set_unknown (const DnnModel *self, const char *name, GError **error)
{
  const char *colon = strchr (name, ':');
  g_autofree char *stem =
      colon != NULL ? g_strndup (name, (gsize) (colon - name)) : NULL;
  g_autofree char *nearest = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (stem != NULL && find_output (self, stem) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "an output is the first of a layer, '%s', so it is not '%s'",
                 stem, name);
    return false;
  }
  for (guint i = 0; i < self->layers->len; i++)
    g_ptr_array_add (names, dnn_model_layer (self, i)->name);
  g_ptr_array_add (names, NULL);
  nearest = dnn_suggest (name, (const char *const *) names->pdata);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no layer '%s'; %s",
               name, nearest);
  return false;
}

static bool
add_output (DnnModel *self, const char *name, GError **error)
{
  const DnnLayer *layer = find_output (self, name);

  if (layer == NULL)
    return set_unknown (self, name, error);
  if (dnn_model_output_number (self, name) >= 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "'%s' is there twice; an output is named once", name);
    return false;
  }
  if (layer->outputs.at[0].is_term) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "the first output of '%s' is a term of the loss, and no "
                 "output of the model",
                 name);
    return false;
  }
  if (self->n_outputs == DNN_MAX_PARTS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'%s' is one too many; a model has at most %d outputs", name,
                 DNN_MAX_PARTS);
    return false;
  }
  self->outputs[self->n_outputs++] = layer->index;
  return true;
}

/* The last layer whose first output is no term of the loss. */
static bool
take_last (DnnModel *self, GError **error)
{
  for (guint i = self->layers->len; i-- > 0;)
    if (!dnn_model_layer (self, i)->outputs.at[0].is_term) {
      self->outputs[self->n_outputs++] = i;
      return true;
    }
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "every layer's first output is a term of the loss; a model has "
               "an output of its own, too");
  return false;
}

bool
dnn_model_find_outputs (DnnModel *self, const DnnEnds *ends, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (ends->outputs == NULL || *ends->outputs == '\0')
    return take_last (self, error);
  names = dnn_split_commas (ends->outputs);
  for (size_t i = 0; names[i] != NULL; i++)
    if (!add_output (self, names[i], error)) {
      g_prefix_error (error, "[model] outputs: ");
      dnn_error_prefix_place (error, ends->place);
      return false;
    }
  return true;
}

/* --- what nobody uses ---------------------------------------------------- */

/* True for each layer that feeds another, the loss, or is an output, and then
 * for each of the model's inputs that is used. */
static bool *
mark_used (const DnnModel *self)
{
  bool *used = g_new0 (bool, self->layers->len + 2 * DNN_MAX_PARTS);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *user = dnn_model_layer (self, i);

    used[i] = used[i] || dnn_layer_has_term (user);

    for (uint32_t k = 0; k < user->n_inputs; k++)
      used[user->inputs[k].layer >= 0
               ? (guint) user->inputs[k].layer
               : self->layers->len + user->inputs[k].output] = true;
  }
  for (uint32_t i = 0; i < self->n_outputs; i++)
    used[self->outputs[i]] = true;
  return used;
}

static bool
check_inputs_used (const DnnModel *self, const bool *used, GError **error)
{
  for (uint32_t i = 0; self->inputs.n > 1 && i < self->inputs.n; i++)
    if (!used[i]) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "the network has %u inputs, and no layer takes 'input:%u'; "
                   "'input=input:%u' at a layer does",
                   self->inputs.n, i, i);
      return false;
    }
  return true;
}

bool
dnn_model_check_all_used (const DnnModel *self, GError **error)
{
  g_autofree bool *used = mark_used (self);

  for (guint i = 0; i < self->layers->len; i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    if (used[i])
      continue;
    if (dnn_model_has_default_output (self))
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "layer '%s' is the input of no other, and not the last",
                   layer->name);
    else
      g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                   "layer '%s' is the input of no other, and not among [model] "
                   "outputs",
                   layer->name);
    dnn_error_prefix_place (error, layer->spec->place);
    return false;
  }
  return check_inputs_used (self, used + self->layers->len, error);
}
