/* export.c - dnnrun export */
#include "command.h"
#include "json.h"
#include "run-model.h"

#include <dnn-array.h>
#include <dnn-model-file.h>
#include <dnn-model-save.h>
#include <dnn-shape.h>
#include <dnn-text.h>
#include <stdio.h>

/* What went over, and what was left. */
typedef struct {
  int64_t tensors, bytes;
} Count;

static void
count (const DnnSafetensors *file, Count *ret_kept, Count *ret_left)
{
  Count counts[2] = { { 0, 0 }, { 0, 0 } };

  for (size_t i = 0; i < dnn_safetensors_count (file); i++) {
    const DnnNamedTensor *tensor = dnn_safetensors_at (file, i);
    Count *one = &counts[dnn_tensor_is_of_training (tensor->name)];
    int64_t n = 0;

    dnn_shape_count (&tensor->shape, &n);
    one->tensors++;
    one->bytes += n * (int64_t) dnn_dtype_size (tensor->dtype);
  }
  *ret_kept = counts[false];
  *ret_left = counts[true];
}

static void
print_json_counts (const char *out, const Count *kept, const Count *left)
{
  const struct {
    const char *name;
    int64_t value;
  } numbers[] = {
    { "tensors", kept->tensors },
    { "bytes", kept->bytes },
    { "left_out_tensors", left->tensors },
    { "left_out_bytes", left->bytes },
  };
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "out", out);
  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    add_json_int (b, numbers[i].name, numbers[i].value);
  json_builder_end_object (b);
  print_json (b);
}

static void
print_counts (const char *out, const Count *kept, const Count *left)
{
  g_autofree char *with = dnn_format_bytes ((double) kept->bytes);
  g_autofree char *without = dnn_format_bytes ((double) left->bytes);

  printf ("%s: %" G_GINT64_FORMAT " tensors, %s; left out: %" G_GINT64_FORMAT
          " tensors of training, %s\n",
          out, kept->tensors, with, left->tensors, without);
}

static bool export(const char *path, const char *out, const Common *common,
                   GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = NULL;
  DnnModelParts parts = { 0 };
  Count kept, left;

  /* A checkpoint would be no checkpoint any more. */
  if (!check_out_is_not (out, path, "the model", error))
    return false;
  file = dnn_model_file_load (registry, path, error);
  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  parts.model = file->model;
  parts.preprocess = file->preprocess;
  parts.experiment = file->experiment;
  parts.epoch = file->epoch;
  parts.step = file->step;
  if (!dnn_model_file_save (&parts, out, error))
    return false;
  count (file->file, &kept, &left);
  if (common->json)
    print_json_counts (out, &kept, &left);
  else
    print_counts (out, &kept, &left);
  return true;
}

bool
cmd_export (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *model = NULL;

  if (!command_parse (self, argc, argv, NULL, &common, error))
    return false;
  model = find_model ((*argv)[1], &common, error);
  return model != NULL && export(model, (*argv)[2], &common, error);
}
