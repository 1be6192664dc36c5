/* optimizer-around.c - optimizers that look at a batch more than once: which
 * of the two it is, and what does not go with it
 */
#include "dnn-optimizer-private.h"

#include <string.h>

static bool
has_step_all (const DnnComponent *component)
{
  const DnnOptimizerOps *ops = component->code->ops;

  return ops->struct_size >= DNN_END_OF (DnnOptimizerOps, step_all) &&
         ops->step_all != NULL;
}

static bool
goes_around (const DnnComponent *component)
{
  return (component->code->flags & DNN_FLAG_AROUND) != 0;
}

/* Says what is wrong with a key, where it stands. */
static bool
refuse (const DnnOptimizer *self, const char *key, char *why, GError **error)
{
  const DnnArg *arg = dnn_spec_find (self->component->host_args, key);

  g_set_error_literal (error, DNN_ERROR, DNN_ERROR_PARAM, why);
  dnn_error_prefix_place (error, arg != NULL ? arg->place
                                             : self->component->spec->place);
  g_free (why);
  return false;
}

static bool
check_roles (const DnnOptimizer *self, GError **error)
{
  const char *type = self->component->plugin->name;
  const char *around = self->around != NULL ? self->around->plugin->name : NULL;

  if (goes_around (self->component))
    return refuse (self, "type",
                   g_strdup_printf ("'%s' moves no weight itself; it goes "
                                    "around an optimizer that does: "
                                    "'around = %s' beside another type",
                                    type, type),
                   error);
  if (around != NULL && !goes_around (self->around))
    return refuse (self, "around",
                   g_strdup_printf ("around must be an optimizer that leaves "
                                    "the step to another, not '%s', which "
                                    "steps itself",
                                    around),
                   error);
  if (around != NULL && has_step_all (self->component))
    return refuse (self, "around",
                   g_strdup_printf ("nothing goes around '%s', which moves all "
                                    "weights at once; leave out "
                                    "'around = %s'",
                                    type, around),
                   error);
  return true;
}

static bool
check_average (const DnnOptimizer *self, GError **error)
{
  if (!self->keys.use_ema || !dnn_optimizer_has_model (self))
    return true;
  return refuse (self, "use_ema",
                 g_strdup_printf ("use_ema must be false with '%s', which "
                                  "shows an average of its own",
                                  self->component->plugin->name),
                 error);
}

static bool
check_keys (const DnnOptimizer *self, GError **error)
{
  const char *name = self->all->plugin->name;

  if (self->keys.gradient_accumulation_steps > 1)
    return refuse (
        self, "gradient_accumulation_steps",
        g_strdup_printf ("gradient_accumulation_steps must be 1 "
                         "with '%s', which looks at one batch more "
                         "than once, not '%d'",
                         name, (int) self->keys.gradient_accumulation_steps),
        error);
  if (self->all == self->component && self->keys.weight_decay > 0)
    return refuse (self, "weight_decay",
                   g_strdup_printf ("weight_decay must be 0 with '%s', whose "
                                    "steps are measured by the loss, not "
                                    "'%g'; a regularizer of the weights is "
                                    "part of that loss",
                                    name, self->keys.weight_decay),
                   error);
  return true;
}

bool
dnn_optimizer_make_around (DnnOptimizer *self, DnnRegistry *registry,
                           GError **error)
{
  const DnnArg *arg = dnn_spec_find (self->component->host_args, "around");

  if (*self->keys.around != '\0') {
    self->around = dnn_component_parse (registry, DNN_KIND_OPTIMIZER,
                                        self->keys.around, error);
    if (self->around == NULL) {
      g_prefix_error (error, "around: ");
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
  }
  if (!check_roles (self, error) || !check_average (self, error))
    return false;
  if (self->around != NULL)
    self->all = self->around;
  else if (has_step_all (self->component))
    self->all = self->component;
  if (self->all == NULL)
    return true;
  self->all_self = g_malloc0 ((gsize) self->all->code->self_size + 1);
  return check_keys (self, error);
}

bool
dnn_optimizer_check_multiplier (const DnnOptimizer *self,
                                const DnnWeight *weight, GError **error)
{
  if (self->all != self->component || weight->learning_rate_multiplier == 1)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "learning_rate_multiplier must be 1 with '%s', which moves all "
               "weights at once, not '%g'",
               self->component->plugin->name, weight->learning_rate_multiplier);
  return false;
}
