/* inspect-text.c - an inspection as people read it */
#include "dnn-inspect.h"

#include "dnn-dtype.h"
#include "dnn-foreign-row.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-param.h"
#include "dnn-shape.h"
#include "dnn-text.h"

#include <math.h>
#include <string.h>

enum { INDENT = 18 };

/* From here on a bound is none. */
static const double endless = 1e30;

static void append_row (GString *text, const char *label, const char *format,
                        ...) G_GNUC_PRINTF (3, 4);

static void
append_row (GString *text, const char *label, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  dnn_text_row (text, label, words, INDENT);
}

/* --- the descriptor ------------------------------------------------------ */

static void
append_flags (GString *text, const DnnInspection *self)
{
  const DnnFlagWord *word;
  const char *label = "Flags";

  for (size_t i = 0; (word = dnn_flag_word (i)) != NULL; i++)
    if ((self->code->flags & word->flag) != 0) {
      dnn_text_row (text, label, word->words, INDENT);
      label = "";
    }
}

static void
say (void *data, const char *label, const char *words)
{
  dnn_text_row (data, label, words, INDENT);
}

static void
append_ops (GString *text, const DnnInspection *self)
{
  const DnnKindRow *kind = dnn_kind_row (self->code->kind);

  if (kind->describe != NULL)
    kind->describe (self->code->ops, say, text);
}

static void
append_head (GString *text, const DnnInspection *self)
{
  const DnnPlugin *plugin = self->plugin;
  const char *const *files = (const char *const *) self->files;

  g_string_append_printf (text, "%s/%s\n  ",
                          dnn_kind_name ((DnnKind) plugin->kind), plugin->name);
  dnn_text_fill (text, plugin->summary, 2);
  g_string_append_c (text, '\n');
  dnn_text_row (text, "Title", plugin->title, INDENT);
  if (*plugin->reference != '\0')
    dnn_text_row (text, "Reference", plugin->reference, INDENT);
  append_row (text, "Version", "%s, needs plugin ABI %u.%u", plugin->version,
              plugin->abi_major, plugin->abi_minor);
  for (size_t i = 0; files[i] != NULL; i++)
    dnn_text_row (text,
                  i == 0   ? "File"
                  : i == 1 ? "Shadows"
                           : "",
                  files[i], INDENT);
  if (plugin->base != NULL)
    append_row (text, "Is", "%s%s%s", plugin->base,
                plugin->defaults != NULL ? " with " : "",
                plugin->defaults != NULL ? plugin->defaults : "");
  append_flags (text, self);
  append_ops (text, self);
}

/* --- parameters ---------------------------------------------------------- */

static const char *
number_text (char *buffer, double value)
{
  return g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.15g", value);
}

/* ", 1 to 7"; nothing where there is no bound. */
static void
append_range (GString *words, const DnnParam *param)
{
  const bool has_min = param->min > -endless, has_max = param->max < endless;
  char min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];

  if (param->type == DNN_PARAM_BOOL || param->type == DNN_PARAM_ENUM ||
      param->type == DNN_PARAM_TEXT)
    return;
  number_text (min, param->min);
  number_text (max, param->max);
  if (has_min && has_max)
    g_string_append_printf (words, ", %s to %s", min, max);
  else if (has_min)
    g_string_append_printf (words, ", %s or more", min);
  else if (has_max)
    g_string_append_printf (words, ", %s or less", max);
}

/* "number [share], 0 to 1, default 0.9; may be scheduled" */
static char *
describe (const DnnInspection *self, const DnnParam *param)
{
  g_autoptr (GString) words = g_string_new (dnn_param_type_words (param));
  const char *initial = dnn_inspection_default (self, param);

  if (param->type == DNN_PARAM_ENUM) {
    g_auto (GStrv) nicks = g_strsplit (param->nicks, " ", -1);
    g_autofree char *list = g_strjoinv (", ", nicks);

    g_string_append_printf (words, " %s", list);
  }
  if (*param->unit != '\0')
    g_string_append_printf (words, " [%s]", param->unit);
  append_range (words, param);
  if (initial == NULL)
    g_string_append (words, (param->flags & DNN_START) != 0
                                ? "; default that of the parameter it drives"
                                : "; must be given");
  else if (*initial != '\0')
    g_string_append_printf (words, "; default %s", initial);
  if ((param->flags & DNN_SCHEDULABLE) != 0)
    g_string_append (words, "; may be scheduled");
  if (param->aliases != NULL)
    g_string_append_printf (words, "; also called %s", param->aliases);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static void
append_table (GString *text, const DnnInspection *self, const char *title,
              const DnnPlugin *table)
{
  if (table == NULL || table->n_params == 0)
    return;
  g_string_append_printf (text, "\n%s\n", title);
  for (uint32_t i = 0; i < table->n_params; i++) {
    const DnnParam *param = dnn_param_at (table, i);
    g_autofree char *words = describe (self, param);

    dnn_text_row (text, param->name, param->help, INDENT);
    if (param->type != DNN_PARAM_TEXT || g_strcmp0 (param->initial, "") != 0)
      dnn_text_row (text, "", words, INDENT);
  }
}

/* --- the example --------------------------------------------------------- */

/* "(2, 3)", "(2, 3) int32". */
static char *
declared_to_string (const DnnDeclared *one)
{
  g_autofree char *shape = dnn_shape_to_string (&one->shape, false);

  if (one->dtype == DNN_FLOAT32)
    return g_steal_pointer (&shape);
  return g_strconcat (shape, " ", dnn_dtype_name (one->dtype), NULL);
}

static void
append_tensors (GString *text, const char *label, const DnnDeclaredList *list)
{
  for (uint32_t i = 0; i < list->n; i++) {
    const DnnDeclared *one = &list->at[i];
    g_autofree char *shape = declared_to_string (one);

    if (!one->set)
      continue;
    if (one->initializer != NULL)
      append_row (text, label, "%s %s, %s, fan in %g, fan out %g", one->name,
                  shape, one->initializer, one->fan_in, one->fan_out);
    else if (one->name != NULL)
      append_row (text, label, "%s %s, from %g", one->name, shape,
                  one->initial);
    else
      dnn_text_row (text, label, shape, INDENT);
    label = "";
  }
}

static void
append_inputs (GString *text, const DnnInspection *self)
{
  const DnnExample *example = self->example;
  const char *const *names = dnn_kind_row (self->plugin->kind)->input_names;

  for (uint32_t i = 0; i < example->n_inputs; i++) {
    g_autofree char *shape = dnn_shape_to_string (&example->inputs[i], false);
    const DnnExpected *expected =
        self->built != NULL ? &self->built->expected[i] : NULL;
    const char *name = i < DNN_KIND_MAX_INPUTS ? names[i] : NULL;
    const char *label = name != NULL ? name : i == 0 ? "Input" : "";

    if (expected != NULL && expected->set)
      append_row (text, label,
                  "%s, whole numbers %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                  shape, expected->lo, expected->hi);
    else
      dnn_text_row (text, label, shape, INDENT);
  }
}

static void
append_example (GString *text, const DnnInspection *self)
{
  const DnnBuilt *built = self->built;

  g_string_append (text, "\nExample\n");
  if (self->example != NULL) {
    dnn_text_row (text, "Written", self->example->spec, INDENT);
    append_inputs (text, self);
  }
  if (self->problem != NULL)
    dnn_text_row (text, "Problem", self->problem, INDENT);
  if (built == NULL)
    return;
  if (self->weight.n_dims > 0) {
    g_autofree char *shape = dnn_shape_to_string (&self->weight, false);

    dnn_text_row (text, "Weight", shape, INDENT);
  }
  append_tensors (text, "Output", &built->outputs);
  append_tensors (text, "Weights", &built->weights);
  append_tensors (text, "Buffers", &built->buffers);
  append_tensors (text, "Saved", &built->saved);
  append_tensors (text, "Slots", &built->slots);
  if (built->n_state > 0)
    append_row (text, "State", "%" G_GINT64_FORMAT " numbers", built->n_state);
}

/* --- elsewhere ----------------------------------------------------------- */

/* "keras Dense", and what of it is what of ours. */
static void
append_foreign (GString *text, const DnnPlugin *plugin)
{
  const char *function = dnn_plugin_onnx_function (plugin);
  const char *expression = dnn_plugin_c_expression (plugin);

  for (uint32_t i = 0; i < dnn_foreign_n_rows (plugin); i++) {
    const DnnForeign *row = dnn_foreign_at (plugin, i);

    append_row (text, i == 0 ? "Elsewhere" : "", "%s %s %s %s", row->system,
                row->name, row->parameters != NULL ? row->parameters : "",
                row->weights != NULL ? row->weights : "");
  }
  if (function != NULL)
    append_row (text, "As ONNX", "%s", function);
  if (expression != NULL)
    append_row (text, "In C", "%s", expression);
}

char *
dnn_inspection_to_text (const DnnInspection *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnPlugin *keys = dnn_inspection_keys (self);
  g_autofree char *of_kind = g_strdup_printf (
      "Keys of every %s", dnn_kind_name ((DnnKind) self->plugin->kind));

  append_head (text, self);
  append_table (text, self, "Parameters", self->code);
  append_example (text, self);
  append_foreign (text, self->plugin);
  append_table (text, self, of_kind, keys);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
