/* dnn-usual-loss.c - tries every loss on a model and its targets */
#include "dnn-usual-loss.h"

#include "dnn-objectives.h"
#include "dnn-shape.h"

static bool
fits (const DnnModel *model, const char *name, uint32_t output,
      const DnnShape *target)
{
  g_autoptr (DnnObjective) objective = dnn_objective_new (
      dnn_model_registry (model), name, NULL, (DnnPlace){ 0 }, NULL);

  if (objective == NULL)
    return false;
  dnn_objective_set_output (objective, output, 1, NULL);
  return dnn_objective_is_usual (objective) &&
         dnn_objective_takes_logits (objective, model) &&
         dnn_objective_check (objective, model, target, NULL, NULL);
}

/* NULL: none is, or several are. */
static const char *
find_one (const DnnModel *model, uint32_t output, const DnnShape *target)
{
  g_auto (GStrv) names =
      dnn_registry_names (dnn_model_registry (model), DNN_KIND_LOSS);
  const char *found = NULL;
  size_t n_found = 0;

  for (size_t i = 0; names[i] != NULL; i++)
    if (fits (model, names[i], output, target)) {
      found = g_intern_string (names[i]);
      n_found++;
    }
  return n_found == 1 ? found : NULL;
}

/* The likely fault at the end of a model of one output. */
static char *
find_remedy (const DnnShape *prediction, const DnnShape *target)
{
  g_autofree char *have = dnn_shape_to_list (prediction);

  if (prediction->n_dims > 1 && target->n_dims == 0)
    return g_strdup_printf (
        "; predictions are rows of %s, and a target is one number: a flatten "
        "before the last layers makes one row of each sample",
        have);
  if (target->n_dims == 0 && prediction->n_dims == 1 && prediction->dims[0] > 1)
    return g_strdup_printf (
        "; there are %s predictions, and a target is one number: at the end "
        "activation=softmax tells %s classes apart, units=1 predicts a number",
        have, have);
  return g_strdup (", as in --set train.loss=mean_squared_error");
}

static bool
set_open (const DnnModel *model, const char *output, const DnnShapes *targets,
          GError **error)
{
  const DnnShape prediction = dnn_model_output_shape (model);
  g_autofree char *remedy = find_remedy (&prediction, &targets->at[0]);

  if (dnn_model_n_outputs (model) == 1)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[train] loss must be given: the model and its targets do not "
                 "tell it%s",
                 remedy);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[train] loss must be given: the model and its targets do not "
                 "tell that of output '%s', as in 'loss = %s: "
                 "mean_squared_error, ...'",
                 output, output);
  return false;
}

static bool
has_loss_of_targets (const DnnModel *model)
{
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (dnn_layer_has_term (layer) && dnn_layer_takes_target (layer, model))
      return true;
  }
  return false;
}

const char *
dnn_find_loss (const DnnModel *model, const DnnShapes *targets, GError **error)
{
  const uint32_t n = dnn_model_n_outputs (model);
  g_autoptr (GString) text = g_string_new (NULL);

  /* A layer that takes targets and adds to the loss is what was meant. */
  if (has_loss_of_targets (model))
    return DNN_NO_LOSS;
  if (targets->n != n) {
    dnn_objectives_set_count (model, targets->n, error);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) {
    const char *output = dnn_model_output (model, i)->name;
    const char *loss = find_one (model, i, &targets->at[i]);

    if (loss == NULL) {
      set_open (model, output, targets, error);
      return NULL;
    }
    if (n == 1)
      return loss;
    g_string_append_printf (text, "%s%s: %s", i > 0 ? ", " : "", output, loss);
  }
  return g_intern_string (text->str);
}
