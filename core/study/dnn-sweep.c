/* dnn-sweep.c - axes read from text, and the trials that they come to */
#include "dnn-sweep.h"

#include "dnn-parse.h"
#include "dnn-random.h"

#include <math.h>
#include <string.h>

enum { MAX_TRIALS = 10000 };

struct DnnSweep {
  GPtrArray *axes; /* (owned) of DnnSweepAxis */
  size_t n_trials;
  int64_t seed;
  GPtrArray *values; /* (owned) of texts: a row of axes for each trial */
};

static void
axis_free (gpointer data)
{
  DnnSweepAxis *self = data;

  g_free (self->key);
  g_strfreev (self->values);
  g_free (self);
}

void
dnn_sweep_free (DnnSweep *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->axes);
  g_ptr_array_unref (self->values);
  g_free (self);
}

/* --- axes ---------------------------------------------------------------- */

static bool
is_whole (const char *text)
{
  const char *digits = text + (*text == '-');

  return *digits != '\0' && strspn (digits, "0123456789") == strlen (digits);
}

/* The two ends of "lo..hi" and what is behind them. */
static bool
split_range (const char *text, char **ret_low, char **ret_high,
             bool *ret_logarithmic)
{
  const char *dots = strstr (text, "..");
  size_t n;

  if (dots == NULL)
    return false;
  n = strlen (dots + 2);
  *ret_logarithmic = g_str_has_suffix (dots + 2, ":log");
  *ret_low = g_strstrip (g_strndup (text, (gsize) (dots - text)));
  *ret_high = g_strstrip (
      g_strndup (dots + 2, n - (*ret_logarithmic ? strlen (":log") : 0)));
  return true;
}

static bool
fail_range (const char *text, const char *why, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "a range must be lo..hi or lo..hi:log, %s, not '%s'", why, text);
  return false;
}

/* True if `text` is meant as a range; fills one. */
static bool
read_range (DnnSweepAxis *self, const char *text, bool *ret_is_range,
            GError **error)
{
  g_autofree char *low = NULL, *high = NULL;
  bool has_low, has_high;

  *ret_is_range = false;
  if (!split_range (text, &low, &high, &self->logarithmic))
    return true;
  has_low = dnn_parse_float (low, -G_MAXDOUBLE, G_MAXDOUBLE, &self->low, NULL);
  has_high =
      dnn_parse_float (high, -G_MAXDOUBLE, G_MAXDOUBLE, &self->high, NULL);
  if (!has_low && !has_high) /* the name of a file, say */
    return true;
  if (!has_low || !has_high)
    return fail_range (text, "both ends numbers", error);
  if (!(self->low < self->high))
    return fail_range (text, "the lower end first", error);
  if (self->logarithmic && self->low <= 0)
    return fail_range (text, "above 0 where it is logarithmic", error);
  self->whole = is_whole (low) && is_whole (high);
  *ret_is_range = true;
  return true;
}

static bool
read_values (DnnSweepAxis *self, const char *text, GError **error)
{
  const size_t length = strlen (text);
  /* "[a,b]", as a list is written in an experiment */
  const bool bracketed =
      length > 2 && text[0] == '[' && strchr (text, ']') == text + length - 1;
  g_autofree char *inside =
      bracketed ? g_strndup (text + 1, length - 2) : g_strdup (text);
  g_auto (GStrv) values = dnn_split_commas (inside);
  const guint n = g_strv_length (values);
  bool is_range;

  for (guint i = 0; i < n; i++) {
    if (!read_range (self, values[i], &is_range, error))
      return false;
    if (is_range && n == 1)
      return true;
    if (is_range)
      return fail_range (text, "alone and not in a list", error);
    if (*values[i] == '\0')
      break;
    if (g_strv_contains ((const char *const *) values + i + 1, values[i])) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE, "'%s' stands twice",
                   values[i]);
      return false;
    }
  }
  if (n > 0 && *values[n - 1] != '\0' &&
      !g_strv_contains ((const char *const *) values, "")) {
    self->values = g_steal_pointer (&values);
    return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "it must have values separated by commas, not '%s'", text);
  return false;
}

static bool
read_axis (DnnSweep *self, const char *text, GError **error)
{
  DnnSweepAxis *axis = g_new0 (DnnSweepAxis, 1);
  const char *equals = strchr (text, '=');

  g_ptr_array_add (self->axes, axis);
  if (equals == NULL || memchr (text, '.', (size_t) (equals - text)) == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--over takes SECTION.KEY=VALUES, as "
                 "optimizer.learning_rate=0.1,0.01, not '%s'",
                 text);
    return false;
  }
  axis->key = g_strstrip (g_strndup (text, (gsize) (equals - text)));
  for (guint i = 0; i + 1 < self->axes->len; i++)
    if (strcmp (dnn_sweep_axis (self, i)->key, axis->key) == 0) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                   "--over '%s' stands twice", axis->key);
      return false;
    }
  if (read_values (axis, equals + 1, error))
    return true;
  g_prefix_error (error, "--over %s: ", axis->key);
  return false;
}

/* --- trials -------------------------------------------------------------- */

/* How many points the grid of lists has, MAX_TRIALS + 1 where it is more. */
static size_t
count_grid (const DnnSweep *self)
{
  size_t n = 1;

  for (guint i = 0; i < self->axes->len; i++)
    n = MIN (n * g_strv_length (dnn_sweep_axis (self, i)->values),
             MAX_TRIALS + 1);
  return n;
}

/* A trial from the grid: the last axis changes first. */
static void
add_point (DnnSweep *self, size_t point)
{
  size_t n = self->axes->len, first = self->values->len;

  g_ptr_array_set_size (self->values, (int) (first + n));
  for (size_t i = n; i > 0; i--) {
    const DnnSweepAxis *axis = dnn_sweep_axis (self, i - 1);
    const size_t n_values = g_strv_length (axis->values);

    self->values->pdata[first + i - 1] =
        g_strdup (axis->values[point % n_values]);
    point /= n_values;
  }
}

/* Four digits tell two draws apart, and can be read. */
static char *
draw_number (const DnnSweepAxis *axis, double u)
{
  const double low = axis->logarithmic ? log (axis->low) : axis->low;
  const double high = axis->logarithmic ? log (axis->high) : axis->high;
  double value = low + u * (high - low);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (axis->logarithmic)
    value = exp (value);
  if (axis->whole)
    return g_strdup (
        g_ascii_formatd (text, sizeof text, "%.0f",
                         CLAMP (round (value), axis->low, axis->high)));
  g_ascii_formatd (text, sizeof text, "%.4g", value);
  value = CLAMP (g_ascii_strtod (text, NULL), axis->low, axis->high);
  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", value));
}

static char *
draw (const DnnSweep *self, const DnnSweepAxis *axis, size_t trial)
{
  const DnnKey key = { .seed = (uint64_t) self->seed,
                       .owner = dnn_random_owner (axis->key) };
  const double width = axis->high - axis->low + 1;
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  float u;

  if (axis->values != NULL)
    return g_strdup (axis->values[dnn_random_below (
        &key, trial, g_strv_length (axis->values))]);
  if (axis->whole && !axis->logarithmic && width < 9e15)
    return g_strdup (g_ascii_formatd (
        text, sizeof text, "%.0f",
        axis->low + (double) dnn_random_below (&key, trial, (uint64_t) width)));
  dnn_random_uniform (&key, (int64_t) trial, 1, &u);
  return draw_number (axis, u);
}

static bool
check_n_trials (size_t n, GError **error)
{
  if (n <= MAX_TRIALS)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "the sweep has more than '%d' trials; --runs N draws some of "
               "them",
               MAX_TRIALS);
  return false;
}

/* All of the grid, or the first n_runs of it in a random order. */
static bool
take_grid (DnnSweep *self, int64_t n_runs, GError **error)
{
  const DnnKey key = { .seed = (uint64_t) self->seed,
                       .owner = dnn_random_owner ("order of the grid") };
  const size_t n = count_grid (self);
  g_autofree int64_t *order = NULL;

  if (!check_n_trials (n, error))
    return false;
  order = g_new (int64_t, n);
  for (size_t i = 0; i < n; i++)
    order[i] = (int64_t) i;
  if (n_runs > 0)
    dnn_random_permutation (&key, (int64_t) n, order);
  self->n_trials = n_runs > 0 ? MIN (n, (size_t) n_runs) : n;
  for (size_t i = 0; i < self->n_trials; i++)
    add_point (self, (size_t) order[i]);
  return true;
}

static bool
take_draws (DnnSweep *self, int64_t n_runs, GError **error)
{
  if (!check_n_trials ((size_t) n_runs, error))
    return false;
  self->n_trials = (size_t) n_runs;
  for (size_t i = 0; i < self->n_trials; i++)
    for (guint j = 0; j < self->axes->len; j++)
      g_ptr_array_add (self->values, draw (self, dnn_sweep_axis (self, j), i));
  return true;
}

/* The first axis that is a range, or NULL. */
static const DnnSweepAxis *
find_range (const DnnSweep *self)
{
  for (guint i = 0; i < self->axes->len; i++)
    if (dnn_sweep_axis (self, i)->values == NULL)
      return dnn_sweep_axis (self, i);
  return NULL;
}

DnnSweep *
dnn_sweep_new (const char *const *overs, int64_t n_runs, int64_t seed,
               GError **error)
{
  g_autoptr (DnnSweep) self = g_new0 (DnnSweep, 1);
  const DnnSweepAxis *range;

  self->seed = seed;
  self->axes = g_ptr_array_new_with_free_func (axis_free);
  self->values = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; overs != NULL && overs[i] != NULL; i++)
    if (!read_axis (self, overs[i], error))
      return NULL;
  if (self->axes->len == 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "a sweep needs --over SECTION.KEY=VALUES, as in --over "
                 "optimizer.learning_rate=1e-4..1e-1:log");
    return NULL;
  }
  range = find_range (self);
  if (range == NULL)
    return take_grid (self, n_runs, error) ? g_steal_pointer (&self) : NULL;
  if (n_runs > 0)
    return take_draws (self, n_runs, error) ? g_steal_pointer (&self) : NULL;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--over '%s' is a range, so --runs N must say how many to draw",
               range->key);
  return NULL;
}

/* --- looking ------------------------------------------------------------- */

size_t
dnn_sweep_n_axes (const DnnSweep *self)
{
  return self->axes->len;
}

const DnnSweepAxis *
dnn_sweep_axis (const DnnSweep *self, size_t i)
{
  return g_ptr_array_index (self->axes, i);
}

size_t
dnn_sweep_n_trials (const DnnSweep *self)
{
  return self->n_trials;
}

const char *
dnn_sweep_value (const DnnSweep *self, size_t trial, size_t axis)
{
  return g_ptr_array_index (self->values, trial * self->axes->len + axis);
}

char *
dnn_sweep_describe (const DnnSweep *self, size_t trial)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < self->axes->len; i++)
    g_string_append_printf (text, "%s%s=%s", i > 0 ? ", " : "",
                            dnn_sweep_axis (self, i)->key,
                            dnn_sweep_value (self, trial, i));
  return g_string_free (text, FALSE);
}

char *
dnn_sweep_label (const char *record, const DnnExperiment *run)
{
  g_auto (GStrv) lines = g_strsplit (record, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; lines[i] != NULL; i++) {
    const char *key = lines[i] + strlen (DNN_SWEEP_OVER);
    const char *equals, *dot;
    g_autofree char *section = NULL, *name = NULL;
    const char *value;

    if (!g_str_has_prefix (lines[i], DNN_SWEEP_OVER))
      continue;
    equals = strchr (key, '=');
    dot = equals != NULL ? g_strrstr_len (key, equals - key, ".") : NULL;
    if (dot == NULL)
      continue;
    section = g_strndup (key, (gsize) (dot - key));
    name = g_strndup (dot + 1, (gsize) (equals - dot - 1));
    value = dnn_experiment_get (run, section, name);
    if (value != NULL)
      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? ", " : "", name,
                              value);
  }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

bool
dnn_sweep_apply (const DnnSweep *self, size_t trial, DnnExperiment *experiment,
                 GError **error)
{
  for (size_t i = 0; i < self->axes->len; i++) {
    g_autofree char *text =
        g_strconcat (dnn_sweep_axis (self, i)->key, "=",
                     dnn_sweep_value (self, trial, i), NULL);

    if (!dnn_experiment_override (experiment, text, error))
      return false;
  }
  return true;
}
