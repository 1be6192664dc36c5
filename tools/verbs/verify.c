/* verify.c - dnnrun verify */
#include "command.h"
#include "json.h"
#include "run-model.h"

#include <dnn-array.h>
#include <dnn-shape.h>
#include <dnn-verify.h>
#include <stdio.h>

static void
print_table (const DnnVerification *found)
{
  for (guint i = 0; i < found->rows->len; i++) {
    const DnnVerifyRow *row = dnn_verification_row (found, i);
    g_autofree char *shape = dnn_shape_to_string (&row->tensor->shape, false);

    printf ("%s  %-13s %-8s %-16s %s\n", row->hash, row->role,
            dnn_dtype_name (row->tensor->dtype), shape, row->tensor->name);
  }
  printf ("%s  the model\n", found->hash);
  for (guint i = 0; i < found->faults->len; i++)
    printf ("fault: %s\n", (char *) g_ptr_array_index (found->faults, i));
}

static void
add_row (JsonBuilder *b, const DnnVerifyRow *row)
{
  const DnnShape *shape = &row->tensor->shape;

  json_builder_begin_object (b);
  add_json_text (b, "name", row->tensor->name);
  add_json_text (b, "role", row->role);
  add_json_text (b, "type", dnn_dtype_name (row->tensor->dtype));
  json_builder_set_member_name (b, "shape");
  json_builder_begin_array (b);
  for (uint32_t i = 0; i < shape->n_dims; i++)
    json_builder_add_int_value (b, shape->dims[i]);
  json_builder_end_array (b);
  add_json_text (b, "hash", row->hash);
  add_json_int (b, "not_finite", row->n_not_finite);
  json_builder_end_object (b);
}

static void
print_json_table (const DnnVerification *found)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "hash", found->hash);
  json_builder_set_member_name (b, "tensors");
  json_builder_begin_array (b);
  for (guint i = 0; i < found->rows->len; i++)
    add_row (b, dnn_verification_row (found, i));
  json_builder_end_array (b);
  json_builder_set_member_name (b, "faults");
  json_builder_begin_array (b);
  for (guint i = 0; i < found->faults->len; i++)
    json_builder_add_string_value (b, g_ptr_array_index (found->faults, i));
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

static bool
verify (const char *path, const Common *common, GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnVerification) found = dnn_verify (registry, path, error);

  common_print_notes (common, registry);
  if (found == NULL)
    return false;
  if (common->json)
    print_json_table (found);
  else
    print_table (found);
  if (found->faults->len == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s: %u fault%s in %u tensors", path, found->faults->len,
               found->faults->len == 1 ? "" : "s", found->rows->len);
  return false;
}

bool
cmd_verify (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *model = NULL;

  if (!command_parse (self, argc, argv, NULL, &common, error))
    return false;
  model = find_model ((*argv)[1], &common, error);
  return model != NULL && verify (model, &common, error);
}
