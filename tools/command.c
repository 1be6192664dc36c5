/* command.c - options and output that all verbs share */
#include "command.h"

#include "describe.h"

#include <dnn-data-notes.h>
#include <dnn-file.h>
#include <dnn-npz.h>
#include <dnn-parse.h>
#include <dnn-suggest.h>
#include <dnn-text.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

void
common_clear (Common *self)
{
  g_clear_pointer (&self->plugin_path, g_free);
}

int
exit_code (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return EXIT_INTERRUPTED;
  if (error->domain != DNN_ERROR)
    return EXIT_IO;
  switch (error->code) {
  case DNN_ERROR_USAGE:
    return EXIT_USAGE;
  case DNN_ERROR_DIVERGED:
    return EXIT_DIVERGED;
  case DNN_ERROR_IO:
    return EXIT_IO;
  default:
    return EXIT_INPUT;
  }
}

bool
override_keys (DnnExperiment *experiment, char **sets, GError **error)
{
  for (size_t i = 0; sets != NULL && sets[i] != NULL; i++)
    if (!dnn_experiment_override (experiment, sets[i], error))
      return false;
  return true;
}

bool
parse_rate (const char *option, const char *text, double *ret_value,
            GError **error)
{
  if (text == NULL ||
      (dnn_parse_float (text, 0, G_MAXDOUBLE, ret_value, NULL) &&
       *ret_value > 0))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "%s must be a number above 0, not '%s'", option, text);
  return false;
}

void
print_value (const char *prefix, const char *name, double value)
{
  g_autofree char *number = dnn_format_value (value);

  printf ("%s%s: %s\n", prefix, name, number);
}

bool
check_out_is_not (const char *out, const char *path, const char *what,
                  GError **error)
{
  const char *member = NULL;
  g_autofree char *archive = dnn_npz_split_path (path, &member);
  GStatBuf a, b;

  if (g_stat (archive != NULL ? archive : path, &a) != 0 ||
      g_stat (out, &b) != 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "'%s' is %s itself, which would be lost; take another name for "
               "what is written",
               out, what);
  return false;
}

bool
check_out_is_picture (const char *out, GError **error)
{
  static const char *const others[] = {
    ".dnn", ".csv", ".tsv", ".txt", ".safetensors", ".npy", ".npz",
    ".gz",  ".png", ".jpg", ".pdf", ".jpeg",        ".gif",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (out, others[i])) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                   "'%s' has the name of something else than a picture in SVG; "
                   "--out takes FILE.svg",
                   out);
      return false;
    }
  return true;
}

bool
write_text (const char *path, const char *text, GError **error)
{
  return dnn_file_replace (path, text, strlen (text), error);
}

bool
check_threads (gint64 threads, GError **error)
{
  if (threads >= 0 && threads <= 1024)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--threads must be a whole number from 0 to 1024, not "
               "'%" G_GINT64_FORMAT "'",
               threads);
  return false;
}

DnnRegistry *
common_registry (const Common *self)
{
  return dnn_registry_new (self->plugin_path);
}

void
common_print_notes (const Common *self, DnnRegistry *registry)
{
  const GPtrArray *notes = dnn_registry_notes (registry);

  for (guint i = 0; !self->quiet && i < notes->len; i++)
    fprintf (stderr, "dnnrun: %s\n", (char *) g_ptr_array_index (notes, i));
}

void
print_data_notes (const Common *self, GPtrArray *notes)
{
  g_autoptr (GPtrArray) owned = notes;

  for (guint i = 0; !self->quiet && i < notes->len; i++) {
    const DnnDataNote *note = g_ptr_array_index (notes, i);

    fprintf (stderr, "dnnrun: %s\n", note->text);
  }
}

/* The first word that is not UTF-8, with what stands before it; NULL: all
 * are.  Returns: (transfer full). */
static char *
find_not_utf8 (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      return g_strdup_printf ("%s%s'%s' is not UTF-8, as all names in an "
                              "experiment must be",
                              argv[i - 1][0] == '-' ? argv[i - 1] : "",
                              argv[i - 1][0] == '-' ? " " : "", argv[i]);
  return NULL;
}

static void
add_names (GPtrArray *names, const GOptionEntry *entries)
{
  for (size_t i = 0; entries != NULL && entries[i].long_name != NULL; i++)
    g_ptr_array_add (names, g_strconcat ("--", entries[i].long_name, NULL));
}

/* A hint at the option that may be meant by an unknown one.  No verb has
 * "--lr", but many users try it.  Returns: (transfer full): "" if no option is
 * near. */
static char *
hint_of (const char *message, const GOptionEntry *entries,
         const GOptionEntry *common)
{
  static const char *const rates[] = { "--lr", "--learning-rate",
                                       "--learning_rate" };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *option = strstr (message, "--");
  g_autofree char *near = NULL;

  if (option == NULL)
    return g_strdup ("");
  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++)
    if (strcmp (option, rates[i]) == 0)
      return g_strdup (
          "; --set optimizer.learning_rate=0.1 sets a learning rate");
  add_names (names, entries);
  add_names (names, common);
  g_ptr_array_add (names, NULL);
  near = dnn_suggest (option, (const char *const *) names->pdata);
  return g_str_has_prefix (near, "did you mean")
             ? g_strconcat ("; ", near, NULL)
             : g_strdup ("");
}

static bool
set_parse_error (const Command *self, int argc, char **argv,
                 const GError *cause, const char *hint, GError **error)
{
  g_autofree char *other =
      g_error_matches (cause, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE) ||
              cause->domain == G_CONVERT_ERROR
          ? find_not_utf8 (argc, argv)
          : NULL;
  const char *text = other != NULL ? other : cause->message;

  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE, "%s%s (try dnnrun %s --help)",
               text, hint, self->name);
  return false;
}

static bool
check_words (const Command *self, int n_words, GError **error)
{
  if (n_words >= self->min_words && n_words <= self->max_words)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "usage: dnnrun %s [OPTION...] %s (try dnnrun %s --help)",
               self->name, self->arguments, self->name);
  return false;
}

bool
command_parse (const Command *self, int *argc, char ***argv,
               const GOptionEntry *entries, Common *ret_common, GError **error)
{
  const GOptionEntry common[] = {
    { "plugin-path", 0, 0, G_OPTION_ARG_FILENAME, &ret_common->plugin_path,
      "Folders to search for plugins first, separated by ':'", "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ret_common->json,
      "Results as JSON, one object a line", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &ret_common->quiet, "No progress",
      NULL },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autofree char *usage =
      g_strdup_printf ("%s - %s", self->arguments, self->summary);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autofree char *name = g_strconcat ("dnnrun ", self->name, NULL);
  g_autoptr (GError) local = NULL;

  if (is_describe (*argc, *argv)) {
    describe_command (self->name, self->arguments, self->summary, entries,
                      common);
    return false;
  }
  g_set_prgname (name);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, common, NULL);
  if (!g_option_context_parse (context, argc, argv, &local)) {
    g_autofree char *hint =
        g_error_matches (local, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION)
            ? hint_of (local->message, entries, common)
            : g_strdup ("");

    return set_parse_error (self, *argc, *argv, local, hint, error);
  }
  return check_words (self, *argc - 1, error);
}
