/* dnn-fold.c - batch normalization folded into the kernel before it */
#include "dnn-fold.h"

#include "dnn-foreign-row.h"
#include "dnn-model-private.h"
#include "dnn-param.h"

#include <math.h>
#include <string.h>

/* --- what a plugin is to ONNX -------------------------------------------- */

/* Its row of one of these names, NULL-terminated; NULL: it has none. */
static DnnForeignRow *
find_row (const DnnLayer *layer, const char *const *names)
{
  const DnnPlugin *plugin =
      layer->component != NULL ? layer->component->plugin : NULL;

  for (uint32_t i = 0; plugin != NULL && i < dnn_foreign_n_rows (plugin); i++) {
    const DnnForeign *text = dnn_foreign_at (plugin, i);
    DnnForeignRow *row;

    if (strcmp (text->system, "onnx") != 0)
      continue;
    row = dnn_foreign_row_parse (text, NULL);
    if (row != NULL && g_strv_contains (names, row->names[0]))
      return row;
    dnn_foreign_row_free (row);
  }
  return NULL;
}

/* The layer's weight or buffer that is `theirs` alone; NULL: it has none. */
static DnnWeight *
find_weight (const DnnLayer *layer, const DnnForeignRow *row,
             const char *theirs)
{
  const char *ours = NULL;

  for (guint i = 0; i < row->weights->len; i++) {
    const DnnForeignWeight *weight = g_ptr_array_index (row->weights, i);

    if (strcmp (weight->theirs[0], theirs) == 0 && weight->theirs[1] == NULL)
      ours = weight->ours;
  }
  for (uint32_t i = 0; ours != NULL && i < layer->n_weights + layer->n_buffers;
       i++) {
    DnnWeight *weight = i < layer->n_weights
                            ? layer->weights[i]
                            : layer->buffers[i - layer->n_weights];

    if (weight != NULL && strcmp (weight->short_name, ours) == 0)
      return weight;
  }
  return NULL;
}

/* The parameter of ours that is this attribute, or says if a tensor is there;
 * NULL: none is. */
static const char *
find_param (const DnnForeignRow *row, DnnForeignSource source,
            const char *theirs)
{
  for (guint i = 0; i < row->params->len; i++) {
    const DnnForeignParam *param = g_ptr_array_index (row->params, i);

    if (param->source == source && strcmp (param->theirs, theirs) == 0)
      return param->ours;
  }
  return NULL;
}

/* --- pairs --------------------------------------------------------------- */

/* A layer, and the normalization behind it. */
typedef struct {
  const DnnLayer *layer, *norm;
  DnnForeignRow *layer_row, *norm_row; /* (owned) */
  const DnnWeight *kernel, *bias;      /* bias: NULL where it has none */
  int64_t channels;
} Pair;

static void
pair_clear (Pair *self)
{
  dnn_foreign_row_free (self->layer_row);
  dnn_foreign_row_free (self->norm_row);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static int
count_users (const DnnModel *self, size_t index)
{
  int n = 0;

  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    const DnnLayer *layer = dnn_model_layer (self, i);

    for (uint32_t j = 0; j < layer->n_inputs; j++)
      n += layer->inputs[j].layer == (int) index;
  }
  for (uint32_t i = 0; i < self->n_outputs; i++)
    n += self->outputs[i] == index;
  return n;
}

/* True if its weights are those of another layer, or another's are its. */
static bool
shares_weights (const DnnModel *self, const DnnLayer *layer)
{
  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    const DnnLayer *other = dnn_model_layer (self, i);
    const DnnArg *arg = dnn_layer_host_arg (other, "weights");

    if (arg != NULL &&
        (other == layer || strcmp (arg->value, layer->name) == 0))
      return true;
  }
  return false;
}

/* Not made of another, float32, and a number for each channel and place of the
 * window, the channel's number last. */
static bool
is_plain_kernel (const DnnWeight *kernel, int64_t channels)
{
  const DnnTensor *t = &kernel->tensor;
  int64_t last = 1;

  if (kernel->parametrization != NULL || t->dtype != DNN_FLOAT32)
    return false;
  for (uint32_t i = t->n_dims; i-- > 0 && last < channels;)
    last *= t->dims[i];
  return last == channels;
}

/* The axis of the columns is the last one. */
static bool
is_by_last_axis (const DnnLayer *norm, const DnnWeight *mean)
{
  const DnnShape *x = &norm->outputs.at[0].shape;
  const DnnParam *axis = dnn_param_find (norm->component->plugin, "axis");
  const DnnInts *at =
      axis != NULL ? (const DnnInts *) ((const char *) norm->component->self +
                                        axis->offset)
                   : NULL;

  return mean->tensor.n_dims == 1 &&
         mean->tensor.dims[0] == x->dims[x->n_dims - 1] &&
         (at == NULL ||
          (axis->type == DNN_PARAM_INTS && at->n == 1 &&
           (at->at[0] == -1 || at->at[0] == (int64_t) x->n_dims - 1)));
}

static bool
find_pair (const DnnModel *self, size_t index, Pair *pair)
{
  static const char *const linear[] = { "Conv", "Gemm", NULL };
  static const char *const normal[] = { "BatchNormalization", NULL };
  const DnnWeight *mean;

  pair->norm = dnn_model_layer (self, index);
  if (index == 0 || pair->norm->n_inputs != 1 ||
      pair->norm->inputs[0].layer != (int) index - 1)
    return false;
  pair->layer = dnn_model_layer (self, index - 1);
  pair->norm_row = find_row (pair->norm, normal);
  pair->layer_row = find_row (pair->layer, linear);
  if (pair->norm_row == NULL || pair->layer_row == NULL ||
      pair->layer->activation != NULL || count_users (self, index - 1) != 1 ||
      shares_weights (self, pair->layer) || shares_weights (self, pair->norm))
    return false;
  mean = find_weight (pair->norm, pair->norm_row, "input_mean");
  pair->kernel = find_weight (pair->layer, pair->layer_row, "W");
  pair->bias = find_weight (pair->layer, pair->layer_row, "B");
  if (mean == NULL || pair->kernel == NULL ||
      !is_by_last_axis (pair->norm, mean))
    return false;
  pair->channels = mean->tensor.dims[0];
  return is_plain_kernel (pair->kernel, pair->channels) &&
         (pair->bias == NULL || is_plain_kernel (pair->bias, pair->channels)) &&
         find_param (pair->layer_row, DNN_FOREIGN_PRESENT, "B") != NULL;
}

/* --- the other model ----------------------------------------------------- */

/* As written, with its name, even where the model gave it. */
static DnnSpec *
copy_spec (const DnnLayer *layer)
{
  DnnSpec *spec = dnn_spec_copy (layer->spec);

  dnn_spec_set (spec, "name", layer->name, spec->place);
  return spec;
}

/* The layer with a bias, and with name and activation of the normalization. */
static DnnSpec *
fold_spec (const Pair *pair)
{
  DnnSpec *spec = copy_spec (pair->layer);
  const DnnArg *activation = dnn_layer_host_arg (pair->norm, "activation");

  dnn_spec_set (spec, "name", pair->norm->name, spec->place);
  dnn_spec_set (spec, find_param (pair->layer_row, DNN_FOREIGN_PRESENT, "B"),
                "true", spec->place);
  if (activation != NULL)
    dnn_spec_set (spec, "activation", activation->value, spec->place);
  return spec;
}

static float
value_of (const DnnWeight *weight, int64_t i, float otherwise)
{
  return weight != NULL ? ((const float *) weight->tensor.data)[i] : otherwise;
}

/* y = a x + b of the normalization's channel `i`. */
static void
find_line (const Pair *pair, int64_t i, double *ret_a, double *ret_b)
{
  const DnnLayer *norm = pair->norm;
  const DnnForeignRow *row = pair->norm_row;
  const char *name = find_param (row, DNN_FOREIGN_ATTRIBUTE, "epsilon");
  const DnnParam *epsilon =
      name != NULL ? dnn_param_find (norm->component->plugin, name) : NULL;
  const double variance =
      (double) value_of (find_weight (norm, row, "input_var"), i, 1) +
      (epsilon != NULL ? dnn_param_get_number (epsilon, norm->component->self)
                       : 0);
  const double mean =
      (double) value_of (find_weight (norm, row, "input_mean"), i, 0);

  *ret_a = (double) value_of (find_weight (norm, row, "scale"), i, 1) /
           sqrt (variance);
  *ret_b =
      (double) value_of (find_weight (norm, row, "B"), i, 0) - mean * *ret_a;
}

static void
fold_weights (const Pair *pair, const DnnLayer *to)
{
  const int64_t n = dnn_count (&pair->kernel->tensor);
  const float *from = pair->kernel->tensor.data;
  float *kernel = find_weight (to, pair->layer_row, "W")->tensor.data;
  float *bias = find_weight (to, pair->layer_row, "B")->tensor.data;

  for (int64_t i = 0; i < pair->channels; i++) {
    double a, b;

    find_line (pair, i, &a, &b);
    for (int64_t j = i; j < n; j += pair->channels)
      kernel[j] = (float) (a * (double) from[j]);
    bias[i] = (float) (a * (double) value_of (pair->bias, i, 0) + b);
  }
}

static void
copy_weights (const DnnModel *from, const DnnModel *to)
{
  for (size_t i = 0; i < dnn_model_n_weights (to); i++) {
    DnnWeight *weight = dnn_model_weight (to, i);
    const DnnWeight *old = dnn_model_find_weight (from, weight->name);

    weight->is_fresh = false;
    if (old != NULL &&
        dnn_tensor_bytes (&old->tensor) == dnn_tensor_bytes (&weight->tensor))
      memcpy (weight->tensor.data, old->tensor.data,
              dnn_tensor_bytes (&weight->tensor));
  }
}

/* One spec for each layer that stays. */
static GPtrArray *
list_specs (const DnnModel *self, size_t *ret_n)
{
  GPtrArray *specs = dnn_spec_list_new ();

  *ret_n = 0;
  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    g_auto (Pair) pair = { 0 };

    if (find_pair (self, i, &pair)) {
      g_ptr_array_remove_index (specs, specs->len - 1);
      g_ptr_array_add (specs, fold_spec (&pair));
      ++*ret_n;
    } else {
      g_ptr_array_add (specs, copy_spec (dnn_model_layer (self, i)));
    }
  }
  return specs;
}

static DnnModel *
make_folded (DnnModel *self, const GPtrArray *specs, GError **error)
{
  g_autofree char *outputs = dnn_model_list_outputs (self);
  const DnnEnds ends = { .inputs = dnn_model_input_shapes (self),
                         .outputs = outputs,
                         .targets = dnn_model_target_shapes (self) };
  DnnModel *folded = dnn_model_new_graph (self->registry, specs, &ends, error);

  if (folded == NULL)
    return NULL;
  copy_weights (self, folded);
  for (size_t i = 0; i < dnn_model_n_layers (self); i++) {
    g_auto (Pair) pair = { 0 };

    if (find_pair (self, i, &pair))
      fold_weights (&pair, dnn_model_find_layer (folded, pair.norm->name));
  }
  return folded;
}

DnnModel *
dnn_model_fold (DnnModel *self, size_t *ret_n, GError **error)
{
  g_autoptr (GPtrArray) specs = NULL;
  size_t n;

  if (!dnn_model_check_complete (self, error))
    return NULL;
  specs = list_specs (self, &n);
  if (ret_n != NULL)
    *ret_n = n;
  return n > 0 ? make_folded (self, specs, error) : dnn_model_ref (self);
}

bool
dnn_model_file_fold (DnnModelFile *self, GError **error)
{
  DnnModel *folded = dnn_model_fold (self->model, NULL, error);

  if (folded == NULL)
    return false;
  dnn_model_unref (self->model);
  self->model = folded;
  return true;
}
