/* inspect-json.c - an inspection as one JSON object; see docs/json.md */
#include "inspect-json.h"

#include "command.h"
#include "json.h"

#include <dnn-dtype.h>
#include <dnn-foreign-row.h>
#include <dnn-kind.h>
#include <dnn-param.h>

static void
begin_array (JsonBuilder *b, const char *name)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
}

/* The words of `text`, which may be NULL. */
static void
add_words (JsonBuilder *b, const char *name, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);

  begin_array (b, name);
  for (size_t i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      json_builder_add_string_value (b, words[i]);
  json_builder_end_array (b);
}

static void
add_shape_value (JsonBuilder *b, const DnnShape *shape)
{
  json_builder_begin_array (b);
  for (uint32_t i = 0; i < shape->n_dims; i++)
    json_builder_add_int_value (b, shape->dims[i]);
  json_builder_end_array (b);
}

static void
add_parameters (JsonBuilder *b, const char *name, const DnnInspection *self,
                const DnnPlugin *table)
{
  begin_array (b, name);
  for (uint32_t i = 0; table != NULL && i < table->n_params; i++) {
    const DnnParam *param = dnn_param_at (table, i);

    json_builder_begin_object (b);
    add_json_text (b, "name", param->name);
    add_words (b, "aliases", param->aliases);
    add_json_text (b, "type", dnn_param_type_nick (param));
    add_json_text (b, "unit", param->unit);
    add_json_number (b, "min", param->min);
    add_json_number (b, "max", param->max);
    add_words (b, "nicks", param->nicks);
    add_json_text (b, "default", dnn_inspection_default (self, param));
    add_json_bool (b, "required",
                   (param->flags & (DNN_REQUIRED | DNN_START)) == DNN_REQUIRED);
    add_json_bool (b, "start", (param->flags & DNN_START) != 0);
    add_json_bool (b, "schedulable", (param->flags & DNN_SCHEDULABLE) != 0);
    add_json_text (b, "help", param->help);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

/* Weights with fans, slots with what they start at, others as shapes. */
static void
add_tensors (JsonBuilder *b, const char *name, const DnnDeclaredList *list)
{
  begin_array (b, name);
  for (uint32_t i = 0; i < list->n; i++) {
    const DnnDeclared *one = &list->at[i];

    if (!one->set)
      continue;
    if (one->name == NULL) {
      add_shape_value (b, &one->shape);
      continue;
    }
    json_builder_begin_object (b);
    add_json_text (b, "name", one->name);
    json_builder_set_member_name (b, "shape");
    add_shape_value (b, &one->shape);
    add_json_text (b, "dtype", dnn_dtype_name (one->dtype));
    if (one->initializer != NULL) {
      add_json_text (b, "initializer", one->initializer);
      add_json_number (b, "fan_in", one->fan_in);
      add_json_number (b, "fan_out", one->fan_out);
    } else {
      add_json_number (b, "initial", one->initial);
    }
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
add_example (JsonBuilder *b, const DnnInspection *self)
{
  const DnnBuilt *built = self->built;

  add_json_text (b, "example",
                 self->example != NULL ? self->example->spec : NULL);
  begin_array (b, "inputs");
  for (uint32_t i = 0; self->example != NULL && i < self->example->n_inputs;
       i++)
    add_shape_value (b, &self->example->inputs[i]);
  json_builder_end_array (b);
  add_json_text (b, "problem", self->problem);
  if (built == NULL)
    return;
  add_tensors (b, "outputs", &built->outputs);
  add_tensors (b, "weights", &built->weights);
  add_tensors (b, "buffers", &built->buffers);
  add_tensors (b, "saved", &built->saved);
  add_tensors (b, "slots", &built->slots);
}

static void
add_head (JsonBuilder *b, const DnnInspection *self)
{
  const DnnPlugin *plugin = self->plugin;
  g_autofree char *abi =
      g_strdup_printf ("%u.%u", plugin->abi_major, plugin->abi_minor);
  const DnnFlagWord *word;

  add_json_text (b, "kind", dnn_kind_name ((DnnKind) plugin->kind));
  add_json_text (b, "name", plugin->name);
  add_json_text (b, "title", plugin->title);
  add_json_text (b, "summary", plugin->summary);
  add_json_text (b, "reference", plugin->reference);
  add_json_text (b, "version", plugin->version);
  add_json_text (b, "abi", abi);
  add_json_text (b, "path", self->files[0]);
  begin_array (b, "shadows");
  for (size_t i = 1; self->files[0] != NULL && self->files[i] != NULL; i++)
    json_builder_add_string_value (b, self->files[i]);
  json_builder_end_array (b);
  add_json_text (b, "base", plugin->base);
  add_json_text (b, "defaults", plugin->defaults);
  begin_array (b, "flags");
  for (size_t i = 0; (word = dnn_flag_word (i)) != NULL; i++)
    if ((self->code->flags & word->flag) != 0)
      json_builder_add_string_value (b, word->nick);
  json_builder_end_array (b);
}

static void
add_foreign (JsonBuilder *b, const DnnPlugin *plugin)
{
  begin_array (b, "foreign");
  for (uint32_t i = 0; i < dnn_foreign_n_rows (plugin); i++) {
    const DnnForeign *row = dnn_foreign_at (plugin, i);

    json_builder_begin_object (b);
    add_json_text (b, "system", row->system);
    add_json_text (b, "name", row->name);
    add_json_text (b, "parameters", row->parameters);
    add_json_text (b, "weights", row->weights);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  add_json_text (b, "onnx_function", dnn_plugin_onnx_function (plugin));
  add_json_text (b, "c_expression", dnn_plugin_c_expression (plugin));
}

void
print_inspection (const DnnInspection *self)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_head (b, self);
  add_parameters (b, "parameters", self, self->code);
  add_parameters (b, "keys", self, dnn_inspection_keys (self));
  add_example (b, self);
  add_foreign (b, self->plugin);
  json_builder_end_object (b);
  print_json (b);
}
