/* dnn-data-notes.c - holes, unseen words, sorted rows, missing classes */
#include "dnn-data-notes.h"

#include "dnn-csv.h"
#include "dnn-data-steps.h"
#include "steps/step-columns-private.h"

#include <math.h>

/* Rows that a sentence names; classes of which it speaks. */
enum { MOST_NAMED = 5, MOST_CLASSES = 1000 };

static void
note_free (void *data)
{
  DnnDataNote *self = data;

  g_free (self->text);
  g_free (self);
}

static void add (GPtrArray *notes, const char *kind, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
add (GPtrArray *notes, const char *kind, const char *format, ...)
{
  DnnDataNote *note = g_new0 (DnnDataNote, 1);
  va_list args;

  va_start (args, format);
  note->kind = kind;
  note->text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (notes, note);
}

/* --- rows that are named ------------------------------------------------- */

/* "2, 5 and 7 more" */
typedef struct Named {
  GString *text; /* (owned) */
  int64_t n;
} Named;

static void
named_add (Named *self, int64_t row)
{
  if (self->n++ < MOST_NAMED)
    g_string_append_printf (self->text, "%s%" G_GINT64_FORMAT,
                            self->n > 1 ? ", " : "", row + 1);
}

static const char *
named_text (Named *self)
{
  if (self->n > MOST_NAMED)
    g_string_append_printf (self->text, " and %" G_GINT64_FORMAT " more",
                            self->n - MOST_NAMED);
  return self->text->str;
}

/* --- holes and words ----------------------------------------------------- */

typedef struct Holes {
  const DnnColumns *step;
  const DnnSource *inputs;
  Named filled;
  Named *unseen; /* (owned) one a column */
} Holes;

static void
look_at_row (Holes *self, int64_t row, double *x)
{
  bool filled = false;

  dnn_source_gather_exact (self->inputs, &row, 1, x);
  for (int64_t j = 0; j < self->inputs->row; j++) {
    const DnnColumn *column = &self->step->at[j];

    filled = filled || isnan (x[j]);
    if (column->kind == DNN_CSV_WORDS && !isnan (x[j]) &&
        dnn_columns_find_word (column, x[j]) < 0)
      named_add (&self->unseen[j], row);
  }
  if (filled)
    named_add (&self->filled, row);
}

static void
add_unseen (GPtrArray *notes, Holes *self, const DnnPreprocess *preprocess)
{
  for (int64_t j = 0; j < self->inputs->row; j++) {
    g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, j + 1);
    const char *name =
        preprocess->columns != NULL ? preprocess->columns[j] : number;

    if (self->unseen[j].n > 0)
      add (notes, "unseen_words",
           "%s: column '%s' has words in '%" G_GINT64_FORMAT "' rows that no "
           "training row has, and they count as none of its words: rows %s",
           self->inputs->name, name, self->unseen[j].n,
           named_text (&self->unseen[j]));
    g_string_free (self->unseen[j].text, TRUE);
  }
}

/* Files of pictures that are no rows. */
static void
add_faults (GPtrArray *notes, const DnnSource *inputs)
{
  enum { MOST = 20 };
  guint n = 0;

  while (inputs->faults != NULL && inputs->faults[n] != NULL) {
    if (n < MOST)
      add (notes, "broken_file", "left out: %s", inputs->faults[n]);
    n++;
  }
  if (n > MOST)
    add (notes, "broken_file", "%s: '%u' more files are left out", inputs->name,
         n - MOST);
}

/* Of the rows of a split, or of all. */
static void
add_holes (GPtrArray *notes, const DnnPreprocess *preprocess,
           const DnnSource *inputs, const DnnSplit *split)
{
  const DnnDataStep *step = dnn_preprocess_find (preprocess, &dnn_columns_type);
  Holes self = { (const DnnColumns *) step, inputs, { NULL, 0 }, NULL };
  const int64_t n = split != NULL ? split->n : dnn_source_n_rows (inputs);
  g_autofree double *x = g_new (double, (gsize) inputs->row + 1);

  if (step == NULL || step->size != inputs->row || !inputs->columnar)
    return;
  self.filled.text = g_string_new (NULL);
  self.unseen = g_new0 (Named, (gsize) inputs->row + 1);
  for (int64_t j = 0; j < inputs->row; j++)
    self.unseen[j].text = g_string_new (NULL);
  for (int64_t i = 0; i < n; i++)
    look_at_row (&self, split != NULL ? dnn_split_row (split, i) : i, x);
  if (self.filled.n > 0)
    add (notes, "filled_cells",
         "%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " rows have empty "
         "cells, which count as the mean or the most frequent word of the "
         "training rows: rows %s",
         inputs->name, self.filled.n, n, named_text (&self.filled));
  add_unseen (notes, &self, preprocess);
  g_string_free (self.filled.text, TRUE);
  g_free (self.unseen);
}

GPtrArray *
dnn_source_notes (const DnnPreprocess *preprocess, const DnnSource *inputs)
{
  GPtrArray *notes = g_ptr_array_new_with_free_func (note_free);

  add_faults (notes, inputs);
  add_holes (notes, preprocess, inputs, NULL);
  return notes;
}

/* --- labels -------------------------------------------------------------- */

/* Counts of the targets of a split, in its order. */
typedef struct Labels {
  int64_t rows[MOST_CLASSES]; /* of each class */
  int64_t n, changes;         /* rows; neighbours that differ */
  double last;
  bool rises, falls; /* no neighbour says otherwise */
  bool classes;      /* whole numbers from 0 to less than MOST_CLASSES */
} Labels;

static void
count_label (Labels *self, double y)
{
  if (self->n++ > 0) {
    self->changes += y != self->last;
    self->rises = self->rises && y >= self->last;
    self->falls = self->falls && y <= self->last;
  }
  self->last = y;
  self->classes = self->classes && y == rint (y) && y >= 0 && y < MOST_CLASSES;
  if (self->classes)
    self->rows[(int) y]++;
}

static void
count_labels (Labels *self, const DnnData *data, const DnnSplit *split)
{
  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    float y;

    dnn_data_targets (data, split, &row, 1, &y);
    dnn_source_release_behind (dnn_split_target (split), i, 1);
    count_label (self, y);
  }
}

static Labels *
labels_new (void)
{
  Labels *self = g_new0 (Labels, 1);

  self->rises = self->falls = self->classes = true;
  return self;
}

static int64_t
count_classes (const Labels *self)
{
  int64_t n = 0;

  for (int64_t i = 0; self->classes && i < MOST_CLASSES; i++)
    n += self->rows[i] > 0;
  return n;
}

/* Classes one after another, or a target that only rises or falls. */
static bool
is_sorted (const Labels *self)
{
  const int64_t n = count_classes (self);

  if (self->n < 10 || self->changes == 0)
    return false;
  return self->rises || self->falls || (n > 0 && self->changes == n - 1);
}

static void
add_sorted (GPtrArray *notes, const DnnData *data)
{
  g_autofree Labels *labels = labels_new ();

  count_labels (labels, data, data->train);
  count_labels (labels, data, data->validation);
  if (is_sorted (labels))
    add (notes, "sorted_rows",
         "%s: rows are sorted by their target, and validation_split takes the "
         "last; 'split = random' or 'split = stratified' takes some of each",
         dnn_split_target (data->train)->name);
}

static char *
class_name (const DnnData *data, int64_t i)
{
  char **names = data->preprocess->class_names;

  return names != NULL && i < (int64_t) g_strv_length (names)
             ? g_strdup (names[i])
             : g_strdup_printf ("%" G_GINT64_FORMAT, i);
}

/* Only what has names, or is numbered without a gap, is a class for sure. */
static bool
has_classes (const DnnData *data, const Labels *train)
{
  const int64_t n = count_classes (train);

  if (!train->classes || n < 2)
    return false;
  return data->preprocess->class_names != NULL ||
         (n <= 100 && 5 * n <= train->n && train->rows[n - 1] > 0);
}

static void
add_missing (GPtrArray *notes, const DnnData *data, const DnnSplit *split,
             const char *name, const Labels *train)
{
  g_autofree Labels *part = labels_new ();
  g_autoptr (GString) list = g_string_new (NULL);
  int64_t n = 0;

  if (split == NULL)
    return;
  count_labels (part, data, split);
  for (int64_t i = 0; i < MOST_CLASSES; i++)
    /* one row alone can be in one part only */
    if (train->rows[i] > 1 && part->rows[i] == 0 && n++ < MOST_NAMED) {
      g_autofree char *text = class_name (data, i);

      g_string_append_printf (list, "%s'%s'", n > 1 ? ", " : "", text);
    }
  if (n > 0)
    add (notes, "unmeasured_class",
         "no %s row has class %s%s: what is measured there says nothing of "
         "them; 'split = stratified' gives each part some",
         name, list->str, n > MOST_NAMED ? ", ..." : "");
}

static void
add_labels (GPtrArray *notes, const DnnData *data)
{
  g_autofree Labels *train = labels_new ();

  if (dnn_split_target (data->train)->row != 1)
    return;
  if (data->cut_last && data->validation != NULL)
    add_sorted (notes, data);
  if (data->validation == NULL && data->test == NULL)
    return;
  count_labels (train, data, data->train);
  if (!has_classes (data, train))
    return;
  add_missing (notes, data, data->validation, "validation", train);
  add_missing (notes, data, data->test, "test", train);
}

/* --- all of it ----------------------------------------------------------- */

static void
add_skipped (GPtrArray *notes, const DnnSource *inputs)
{
  if (inputs->n_skipped > 0)
    add (notes, "skipped_rows",
         "%s: '%" G_GINT64_FORMAT "' of %" G_GINT64_FORMAT " rows are left out "
         "for an empty cell",
         inputs->name, inputs->n_skipped,
         inputs->n_skipped + dnn_source_n_rows (inputs));
}

GPtrArray *
dnn_data_notes (const DnnData *self)
{
  const DnnSplit *splits[] = { self->train, self->validation, self->test };
  GPtrArray *notes = g_ptr_array_new_with_free_func (note_free);
  const DnnSource *last = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++) {
    const DnnSource *inputs =
        splits[i] != NULL ? dnn_split_input (splits[i]) : NULL;

    if (inputs == NULL)
      continue;
    if (inputs != last) {
      add_skipped (notes, inputs);
      add_faults (notes, inputs);
    }
    add_holes (notes, self->preprocess, inputs, splits[i]);
    last = inputs;
  }
  add_labels (notes, self);
  return notes;
}
