/* dnn-data-cut.c - an order of the rows, cut twice
 *
 * Whatever the way, rows are brought into an order whose end is the test part,
 * and what lies before it the validation part, or one of several pieces of
 * equal size where there are folds; each part keeps its rows in the order of
 * the file.
 */
#include "dnn-data-cut.h"

#include "dnn-csv.h"
#include "dnn-memory.h"
#include "dnn-random.h"

#include <math.h>
#include <string.h>

/* A row and what it is sorted by. */
typedef struct Key {
  double first, second;
  int64_t row; /* of the training rows, from 0 */
} Key;

typedef struct Cut {
  DnnSplit *train;
  const DnnDataSettings *settings;
  DnnArray *const *extras;
  Key *keys; /* (owned) NULL: the file's order */
  int64_t n;
  int64_t validation, test; /* where these parts begin */
  int64_t after;            /* where the rows behind validation train again */
} Cut;

static void
cut_clear (Cut *self)
{
  dnn_memory_free (self->keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cut, cut_clear)

/* --- orders -------------------------------------------------------------- */

static int
compare (double a, double b)
{
  return (a > b) - (a < b);
}

static int
compare_keys (const void *left, const void *right)
{
  const Key *a = left, *b = right;
  const int first = compare (a->first, b->first);
  const int second = first != 0 ? first : compare (a->second, b->second);

  return second != 0 ? second : (a->row > b->row) - (a->row < b->row);
}

static void
sort (Cut *self)
{
  qsort (self->keys, (size_t) self->n, sizeof *self->keys, compare_keys);
}

static int64_t *
permute (const Cut *self, int64_t n)
{
  const DnnKey key = { (uint64_t) self->settings->split_seed,
                       dnn_random_owner ("split"), 0, 0 };
  int64_t *order = g_new (int64_t, (gsize) n);

  dnn_random_permutation (&key, n, order);
  return order;
}

static void
order_random (Cut *self)
{
  g_autofree int64_t *places = permute (self, self->n);

  for (int64_t i = 0; i < self->n; i++)
    self->keys[i].first = (double) places[i];
}

static double
extra_of (const Cut *self, DnnCsvExtra extra, int64_t i)
{
  const int64_t row = dnn_split_row (self->train, i);
  double value;

  dnn_array_rows_to_double (self->extras[extra], &row, 1, &value);
  return value;
}

static bool
order_time (Cut *self, GError **error)
{
  if (self->extras[DNN_CSV_TIME] == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'split = time' needs a table and 'time = COLUMN'");
    return false;
  }
  for (int64_t i = 0; i < self->n; i++) {
    self->keys[i].first = extra_of (self, DNN_CSV_TIME, i);
    if (isfinite (self->keys[i].first))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: row %" G_GINT64_FORMAT " has no time, ''",
                 dnn_split_input (self->train)->name, i + 1);
    return false;
  }
  sort (self);
  return true;
}

/* The rows of a group get the place of the group among all, shuffled. */
static void
order_groups (Cut *self)
{
  g_autofree int64_t *places = NULL;
  int64_t n = 0;

  for (int64_t i = 0; i < self->n; i++)
    self->keys[i].first = extra_of (self, DNN_CSV_GROUP, i);
  sort (self);
  for (int64_t i = 0; i < self->n; i++) {
    n += i > 0 && self->keys[i].first != self->keys[i - 1].first;
    self->keys[i].second = (double) n;
  }
  places = permute (self, n + 1);
  for (int64_t i = 0; i < self->n; i++)
    self->keys[i].first = (double) places[(int64_t) self->keys[i].second];
}

static bool
read_label (const Cut *self, int64_t i, double *ret_label, GError **error)
{
  const DnnSource *targets = dnn_split_target (self->train);
  const int64_t row = dnn_split_row (self->train, i);
  float y;

  dnn_source_gather (targets, &row, 1, &y);
  dnn_source_release_behind (targets, i, 1);
  *ret_label = y;
  if (y == rintf (y))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT ": target '%g' is no class, and "
               "'split = stratified' goes by classes; 'split = random' takes "
               "any target",
               targets->name, row + 1, (double) y);
  return false;
}

/* Row k of the n of its class, shuffled, stands at (k + 0.5) / n of the whole:
 * so every piece of the order has its share of each class. */
static bool
order_stratified (Cut *self, GError **error)
{
  g_autofree int64_t *places = NULL;

  if (dnn_split_target (self->train)->row != 1) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'split = stratified' needs targets of one class a row; "
                 "'split = random' takes any");
    return false;
  }
  places = permute (self, self->n);
  for (int64_t i = 0; i < self->n; i++) {
    if (!read_label (self, i, &self->keys[i].first, error))
      return false;
    self->keys[i].second = (double) places[i];
  }
  sort (self);
  for (int64_t i = 0, n; i < self->n; i += n) {
    const double label = self->keys[i].first;

    for (n = 1; i + n < self->n && self->keys[i + n].first == label; n++)
      ;
    for (int64_t k = 0; k < n; k++) {
      self->keys[i + k].first = ((double) k + 0.5) / (double) n;
      self->keys[i + k].second = label;
    }
  }
  return true;
}

static bool
order (Cut *self, GError **error)
{
  const bool grouped = self->extras[DNN_CSV_GROUP] != NULL;
  bool ok = true;

  if (self->settings->split == DNN_SPLIT_LAST && !grouped &&
      self->settings->folds == 0)
    return true;
  if (grouped && self->settings->split != DNN_SPLIT_RANDOM) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'group = %s' needs 'split = random'; other splits would part "
                 "its rows",
                 self->settings->group);
    return false;
  }
  self->keys = dnn_memory_new ((size_t) self->n * sizeof *self->keys, error);
  if (self->keys == NULL)
    return false;
  for (int64_t i = 0; i < self->n; i++)
    self->keys[i] = (Key){ 0, 0, i };
  if (grouped)
    order_groups (self);
  else if (self->settings->split == DNN_SPLIT_RANDOM)
    order_random (self);
  else if (self->settings->split == DNN_SPLIT_TIME)
    ok = order_time (self, error);
  else if (self->settings->split == DNN_SPLIT_STRATIFIED)
    ok = order_stratified (self, error);
  if (ok)
    sort (self);
  return ok;
}

/* --- parts --------------------------------------------------------------- */

/* Rows that a share leaves behind: as Keras, the last, rounded up. */
static int64_t
count (int64_t n, double share)
{
  return n - (int64_t) floor ((double) n * (1 - share));
}

/* To the beginning of the group that would be cut. */
static int64_t
move_to_group (const Cut *self, int64_t at)
{
  while (self->extras[DNN_CSV_GROUP] != NULL && at > 0 && at < self->n &&
         self->keys[at].first == self->keys[at - 1].first)
    at--;
  return at;
}

static bool
check_part (const char *key, int64_t n, int64_t left, GError **error)
{
  if (n >= 1 && left >= 1)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%s leaves '%" G_GINT64_FORMAT "' of %" G_GINT64_FORMAT
               " rows to train; both sides must have some",
               key, left, left + n);
  return false;
}

/* Fold i of K, from 1: the rows i - 1 to i of K equal pieces, whose sizes
 * differ by one row at most, or by a group. */
static bool
place_fold (Cut *self, GError **error)
{
  const int64_t k = self->settings->folds, i = self->settings->fold;
  int64_t n;

  self->validation = move_to_group (self, self->test * (i - 1) / k);
  self->after = i == k ? self->test : move_to_group (self, self->test * i / k);
  n = self->after - self->validation;
  if (n >= 1)
    return check_part ("folds", n, self->test - n, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "fold %" G_GINT64_FORMAT " of '%" G_GINT64_FORMAT
               "' has no row: "
               "there are %" G_GINT64_FORMAT " rows%s to part",
               i, k, self->test,
               self->extras[DNN_CSV_GROUP] != NULL ? " in too few groups" : "");
  return false;
}

static bool
place_cuts (Cut *self, GError **error)
{
  const DnnDataSettings *s = self->settings;

  self->test = move_to_group (self, self->n - count (self->n, s->test_split));
  if (s->folds > 0)
    return (s->test_split == 0 ||
            check_part ("test_split", self->n - self->test, self->test,
                        error)) &&
           place_fold (self, error);
  self->validation =
      move_to_group (self, self->test - count (self->n, s->validation_split));
  self->after = self->test;
  return (s->test_split == 0 ||
          check_part ("test_split", self->n - self->test, self->test, error)) &&
         (s->validation_split == 0 ||
          check_part ("validation_split", self->test - self->validation,
                      self->validation, error));
}

static int
compare_rows (const void *a, const void *b)
{
  const int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

  return (x > y) - (x < y);
}

/* Rows first .. last - 1 of the order, in the file's. */
static DnnSplit *
take_part (const Cut *self, int64_t first, int64_t last, GError **error)
{
  const int64_t n = last - first;
  g_autoptr (DnnSplit) part =
      dnn_split_new_part (self->train, self->train->first + first, n);

  if (self->keys == NULL)
    return g_steal_pointer (&part);
  part->rows = dnn_memory_new ((size_t) n * sizeof (int64_t), error);
  if (part->rows == NULL)
    return NULL;
  for (int64_t i = 0; i < n; i++)
    part->rows[i] = dnn_split_row (self->train, self->keys[first + i].row);
  qsort (part->rows, (size_t) n, sizeof *part->rows, compare_rows);
  return g_steal_pointer (&part);
}

static bool
cut_parts (DnnData *self, Cut *cut, GError **error)
{
  DnnSplit *train;

  if (cut->validation < cut->after) {
    self->validation = take_part (cut, cut->validation, cut->after, error);
    if (self->validation == NULL)
      return false;
  }
  if (cut->test < cut->n) {
    self->test = take_part (cut, cut->test, cut->n, error);
    if (self->test == NULL)
      return false;
  }
  /* what stands behind a fold comes to the rows before it */
  if (cut->after < cut->test)
    memmove (cut->keys + cut->validation, cut->keys + cut->after,
             (size_t) (cut->test - cut->after) * sizeof *cut->keys);
  train = take_part (cut, 0, cut->validation + cut->test - cut->after, error);
  if (train == NULL)
    return false;
  dnn_split_free (self->train);
  self->train = train;
  return true;
}

/* --- what is asked for --------------------------------------------------- */

static bool
check_free (const DnnSplit *taken, const char *what, const char *key,
            GError **error)
{
  if (taken == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%s cannot be given beside other %s data", key, what);
  return false;
}

/* The first rows. */
static bool
cut_first (DnnData *self, int64_t n, GError **error)
{
  DnnSplit *train = self->train;

  if (n > train->n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "validation_first leaves no row to train: it is "
                 "'%" G_GINT64_FORMAT "', and there are %" G_GINT64_FORMAT
                 " rows",
                 n, train->n);
    return false;
  }
  if (!check_free (self->validation, "validation", "validation_first", error) ||
      !check_part ("validation_first", n, MAX (train->n - n, 0), error))
    return false;
  self->validation = dnn_split_new_part (train, train->first, n);
  train->first += n;
  train->n -= n;
  return true;
}

static bool
check_way (const DnnDataSettings *s, GError **error)
{
  if (s->split == DNN_SPLIT_LAST && *s->group == '\0' && *s->time == '\0')
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%s parts no rows; 'validation_split = 0.2' or 'test_split = "
               "0.2' says how many",
               s->split != DNN_SPLIT_LAST ? "split"
               : *s->group != '\0'        ? "group"
                                          : "time");
  return false;
}

static bool
check_folds (const DnnData *self, const DnnDataSettings *s, GError **error)
{
  if (s->folds == 0)
    return true;
  if (s->validation_split > 0 || self->validation != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "folds cannot be given beside other validation data");
    return false;
  }
  if (s->split == DNN_SPLIT_TIME) {
    g_set_error (
        error, DNN_ERROR, DNN_ERROR_PARAM,
        "folds of 'split = time' would train on what comes after the "
        "rows that validate; 'validation_split = 0.2' takes the latest");
    return false;
  }
  if (s->folds > 1 && s->fold <= s->folds)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               s->folds < 2
                   ? "folds must be 2 or more, not '%" G_GINT64_FORMAT "'"
                   : "fold must be from 1 to folds, not '%" G_GINT64_FORMAT "'",
               s->folds < 2 ? s->folds : s->fold);
  return false;
}

bool
dnn_data_cut (DnnData *self, const DnnDataSettings *s, DnnArray *const *extras,
              GError **error)
{
  g_auto (Cut) cut = { .settings = s, .extras = extras };

  if (s->validation_first > 0 && !cut_first (self, s->validation_first, error))
    return false;
  if (s->validation_split == 0 && s->test_split == 0 && s->folds == 0)
    return check_way (s, error);
  if (!check_folds (self, s, error))
    return false;
  if ((s->validation_split > 0 && !check_free (self->validation, "validation",
                                               "validation_split", error)) ||
      (s->test_split > 0 &&
       !check_free (self->test, "test", "test_split", error)))
    return false;
  cut.train = self->train;
  cut.n = self->train->n;
  self->cut_last =
      s->split == DNN_SPLIT_LAST && (s->validation_split > 0 || s->folds > 0);
  return order (&cut, error) && place_cuts (&cut, error) &&
         cut_parts (self, &cut, error);
}
