/* dnn-checkpoint.c - the state of training, written and read by one table */
#include "dnn-checkpoint.h"

#include "dnn-checkpoint-private.h"
#include "dnn-param.h"
#include "dnn-parse.h"
#include "dnn-shape.h"
#include "dnn-trainer-private.h"

#include <math.h>
#include <string.h>

#define PREFIX "checkpoint."

/* --- the table ----------------------------------------------------------- */

typedef enum { INT, NUMBER, FLAG } FieldType;

/* A key of the metadata, and where its value is. */
typedef struct {
  char *key; /* (owned) */
  FieldType type;
  void *at;
} Field;

static void
field_clear (gpointer data)
{
  g_free (((Field *) data)->key);
}

static void
add_field (GArray *fields, const char *key, FieldType type, void *at)
{
  Field field = { g_strdup (key), type, at };

  g_array_append_val (fields, field);
}

static char *
callback_key (guint i, const char *what)
{
  return g_strdup_printf (PREFIX "callback.%u.%s", i, what);
}

/* Of callback number `i`. */
static void
add_callback (GArray *fields, guint i, DnnCallbackState *state)
{
  const struct {
    const char *key;
    FieldType type;
    void *at;
  } rows[] = {
    { "best", NUMBER, &state->best },
    { "over", FLAG, &state->over },
    { "restore", FLAG, &state->restore },
    { "n_kept", INT, &state->n_kept },
  };

  for (size_t j = 0; j < G_N_ELEMENTS (rows); j++) {
    g_autofree char *key = callback_key (i, rows[j].key);

    add_field (fields, key, rows[j].type, rows[j].at);
  }
  for (guint j = 0; j < state->kept->len; j++) {
    DnnKept *kept = &g_array_index (state->kept, DnnKept, j);
    g_autofree char *score = g_strdup_printf ("kept.%u.score", j);
    g_autofree char *epoch = g_strdup_printf ("kept.%u.epoch", j);
    g_autofree char *score_key = callback_key (i, score);
    g_autofree char *epoch_key = callback_key (i, epoch);

    add_field (fields, score_key, NUMBER, &kept->score);
    add_field (fields, epoch_key, INT, &kept->epoch);
  }
}

static guint
n_callbacks (const DnnTrainer *trainer)
{
  return trainer->parts.callbacks->len;
}

static DnnCallbackState *
callback_at (const DnnTrainer *trainer, guint i)
{
  return dnn_callback_state (g_ptr_array_index (trainer->parts.callbacks, i));
}

/* State without a place of its own in the trainer. */
typedef struct {
  double rate;
} Extra;

/* Every number of the state, once. */
static GArray *
list_fields (DnnCheckpoint *self, Extra *extra)
{
  DnnTrainer *trainer = self->trainer;
  DnnObjectiveState *sums = dnn_objectives_state (trainer->parts.objective);
  const struct {
    const char *key;
    FieldType type;
    void *at;
  } rows[] = {
    { "epoch", INT, &trainer->epoch },
    { "step", INT, &trainer->step },
    { PREFIX "batch", INT, &trainer->batch },
    { PREFIX "phase", INT, &self->phase },
    { PREFIX "phase_epoch", INT, &trainer->phase_epoch },
    { PREFIX "phase_step", INT, &trainer->phase_step },
    { PREFIX "best", NUMBER, &self->best },
    { PREFIX "sum", NUMBER, &sums->sum },
    { PREFIX "count", NUMBER, &sums->count },
    { PREFIX "learning_rate", NUMBER, &extra->rate },
  };
  GArray *fields = g_array_new (FALSE, FALSE, sizeof (Field));

  g_array_set_clear_func (fields, field_clear);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    add_field (fields, rows[i].key, rows[i].type, rows[i].at);
  for (guint i = 0; i < n_callbacks (trainer); i++)
    add_callback (fields, i, callback_at (trainer, i));
  return fields;
}

/* --- text ---------------------------------------------------------------- */

/* Text that reads to the same bits. */
static void
write_field (DnnSafetensors *file, const Field *field)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (field->type == NUMBER)
    g_ascii_dtostr (text, sizeof text, *(const double *) field->at);
  else
    g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT,
                field->type == FLAG ? (int64_t) * (const bool *) field->at
                                    : *(const int64_t *) field->at);
  dnn_safetensors_set_metadata (file, field->key, text);
}

static bool
read_field (const DnnSafetensors *file, const Field *field, GError **error)
{
  const char *text = dnn_safetensors_get_metadata (file, field->key);
  int64_t flag = 0;
  bool ok;

  if (text == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "it is no whole checkpoint: '%s' is missing", field->key);
    return false;
  }
  if (field->type == NUMBER)
    ok = dnn_parse_float (text, -INFINITY, INFINITY, field->at, error);
  else if (field->type == INT)
    ok = dnn_parse_int (text, 0, INT64_MAX, field->at, error);
  else
    ok = dnn_parse_int (text, 0, 1, &flag, error);
  if (field->type == FLAG && ok)
    *(bool *) field->at = flag != 0;
  if (!ok)
    g_prefix_error (error, "%s ", field->key);
  return ok;
}

/* --- tensors ------------------------------------------------------------- */

#define LAST "checkpoint/last/"

/* Of the weights that callback number `i` keeps. */
static char *
kept_prefix (guint i, guint k)
{
  return g_strdup_printf ("checkpoint/callback.%u.best.%u/", i, k);
}

/* The state of callback number `i`. */
static DnnNamedTensor
numbers_tensor (const DnnCallbackState *state, guint i, char **name)
{
  *name = g_strdup_printf ("checkpoint/callback.%u", i);
  return (DnnNamedTensor){
    *name, DNN_FLOAT64, { 1, 0, { state->n_numbers } }, state->numbers
  };
}

/* --- writing ------------------------------------------------------------- */

/* Without the seconds, which are never the same and no part of the state. */
static char *
history_to_text (const DnnHistory *history)
{
  g_autoptr (DnnHistory) copy = dnn_history_copy (history);

  for (guint i = 0; i < copy->epochs->len; i++)
    ((DnnHistoryEpoch *) g_ptr_array_index (copy->epochs, i))->seconds = NAN;
  return dnn_history_to_csv (copy);
}

/* The last row, but for the seconds: the history beside must have it. */
static char *
last_row (const DnnHistory *history, size_t n)
{
  char *rows = n > 0 ? dnn_history_rows_to_csv (history, n - 1) : NULL;
  char *end = rows != NULL ? strchr (rows, '\n') : NULL;

  if (rows == NULL)
    return g_strdup ("");
  *end = '\0';
  *strrchr (rows, ',') = '\0';
  return rows;
}

static void
add_history (const DnnCheckpoint *self, DnnSafetensors *file)
{
  const DnnHistory *history = self->trainer->history;
  const bool beside = self->beside != NULL;
  g_autofree char *text = beside
                              ? last_row (history, dnn_history_count (history))
                              : history_to_text (history);

  dnn_safetensors_set_metadata (
      file, beside ? PREFIX "last_row" : PREFIX "history", text);
}

static void
add_callback_tensors (DnnSafetensors *file, const DnnTrainer *trainer, guint i)
{
  const DnnCallbackState *state = callback_at (trainer, i);
  g_autofree char *name = NULL;
  const DnnNamedTensor numbers = numbers_tensor (state, i, &name);

  if (state->n_numbers > 0)
    dnn_safetensors_add (file, &numbers);
  for (guint k = 0; k < state->kept->len; k++) {
    g_autofree char *prefix = kept_prefix (i, k);

    dnn_checkpoint_add_snapshot (
        file, trainer->model, g_array_index (state->kept, DnnKept, k).weights,
        prefix);
  }
}

void
dnn_checkpoint_add (const DnnCheckpoint *self, DnnSafetensors *file)
{
  DnnCheckpoint state = *self;
  const DnnTrainer *trainer = self->trainer;
  Extra extra = { dnn_optimizer_own_rate (trainer->parts.optimizer) };
  g_autoptr (GArray) fields = list_fields (&state, &extra);

  for (guint i = 0; i < fields->len; i++)
    write_field (file, &g_array_index (fields, Field, i));
  dnn_safetensors_set_metadata (file, PREFIX "data", self->data);
  if (self->rows != NULL)
    dnn_safetensors_set_metadata (file, PREFIX "rows", self->rows);
  add_history (self, file);
  for (size_t i = 0;
       i < dnn_checkpoint_count_metrics (trainer->parts.objective); i++) {
    g_autofree char *name = NULL;
    DnnNamedTensor t = dnn_checkpoint_metric_tensor (
        dnn_checkpoint_metric_at (trainer->parts.objective, i), i, &name);

    dnn_safetensors_add (file, &t);
  }
  for (guint i = 0; i < n_callbacks (trainer); i++)
    add_callback_tensors (file, trainer, i);
  /* The model's own are what came back at the end of the phase. */
  if (trainer->ended && trainer->last != NULL)
    dnn_checkpoint_add_snapshot (file, trainer->model, trainer->last, LAST);
  else if (trainer->shown != NULL)
    dnn_checkpoint_add_snapshot (file, trainer->model, trainer->shown, LAST);
}

/* --- reading ------------------------------------------------------------- */

bool
dnn_checkpoint_read_phase (const DnnSafetensors *file, int64_t *ret_phase,
                           GError **error)
{
  const Field field = { (char *) PREFIX "phase", INT, ret_phase };

  return read_field (file, &field, error);
}

/* The weights as training had them. */
static bool
take_weights (DnnTrainer *trainer, const DnnSafetensors *file, GError **error)
{
  g_autoptr (DnnSnapshot) weights = dnn_snapshot_new (trainer->model, error);
  bool last = false;

  for (size_t i = 0; i < dnn_safetensors_count (file); i++)
    last = last || g_str_has_prefix (dnn_safetensors_at (file, i)->name, LAST);
  if (weights == NULL ||
      !dnn_checkpoint_copy_snapshot (file, trainer->model, last ? LAST : "",
                                     weights, error))
    return false;
  dnn_snapshot_put (weights, trainer->model);
  return true;
}

static bool
take_metrics (DnnTrainer *trainer, const DnnSafetensors *file, GError **error)
{
  for (size_t i = 0;
       i < dnn_checkpoint_count_metrics (trainer->parts.objective); i++) {
    const DnnMetric *metric =
        dnn_checkpoint_metric_at (trainer->parts.objective, i);
    g_autofree char *name = NULL;
    DnnNamedTensor like = dnn_checkpoint_metric_tensor (metric, i, &name);

    if (!dnn_checkpoint_copy_tensor (file, &like, metric->state, error))
      return false;
  }
  return true;
}

/* Room for so many kept epochs, and their weights. */
static bool
take_kept (DnnTrainer *trainer, const DnnSafetensors *file, guint i,
           GError **error)
{
  DnnCallbackState *state = callback_at (trainer, i);
  g_autofree char *key = callback_key (i, "n_kept");
  int64_t n = 0;
  const Field field = { key, INT, &n };

  if (!read_field (file, &field, error))
    return false;
  g_array_set_size (state->kept, 0);
  for (guint k = 0; k < n; k++) {
    g_autofree char *prefix = kept_prefix (i, k);
    DnnKept kept = { 0 };

    kept.weights = dnn_snapshot_new (trainer->model, error);
    if (kept.weights == NULL)
      return false;
    g_array_append_val (state->kept, kept);
    if (!dnn_checkpoint_copy_snapshot (file, trainer->model, prefix,
                                       kept.weights, error))
      return false;
  }
  return true;
}

static bool
take_callbacks (DnnTrainer *trainer, const DnnSafetensors *file, GError **error)
{
  for (guint i = 0; i < n_callbacks (trainer); i++) {
    DnnCallbackState *state = callback_at (trainer, i);
    g_autofree char *name = NULL;
    const DnnNamedTensor like = numbers_tensor (state, i, &name);

    if (!take_kept (trainer, file, i, error) ||
        (state->n_numbers > 0 &&
         !dnn_checkpoint_copy_tensor (file, &like, state->numbers, error)))
      return false;
  }
  return true;
}

static void
set_misfit (GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "it is no whole checkpoint: its history does not fit");
}

/* The file's own, or the first rows of the one beside it. */
static DnnHistory *
read_history (const DnnCheckpoint *self, const DnnSafetensors *file,
              GError **error)
{
  const char *text = dnn_safetensors_get_metadata (file, PREFIX "history");
  const int64_t n = self->trainer->epoch;
  g_autofree char *row = NULL;
  DnnHistory *history;

  if (text != NULL)
    return dnn_history_parse ("history", text, error);
  if (n == 0)
    return dnn_history_new (
        (const char *const *) self->trainer->history->metrics,
        self->trainer->history->validates);
  if (self->beside == NULL || (int64_t) dnn_history_count (self->beside) < n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "history.csv beside it must have the rows of its "
                 "%" G_GINT64_FORMAT " epochs, not '%zu'",
                 n,
                 self->beside != NULL ? dnn_history_count (self->beside) : 0);
    return NULL;
  }
  row = last_row (self->beside, (size_t) n);
  if (g_strcmp0 (row, dnn_safetensors_get_metadata (file, PREFIX "last_row")) !=
      0) {
    set_misfit (error);
    return NULL;
  }
  history = dnn_history_copy (self->beside);
  dnn_history_cut (history, (size_t) n);
  return history;
}

static bool
take_history (const DnnCheckpoint *self, const DnnSafetensors *file,
              GError **error)
{
  DnnTrainer *trainer = self->trainer;
  g_autoptr (DnnHistory) history = read_history (self, file, error);

  if (history == NULL)
    return false;
  if (!g_strv_equal ((const char *const *) history->metrics,
                     (const char *const *) trainer->history->metrics) ||
      history->validates != trainer->history->validates ||
      (int64_t) dnn_history_count (history) != trainer->epoch) {
    set_misfit (error);
    return false;
  }
  dnn_history_free (trainer->history);
  trainer->history = g_steal_pointer (&history);
  return true;
}

/* Where it can have stood, so that no file makes numbers run over. */
static bool
check_place (const DnnTrainer *trainer, GError **error)
{
  if (trainer->phase_epoch <= trainer->epoch &&
      trainer->phase_step <= trainer->step &&
      trainer->batch <= dnn_feeder_n_batches (trainer->feeder) &&
      (uint64_t) trainer->batch <= trainer->step - trainer->phase_step)
    return true;
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_FORMAT,
      "it is no whole checkpoint: its epochs, steps and batches do not "
      "fit each other or the data");
  return false;
}

const char *
dnn_checkpoint_get_rows (const DnnSafetensors *file)
{
  return dnn_safetensors_get_metadata (file, PREFIX "rows");
}

static bool
check_data (const DnnCheckpoint *self, const DnnSafetensors *file,
            GError **error)
{
  if (g_strcmp0 (dnn_safetensors_get_metadata (file, PREFIX "data"),
                 self->data) == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "the training rows are not those that the run began with, so it "
               "cannot go on to the same results");
  return false;
}

bool
dnn_checkpoint_take (DnnCheckpoint *self, const DnnSafetensors *file,
                     GError **error)
{
  DnnTrainer *trainer = self->trainer;
  Extra extra = { 0 };
  g_autoptr (GArray) fields = NULL;

  if (!check_data (self, file, error) || !take_weights (trainer, file, error) ||
      !dnn_optimizer_take (trainer->parts.optimizer, file, trainer->model,
                           trainer->pool, error) ||
      !take_metrics (trainer, file, error) ||
      !take_callbacks (trainer, file, error))
    return false;
  fields = list_fields (self, &extra);
  for (guint i = 0; i < fields->len; i++)
    if (!read_field (file, &g_array_index (fields, Field, i), error))
      return false;
  trainer->ended = trainer->stopped = trainer->lost = false;
  trainer->finished = false;
  /* A rate that a schedule drives is not set. */
  dnn_optimizer_set_rate (trainer->parts.optimizer, extra.rate, NULL);
  return check_place (trainer, error) && take_history (self, file, error);
}
