/* import.c - dnnrun import */
#include "command.h"
#include "json.h"

#include <dnn-keras-import.h>
#include <dnn-model-save.h>
#include <dnn-onnx-import.h>
#include <stdio.h>

typedef struct {
  char *out;              /* (owned) */
  char **until, **shapes; /* (owned) */
  gboolean keep_input_layout;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->out);
  g_strfreev (self->until);
  g_strfreev (self->shapes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static bool
is_onnx (const char *path)
{
  return g_str_has_suffix (path, ".onnx");
}

static bool
is_keras (const char *path)
{
  return g_str_has_suffix (path, ".keras") || g_str_has_suffix (path, ".h5") ||
         g_str_has_suffix (path, ".hdf5");
}

/* Keras' files have no names of values, all sizes, and channels last. */
static bool
check_options (const Options *o, const char *path, GError **error)
{
  if (is_onnx (path) ||
      (o->until == NULL && o->shapes == NULL && !o->keep_input_layout))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--until, --input-shape and --keep-input-layout are for .onnx "
               "files, not '%s'",
               path);
  return false;
}

static DnnModel *
import (DnnRegistry *registry, const char *path, const Options *o,
        char **ret_report, GError **error)
{
  const DnnImportOptions options = {
    (const char *const *) o->until,
    (const char *const *) o->shapes,
    o->keep_input_layout,
  };

  return is_onnx (path)
             ? dnn_import_onnx (registry, path, &options, ret_report, error)
             : dnn_import_keras (registry, path, ret_report, error);
}

static bool
parse (const Command *self, int *argc, char ***argv, Options *o, Common *common,
       GError **error)
{
  const GOptionEntry entries[] = {
    { "out", 'o', 0, G_OPTION_ARG_FILENAME, &o->out, "The model's file",
      "MODEL.safetensors" },
    { "until", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->until,
      "Only what leads to this value of the file, which becomes an output; may "
      "be repeated",
      "VALUE" },
    { "input-shape", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->shapes,
      "Sizes of an input in the file's axes, without the batch; may be "
      "repeated",
      "NAME=N,N" },
    { "keep-input-layout", 0, 0, G_OPTION_ARG_NONE, &o->keep_input_layout,
      "Take inputs with the axes that the file has, not with channels last",
      NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, common, error))
    return false;
  if (o->out == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "import needs --out MODEL.safetensors");
    return false;
  }
  if (is_onnx ((*argv)[1]) || is_keras ((*argv)[1]))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' must be a .onnx, .keras, .h5 or .hdf5 file: no other "
               "format that is read has a graph",
               (*argv)[1]);
  return false;
}

static void
print_result (const char *out, const DnnModel *model, const char *report,
              const Common *common)
{
  JsonBuilder *b;

  if (!common->json) {
    if (!common->quiet)
      fprintf (stderr, "%s", report);
    printf ("model: %s\n", out);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  add_json_text (b, "out", out);
  add_json_int (b, "layers", (int64_t) dnn_model_n_layers (model));
  add_json_text (b, "report", report);
  json_builder_end_object (b);
  print_json (b);
}

bool
cmd_import (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) o = { 0 };
  g_auto (Common) common = { 0 };
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (DnnModel) model = NULL;
  g_autofree char *report = NULL;
  DnnModelParts parts = { 0 };

  if (!parse (self, argc, argv, &o, &common, error) ||
      !check_options (&o, (*argv)[1], error) ||
      !check_out_is_not (o.out, (*argv)[1], "the file", error))
    return false;
  registry = common_registry (&common);
  model = import (registry, (*argv)[1], &o, &report, error);
  common_print_notes (&common, registry);
  if (model == NULL)
    return false;
  parts.model = model;
  if (!dnn_model_file_save (&parts, o.out, error))
    return false;
  print_result (o.out, model, report, &common);
  return true;
}
