/* dnn-build.c - asks plugins what they make of given shapes */
#include "dnn-build.h"

#include "dnn-host.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-running.h"
#include "dnn-shape.h"

#include <string.h>

static int32_t
call_build (const DnnComponent *component, const char *who, DnnBuild *b)
{
  const DnnPlugin *code = component->code;
  const DnnKindRow *kind = dnn_kind_row (code->kind);
  const DnnKindBuild build = dnn_kind_build (kind, code->ops);
  const DnnRunning running = { kind->name, who, component->plugin->name,
                               "build" };
  int32_t status;

  if (build == NULL)
    return 0;
  dnn_running_begin (&running);
  status = build (component->self, &dnn_host, b);
  dnn_running_end ();
  return status;
}

/* --- what a build may not leave out -------------------------------------- */

/* Each output must be set; each weight needs a name and an initializer. */
static const char *
find_gap (const DnnComponent *component, const DnnBuilt *built)
{
  const DnnDeclaredList *named[] = { &built->weights, &built->buffers };
  const uint32_t n_outputs = dnn_kind_min_outputs (
      dnn_kind_row (component->code->kind), component->code->ops);

  if (n_outputs == 0)
    return NULL;
  for (uint32_t i = 0; i < MAX (n_outputs, built->outputs.n); i++)
    if (!built->outputs.at[i].set)
      return "build did not call set_output for every output";
  for (size_t j = 0; j < G_N_ELEMENTS (named); j++)
    for (uint32_t i = 0; i < named[j]->n; i++)
      if (named[j]->at[i].set &&
          (named[j]->at[i].name == NULL || named[j]->at[i].initializer == NULL))
        return "build added a weight or buffer without name or initializer";
  return NULL;
}

/* A tensor is called `layer/name` in files. */
static bool
is_name (const char *name)
{
  return g_ascii_isalpha (*name) && strlen (name) < 128 &&
         strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-") ==
             strlen (name);
}

static bool
has_name_before (const DnnDeclaredList *list, uint32_t n, const char *name)
{
  for (uint32_t i = 0; i < n; i++)
    if (list->at[i].set && list->at[i].name == name) /* interned */
      return true;
  return false;
}

/* Weights and buffers of a layer are told apart by their names alone. */
static bool
check_names (const DnnBuilt *built, const char *who, GError **error)
{
  const DnnDeclaredList *lists[] = { &built->weights, &built->buffers };

  for (size_t j = 0; j < G_N_ELEMENTS (lists); j++)
    for (uint32_t i = 0; i < lists[j]->n; i++) {
      const char *name = lists[j]->at[i].name;

      if (!lists[j]->at[i].set)
        continue;
      if (!is_name (name))
        g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                     "%s: it names a weight or buffer '%s'; a name must be of "
                     "letters, digits, '_', '.' and '-', and begin with a "
                     "letter",
                     who, name);
      else if (has_name_before (lists[j], i, name) ||
               (j > 0 && has_name_before (lists[0], lists[0]->n, name)))
        g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                     "%s: it has two weights or buffers of the name '%s'", who,
                     name);
      else
        continue;
      return false;
    }
  return true;
}

static bool
check_outputs (const DnnBuilt *built, const char *who, int64_t batch,
               GError **error)
{
  for (uint32_t i = 0; i < built->outputs.n; i++) {
    const DnnShape *shape = &built->outputs.at[i].shape;
    g_autofree char *text = NULL;

    if (!built->outputs.at[i].set ||
        (shape->n_dims > 0 && shape->dims[0] == batch))
      continue;
    text = dnn_shape_to_string (shape, false);
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: output %u is %s and does not begin with the batch, which "
                 "is %" G_GINT64_FORMAT,
                 who, i, text, batch);
    return false;
  }
  return true;
}

/* A term of the loss is one number for each sample, of a layer. */
static bool
check_terms (const DnnComponent *component, const DnnBuilt *built,
             const char *who, int64_t batch, GError **error)
{
  for (uint32_t i = 0; i < DNN_MAX_DECLARED; i++) {
    const DnnDeclared *output = &built->outputs.at[i];
    const DnnTensor t = dnn_tensor_of (&output->shape);
    g_autofree char *text = NULL;

    if (!output->is_term)
      continue;
    if (component->code->kind != DNN_KIND_LAYER) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "%s: build calls loss_output for output %u, which only a "
                   "layer may",
                   who, i);
      return false;
    }
    if (!output->set) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "%s: build calls loss_output for output %u, which there is "
                   "not",
                   who, i);
      return false;
    }
    if (t.n_dims > 0 && t.dims[0] == batch && dnn_count (&t) == batch)
      continue;
    text = dnn_shape_to_string (&output->shape, false);
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "%s: output %u is a term of the loss and has the shape '%s'; "
                 "it must be one number a sample, of %" G_GINT64_FORMAT,
                 who, i, text, batch);
    return false;
  }
  return true;
}

/* Of the first input that is there; `target` may not be. */
static int64_t
batch_of (const DnnTensor *const *x, uint32_t n_inputs)
{
  for (uint32_t i = 0; i < n_inputs; i++)
    if (x[i] != NULL)
      return x[i]->n_dims > 0 ? x[i]->dims[0] : 1;
  return 1;
}

/* A parametrized weight has the shape of the weight. */
static bool
check_like_weight (const DnnBuilt *built, const char *who, const DnnTensor *x,
                   GError **error)
{
  const DnnShape want = dnn_shape_of (x);
  g_autofree char *have_text = NULL, *want_text = NULL;

  if (dnn_shape_equal (&built->outputs.at[0].shape, &want))
    return true;
  have_text = dnn_shape_to_string (&built->outputs.at[0].shape, false);
  want_text = dnn_shape_to_string (&want, false);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "%s: its output is %s, and must be %s as the weight", who,
               have_text, want_text);
  return false;
}

static bool
check_built (const DnnComponent *component, const DnnBuilt *built,
             const char *who, const DnnTensor *const *x, uint32_t n_inputs,
             GError **error)
{
  const int64_t batch = batch_of (x, n_inputs);
  const DnnKindRow *row = dnn_kind_row (component->code->kind);
  const char *gap = find_gap (component, built);

  if (gap != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: %s", who, gap);
    return false;
  }
  if (!check_terms (component, built, who, batch, error))
    return false;
  if (dnn_kind_n_outputs (row, component->code->ops) == 0)
    return true;
  return (row->of_weight ? check_like_weight (built, who, x[0], error)
                         : check_outputs (built, who, batch, error)) &&
         check_names (built, who, error);
}

/* Plugins divide by sizes: they see none that is 0. */
static bool
check_inputs (const char *who, const DnnTensor *const *x, uint32_t n_inputs,
              GError **error)
{
  for (uint32_t i = 0; i < n_inputs; i++)
    for (uint32_t j = 0; x[i] != NULL && j < x[i]->n_dims; j++)
      if (x[i]->dims[j] < 1) {
        const DnnShape shape = dnn_shape_of (x[i]);
        g_autofree char *text = dnn_shape_to_string (&shape, true);

        g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
                     "%s: its input is %s; every size must be 1 or more", who,
                     text);
        return false;
      }
  return true;
}

DnnBuilt *
dnn_build (const DnnComponent *component, const char *who,
           const DnnTensor *const *x, uint32_t n_inputs, GError **error)
{
  return dnn_build_masked (component, who, x, NULL, n_inputs, error);
}

DnnBuilt *
dnn_build_masked (const DnnComponent *component, const char *who,
                  const DnnTensor *const *x, const DnnTensor *const *masks,
                  uint32_t n_inputs, GError **error)
{
  g_autofree DnnBuilt *built = g_new0 (DnnBuilt, 1);
  DnnContext context = { .built = built };
  DnnBuild b = {
    .call = { DNN_END_OF (DnnBuild, masks), 0, &context },
    .n_inputs = n_inputs,
    .x = x,
    .masks = masks,
  };

  if (!check_inputs (who, x, n_inputs, error))
    return NULL;
  built->reads = DNN_READS_X | DNN_READS_Y;
  if (call_build (component, who, &b) != 0 || context.message != NULL) {
    dnn_context_take_error (&context, who, DNN_ERROR_SHAPE, error);
    return NULL;
  }
  return check_built (component, built, who, x, n_inputs, error)
             ? g_steal_pointer (&built)
             : NULL;
}

/* `t` for a batch that is larger by one, to `ret_larger`; NULL stays NULL. */
static const DnnTensor *
enlarge (const DnnTensor *t, DnnTensor *ret_larger)
{
  if (t == NULL)
    return NULL;
  *ret_larger = *t;
  ret_larger->dims[0]++;
  return ret_larger;
}

bool
dnn_build_check_batch (const DnnComponent *component, const char *who,
                       const DnnTensor *const *x, const DnnTensor *const *masks,
                       uint32_t n_inputs, const DnnBuilt *built, GError **error)
{
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, 2 * n_inputs + 1);
  g_autofree const DnnTensor **larger =
      g_new0 (const DnnTensor *, 2 * n_inputs + 1);
  g_autofree DnnBuilt *other = NULL;

  for (uint32_t i = 0; i < n_inputs; i++) {
    const uint32_t at = n_inputs + i;

    larger[i] = enlarge (x[i], &shapes[i]);
    larger[at] = enlarge (masks != NULL ? masks[i] : NULL, &shapes[at]);
  }
  other = dnn_build_masked (component, who, larger, larger + n_inputs, n_inputs,
                            error);
  if (other == NULL) {
    g_prefix_error (error, "for a batch of %" G_GINT64_FORMAT ": ",
                    batch_of (larger, n_inputs));
    return false;
  }
  if (dnn_declared_list_equal (&built->weights, &other->weights) &&
      dnn_declared_list_equal (&built->buffers, &other->buffers))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "%s: its weights or buffers depend on the batch", who);
  return false;
}

DnnBuilt *
dnn_build_slots (const DnnComponent *component, const char *who,
                 const DnnTensor *weight, const char *name, GError **error)
{
  const DnnOptimizerOps *ops = component->code->ops;
  g_autofree DnnBuilt *built = g_new0 (DnnBuilt, 1);
  g_autofree void *self = NULL;
  DnnContext context = { .built = built };
  DnnSlots s = {
    .call = { DNN_END_OF (DnnSlots, name), 0, &context },
    .weight = weight,
    .name = name,
  };
  const DnnRunning running = { "optimizer", component->plugin->name,
                               component->plugin->name, "slots" };
  int32_t status;

  if (ops->slots == NULL)
    return g_steal_pointer (&built);
  self = dnn_component_widest (component);
  dnn_running_begin (&running);
  status = ops->slots (self, &dnn_host, &s);
  dnn_running_end ();
  if (status != 0 || context.message != NULL) {
    dnn_context_take_error (&context, who, DNN_ERROR_SHAPE, error);
    return NULL;
  }
  return g_steal_pointer (&built);
}
