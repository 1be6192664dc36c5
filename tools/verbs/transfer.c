/* transfer.c - dnnrun transfer */
#include "command.h"
#include "json.h"
#include "resources.h"
#include "run-model.h"
#include "training.h"

#include <dnn-file.h>
#include <dnn-proof.h>
#include <dnn-text.h>
#include <dnn-transfer.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  char *data, *head, *out, *unfreeze, *seed;            /* (owned) */
  char *learning_rate, *tune_learning_rate, *optimizer; /* (owned) */
  gint64 drop_last, frozen_epochs, epochs, seeds, lora;
  gboolean overwrite, compare;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->data);
  g_free (self->head);
  g_free (self->out);
  g_free (self->unfreeze);
  g_free (self->seed);
  g_free (self->learning_rate);
  g_free (self->tune_learning_rate);
  g_free (self->optimizer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static bool
parse (const Command *self, int *argc, char ***argv, Options *o, Common *common,
       GError **error)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &o->data,
      "File whose [data] and [train] count", "FILE.dnn" },
    { "head", 0, 0, G_OPTION_ARG_STRING, &o->head, "Chain of new layers",
      "CHAIN" },
    { "drop-last", 0, 0, G_OPTION_ARG_INT64, &o->drop_last,
      "Layers to leave out at the base's end (default 1)", "N" },
    { "frozen-epochs", 0, 0, G_OPTION_ARG_INT64, &o->frozen_epochs,
      "Epochs of the head alone (default: until it has converged)", "N" },
    { "epochs", 0, 0, G_OPTION_ARG_INT64, &o->epochs,
      "Epochs of tuning (default: while it helps)", "N" },
    { "unfreeze", 0, 0, G_OPTION_ARG_STRING, &o->unfreeze,
      "Layers with weights below the head that tune (default: all)", "N|all" },
    { "lora", 0, 0, G_OPTION_ARG_INT64, &o->lora,
      "Keep the body frozen and train adapters of this rank in it", "RANK" },
    { "learning-rate", 0, 0, G_OPTION_ARG_STRING, &o->learning_rate,
      "Of the head alone", "X" },
    { "tune-learning-rate", 0, 0, G_OPTION_ARG_STRING, &o->tune_learning_rate,
      "Of tuning", "Y" },
    { "optimizer", 0, 0, G_OPTION_ARG_STRING, &o->optimizer,
      "Of both, as in sgd(momentum=0.9)", "NAME" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &o->seed, "Of all random numbers",
      "N" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &o->out,
      "Folder of the run (default: runs/transfer)", "DIR" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &o->overwrite,
      "Replace a run that is there", NULL },
    { "compare", 0, 0, G_OPTION_ARG_NONE, &o->compare,
      "Print 0, 1, 2 and all layers unfrozen beside training from scratch",
      NULL },
    { "seeds", 0, 0, G_OPTION_ARG_INT64, &o->seeds,
      "With --compare: seeds of each (default 3)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  o->drop_last = 1;
  o->seeds = 3;
  o->frozen_epochs = o->epochs = DNN_TRANSFER_RECIPE;
  return command_parse (self, argc, argv, entries, common, error);
}

static bool
take_options (const Options *o, const char *base,
              DnnTransferOptions *ret_options, GError **error)
{
  guint64 unfreeze = 0;
  bool all = o->unfreeze == NULL || strcmp (o->unfreeze, "all") == 0;

  if (o->data == NULL || o->head == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "transfer needs --data FILE.dnn and --head CHAIN");
    return false;
  }
  if (!all && !g_ascii_string_to_unsigned (o->unfreeze, 10, 0, 1000000,
                                           &unfreeze, NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--unfreeze must be a whole number or all, not '%s'",
                 o->unfreeze);
    return false;
  }
  if (o->drop_last < 0 || o->seeds < 1 || o->frozen_epochs < -1 ||
      o->frozen_epochs == 0 || o->epochs < -1 || o->epochs == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--drop-last must be 0 or more, and --frozen-epochs, --epochs "
                 "and --seeds 1 or more; --unfreeze 0 leaves tuning out");
    return false;
  }
  if (o->lora < 0 || (o->lora > 0 && (o->unfreeze != NULL || o->compare))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 o->lora < 0 ? "--lora must be a rank of 1 or more"
                             : "--lora keeps the body frozen: it cannot stand "
                               "with --unfreeze or --compare");
    return false;
  }
  *ret_options = (DnnTransferOptions){
    .base = base,
    .head = o->head,
    .drop_last = o->drop_last,
    .frozen_epochs = o->frozen_epochs,
    .epochs = o->epochs,
    .lora = o->lora,
    .unfreeze = all ? DNN_TRANSFER_ALL : (int64_t) unfreeze,
    .learning_rate = o->learning_rate,
    .tune_learning_rate = o->tune_learning_rate,
    .optimizer = o->optimizer,
    .seed = o->seed,
  };
  return true;
}

/* --- one transfer --------------------------------------------------------- */

static char *
hash_file (const char *path)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, NULL);

  return bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes)
                       : g_strdup ("");
}

static bool
print_result (const DnnRun *run, const Common *common, GError **error)
{
  const DnnData *data = dnn_run_data (run);
  const DnnSplit *split = data->test != NULL ? data->test : data->validation;
  DnnTrainer *trainer = dnn_run_trainer (run);
  char **names = dnn_trainer_history (trainer)->metrics;
  g_autofree double *metrics = g_new0 (double, g_strv_length (names) + 1);
  double loss = 0;

  if (split == NULL || common->json)
    return true;
  if (!dnn_trainer_evaluate (trainer, split, &loss, metrics, error))
    return false;
  printf ("split: %s (%" G_GINT64_FORMAT " rows)\n",
          data->test != NULL ? "test" : "validation", split->n);
  print_value ("", "loss", loss);
  for (size_t i = 0; names[i] != NULL; i++)
    print_value ("", names[i], metrics[i]);
  printf ("model: %s/model.safetensors\n", dnn_run_folder (run));
  return true;
}

static bool
transfer_once (DnnRegistry *registry, const Options *o, const Common *common,
               const DnnExperiment *experiment, const char *base,
               GError **error)
{
  g_autofree char *before = hash_file (base), *after = NULL, *adapted = NULL;
  g_autoptr (DnnRun) run = dnn_run_new (registry, experiment, error);

  if (run == NULL ||
      !dnn_run_open (run, o->out != NULL ? o->out : "runs/transfer",
                     o->overwrite, error))
    return false;
  if (!common->quiet && !common->json)
    fprintf (stderr, "%s", dnn_run_base_report (run));
  if (!train_run (run, common, true, error))
    return false;
  after = hash_file (base);
  if (strcmp (before, after) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FROZEN,
                 "'%s' is no longer what it was when the transfer began", base);
    return false;
  }
  adapted = dnn_proof_adapted (dnn_run_model (run));
  if (!common->quiet && !common->json)
    fprintf (stderr, "%s", adapted);
  if (!common->quiet && !common->json)
    fprintf (stderr,
             "frozen tensors did not move; %s is untouched (sha256 %.16s...)\n",
             base, after);
  return print_result (run, common, error);
}

/* --- the comparison ------------------------------------------------------- */

static void
on_training (void *data, const char *name, size_t seed)
{
  const Common *common = data;

  if (!common->quiet && !common->json)
    fprintf (stderr, "%s, seed %" G_GSIZE_FORMAT "\n", name, seed);
}

/* Mean, and the standard error of the mean. */
static void
moments (const double *x, size_t n, double *ret_mean, double *ret_error)
{
  double sum = 0, squares = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  *ret_mean = sum / (double) n;
  for (size_t i = 0; i < n; i++)
    squares += (x[i] - *ret_mean) * (x[i] - *ret_mean);
  *ret_error =
      n > 1 ? sqrt (squares / (double) (n - 1) / (double) n) : (double) NAN;
}

static void
print_row_json (const DnnTransferTable *table, const DnnTransferRow *row)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "name");
  json_builder_add_string_value (b, row->name);
  json_builder_set_member_name (b, "split");
  json_builder_add_string_value (b, table->split);
  json_builder_set_member_name (b, table->metric);
  json_builder_begin_array (b);
  for (size_t i = 0; i < row->n; i++)
    json_builder_add_double_value (b, row->results[i]);
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

/* "  0.8935 +- 0.0063" */
static char *
mean_text (const char *sign, double mean, double error)
{
  g_autofree char *value = dnn_format_value (mean);
  g_autofree char *signed_value = g_strconcat (sign, value, NULL);
  g_autofree char *spread = dnn_format_value (error);

  return g_strdup_printf ("%8s +- %s", signed_value, spread);
}

static void
print_row (const DnnTransferRow *row, const DnnTransferRow *scratch)
{
  g_autofree double *paired = g_new0 (double, row->n + 1);
  g_autofree char *values = NULL, *differences = NULL;
  double mean, error, difference, difference_error;

  for (size_t i = 0; i < row->n; i++)
    paired[i] = row->results[i] - scratch->results[i];
  moments (row->results, row->n, &mean, &error);
  moments (paired, row->n, &difference, &difference_error);
  values = mean_text ("", mean, error);
  differences =
      mean_text (difference >= 0 ? "+" : "", difference, difference_error);
  printf ("%-14s %s", row->name, values);
  if (row != scratch)
    printf ("   %s", differences);
  printf ("\n");
}

static bool
compare (DnnRegistry *registry, const DnnTransferOptions *options,
         const Options *o, const Common *common, const DnnExperiment *data,
         GError **error)
{
  g_autoptr (DnnExperiment) recipe = load_resource ("transfer.dnn", error);
  DnnTransferSeeds seeds = { (size_t) o->seeds, on_training, (void *) common };
  g_autoptr (DnnTransferTable) table =
      recipe != NULL ? dnn_transfer_compare (registry, options, data, recipe,
                                             &seeds, error)
                     : NULL;
  const DnnTransferRow *scratch;

  if (table == NULL)
    return false;
  scratch = g_ptr_array_index (table->rows, table->rows->len - 1);
  if (!common->json)
    printf ("%-14s %-18s   %s\n", "", table->metric, "minus from scratch");
  for (guint i = 0; i < table->rows->len; i++) {
    const DnnTransferRow *row = g_ptr_array_index (table->rows, i);

    if (common->json)
      print_row_json (table, row);
    else
      print_row (row, scratch);
  }
  if (!common->json)
    printf ("(%s rows, %" G_GSIZE_FORMAT
            " seeds: mean +- standard error; differences are paired)\n",
            table->split, scratch->n);
  return true;
}

bool
cmd_transfer (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) o = { 0 };
  g_auto (Common) common = { 0 };
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (DnnExperiment) data = NULL, recipe = NULL, experiment = NULL;
  g_autofree char *ignored = NULL, *base = NULL;
  DnnTransferOptions options;

  if (!parse (self, argc, argv, &o, &common, error) ||
      !take_options (&o, (*argv)[1], &options, error))
    return false;
  options.base = base = find_model ((*argv)[1], &common, error);
  if (base == NULL)
    return false;
  registry = common_registry (&common);
  data = dnn_experiment_load (o.data, error);
  if (data == NULL)
    return false;
  ignored = dnn_transfer_ignored (data);
  if (*ignored != '\0' && !common.quiet)
    fprintf (stderr, "dnnrun: %s of %s: ignored, transfer makes its own\n",
             ignored, o.data);
  if (o.compare)
    return compare (registry, &options, &o, &common, data, error);
  recipe = load_resource ("transfer.dnn", error);
  if (recipe != NULL)
    experiment = dnn_transfer_compose (registry, &options, data, recipe, error);
  return experiment != NULL &&
         transfer_once (registry, &o, &common, experiment, options.base, error);
}
