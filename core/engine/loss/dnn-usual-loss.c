/* dnn-usual-loss.c - tries every loss on a model and its targets */
#include "dnn-usual-loss.h"

#include "dnn-objective.h"

static bool
fits (const DnnModel *model, const char *name, const DnnShape *target)
{
  g_autoptr (DnnObjective) objective = dnn_objective_new (
      dnn_model_registry (model), name, NULL, (DnnPlace){ 0 }, NULL);

  return objective != NULL && dnn_objective_is_usual (objective) &&
         dnn_objective_takes_logits (objective, model) &&
         dnn_objective_check (objective, model, target, NULL, NULL);
}

const char *
dnn_find_loss (const DnnModel *model, const DnnShape *target, GError **error)
{
  g_auto (GStrv) names =
      dnn_registry_names (dnn_model_registry (model), DNN_KIND_LOSS);
  const char *found = NULL;
  size_t n_found = 0;

  for (size_t i = 0; names[i] != NULL; i++)
    if (fits (model, names[i], target)) {
      found = g_intern_string (names[i]);
      n_found++;
    }
  if (n_found == 1)
    return found;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[train] loss must be given: the model and its targets do not "
               "tell it, as in --set train.loss=mean_squared_error");
  return NULL;
}
