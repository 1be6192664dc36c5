/* dnn-model-save.c - lets each part add its tensors, and writes them */
#include "dnn-model-save.h"

#include "dnn-model-add.h"
#include "dnn-optimizer.h"

static void
add_number (DnnSafetensors *file, const char *key, uint64_t value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, value);

  dnn_safetensors_set_metadata (file, key, text);
}

DnnFile *
dnn_model_file_stage (const DnnModelParts *parts, const char *path,
                      GError **error)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();

  dnn_model_add (parts->model, file);
  if (parts->experiment != NULL) {
    g_autofree char *text = dnn_experiment_to_string (parts->experiment);

    dnn_safetensors_set_metadata (file, "experiment", text);
  }
  add_number (file, "epoch", (uint64_t) parts->epoch);
  add_number (file, "step", parts->step);
  if (parts->preprocess != NULL)
    dnn_preprocess_add (parts->preprocess, file);
  if (parts->optimizer != NULL)
    dnn_optimizer_add (parts->optimizer, file);
  if (parts->checkpoint != NULL)
    dnn_checkpoint_add (parts->checkpoint, file);
  return dnn_safetensors_stage (file, path, error);
}

bool
dnn_model_file_save (const DnnModelParts *parts, const char *path,
                     GError **error)
{
  g_autoptr (DnnFile) file = dnn_model_file_stage (parts, path, error);

  return file != NULL && dnn_file_commit (file, error);
}
