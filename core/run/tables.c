/* tables.c - history, health and curves: what a run leaves after an epoch
 *
 * Tables are appended to, and the picture is drawn now and then, so that an
 * epoch costs the same however many went before it.
 */
#include "dnn-run-private.h"

#include "dnn-file.h"
#include "dnn-plot.h"

#include <string.h>

/* --- their text ---------------------------------------------------------- */

static size_t
count_history (const DnnRun *self)
{
  return dnn_history_count (dnn_trainer_history (self->trainer));
}

static char *
whole_history (const DnnRun *self)
{
  return dnn_history_to_csv (dnn_trainer_history (self->trainer));
}

static char *
rows_of_history (const DnnRun *self, size_t from)
{
  return dnn_history_rows_to_csv (dnn_trainer_history (self->trainer), from);
}

static size_t
count_health (const DnnRun *self)
{
  const DnnHealth *health = dnn_trainer_health (self->trainer);

  return health != NULL ? dnn_health_count (health) : 0;
}

/* With the rows of the epochs before the run went on. */
static char *
whole_health (const DnnRun *self)
{
  const DnnHealth *health = dnn_trainer_health (self->trainer);
  g_autofree char *rows = NULL;

  if (self->health_before == NULL)
    return dnn_health_to_csv (health);
  rows = dnn_health_rows_to_csv (health, 0);
  return g_strconcat (self->health_before, rows, NULL);
}

static char *
rows_of_health (const DnnRun *self, size_t from)
{
  return dnn_health_rows_to_csv (dnn_trainer_health (self->trainer), from);
}

static const struct {
  const char *name;
  size_t (*count) (const DnnRun *self); /* epochs */
  char *(*whole) (const DnnRun *self);
  char *(*rows) (const DnnRun *self, size_t from);
} kinds[DNN_RUN_N_TABLES] = {
  { "history.csv", count_history, whole_history, rows_of_history },
  { "health.csv", count_health, whole_health, rows_of_health },
};

/* --- writing ------------------------------------------------------------- */

/* Adds the epochs that are not yet in the file. */
static bool
append (DnnRun *self, size_t which)
{
  DnnRunTable *table = &self->tables[which];
  g_autofree char *path = dnn_run_path (self, kinds[which].name);
  g_autofree char *rows = kinds[which].rows (self, table->n_epochs);
  const size_t n = strlen (rows);

  if (!dnn_file_append (path, table->bytes, rows, n, NULL))
    return false;
  table->bytes += n;
  return true;
}

/* Whatever became of a file that was appended to, written whole it is right
 * again. */
static bool
save_table (DnnRun *self, size_t which, GError **error)
{
  DnnRunTable *table = &self->tables[which];
  const size_t n = kinds[which].count (self);
  g_autofree char *text = NULL;

  if (n == table->n_epochs)
    return true;
  if (table->n_epochs == 0 || !append (self, which)) {
    text = kinds[which].whole (self);
    table->n_epochs = 0;
    if (!dnn_run_write_text (self, kinds[which].name, text, error))
      return false;
    table->bytes = strlen (text);
  }
  table->n_epochs = n;
  return true;
}

bool
dnn_run_sync_history (DnnRun *self)
{
  g_autofree char *path = dnn_run_path (self, kinds[0].name);

  if (count_history (self) == 0)
    return true;
  if (!save_table (self, 0, NULL))
    return false;
  if (dnn_file_sync (path, NULL))
    return true;
  self->tables[0].n_epochs = 0; /* written whole it is synced, too */
  return save_table (self, 0, NULL);
}

static bool
save_curves (DnnRun *self, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (self->folder, NULL);
  g_autofree char *name = g_filename_display_basename (absolute);
  DnnPlotRun run = { name, dnn_trainer_history (self->trainer) };
  g_autofree char *svg = NULL;
  bool ok;

  dnn_pace_begin (&self->drawing);
  svg = dnn_plot_to_svg (&run, 1, NULL);
  ok = dnn_run_write_text (self, "curves.svg", svg, error);
  dnn_pace_end (&self->drawing);
  if (ok)
    self->n_drawn = count_history (self);
  return ok;
}

/* Each is tried, whatever became of the others; the first that fails counts. */
static bool
save (DnnRun *self, bool draws, GError **error)
{
  g_autoptr (GError) first = NULL;

  if (self->folder == NULL || count_history (self) == 0)
    return true;
  for (size_t i = 0; i < DNN_RUN_N_TABLES; i++)
    save_table (self, i, first == NULL ? &first : NULL);
  if (draws)
    save_curves (self, first == NULL ? &first : NULL);
  if (first == NULL)
    return true;
  g_propagate_error (error, g_steal_pointer (&first));
  return false;
}

bool
dnn_run_save_tables (DnnRun *self, GError **error)
{
  return save (self, dnn_pace_is_due (&self->drawing), error);
}

bool
dnn_run_finish_tables (DnnRun *self, GError **error)
{
  return save (self, self->n_drawn != count_history (self), error);
}
