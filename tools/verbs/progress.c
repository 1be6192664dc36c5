/* progress.c - Keras' progress bar on a terminal, else one line per epoch */
#include "progress.h"

#include "health.h"
#include "json.h"
#include "output.h"
#include "signals.h"
#include "terminal.h"

#include <dnn-text.h>
#include <stdio.h>
#include <unistd.h>

struct Progress {
  const DnnHistory *history; /* names the metrics */
  bool json;
  bool quiet;
  bool terminal;
  bool colours;
  bool line_open;   /* a bar stands there, without its newline */
  Control *control; /* NULL: nobody listens */
  int64_t n_batches, n_epochs;
};

Progress *
progress_new (const Common *common, DnnTrainer *trainer)
{
  Progress *self = g_new0 (Progress, 1);

  self->history = dnn_trainer_history (trainer);
  self->json = common->json;
  self->quiet = common->quiet;
  self->terminal = terminal_moves (STDERR_FILENO);
  self->colours = terminal_has_colours (STDERR_FILENO);
  return self;
}

/* Ends the open line: the next text begins a new one. */
static void
close_line (Progress *self)
{
  if (self->line_open)
    fputc ('\n', stderr);
  self->line_open = false;
}

void
progress_free (Progress *self)
{
  if (self == NULL)
    return;
  close_line (self);
  g_free (self);
}

static void
append_value (GString *text, const char *prefix, const char *name, double value)
{
  g_autofree char *number = dnn_format_value (value);

  g_string_append_printf (text, " - %s%s: %s", prefix, name, number);
}

static void
append_values (GString *text, const DnnHistory *history, const char *prefix,
               double loss, const double *metrics)
{
  append_value (text, prefix, "loss", loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++)
    append_value (text, prefix, history->metrics[i], metrics[i]);
}

/* "12s 3ms/step" */
static void
append_time (GString *text, double seconds, int64_t n_steps)
{
  double step = seconds / (double) MAX (n_steps, 1);

  g_string_append_printf (text, " %.0fs ", seconds);
  if (step >= 1)
    g_string_append_printf (text, "%.0fs/step", step);
  else if (step >= 1e-3)
    g_string_append_printf (text, "%.0fms/step", step * 1e3);
  else
    g_string_append_printf (text, "%.0fus/step", step * 1e6);
}

/* Writes over the line that stands there. */
static void
replace_line (const Progress *self, int64_t done, const char *time,
              const char *values)
{
  const int columns = terminal_columns (STDERR_FILENO);
  g_autofree char *line = terminal_progress (
      done, self->n_batches, time, values, columns - 1, self->colours);

  fprintf (stderr, "\r%s\033[K", line);
  fflush (stderr);
}

static void
on_begin_epoch (void *data, const DnnProgress *progress)
{
  Progress *self = data;

  self->n_batches = progress->n_batches;
  self->n_epochs = progress->n_epochs;
  if (self->quiet || self->json || !self->terminal)
    return;
  fprintf (stderr, "Epoch %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "\n",
           progress->epoch, progress->n_epochs);
}

static void
on_batch (void *data, const DnnProgress *progress)
{
  Progress *self = data;
  g_autoptr (GString) time = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);

  if (self->quiet || self->json || !self->terminal)
    return;
  append_time (time, progress->seconds, progress->batch);
  append_values (values, self->history, "", progress->loss, progress->metrics);
  replace_line (self, progress->batch, time->str, values->str);
  self->line_open = true;
}

static void
print_epoch_json (const Progress *self, const DnnHistoryEpoch *epoch)
{
  const DnnHistory *history = self->history;
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "event");
  json_builder_add_string_value (b, "epoch");
  json_builder_set_member_name (b, "epoch");
  json_builder_add_int_value (b, epoch->number);
  json_builder_set_member_name (b, "phase");
  json_builder_add_string_value (b, epoch->phase);
  add_json_number (b, "loss", epoch->loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++)
    add_json_number (b, history->metrics[i], epoch->metrics[i]);
  if (history->validates)
    add_json_number (b, "val_loss", epoch->val_loss);
  for (size_t i = 0; history->validates && history->metrics[i] != NULL; i++) {
    g_autofree char *name = g_strconcat ("val_", history->metrics[i], NULL);

    add_json_number (b, name, epoch->val_metrics[i]);
  }
  add_json_number (b, "learning_rate", epoch->learning_rate);
  add_json_number (b, "seconds", epoch->seconds);
  json_builder_end_object (b);
  print_json (b);
}

static void
on_end_epoch (void *data, const DnnHistoryEpoch *epoch)
{
  Progress *self = data;
  g_autoptr (GString) time = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);

  if (self->json)
    print_epoch_json (self, epoch);
  if (self->quiet || self->json)
    return;
  append_time (time, epoch->seconds, self->n_batches);
  append_values (values, self->history, "", epoch->loss, epoch->metrics);
  if (self->history->validates)
    append_values (values, self->history, "val_", epoch->val_loss,
                   epoch->val_metrics);
  if (self->terminal)
    replace_line (self, self->n_batches, time->str, values->str);
  else
    fprintf (stderr, "Epoch %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " -%s%s",
             epoch->number, self->n_epochs, time->str, values->str);
  fputc ('\n', stderr);
  self->line_open = false;
}

static void
on_message (void *data, const char *text)
{
  Progress *self = data;

  if (self->quiet || self->json)
    return;
  close_line (self);
  fprintf (stderr, "%s\n", text);
}

/* Said in any case: something was not done. */
static void
on_warning (void *data, const char *text)
{
  close_line (data);
  fprintf (stderr, "dnnrun: warning: %s\n", text);
}

static void
print_status (Progress *self, DnnTrainer *trainer)
{
  DnnProgress now = dnn_trainer_progress (trainer);
  g_autoptr (GString) text = g_string_new (NULL);

  append_values (text, self->history, "", now.loss, now.metrics);
  close_line (self);
  fprintf (stderr,
           "Epoch %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
           ", step %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
           " (%" G_GUINT64_FORMAT " of the run)%s\n",
           now.epoch, now.n_epochs, now.batch, now.n_batches,
           dnn_trainer_step (trainer), text->str);
}

/* While the run is paused, until it goes on or is to stop. */
static DnnRequest
on_between (void *data, DnnTrainer *trainer)
{
  const Progress *self = data;
  DnnRequest asked = DNN_REQUEST_NONE;

  do {
    if (signals_ask_status ())
      print_status (data, trainer);
    if (self->control != NULL)
      asked = control_serve (self->control);
    if (signals_ask_stop () || output_is_lost ())
      asked |= DNN_REQUEST_STOP;
  } while (self->control != NULL && control_is_paused (self->control) &&
           (asked & DNN_REQUEST_STOP) == 0);
  return asked;
}

static void
on_health (void *data, const DnnHealthEpoch *epoch)
{
  const Progress *self = data;

  if (self->json)
    print_health_json (epoch);
  else if (!self->quiet)
    print_health (epoch);
}

void
progress_set_control (Progress *self, Control *control)
{
  self->control = control;
}

DnnTrainEvents
progress_events (Progress *self)
{
  return (DnnTrainEvents){ .begin_epoch = on_begin_epoch,
                           .batch = on_batch,
                           .end_epoch = on_end_epoch,
                           .message = on_message,
                           .health = on_health,
                           .warning = on_warning,
                           .between = on_between,
                           .data = self };
}
