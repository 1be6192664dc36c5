/* commands.c - the table of commands, and what each does */
#include "commands.h"

#include "json.h"
#include "plugins.h"

#include <dnn-phase.h>
#include <dnn-suggest.h>
#include <dnn-text.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  unsigned min_words, max_words; /* after the name */
  bool at_end;                   /* answered when the run has ended */
  /* Adds members to the answer; `text` is for people. */
  bool (*carry_out) (Steering *self, char **words, JsonBuilder *answer,
                     GError **error);
} Row;

/* --- answers ------------------------------------------------------------- */

static JsonBuilder *
begin_answer (bool ok)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_bool (b, "ok", ok);
  return b;
}

static char *
end_answer (JsonBuilder *b)
{
  json_builder_end_object (b);
  return json_to_line (b);
}

char *
steering_refuse (const GError *error)
{
  JsonBuilder *b = begin_answer (false);

  add_json_text (b, "error", error->message);
  add_json_int (b, "exit", exit_code (error));
  return end_answer (b);
}

static void
add_place (const Steering *self, JsonBuilder *b)
{
  add_json_int (b, "step",
                (int64_t) dnn_trainer_step (dnn_run_trainer (self->run)));
  add_json_int (b, "saved_step", dnn_run_saved_step (self->run));
}

/* The same to who asked and to who watches. */
static void
say (const Steering *self, JsonBuilder *b, const char *text)
{
  g_autofree char *line = g_strconcat ("control: ", text, NULL);

  add_json_text (b, "text", text);
  if (self->watcher.message != NULL)
    self->watcher.message (self->watcher.data, line);
}

/* --- commands ------------------------------------------------------------ */

static void
append_value (GString *text, const char *name, double value)
{
  g_autofree char *number = dnn_format_value (value);

  g_string_append_printf (text, "\n%s: %s", name, number);
}

static void
add_values (const DnnHistory *history, const DnnProgress *now, JsonBuilder *b,
            GString *text)
{
  add_json_number (b, "loss", now->loss);
  append_value (text, "loss", now->loss);
  for (size_t i = 0; history->metrics[i] != NULL; i++) {
    add_json_number (b, history->metrics[i], now->metrics[i]);
    append_value (text, history->metrics[i], now->metrics[i]);
  }
}

static bool
tell_status (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  DnnTrainer *trainer = dnn_run_trainer (self->run);
  const DnnProgress now = dnn_trainer_progress (trainer);
  const char *phase = dnn_run_phase (self->run)->name;
  const char *state = self->paused ? "paused" : "training";
  const double rate = dnn_trainer_rate (trainer);
  g_autofree char *optimizer =
      dnn_spec_to_string (dnn_run_phase (self->run)->optimizer);
  g_autoptr (GString) text = g_string_new (state);

  (void) words;
  (void) error;
  add_json_text (b, "state", state);
  add_json_int (b, "process", getpid ());
  add_json_text (b, "phase", phase);
  add_json_int (b, "epoch", now.epoch);
  add_json_int (b, "n_epochs", now.n_epochs);
  add_json_int (b, "batch", now.batch);
  add_json_int (b, "n_batches", now.n_batches);
  add_place (self, b);
  g_string_append_printf (
      text,
      ", phase %s, epoch %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
      ", batch %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT
      ", step %" G_GUINT64_FORMAT " of the run, %" G_GINT64_FORMAT " saved",
      phase, now.epoch, now.n_epochs, now.batch, now.n_batches,
      dnn_trainer_step (trainer), dnn_run_saved_step (self->run));
  add_values (dnn_trainer_history (trainer), &now, b, text);
  add_json_text (b, "optimizer", optimizer);
  add_json_number (b, "learning_rate", rate);
  add_json_number (b, "seconds", now.seconds);
  g_string_append_printf (text, "\noptimizer: %s\nlearning_rate: %g", optimizer,
                          rate);
  add_json_text (b, "text", text->str);
  return true;
}

static bool
set_paused (Steering *self, bool paused, JsonBuilder *b)
{
  g_autofree char *folder = g_shell_quote (dnn_run_folder (self->run));
  g_autofree char *text =
      g_strdup_printf (paused ? "paused after step %" G_GUINT64_FORMAT
                                "; this goes on: dnnrun control %s resume"
                              : "goes on after step %" G_GUINT64_FORMAT,
                       dnn_trainer_step (dnn_run_trainer (self->run)), folder);

  self->paused = paused;
  add_json_text (b, "state", paused ? "paused" : "training");
  add_place (self, b);
  say (self, b, text);
  return true;
}

static bool
pause_run (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  (void) words;
  (void) error;
  return set_paused (self, true, b);
}

static bool
resume_run (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  (void) words;
  (void) error;
  return set_paused (self, false, b);
}

static bool
save_run (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  g_autofree char *text = NULL;

  (void) words;
  if (!dnn_run_checkpoint (self->run, error))
    return false;
  text = g_strdup_printf (
      "step %" G_GINT64_FORMAT " is saved in %s/model.safetensors",
      dnn_run_saved_step (self->run), dnn_run_folder (self->run));
  add_place (self, b);
  say (self, b, text);
  return true;
}

/* Splits the words after the first: KEY=VALUE go to `sets`, --plugin-path's
 * folders are returned (transfer full), or NULL. */
static char *
take_folders (char **words, GStrvBuilder *sets)
{
  const char *option = "--plugin-path=";
  char *folders = NULL;

  for (size_t i = 0; words[i] != NULL; i++) {
    if (!g_str_has_prefix (words[i], option)) {
      g_strv_builder_add (sets, words[i]);
      continue;
    }
    g_free (folders);
    folders = g_strdup (words[i] + strlen (option));
  }
  return folders;
}

static bool
change_run (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *folders = take_folders (words, builder);
  g_auto (GStrv) sets = g_strv_builder_end (builder);
  g_autofree char *report = NULL, *text = NULL;

  if (sets[0] == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'set' needs KEY=VALUE behind it");
    return false;
  }
  if (!check_plugins (self->run, (const char *const *) sets, folders, error) ||
      !dnn_run_change (self->run, (const char *const *) sets, folders, &report,
                       error))
    return false;
  text = g_strdup_printf (
      "from step %" G_GUINT64_FORMAT " on %s; early stopping, plateaus and "
      "schedules begin anew",
      dnn_trainer_step (dnn_run_trainer (self->run)) + 1, report);
  add_json_text (b, "change", report);
  add_place (self, b);
  say (self, b, text);
  return true;
}

static bool
stop_run (Steering *self, char **words, JsonBuilder *b, GError **error)
{
  (void) words;
  (void) b;
  (void) error;
  self->stops = true;
  return true;
}

static const Row rows[] = {
  { "status", 0, 0, false, tell_status },
  { "pause", 0, 0, false, pause_run },
  { "resume", 0, 0, false, resume_run },
  { "checkpoint", 0, 0, false, save_run },
  { "set", 1, G_MAXUINT, false, change_run },
  { "stop", 0, 0, true, stop_run },
};

/* --- lines --------------------------------------------------------------- */

static const Row *
find_row (char **words, GError **error)
{
  const char *names[G_N_ELEMENTS (rows) + 1] = { NULL };
  const unsigned n = g_strv_length (words) - 1;
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    names[i] = rows[i].name;
    if (strcmp (rows[i].name, words[0]) != 0)
      continue;
    if (n >= rows[i].min_words && n <= rows[i].max_words)
      return &rows[i];
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 rows[i].max_words == 0 ? "'%s' stands alone, without '%s'"
                                        : "'%s' needs KEY=VALUE behind it",
                 words[0], n > 0 ? words[1] : "");
    return NULL;
  }
  nearest = dnn_suggest (words[0], names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "there is no command '%s'; %s", words[0], nearest);
  return NULL;
}

/* Words of a line that is text. */
static char **
split (const char *line, GError **error)
{
  GError *cause = NULL;
  char **words = NULL;

  if (!g_utf8_validate (line, -1, NULL)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "a command must be a line of UTF-8");
    return NULL;
  }
  if (!g_shell_parse_argv (line, NULL, &words, &cause)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "the line is no command: %s", cause->message);
    g_error_free (cause);
    return NULL;
  }
  return words;
}

static char *
answer (Steering *self, char **words, GError **error)
{
  const Row *row = find_row (words, error);
  JsonBuilder *b;

  if (row == NULL)
    return NULL;
  b = begin_answer (true);
  add_json_text (b, "command", row->name);
  if (row->carry_out (self, words + 1, b, error) && !row->at_end)
    return end_answer (b);
  g_object_unref (b);
  return NULL;
}

char *
steering_answer (Steering *self, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = split (line, &error);
  char *text = words != NULL ? answer (self, words, &error) : NULL;

  return error != NULL ? steering_refuse (error) : text;
}

char *
steering_answer_stop (Steering *self, const GError *error)
{
  g_autofree char *folder = g_shell_quote (dnn_run_folder (self->run));
  g_autofree char *text = NULL;
  JsonBuilder *b;

  if (error != NULL)
    return steering_refuse (error);
  text = dnn_run_is_stopped (self->run)
             ? g_strdup_printf ("stopped after step %" G_GINT64_FORMAT
                                "; this goes on: dnnrun train --resume %s",
                                dnn_run_saved_step (self->run), folder)
             : g_strdup ("the run was at its end, and is done");
  b = begin_answer (true);
  add_json_text (b, "command", "stop");
  add_json_text (b, "state",
                 dnn_run_is_stopped (self->run) ? "stopped" : "done");
  add_place (self, b);
  add_json_text (b, "text", text);
  return end_answer (b);
}
