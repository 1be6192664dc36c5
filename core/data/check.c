/* check.c - whether every number can be trained on
 *
 * Looks at pieces of neighbouring rows that stay in the cache, so it runs as
 * fast as memory is read.
 */
#include "dnn-data.h"
#include "dnn-finite.h"

#include <math.h>
#include <string.h>

typedef struct Check {
  const DnnData *data;
  const DnnSplit *split;
  const DnnExpected *expected; /* of the target */
  const DnnSource *target;     /* that is looked at */
  uint32_t number;             /* of it */
  float *inputs;               /* (owned) a piece of rows */
  float *targets;              /* (owned) one row */
} Check;

/* Numbers of a piece. */
enum { PIECE = 8192 };

static void
check_clear (Check *self)
{
  g_free (self->inputs);
  g_free (self->targets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Check, check_clear)

/* --- targets ------------------------------------------------------------- */

static bool
set_nameless (const Check *self, int64_t row, float label, guint n_names,
              GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT
               ": label '%g' has no name; class_names gives %u, for labels "
               "from 0 on",
               self->target->name, row + 1, (double) label, n_names);
  return false;
}

/* Two classes of other numbers than 0 and 1 need a key, not other data. */
static bool
is_class_number (const Check *self, float y)
{
  return self->target->row == 1 && self->expected->least == 0 &&
         self->expected->most == 1 && y > 1 && y == rintf (y);
}

static char *
class_remedy (const Check *self, float y)
{
  char **names = self->data->preprocess->class_names;
  const guint n = names != NULL ? g_strv_length (names) : 0;

  if (!is_class_number (self, y))
    return g_strdup ("");
  return n > 2 ? g_strdup_printf (
                     "; %u units with softmax tell %u classes apart, "
                     "positive_class = %g tells '%s' from the others",
                     n, n, (double) y, y < (float) n ? names[(int) y] : "it")
               : g_strdup_printf ("; positive_class = %g makes labels 0 and 1",
                                  (double) y);
}

static void
set_out_of_range (const Check *self, int64_t row, float y, const char *range,
                  GError **error)
{
  g_autofree char *remedy = class_remedy (self, y);

  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT ": target '%g' must be %s for %s%s",
               self->target->name, row + 1, (double) y, range,
               self->expected->who, remedy);
}

static void
set_bad_label (const Check *self, int64_t row, float y, const char *range,
               GError **error)
{
  g_autofree char *remedy = NULL;

  if (y == rintf (y) && y > (float) self->expected->hi)
    remedy = g_strdup_printf ("; labels count from 0, and the last layer has "
                              "one of its units per class: it needs %.0f",
                              (double) y + 1);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT ": label '%g' must be %s%s",
               self->target->name, row + 1, (double) y, range,
               remedy != NULL ? remedy : "");
}

static bool
set_bad_target (const Check *self, int64_t row, float y, GError **error)
{
  const DnnExpected *expected = self->expected;
  const char *file = self->target->name;
  g_autofree char *range = dnn_expected_to_string (expected);

  if (expected->set)
    set_bad_label (self, row, y, range, error);
  else if (!isfinite (y))
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: row %" G_GINT64_FORMAT ": target '%g' is not finite",
                 file, row + 1, (double) y);
  else
    set_out_of_range (self, row, y, range, error);
  return false;
}

static bool
check_sums (const Check *self, int64_t row, GError **error)
{
  const int64_t i =
      dnn_expected_find_sum (self->expected, self->targets, self->target->row);
  double sum = 0;

  if (i < 0)
    return true;
  for (int64_t j = 0; j < self->expected->columns; j++)
    sum += self->targets[i + j];
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT ": the targets of a row must sum to "
               "1 for %s, not to '%g'",
               self->target->name, row + 1, self->expected->who, sum);
  return false;
}

static bool
check_target (Check *self, int64_t row, GError **error)
{
  char **names =
      dnn_preprocess_part (self->data->preprocess, self->number)->class_names;
  const guint n_names = names != NULL ? g_strv_length (names) : 0;

  dnn_data_targets_at (self->data, self->split, self->number, &row, 1,
                       self->targets);
  for (int64_t i = 0; i < self->target->row; i++) {
    const float y = self->targets[i];

    if (!dnn_expected_takes (self->expected, y))
      return set_bad_target (self, row, y, error);
    if (self->expected->set && names != NULL && y >= (float) n_names)
      return set_nameless (self, row, y, n_names, error);
  }
  return check_sums (self, row, error);
}

/* --- inputs -------------------------------------------------------------- */

static bool
can_be_infinite (const DnnSource *source)
{
  return source->dtype == DNN_FLOAT32 || source->dtype == DNN_FLOAT64 ||
         source->dtype == DNN_FLOAT16;
}

/* How many rows from number `i` of the split lie side by side. */
static int64_t
count_neighbours (const DnnSplit *split, int64_t i, int64_t most)
{
  int64_t n = 1;

  most = MIN (most, split->n - i);
  while (n < most &&
         dnn_split_row (split, i + n) == dnn_split_row (split, i) + n)
    n++;
  return n;
}

/* Of number `bad` behind the beginning of a row: what the file has there may
 * be finite, and too much for float32. */
static char *
describe_input (const Check *self, uint32_t number, int64_t row, int64_t bad)
{
  const DnnSource *inputs = self->split->inputs.at[number];
  const int64_t n = inputs->row, at = row + bad / n;
  g_autofree double *exact = g_new (double, (gsize) n);

  dnn_source_gather_exact (inputs, &at, 1, exact);
  if (isfinite (exact[bad % n]))
    return g_strdup_printf ("row %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT
                            ": '%g' is beyond float32, which ends at 3.4e38",
                            at + 1, bad % n + 1, exact[bad % n]);
  return dnn_describe_not_finite (
      self->inputs, bad, n, row,
      dnn_preprocess_part (self->data->preprocess, number)->columns);
}

static bool
check_input (Check *self, uint32_t number, GError **error)
{
  const DnnSource *inputs = self->split->inputs.at[number];
  const int64_t most = MAX (PIECE / inputs->row, 1);

  /* a table has no other NaN than empty cells, which are to be filled */
  if (!can_be_infinite (inputs) || inputs->columnar)
    return true;
  for (int64_t i = 0, n; i < self->split->n; i += n) {
    const int64_t row = dnn_split_row (self->split, i);
    int64_t bad;

    n = count_neighbours (self->split, i, most);
    dnn_source_read (inputs, row, n, self->inputs);
    bad = dnn_find_not_finite (self->inputs, n * inputs->row);
    if (bad >= 0) {
      g_autofree char *text = describe_input (self, number, row, bad);

      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA, "%s: %s", inputs->name,
                   text);
      return false;
    }
    dnn_source_release_behind (inputs, i, n);
  }
  return true;
}

/* --- splits -------------------------------------------------------------- */

static bool
check_targets (Check *self, GError **error)
{
  g_free (self->targets);
  self->targets = g_new (float, (gsize) self->target->row);
  for (int64_t i = 0; i < self->split->n; i++) {
    if (!check_target (self, dnn_split_row (self->split, i), error))
      return false;
    dnn_source_release_behind (self->target, i, 1);
  }
  return true;
}

static bool
check_split (const DnnData *data, const DnnSplit *split,
             const DnnExpected *expected, GError **error)
{
  g_auto (Check) self = { .data = data, .split = split };
  int64_t most = PIECE;

  if (split == NULL)
    return true;
  for (uint32_t i = 0; i < split->targets.n; i++) {
    self.number = i;
    self.target = split->targets.at[i];
    self.expected = &expected[i];
    if (!check_targets (&self, error))
      return false;
  }
  for (uint32_t i = 0; i < split->inputs.n; i++)
    most = MAX (most, split->inputs.at[i]->row);
  self.inputs = g_new (float, (gsize) most);
  for (uint32_t i = 0; i < split->inputs.n; i++)
    if (!check_input (&self, i, error))
      return false;
  return true;
}

bool
dnn_data_check (const DnnData *self, const DnnExpected *expected,
                GError **error)
{
  if (self->preprocess->targets != NULL &&
      (expected->set || expected->ranged)) {
    g_autofree char *range = dnn_expected_to_string (expected);

    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[data] standardize_targets is for a loss that takes any "
                 "number, and '%s' takes %s",
                 expected->who, range);
    return false;
  }
  return check_split (self, self->train, expected, error) &&
         check_split (self, self->validation, expected, error) &&
         check_split (self, self->test, expected, error);
}
