/* dnn-inspect.c - gathers what can be told of a plugin */
#include "dnn-inspect.h"

#include "dnn-build.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-optimizer.h"
#include "dnn-param.h"
#include "dnn-shape.h"

enum { EXAMPLE_BATCH = 5 };

void
dnn_inspection_free (DnnInspection *self)
{
  if (self == NULL)
    return;
  g_free (self->problem);
  g_free (self->built);
  dnn_example_free (self->example);
  dnn_spec_free (self->defaults);
  g_strfreev (self->files);
  dnn_registry_unref (self->registry);
  g_free (self);
}

/* --- words --------------------------------------------------------------- */

const DnnFlagWord *
dnn_flag_word (size_t i)
{
  static const DnnFlagWord words[] = {
    { DNN_FLAG_IN_PLACE, "in_place", "may compute in place" },
    { DNN_FLAG_RANDOM, "random", "draws random numbers in training" },
    { DNN_FLAG_TRAINING_DIFFERS, "training_differs",
      "training and inference give different results" },
    { DNN_FLAG_NOT_PER_SAMPLE, "not_per_sample",
      "a sample's result depends on the others of its batch" },
    { DNN_FLAG_ELEMENTWISE, "elementwise", "every element by itself" },
    { DNN_FLAG_GIVES_VALUE, "gives_value", "gradient gives the value, too" },
    { DNN_FLAG_OTHER_GRADIENT, "other_gradient",
      "backward is not the derivative" },
    { DNN_FLAG_AROUND, "around", "goes around another, which steps" },
    { DNN_FLAG_PATTERN, "pattern", "values go by their place" },
    { DNN_FLAG_KEEPS_MASK, "keeps_mask", "padding stays padding" },
    { DNN_FLAG_READS_MASK, "reads_mask", "knows what is padding" },
  };

  return i < G_N_ELEMENTS (words) ? &words[i] : NULL;
}

typedef struct {
  const char *nick, *words;
} TypeWord;

static const TypeWord *
type_word (const DnnParam *param)
{
  static const TypeWord words[] = {
    [0] = { "?", "?" },
    [DNN_PARAM_BOOL] = { "bool", "true or false" },
    [DNN_PARAM_INT] = { "int", "whole number" },
    [DNN_PARAM_FLOAT] = { "float", "number" },
    [DNN_PARAM_ENUM] = { "enum", "one of" },
    [DNN_PARAM_TEXT] = { "text", "text" },
    [DNN_PARAM_INTS] = { "ints", "whole numbers with commas between" },
    [DNN_PARAM_FLOATS] = { "floats", "numbers with commas between" },
  };

  return &words[param->type < G_N_ELEMENTS (words) ? param->type : 0];
}

const char *
dnn_param_type_words (const DnnParam *param)
{
  return type_word (param)->words;
}

const char *
dnn_param_type_nick (const DnnParam *param)
{
  return type_word (param)->nick;
}

/* --- parameters ---------------------------------------------------------- */

const char *
dnn_inspection_default (const DnnInspection *self, const DnnParam *param)
{
  for (guint i = self->defaults->args->len; i-- > 0;) {
    const DnnArg *arg = g_ptr_array_index (self->defaults->args, i);

    if (g_str_equal (arg->key, param->name) ||
        dnn_param_find (self->code, arg->key) == param)
      return arg->value;
  }
  return (param->flags & DNN_REQUIRED) != 0 ? NULL : param->initial;
}

const DnnPlugin *
dnn_inspection_keys (const DnnInspection *self)
{
  return dnn_kind_keys ((DnnKind) self->plugin->kind);
}

/* --- the example --------------------------------------------------------- */

static bool
check_n_inputs (const DnnComponent *component, const DnnExample *example,
                GError **error)
{
  uint32_t min, max;

  dnn_kind_inputs (dnn_kind_row (component->code->kind), component->code->ops,
                   &min, &max);
  if (example->n_inputs >= min && example->n_inputs <= max)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "it takes %u to %u inputs, and its example has '%u'", min, max,
               example->n_inputs);
  return false;
}

static DnnBuilt *
build_inputs (const DnnComponent *component, const DnnExample *example,
              GError **error)
{
  DnnTensor shapes[DNN_EXAMPLE_INPUTS];
  const DnnTensor *x[DNN_EXAMPLE_INPUTS];

  if (!check_n_inputs (component, example, error))
    return NULL;
  for (uint32_t i = 0; i < example->n_inputs; i++) {
    shapes[i] = dnn_tensor_of (&example->inputs[i]);
    x[i] = &shapes[i];
  }
  return dnn_build (component, component->plugin->name, x, example->n_inputs,
                    error);
}

static bool
build_example (DnnInspection *self, GError **error)
{
  const DnnKind kind = (DnnKind) self->plugin->kind;
  g_autoptr (DnnSpec) spec = NULL;
  g_autoptr (DnnComponent) component = NULL;
  DnnTensor weight;

  self->example =
      dnn_example_new (self->registry, self->plugin, EXAMPLE_BATCH, error);
  if (self->example == NULL)
    return false;
  spec = dnn_spec_parse (self->example->spec, (DnnPlace){ 0 }, error);
  if (kind == DNN_KIND_OPTIMIZER && spec != NULL) {
    g_autofree const char **host_keys = dnn_kind_key_names (kind);

    component =
        dnn_component_new (self->registry, kind, spec, host_keys, error);
    self->weight = DNN_SHAPE (4, 3);
    weight = dnn_tensor_of (&self->weight);
    if (component != NULL)
      self->built = dnn_build_slots (component, self->plugin->name, &weight,
                                     "dense/kernel", error);
    return self->built != NULL;
  }
  if (spec != NULL)
    component = dnn_component_new (self->registry, kind, spec, NULL, error);
  if (component == NULL || self->example->n_inputs == 0 ||
      dnn_kind_row (kind)->build == 0)
    return component != NULL;
  self->built = build_inputs (component, self->example, error);
  return self->built != NULL;
}

DnnInspection *
dnn_inspect (DnnRegistry *registry, DnnKind kind, const char *name,
             GError **error)
{
  g_autoptr (DnnInspection) self = g_new0 (DnnInspection, 1);
  g_autoptr (GError) problem = NULL;

  self->registry = dnn_registry_ref (registry);
  self->plugin = dnn_registry_find (registry, kind, name, error);
  if (self->plugin == NULL)
    return NULL;
  self->code = dnn_registry_resolve (registry, self->plugin, error);
  if (self->code == NULL)
    return NULL;
  self->files = dnn_registry_files (registry, kind, name);
  self->defaults = dnn_plugin_parse_defaults (self->plugin, error);
  if (self->defaults == NULL)
    return NULL;
  if (!build_example (self, &problem))
    self->problem = g_strdup (problem->message);
  return g_steal_pointer (&self);
}

size_t
dnn_inspect_kinds (DnnRegistry *registry, const char *name, DnnKind *ret_kinds)
{
  size_t n = 0;

  for (unsigned kind = 1; kind <= dnn_kind_count (); kind++)
    if (dnn_registry_has (registry, (DnnKind) kind, name))
      ret_kinds[n++] = (DnnKind) kind;
  return n;
}
