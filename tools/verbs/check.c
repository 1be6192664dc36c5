/* check.c - dnnrun check: a plugin against its contract */
#include "command.h"
#include "json.h"
#include "probe.h"

#include <dnn-conformance.h>
#include <dnn-kind.h>
#include <dnn-validate.h>
#include <stdio.h>
#include <string.h>

/* The verb's own options. */
typedef struct {
  gboolean tap;
  gboolean list;
  char *only;  /* (owned) */
  char **skip; /* (owned) */
  gint64 seed;
  double timeout;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->only);
  g_strfreev (self->skip);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- the child ----------------------------------------------------------- */

/* One check: what dnnrun check runs itself as. */
bool
cmd_check_part (const Command *self, int *argc, char ***argv, GError **error)
{
  g_autofree char *text = NULL;

  (void) self;
  if (*argc != 6) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "check-part takes CHECK PATH SEED FOLDERS PLUGIN");
    return false;
  }
  text = dnn_conformance_child ((*argv)[1], (*argv)[2],
                                g_ascii_strtoull ((*argv)[3], NULL, 10),
                                (*argv)[4], (*argv)[5], error);
  if (text == NULL)
    return false;
  printf ("%s", text);
  return true;
}

/* --- output -------------------------------------------------------------- */

static const char *const words[] = {
  [DNN_CONFORMANCE_PASS] = "pass",
  [DNN_CONFORMANCE_FAIL] = "fail",
  [DNN_CONFORMANCE_SKIP] = "skip",
};

static void
print_plain (const DnnConformance *self, const char *path, gint64 seed)
{
  for (guint i = 0; i < self->results->len; i++) {
    const DnnConformanceResult *result = g_ptr_array_index (self->results, i);

    printf ("%-5s %-14s %s\n", words[result->outcome], result->check,
            result->about);
    for (guint j = 0; j < result->problems->len; j++)
      printf ("      %s\n", (char *) g_ptr_array_index (result->problems, j));
  }
  printf ("%s: %u of %u checks fail (seed %" G_GINT64_FORMAT ")\n", path,
          self->n_failed, self->results->len, seed);
}

/* `n_before`: lines of plugins before this one, of the same file. */
static void
print_tap (const DnnConformance *self, const char *path, gint64 seed,
           unsigned n_before)
{
  printf ("# %s, seed %" G_GINT64_FORMAT "\n", path, seed);
  for (guint i = 0; i < self->results->len; i++) {
    const DnnConformanceResult *result = g_ptr_array_index (self->results, i);
    const bool failed = result->outcome == DNN_CONFORMANCE_FAIL;
    const bool skipped = result->outcome == DNN_CONFORMANCE_SKIP;

    printf ("%sok %u - %s: %s%s\n", failed ? "not " : "", n_before + i + 1,
            result->check, result->about, skipped ? " # SKIP" : "");
    for (guint j = 0; j < result->problems->len; j++)
      printf ("# %s\n", (char *) g_ptr_array_index (result->problems, j));
  }
}

static void
print_json_results (const DnnConformance *self, const char *path,
                    const char *which, gint64 seed)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "path");
  json_builder_add_string_value (b, path);
  if (which != NULL)
    add_json_text (b, "plugin", which);
  json_builder_set_member_name (b, "kind");
  json_builder_add_string_value (b, self->kind != 0 ? dnn_kind_name (self->kind)
                                                    : "?");
  json_builder_set_member_name (b, "seed");
  json_builder_add_int_value (b, seed);
  json_builder_set_member_name (b, "failed");
  json_builder_add_int_value (b, self->n_failed);
  json_builder_set_member_name (b, "checks");
  json_builder_begin_array (b);
  for (guint i = 0; i < self->results->len; i++) {
    const DnnConformanceResult *result = g_ptr_array_index (self->results, i);

    json_builder_begin_object (b);
    json_builder_set_member_name (b, "check");
    json_builder_add_string_value (b, result->check);
    json_builder_set_member_name (b, "outcome");
    json_builder_add_string_value (b, words[result->outcome]);
    add_json_number (b, "seconds", result->seconds);
    json_builder_set_member_name (b, "problems");
    json_builder_begin_array (b);
    for (guint j = 0; j < result->problems->len; j++)
      json_builder_add_string_value (b,
                                     g_ptr_array_index (result->problems, j));
    json_builder_end_array (b);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

/* Every check, what it holds a plugin to, and the kinds it is for. */
static void
print_list (void)
{
  const char *name, *about;

  for (size_t i = 0; (name = dnn_conformance_name (i, &about)) != NULL; i++) {
    g_autoptr (GString) kinds = g_string_new (NULL);
    unsigned n = 0;

    for (unsigned kind = 1; kind <= dnn_kind_count (); kind++)
      if (dnn_conformance_is_for (i, (DnnKind) kind)) {
        g_string_append_printf (kinds, "%s%s", n > 0 ? ", " : "",
                                dnn_kind_name ((DnnKind) kind));
        n++;
      }
    printf ("%-14s %s (%s)\n", name, about,
            n == dnn_kind_count () ? "every kind" : kinds->str);
  }
}

/* --- the verb ------------------------------------------------------------ */

/* `which`: of several in the file, "layer/acme.lstm"; NULL: there is one.
 * `n_lines` of results have been printed, and are counted on.  Returns: how
 * many checks fail; below 0: none could be run. */
static int
check_one (const char *path, const char *which, const Common *common,
           const Options *options, unsigned *n_lines, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *title = which != NULL
                               ? g_strdup_printf ("%s (%s)", path, which)
                               : g_strdup (path);
  const char *const words_of_program[] = { program, "check-part", NULL };
  const DnnConformanceTask task = {
    .path = path,
    .folders = common->plugin_path,
    .which = which,
    .only = options->only,
    .skip = (const char *const *) options->skip,
    .seed = (uint64_t) options->seed,
    .seconds = options->timeout,
    .n_parallel = g_get_num_processors (),
    .program = words_of_program,
  };
  g_autoptr (DnnConformance) result = NULL;

  if (program == NULL)
    return -1;
  result = dnn_conformance_run (&task, error);
  if (result == NULL)
    return -1;
  if (common->json)
    print_json_results (result, path, which, options->seed);
  else if (options->tap)
    print_tap (result, title, options->seed, *n_lines);
  else
    print_plain (result, title, options->seed);
  *n_lines += result->results->len;
  return (int) result->n_failed;
}

/* Every plugin of the file. */
static bool
check_plugin (const char *path, const Common *common, const Options *options,
              GError **error)
{
  g_auto (GStrv) members = probe_members (path);
  const guint n = g_strv_length (members);
  unsigned n_lines = 0;
  int failed = 0;

  for (guint i = 0; i < MAX (n, 1); i++) {
    const int more = check_one (path, n > 1 ? members[i] : NULL, common,
                                options, &n_lines, error);

    if (more < 0)
      return false;
    failed += more;
  }
  if (options->tap && !common->json)
    printf ("1..%u\n", n_lines);
  if (failed == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "'%s' fails", path);
  return false;
}

/* `note` may be NULL. */
static void
print_experiment (const Common *common, const char *path, const char *note)
{
  JsonBuilder *b;

  if (!common->json) {
    printf ("%s: no fault is found%s%s\n", path, note != NULL ? "; " : "",
            note != NULL ? note : "");
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "path");
  json_builder_add_string_value (b, path);
  json_builder_set_member_name (b, "note");
  if (note != NULL)
    json_builder_add_string_value (b, note);
  else
    json_builder_add_null_value (b);
  json_builder_end_object (b);
  print_json (b);
}

static bool
check_experiment (const char *path, const Common *common, GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autofree char *note = NULL;
  bool good;

  good = experiment != NULL &&
         dnn_experiment_validate (registry, experiment, &note, error);
  common_print_notes (common, registry);
  if (good)
    print_experiment (common, path, note);
  return good;
}

static bool
check_options (const Options *options, int n_words, GError **error)
{
  if (options->seed < 0 || !(options->timeout > 0 && options->timeout < 1e6))
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--seed must be 0 or more, and --timeout more than 0 and "
                 "less than 1e6, not '%" G_GINT64_FORMAT "' and '%g'",
                 options->seed, options->timeout);
  else if (!options->list && n_words != 1)
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "check takes one FILE.so or FILE.dnn, or --list");
  else
    return true;
  return false;
}

bool
cmd_check (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_auto (Options) options = { .seed = 1, .timeout = 10 };
  const GOptionEntry entries[] = {
    { "tap", 0, 0, G_OPTION_ARG_NONE, &options.tap,
      "Results in the form of the Test Anything Protocol", NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &options.list,
      "Only list the checks, and the kinds each is for", NULL },
    { "only", 0, 0, G_OPTION_ARG_STRING, &options.only,
      "Only the check of that name", "CHECK" },
    { "skip", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.skip,
      "All but the check of that name; may be given several times", "CHECK" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed,
      "Of the random numbers it is checked with (1)", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options.timeout,
      "Seconds that a check may take (10)", "S" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_options (&options, *argc - 1, error))
    return false;
  if (options.list) {
    print_list ();
    return true;
  }
  if (g_str_has_suffix ((*argv)[1], ".dnn"))
    return check_experiment ((*argv)[1], &common, error);
  return check_plugin ((*argv)[1], &common, &options, error);
}
