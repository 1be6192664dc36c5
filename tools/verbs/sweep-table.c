/* sweep-table.c - prints what a sweep found */
#include "sweep-table.h"

#include "json.h"
#include <dnn-text.h>
#include <math.h>
#include <stdio.h>

/* --- numbers ------------------------------------------------------------- */

static void
add_parameters (JsonBuilder *b, const DnnSweep *sweep, size_t trial)
{
  json_builder_set_member_name (b, "parameters");
  json_builder_begin_object (b);
  for (size_t i = 0; i < dnn_sweep_n_axes (sweep); i++) {
    json_builder_set_member_name (b, dnn_sweep_axis (sweep, i)->key);
    json_builder_add_string_value (b, dnn_sweep_value (sweep, trial, i));
  }
  json_builder_end_object (b);
}

static void
add_text (JsonBuilder *b, const char *name, const char *text)
{
  json_builder_set_member_name (b, name);
  if (text != NULL)
    json_builder_add_string_value (b, text);
  else
    json_builder_add_null_value (b);
}

static void
add_int (JsonBuilder *b, const char *name, int64_t value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_int_value (b, value);
}

/* "0.4123 ± 0.0021" */
static char *
mean_text (double mean, double error)
{
  g_autofree char *value = dnn_format_value (mean);
  g_autofree char *spread = dnn_format_value (error);

  if (isnan (mean))
    return g_strdup ("-");
  if (isnan (error))
    return g_steal_pointer (&value);
  return g_strconcat (value, " ± ", spread, NULL);
}

/* --- runs ---------------------------------------------------------------- */

static void
print_run_json (const SweepView *self, const DnnSweepRun *run, double seconds)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_text (b, "event", "run");
  add_int (b, "run", (int64_t) run->trial + 1);
  add_int (b, "seed", run->seed);
  if (run->fold > 0)
    add_int (b, "fold", run->fold);
  add_parameters (b, self->sweep, run->trial);
  add_text (b, "status", dnn_sweep_status_name (run->status));
  add_text (b, "message", run->message);
  add_int (b, "epoch", run->epoch);
  for (size_t i = 0; self->goal->columns[i] != NULL; i++)
    add_json_number (b, self->goal->columns[i], run->values[i]);
  add_text (b, "out", run->folder);
  add_json_number (b, "seconds", seconds);
  json_builder_end_object (b);
  print_json (b);
}

void
sweep_print_run (const SweepView *self, const DnnSweepRun *run, size_t i,
                 size_t n, double seconds)
{
  g_autofree char *what = dnn_sweep_describe (self->sweep, run->trial);
  g_autofree char *value = dnn_format_value (run->values[0]);

  if (self->common->json)
    print_run_json (self, run, seconds);
  if (self->common->json || self->common->quiet)
    return;
  fprintf (stderr, "%zu/%zu - %.0fs - run %zu, seed %" G_GINT64_FORMAT, i, n,
           seconds, run->trial + 1, run->seed);
  if (run->fold > 0)
    fprintf (stderr, ", fold %" G_GINT64_FORMAT, run->fold);
  fprintf (stderr, ": %s", what);
  if (run->status == DNN_SWEEP_DONE)
    fprintf (stderr, " - %s: %s\n", self->goal->columns[0], value);
  else
    fprintf (stderr, " - %s: %s\n", dnn_sweep_status_name (run->status),
             run->message != NULL ? run->message : "it was ended");
}

/* --- the table ----------------------------------------------------------- */

/* Cells of the row, or of the head where `row` is NULL. */
static char **
cells_of (const SweepView *self, const DnnSweepRow *row)
{
  g_autoptr (GStrvBuilder) cells = g_strv_builder_new ();
  g_autofree char *run =
      row != NULL ? g_strdup_printf ("%zu", row->trial + 1) : g_strdup ("run");
  g_autofree char *runs =
      row != NULL ? g_strdup_printf ("%zu/%zu %s", row->n_done, row->n_runs,
                                     dnn_sweep_status_name (row->status))
                  : g_strdup ("runs");

  g_strv_builder_add (cells, run);
  for (size_t i = 0; i < dnn_sweep_n_axes (self->sweep); i++)
    g_strv_builder_add (
        cells, row != NULL ? dnn_sweep_value (self->sweep, row->trial, i)
                           : dnn_sweep_axis (self->sweep, i)->key);
  for (size_t i = 0; self->goal->columns[i] != NULL; i++) {
    g_autofree char *mean = row != NULL
                                ? mean_text (row->means[i], row->errors[i])
                                : g_strdup (self->goal->columns[i]);

    g_strv_builder_add (cells, mean);
  }
  g_strv_builder_add (cells, runs);
  return g_strv_builder_end (cells);
}

static void
print_lines (const GPtrArray *lines, glong *widths)
{
  for (guint i = 0; i < lines->len; i++) {
    char **cells = g_ptr_array_index (lines, i);

    for (size_t j = 0; cells[j] != NULL; j++)
      printf ("%s%*s", cells[j],
              cells[j + 1] != NULL
                  ? (int) (widths[j] - g_utf8_strlen (cells[j], -1) + 2)
                  : 0,
              "");
    printf ("\n");
  }
}

static void
cells_free (gpointer data)
{
  g_strfreev (data);
}

static void
print_text (const SweepView *self, const GPtrArray *rows)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (cells_free);
  g_autofree glong *widths = NULL;

  g_ptr_array_add (lines, cells_of (self, NULL));
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (lines, cells_of (self, g_ptr_array_index (rows, i)));
  widths = g_new0 (glong, g_strv_length (g_ptr_array_index (lines, 0)));
  for (guint i = 0; i < lines->len; i++) {
    char **cells = g_ptr_array_index (lines, i);

    for (size_t j = 0; cells[j] != NULL; j++)
      widths[j] = MAX (widths[j], g_utf8_strlen (cells[j], -1));
  }
  print_lines (lines, widths);
}

/* The first run of the row that came to its end; NULL: none did. */
static const DnnSweepRun *
find_run (const DnnSweepRow *row, const GPtrArray *runs)
{
  for (guint i = 0; i < runs->len; i++) {
    const DnnSweepRun *run = g_ptr_array_index (runs, i);

    if (run->trial == row->trial && run->status == DNN_SWEEP_DONE)
      return run;
  }
  return NULL;
}

static void
print_winner (const DnnSweepRow *row, const GPtrArray *runs)
{
  const DnnSweepRun *run = find_run (row, runs);
  g_autofree char *path = NULL;
  g_autofree char *quoted = NULL;

  if (run == NULL)
    return;
  path = g_build_filename (run->folder, "experiment.dnn", NULL);
  quoted = g_shell_quote (path);
  fprintf (stderr,
           "the best is run %zu, %s; this trains it again: dnnrun train %s "
           "--out runs/best\n",
           run->trial + 1, run->folder, quoted);
}

static void
print_row_json (const SweepView *self, const DnnSweepRow *row,
                const GPtrArray *runs, size_t rank)
{
  const DnnSweepRun *run = find_run (row, runs);
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_text (b, "event", "row");
  add_int (b, "rank", (int64_t) rank);
  add_int (b, "run", (int64_t) row->trial + 1);
  add_parameters (b, self->sweep, row->trial);
  for (size_t i = 0; self->goal->columns[i] != NULL; i++) {
    g_autofree char *error =
        g_strconcat (self->goal->columns[i], "_error", NULL);

    add_json_number (b, self->goal->columns[i], row->means[i]);
    add_json_number (b, error, row->errors[i]);
  }
  add_int (b, "runs", (int64_t) row->n_runs);
  add_int (b, "done", (int64_t) row->n_done);
  add_text (b, "status", dnn_sweep_status_name (row->status));
  add_text (b, "out", run != NULL ? run->folder : NULL);
  json_builder_end_object (b);
  print_json (b);
}

void
sweep_print_table (const SweepView *self, const GPtrArray *rows,
                   const GPtrArray *runs)
{
  if (!self->common->json) {
    print_text (self, rows);
    if (!self->common->quiet && dnn_sweep_n_trials (self->sweep) > 1)
      print_winner (g_ptr_array_index (rows, 0), runs);
    return;
  }
  for (guint i = 0; i < rows->len; i++)
    print_row_json (self, g_ptr_array_index (rows, i), runs, i + 1);
}
