/* cmd-evaluate.c - dnnrun evaluate */
#include "command.h"

#include <dnn-evaluator.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char *data;  /* (owned) */
  char *split; /* (owned) */
  gint64 threads;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->data);
  g_free (self->split);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
print_result (const DnnEvaluation *result, bool json)
{
  JsonBuilder *b;

  if (!json) {
    printf ("split: %s (%" G_GINT64_FORMAT " rows)\nloss: %.4f\n",
            result->split, result->n_rows, result->loss);
    for (size_t i = 0; result->metrics[i] != NULL; i++)
      printf ("%s: %.4f\n", result->metrics[i], result->values[i]);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "split");
  json_builder_add_string_value (b, result->split);
  json_builder_set_member_name (b, "rows");
  json_builder_add_int_value (b, result->n_rows);
  add_json_number (b, "loss", result->loss);
  for (size_t i = 0; result->metrics[i] != NULL; i++)
    add_json_number (b, result->metrics[i], result->values[i]);
  json_builder_end_object (b);
  print_json (b);
}

static bool
evaluate (const char *path, const Options *options, const Common *common,
          GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, error);
  g_autoptr (DnnExperiment) other = NULL;
  g_autoptr (DnnEvaluation) result = NULL;

  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  if (options->data != NULL) {
    other = dnn_experiment_load (options->data, error);
    if (other == NULL)
      return false;
  }
  result = dnn_evaluate (file, other, options->split,
                         (unsigned) options->threads, error);
  if (result == NULL) {
    g_prefix_error (error, "%s: ", path);
    return false;
  }
  print_result (result, common->json);
  return true;
}

bool
cmd_evaluate (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { 0 };
  g_auto (Common) common = { 0 };
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
      "File with a section [data] (default: the model's own)", "FILE.dnn" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split,
      "test, validation or train (default: test if there is one)", "SPLIT" },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options.threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_threads (options.threads, error))
    return false;
  return evaluate ((*argv)[1], &options, &common, error);
}
