/* dnn-choose-layers.c - which layers train, by globs over their names */
#include "dnn-choose-layers.h"
#include "dnn-parse.h"
#include "dnn-suggest.h"

static bool
set_unknown (const DnnModel *model, const char *key, const char *glob,
             GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < dnn_model_n_layers (model); i++)
    g_strv_builder_add (names, dnn_model_layer (model, i)->name);
  all = g_strv_builder_end (names);
  nearest = dnn_suggest (glob, (const char *const *) all);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: no layer is called '%s'; %s", key, glob, nearest);
  return false;
}

/* Sets `trainable` of the layers that any of the globs matches. */
static bool
apply_globs (DnnModel *model, const char *key, const char *globs,
             bool trainable, GError **error)
{
  g_auto (GStrv) list = *globs != '\0' ? dnn_split_commas (globs) : NULL;

  for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
    bool any = false;

    for (size_t j = 0; j < dnn_model_n_layers (model); j++) {
      DnnLayer *layer = dnn_model_layer (model, j);

      if (!g_pattern_match_simple (list[i], layer->name))
        continue;
      layer->trainable = trainable;
      any = true;
    }
    if (!any)
      return set_unknown (model, key, list[i], error);
  }
  return true;
}

bool
dnn_choose_layers (DnnModel *model, const char *frozen, const char *trainable,
                   GError **error)
{
  return apply_globs (model, "frozen", frozen, false, error) &&
         apply_globs (model, "trainable", trainable, true, error);
}
