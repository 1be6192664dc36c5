/* foreign.c - what a plugin is called elsewhere, held to its own tables */
#include "dnn-check-file.h"

#include "dnn-build.h"
#include "dnn-expression.h"
#include "dnn-foreign-row.h"
#include "dnn-host.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-onnx-text.h"
#include "dnn-param.h"

#include <math.h>
#include <string.h>

/* --- rows ---------------------------------------------------------------- */

static bool
is_key (const DnnFileChecker *self, const char *name)
{
  const DnnPlugin *keys = dnn_kind_keys ((DnnKind) self->plugin->kind);

  return dnn_param_find (self->code, name) != NULL ||
         (keys != NULL && dnn_param_find (keys, name) != NULL);
}

/* The plugin's declarations for its example; NULL: its kind has none. */
static DnnBuilt *
build_example (DnnFileChecker *self)
{
  const DnnCheckSubject subject =
      dnn_file_checker_subject (self, self->example->spec);
  g_autoptr (DnnComponent) component = dnn_check_component (&subject, NULL);
  DnnTensor shapes[DNN_EXAMPLE_INPUTS];
  const DnnTensor *x[DNN_EXAMPLE_INPUTS];

  if (component == NULL || dnn_kind_row (self->plugin->kind)->build == 0)
    return NULL;
  for (uint32_t i = 0; i < subject.n_inputs; i++) {
    shapes[i] = (DnnTensor){ .n_dims = subject.inputs[i].n_dims };
    memcpy (shapes[i].dims, subject.inputs[i].dims, sizeof shapes[i].dims);
    x[i] = &shapes[i];
  }
  return dnn_build (component, self->plugin->name, x, subject.n_inputs, NULL);
}

static const DnnDeclared *
find_weight (const DnnBuilt *built, const char *name)
{
  const DnnDeclaredList *lists[] = { &built->weights, &built->buffers };

  for (size_t j = 0; j < G_N_ELEMENTS (lists); j++)
    for (uint32_t i = 0; i < lists[j]->n; i++)
      if (lists[j]->at[i].set && strcmp (lists[j]->at[i].name, name) == 0)
        return &lists[j]->at[i];
  return NULL;
}

static void
check_weight (DnnFileChecker *self, const DnnForeignRow *row,
              const DnnForeignWeight *weight, const DnnBuilt *built)
{
  const DnnDeclared *ours =
      built != NULL ? find_weight (built, weight->ours) : NULL;
  const guint n_blocks = weight->to != NULL ? g_strv_length (weight->to) : 1;
  const DnnShape *shape = ours != NULL ? &ours->shape : NULL;

  if (ours == NULL)
    dnn_file_checker_fail (self,
                           "%s %s: its example has no weight or buffer '%s'",
                           row->system, row->name, weight->ours);
  else if (weight->n_axes > 0 && weight->n_axes != shape->n_dims)
    dnn_file_checker_fail (self, "%s %s: '%s' has %u axes, not %u", row->system,
                           row->name, weight->ours, shape->n_dims,
                           weight->n_axes);
  else if (n_blocks > 1 && (shape->n_dims == 0 ||
                            shape->dims[shape->n_dims - 1] % n_blocks != 0))
    dnn_file_checker_fail (self,
                           "%s %s: the last axis of '%s' is not %u equal "
                           "blocks",
                           row->system, row->name, weight->ours, n_blocks);
}

static void
check_row (DnnFileChecker *self, const DnnForeign *text, const DnnBuilt *built)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnForeignRow) row = dnn_foreign_row_parse (text, &error);

  if (row == NULL) {
    dnn_file_checker_fail (self, "%s", error->message);
    return;
  }
  for (guint i = 0; i < row->params->len; i++) {
    const DnnForeignParam *param = g_ptr_array_index (row->params, i);

    if (!is_key (self, param->ours))
      dnn_file_checker_fail (self, "%s %s: it has no parameter '%s'",
                             row->system, row->name, param->ours);
  }
  for (guint i = 0; i < row->weights->len; i++)
    check_weight (self, row, g_ptr_array_index (row->weights, i), built);
}

/* --- one C expression ---------------------------------------------------- */

/* x and the plugin's parameters that are numbers. */
static GArray *
list_variables (const DnnPlugin *code, const void *values)
{
  GArray *variables = g_array_new (FALSE, TRUE, sizeof (DnnVariable));
  DnnVariable variable = { "x", 0 };

  g_array_append_val (variables, variable);
  for (uint32_t i = 0; i < code->n_params; i++) {
    const DnnParam *param = dnn_param_at (code, i);

    if (param->type != DNN_PARAM_FLOAT && param->type != DNN_PARAM_INT &&
        param->type != DNN_PARAM_BOOL)
      continue;
    variable.name = param->name;
    variable.value = dnn_param_get_number (param, values);
    g_array_append_val (variables, variable);
  }
  return variables;
}

/* At x = -4, -3.75, ... it is what the activation makes of them. */
static void
compare_expression (DnnFileChecker *self, const char *text,
                    const DnnComponent *component)
{
  enum { N = 33 };
  const DnnActivationOps *ops = component->code->ops;
  g_autoptr (GArray) variables = list_variables (self->code, component->self);
  float x[N], y[N];

  for (int i = 0; i < N; i++)
    x[i] = (float) (i - N / 2) / 4;
  ops->eval (component->self, &dnn_host, x, y, 1, N);
  for (int i = 0; i < N; i++) {
    g_autoptr (GError) error = NULL;
    double value;

    g_array_index (variables, DnnVariable, 0).value = x[i];
    if (!dnn_expression_compute (text, (const DnnVariable *) variables->data,
                                 variables->len, &value, &error)) {
      dnn_file_checker_fail (self, "c_expression: %s", error->message);
      return;
    }
    if (fabs (value - y[i]) <= 1e-5 * fmax (fabs (value), 1))
      continue;
    dnn_file_checker_fail (self,
                           "c_expression: it is %g at x = %g, and the "
                           "activation %g",
                           value, (double) x[i], (double) y[i]);
    return;
  }
}

static void
check_expression (DnnFileChecker *self, const char *text)
{
  const DnnCheckSubject subject =
      dnn_file_checker_subject (self, self->example->spec);
  g_autoptr (DnnComponent) component = NULL;

  if (self->plugin->kind != DNN_KIND_ACTIVATION ||
      (self->code->flags & DNN_FLAG_ELEMENTWISE) == 0) {
    dnn_file_checker_fail (self, "c_expression is for activations that are "
                                 "elementwise");
    return;
  }
  component = dnn_check_component (&subject, NULL);
  if (component != NULL)
    compare_expression (self, text, component);
}

void
dnn_check_foreign (DnnFileChecker *self)
{
  const uint32_t n = dnn_foreign_n_rows (self->plugin);
  const char *function = dnn_plugin_onnx_function (self->plugin);
  const char *expression = dnn_plugin_c_expression (self->plugin);
  g_autofree DnnBuilt *built = n > 0 ? build_example (self) : NULL;
  g_autoptr (GError) error = NULL;

  if (n > 0 && self->plugin->foreign_stride < sizeof (DnnForeign)) {
    dnn_file_checker_fail (self, "its foreign_stride is '%u', not %zu or more",
                           self->plugin->foreign_stride, sizeof (DnnForeign));
    return;
  }
  for (uint32_t i = 0; i < n; i++)
    check_row (self, dnn_foreign_at (self->plugin, i), built);
  if (function != NULL && !dnn_onnx_text_check (function, &error))
    dnn_file_checker_fail (self, "onnx_function: %s", error->message);
  if (expression != NULL)
    check_expression (self, expression);
}
