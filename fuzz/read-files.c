/* read-files.c - reads every file named on stdin, as dnnrun does
 *
 * Prints a line for each: 1 where it was read, 0 where it was refused, seconds
 * of processor time, the bytes it took at most, and the refusal.  The end of a
 * path tells the reader.  For build-aux/mutate.py.
 */
#include "dnn-array.h"
#include "dnn-data-file.h"
#include "dnn-hdf5.h"
#include "dnn-history.h"
#include "dnn-json.h"
#include "dnn-keras-file.h"
#include "dnn-model-file.h"
#include "dnn-onnx.h"
#include "dnn-torch-file.h"
#include "fuzz-blocks.h"
#include "fuzz-picture.h"
#include "heap.h"

#include <stdio.h>
#include <time.h>

typedef bool Reader (DnnRegistry *registry, const char *path, GError **error);

static bool
read_array (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnArray) array = dnn_array_load (path, error);

  (void) registry;
  return array != NULL;
}

static bool
read_experiment (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);

  (void) registry;
  return experiment != NULL;
}

static bool
read_blocks (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  g_autoptr (GPtrArray) specs =
      experiment != NULL ? fuzz_expand (experiment, error) : NULL;

  (void) registry;
  return specs != NULL;
}

/* Chains and components have no files: they are read as if from this one. */
static bool
read_specs (const char *path, bool chain, GError **error)
{
  const DnnPlace place = { g_intern_string (path), 1 };
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) specs = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return false;
  specs = chain ? dnn_spec_parse_chain (text, place, error)
                : dnn_spec_parse_list (text, place, error);
  if (specs == NULL)
    dnn_error_prefix_place (error, place);
  return specs != NULL;
}

static bool
read_chain (DnnRegistry *registry, const char *path, GError **error)
{
  (void) registry;
  return read_specs (path, true, error);
}

static bool
read_list (DnnRegistry *registry, const char *path, GError **error)
{
  (void) registry;
  return read_specs (path, false, error);
}

static bool
read_history (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnHistory) history = dnn_history_load (path, error);

  (void) registry;
  return history != NULL;
}

static bool
read_tensors (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnSafetensors) file = dnn_safetensors_read (path, error);

  (void) registry;
  return file != NULL;
}

static bool
read_model (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, error);

  return file != NULL;
}

static bool
read_onnx (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnOnnx) model = dnn_onnx_read (path, error);

  (void) registry;
  return model != NULL;
}

static bool
read_torch (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnTorchFile) file = dnn_torch_file_read (path, error);

  (void) registry;
  return file != NULL;
}

static bool
read_hdf5 (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnHdf5) file = dnn_hdf5_read (path, error);

  (void) registry;
  return file != NULL;
}

static bool
read_keras (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnKerasFile) file = dnn_keras_file_read (path, error);

  (void) registry;
  return file != NULL;
}

static bool
read_json (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *text = NULL;
  gsize n;

  (void) registry;
  if (!g_file_get_contents (path, &text, &n, error))
    return false;
  object = dnn_json_parse (path, text, n, 64, error);
  return object != NULL;
}

static bool
read_picture (DnnRegistry *registry, const char *path, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize n;

  if (!g_file_get_contents (path, &data, &n, error))
    return false;
  bytes = g_bytes_new_take (g_steal_pointer (&data), n);
  return fuzz_decode (registry, path, bytes, error);
}

/* The first match counts; "" is any other. */
static const struct {
  const char *suffix;
  Reader *read;
} readers[] = {
  { ".experiment", read_experiment },
  { ".blocks", read_blocks },
  { ".chain", read_chain },
  { ".parameters", read_list },
  { ".history", read_history },
  { ".safetensors", read_tensors },
  { ".model", read_model },
  { ".onnx", read_onnx },
  { ".pth", read_torch },
  { ".hdf5", read_hdf5 },
  { ".keras", read_keras },
  { ".json", read_json },
  { ".png", read_picture },
  { ".jpeg", read_picture },
  { "", read_array },
};

static void
read_one (DnnRegistry *registry, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  const size_t before = heap_live ();
  const clock_t begin = clock ();
  size_t i = 0;
  bool done;

  heap_reset_peak ();
  while (!g_str_has_suffix (path, readers[i].suffix))
    i++;
  done = readers[i].read (registry, path, &error);
  line = error != NULL ? dnn_error_to_line (error) : g_strdup ("");
  printf ("%d %.3f %zu %s\n", done && error == NULL,
          (double) (clock () - begin) / CLOCKS_PER_SEC, heap_peak () - before,
          line);
  fflush (stdout);
}

int
main (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  char path[4096];

  while (fgets (path, sizeof path, stdin) != NULL)
    read_one (registry, g_strchomp (path));
  return 0;
}
