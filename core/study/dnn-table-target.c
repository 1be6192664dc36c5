/* dnn-table-target.c - what a table's targets are: classes or a number */
#include "dnn-table-target.h"

#include <math.h>
#include <stdlib.h>

/* Adds a label; false: there are too many, or it is none. */
static bool
add_label (DnnTableTarget *self, float y)
{
  int64_t i = 0;

  if (y != rintf (y) || y < 0 || y > 1e6F)
    return false;
  while (i < self->n_classes && self->labels[i] != (int64_t) y)
    i++;
  if (i < self->n_classes)
    return true;
  if (self->n_classes == DNN_TABLE_MOST_CLASSES)
    return false;
  self->labels[self->n_classes++] = (int64_t) y;
  return true;
}

static int
compare_labels (const void *a, const void *b)
{
  const int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

  return (x > y) - (x < y);
}

DnnTableTarget
dnn_table_target_find (const DnnData *data)
{
  const DnnSplit *split = data->train;
  const DnnSource *targets = dnn_split_target (split);
  char **names = data->preprocess->class_names;
  DnnTableTarget self = { .size = targets->row, .in_order = true };
  bool ok = self.size == 1;

  if (ok && names != NULL) {
    self.n_classes = (int64_t) g_strv_length (names);
    self.named = true;
    return self;
  }
  for (int64_t i = 0; ok && i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    float y;

    dnn_source_gather (targets, &row, 1, &y);
    ok = add_label (&self, y);
  }
  if (!ok || 5 * self.n_classes > split->n) {
    self.n_classes = 0;
    return self;
  }
  qsort (self.labels, (size_t) self.n_classes, sizeof *self.labels,
         compare_labels);
  for (int64_t i = 0; i < self.n_classes; i++)
    self.in_order = self.in_order && self.labels[i] == i;
  return self;
}
