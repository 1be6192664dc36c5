/* dnn-conformance.c - runs the table of checks, each in a child
 *
 * A child's output is lines: "kind layer", a line "problem ..." for each
 * failure, "not for its kind", and at its end "done": a plugin that calls
 * exit does not get there.
 */
#include "dnn-conformance.h"

#include "dnn-check-file.h"
#include "dnn-child.h"
#include "dnn-kind.h"
#include "dnn-suggest.h"

#include <string.h>

const char *
dnn_conformance_name (size_t i, const char **ret_about)
{
  const char *name = dnn_check_table[i].name;

  if (name != NULL && ret_about != NULL)
    *ret_about = dnn_check_table[i].about;
  return name;
}

static bool
row_is_for (const DnnCheckRow *row, DnnKind kind)
{
  return row->of_file != NULL || dnn_check_is_for (row->name, kind);
}

bool
dnn_conformance_is_for (size_t i, DnnKind kind)
{
  return row_is_for (&dnn_check_table[i], kind);
}

static const DnnCheckRow *
find_row (const char *name, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *nearest = NULL;

  for (const DnnCheckRow *row = dnn_check_table; row->name != NULL; row++) {
    if (strcmp (row->name, name) == 0)
      return row;
    g_ptr_array_add (names, (void *) row->name);
  }
  g_ptr_array_add (names, NULL);
  nearest = dnn_suggest (name, (const char *const *) names->pdata);
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE, "there is no check '%s'; %s",
               name, nearest);
  return NULL;
}

/* --- the child ----------------------------------------------------------- */

char *
dnn_conformance_child (const char *check, const char *path, uint64_t seed,
                       const char *folders, const char *which, GError **error)
{
  const DnnCheckRow *row = find_row (check, error);
  g_autoptr (GString) text = g_string_new (NULL);
  DnnFileChecker self;

  if (row == NULL)
    return NULL;
  dnn_file_checker_init (&self, path, folders, seed);
  self.which = which != NULL && *which != '\0' ? which : NULL;
  if (!dnn_file_checker_run (&self, row))
    g_string_append (text, "not for its kind\n");
  if (self.plugin != NULL)
    g_string_append_printf (text, "kind %s\n",
                            dnn_kind_name ((DnnKind) self.plugin->kind));
  for (guint i = 0; i < self.failures->len; i++) {
    char *problem = g_ptr_array_index (self.failures, i);

    g_string_append_printf (text, "problem %s\n",
                            g_strdelimit (problem, "\n", ' '));
  }
  g_string_append (text, "done\n");
  dnn_file_checker_clear (&self);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- the parent ---------------------------------------------------------- */

static void
result_free (gpointer data)
{
  DnnConformanceResult *result = data;

  g_ptr_array_unref (result->problems);
  g_free (result);
}

void
dnn_conformance_free (DnnConformance *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->results);
  g_free (self);
}

static DnnConformanceResult *
add_result (DnnConformance *self, const DnnCheckRow *row)
{
  DnnConformanceResult *result = g_new0 (DnnConformanceResult, 1);

  result->check = row->name;
  result->about = row->about;
  result->problems = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->results, result);
  return result;
}

static DnnChild *
new_child (const DnnConformanceTask *task, DnnConformanceResult *result)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, task->seed);
  DnnChild *child;

  g_strv_builder_addv (words, (const char **) task->program);
  g_strv_builder_add_many (words, result->check, task->path, seed,
                           task->folders != NULL ? task->folders : "",
                           task->which != NULL ? task->which : "", NULL);
  child = dnn_child_new (g_strv_builder_end (words));
  child->data = result;
  return child;
}

/* The reason why the child did not report; NULL: it did. */
static char *
fault_of (const DnnConformanceTask *task, const DnnChild *child)
{
  if (child->fault != NULL)
    return g_strdup (child->fault);
  if (child->timed_out)
    return g_strdup_printf ("it does not come back within %g s", task->seconds);
  if (child->signal != 0)
    return g_strdup_printf ("it crashes (%s)", g_strsignal (child->signal));
  if (child->status != 0)
    return g_strdup (child->err != NULL ? g_strstrip (child->err) : "");
  if (child->out == NULL || !g_str_has_suffix (child->out, "done\n"))
    return g_strdup ("it ends the program");
  return NULL;
}

/* Reads what the child said.  False: the check is not for the plugin's kind. */
static bool
take_output (DnnConformance *self, DnnConformanceResult *result,
             const char *out)
{
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);
  bool is_for = true;

  for (size_t i = 0; lines[i] != NULL; i++) {
    if (g_str_has_prefix (lines[i], "problem "))
      g_ptr_array_add (result->problems,
                       g_strdup (lines[i] + strlen ("problem ")));
    else if (g_str_has_prefix (lines[i], "kind "))
      self->kind = dnn_kind_from_name (lines[i] + strlen ("kind "));
    else if (strcmp (lines[i], "not for its kind") == 0)
      is_for = false;
  }
  return is_for;
}

static void
take_child (DnnConformance *self, const DnnConformanceTask *task,
            const DnnChild *child)
{
  DnnConformanceResult *result = child->data;
  char *fault = fault_of (task, child);

  result->seconds = child->seconds;
  if (fault != NULL)
    g_ptr_array_add (result->problems, fault);
  else if (!take_output (self, result, child->out))
    result->outcome = DNN_CONFORMANCE_SKIP;
  if (result->problems->len == 0)
    return;
  result->outcome = DNN_CONFORMANCE_FAIL;
  self->n_failed++;
}

/* True if the check is to be run, or listed, at this stage. */
static bool
is_due (const DnnConformance *self, const DnnConformanceTask *task,
        const DnnCheckRow *row, int stage)
{
  if (row->stage != (DnnCheckStage) stage)
    return false;
  if (task->skip != NULL && g_strv_contains (task->skip, row->name))
    return false;
  if (task->only != NULL)
    return strcmp (row->name, task->only) == 0;
  return self->kind == 0 || row_is_for (row, self->kind);
}

static void
child_free (gpointer data)
{
  dnn_child_free (data);
}

static void
run_stage (DnnConformance *self, const DnnConformanceTask *task, int stage)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (child_free);
  const bool skipped = self->n_failed > 0 && stage > DNN_CHECK_LOADING;

  for (const DnnCheckRow *row = dnn_check_table; row->name != NULL; row++) {
    DnnConformanceResult *result;

    if (!is_due (self, task, row, stage))
      continue;
    result = add_result (self, row);
    if (skipped) {
      result->outcome = DNN_CONFORMANCE_SKIP;
      g_ptr_array_add (result->problems,
                       g_strdup ("not run, as an earlier check fails"));
    } else {
      g_ptr_array_add (children, new_child (task, result));
    }
  }
  dnn_child_run_all (children, task->n_parallel, task->seconds);
  for (guint i = 0; i < children->len; i++)
    take_child (self, task, g_ptr_array_index (children, i));
}

DnnConformance *
dnn_conformance_run (const DnnConformanceTask *task, GError **error)
{
  g_autoptr (DnnConformance) self = NULL;

  if (task->only != NULL && find_row (task->only, error) == NULL)
    return NULL;
  for (size_t i = 0; task->skip != NULL && task->skip[i] != NULL; i++)
    if (find_row (task->skip[i], error) == NULL)
      return NULL;
  if (!g_file_test (task->path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "there is no file '%s'",
                 task->path);
    return NULL;
  }
  self = g_new0 (DnnConformance, 1);
  self->results = g_ptr_array_new_with_free_func (result_free);
  for (int stage = 0; stage < DNN_CHECK_N_STAGES; stage++)
    run_stage (self, task, stage);
  return g_steal_pointer (&self);
}
