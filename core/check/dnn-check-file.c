/* dnn-check-file.c - opens a plugin's file and runs a check of it */
#include "dnn-check-file.h"

#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-loader.h"
#include "dnn-param.h"
#include "dnn-process.h"

#include <string.h>

enum { BATCH = 5 };

void
dnn_file_checker_fail (DnnFileChecker *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->failures, g_strdup_vprintf (format, args));
  va_end (args);
}

/* The folder of the file, and the one above where that is a kind's: a plugin's
 * base and initializers may lie beside it. */
static char *
folders_of (const char *path, const char *folders)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *above = g_path_get_dirname (folder);

  return g_strjoin (":", folders != NULL ? folders : "", folder, above, NULL);
}

void
dnn_file_checker_init (DnnFileChecker *self, const char *path,
                       const char *folders, uint64_t seed)
{
  g_autofree char *all = folders_of (path, folders);

  *self = (DnnFileChecker){ .path = path, .folders = folders, .seed = seed };
  self->failures = g_ptr_array_new_with_free_func (g_free);
  self->registry = dnn_registry_new (all);
}

void
dnn_file_checker_clear (DnnFileChecker *self)
{
  dnn_example_free (self->example);
  g_ptr_array_unref (self->failures);
  dnn_registry_unref (self->registry);
}

/* The plugin that is asked for; NULL, with an error: it is not there. */
static const DnnPlugin *
pick (const DnnFileChecker *self, const GPtrArray *plugins, GError **error)
{
  if (self->which == NULL)
    return g_ptr_array_index (plugins, 0);
  for (guint i = 0; i < plugins->len; i++) {
    const DnnPlugin *plugin = g_ptr_array_index (plugins, i);
    g_autofree char *which = g_strconcat (
        dnn_kind_name ((DnnKind) plugin->kind), "/", plugin->name, NULL);

    if (strcmp (which, self->which) == 0)
      return plugin;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "it has no plugin '%s'",
               self->which);
  return NULL;
}

bool
dnn_file_checker_open (DnnFileChecker *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins =
      dnn_registry_open (self->registry, self->path, &error);

  self->plugin = plugins != NULL ? pick (self, plugins, &error) : NULL;
  if (self->plugin != NULL)
    self->code = dnn_registry_resolve (self->registry, self->plugin, &error);
  if (self->code == NULL)
    dnn_file_checker_fail (self, "%s", error->message);
  return self->code != NULL;
}

/* --- specs --------------------------------------------------------------- */

DnnCheckSubject
dnn_file_checker_subject (const DnnFileChecker *self, const char *spec)
{
  const DnnShape *shape = &dnn_kind_row (self->plugin->kind)->checked_on;
  const bool given = self->example->n_inputs > 0;

  return (DnnCheckSubject){
    .registry = self->registry,
    .kind = (DnnKind) self->plugin->kind,
    .spec = spec,
    .inputs = given ? self->example->inputs : shape,
    .n_inputs = given ? self->example->n_inputs : shape->n_dims > 0,
    .seed = self->seed,
  };
}

char *
dnn_file_checker_spec_with (const DnnFileChecker *self, const DnnParam *param,
                            const char *value)
{
  g_autoptr (DnnSpec) spec =
      dnn_spec_parse (self->example->spec, (DnnPlace){ 0 }, NULL);

  for (guint i = spec->args->len; i-- > 0;) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (dnn_param_find (self->code, arg->key) == param)
      g_ptr_array_remove_index (spec->args, i);
  }
  dnn_spec_add (spec, param->name, value, (DnnPlace){ 0 });
  return dnn_spec_to_string (spec);
}

GPtrArray *
dnn_file_checker_variants (const DnnFileChecker *self)
{
  GPtrArray *specs = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (specs, g_strdup (self->example->spec));
  for (uint32_t i = 0; i < self->code->n_params; i++) {
    const DnnParam *param = dnn_param_at (self->code, i);
    const char *values = param->type == DNN_PARAM_BOOL   ? "true false"
                         : param->type == DNN_PARAM_ENUM ? param->nicks
                                                         : "";
    g_auto (GStrv) list = g_strsplit (values, " ", -1);

    for (size_t j = 0; *values != '\0' && list[j] != NULL; j++)
      g_ptr_array_add (specs,
                       dnn_file_checker_spec_with (self, param, list[j]));
  }
  return specs;
}

/* --- running ------------------------------------------------------------- */

/* Runs a check of components on the example and its variants; a variant that
 * the plugin refuses is its own business. */
static void
run_variants (DnnFileChecker *self, const char *name)
{
  g_autoptr (GPtrArray) specs = dnn_file_checker_variants (self);

  for (guint i = 0; i < specs->len && self->failures->len == 0; i++) {
    const char *spec = g_ptr_array_index (specs, i);
    const DnnCheckSubject subject = dnn_file_checker_subject (self, spec);
    g_autoptr (GError) error = NULL;
    g_autoptr (DnnCheckReport) report = dnn_check_run (&subject, name, &error);

    if (report == NULL && i == 0)
      dnn_file_checker_fail (self, "%s", error->message);
    for (guint j = 0; report != NULL && j < report->failures->len; j++) {
      const char *text = g_ptr_array_index (report->failures, j);

      dnn_file_checker_fail (self, "%s: %s", spec,
                             text + strlen (name) + strlen (": "));
    }
  }
}

/* A thread that has ended is still counted for a moment. */
static const char *
find_leak (const DnnProcess *before)
{
  const char *more = NULL;

  for (int i = 0; i < 50; i++) {
    more = dnn_process_find_leak (before);
    if (more == NULL)
      return NULL;
    g_usleep (1000);
  }
  return more;
}

static void
run_watched (DnnFileChecker *self, const DnnCheckRow *row)
{
  g_autoptr (DnnProcess) before = dnn_process_new ();
  const char *changed, *more;

  if (row->of_file != NULL)
    row->of_file (self);
  else
    run_variants (self, row->name);
  changed = dnn_process_restore (before);
  more = find_leak (before);
  if (changed != NULL)
    dnn_file_checker_fail (self, "it changes %s of the process", changed);
  if (more != NULL)
    dnn_file_checker_fail (self, "it leaves more %s than there were", more);
}

static bool
take_example (DnnFileChecker *self)
{
  g_autoptr (GError) error = NULL;

  self->example = dnn_example_new (self->registry, self->plugin, BATCH, &error);
  if (self->example == NULL)
    dnn_file_checker_fail (self, "%s", error->message);
  return self->example != NULL;
}

bool
dnn_file_checker_run (DnnFileChecker *self, const DnnCheckRow *row)
{
  self->check = row->name;
  if (row->stage == DNN_CHECK_FILE) {
    row->of_file (self);
    return true;
  }
  if (row->stage == DNN_CHECK_LOADING) {
    run_watched (self, row);
    return true;
  }
  if (!dnn_file_checker_open (self))
    return true;
  if (row->of_file == NULL &&
      !dnn_check_is_for (row->name, (DnnKind) self->plugin->kind))
    return false;
  if (take_example (self))
    run_watched (self, row);
  return true;
}
