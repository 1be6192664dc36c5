/* optimizer-decay.c - which weights decay, by globs over their names */
#include "dnn-optimizer-private.h"

#include "dnn-parse.h"
#include "dnn-suggest.h"

#include <string.h>

/* "bias" is of every layer, "dense_1/bias" of one. */
static bool
matches (const char *glob, const DnnWeight *weight)
{
  return g_pattern_match_simple (
      glob, strchr (glob, '/') != NULL ? weight->name : weight->short_name);
}

static bool
matches_any (char *const *globs, const DnnWeight *weight)
{
  for (size_t i = 0; globs != NULL && globs[i] != NULL; i++)
    if (matches (globs[i], weight))
      return true;
  return false;
}

/* A list for many models may have names that this one lacks, but not only
 * those. */
static bool
check_globs (const DnnOptimizer *self, char *const *globs,
             const DnnModel *model, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    if (matches_any (globs, weight))
      return true;
    if (weight->is_buffer)
      continue;
    g_strv_builder_add (builder, weight->short_name);
    g_strv_builder_add (builder, weight->name);
  }
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (globs[0], (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "exclude_from_weight_decay: no weight is called '%s'; %s",
               self->keys.exclude_from_weight_decay, nearest);
  return false;
}

bool
dnn_optimizer_choose_decay (DnnOptimizer *self, const DnnModel *model,
                            GError **error)
{
  const char *text = self->keys.exclude_from_weight_decay;
  g_auto (GStrv) globs = *text != '\0' ? dnn_split_commas (text) : NULL;

  if (globs != NULL && !check_globs (self, globs, model, error))
    return false;
  for (guint i = 0; i < self->states->len; i++) {
    DnnWeightState *state = g_ptr_array_index (self->states, i);

    state->decays =
        self->keys.weight_decay > 0 && !matches_any (globs, state->weight);
  }
  return true;
}
