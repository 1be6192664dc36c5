/* onnx-names.c - what a graph has of each name, sorted */
#include "dnn-onnx-private.h"

#include <stdlib.h>
#include <string.h>

static int
compare_names (const void *a, const void *b)
{
  const DnnOnnxName *x = a, *y = b;
  const int order = strcmp (x->name, y->name);

  if (order != 0)
    return order;
  return (x->position > y->position) - (x->position < y->position);
}

static void
add (DnnOnnxNames *self, DnnOnnxName name)
{
  if (*name.name != '\0')
    self->list[self->n++] = name;
}

static void
add_values (DnnOnnxNames *self, const DnnOnnxValue *const *values, size_t n,
            size_t position)
{
  for (size_t i = 0; i < n; i++)
    add (self, (DnnOnnxName){ .name = values[i]->name,
                              .position = position,
                              .value = values[i] });
}

static bool
collect (DnnOnnxNames *self, DnnForeignFile *file, const DnnOnnxGraph *graph,
         GError **error)
{
  size_t n =
      graph->n_inputs + graph->n_outputs + graph->n_values + graph->n_constants;

  for (size_t i = 0; i < graph->n_nodes; i++)
    n += graph->nodes[i]->n_outputs;
  /* twice: qsort makes a copy */
  if (!dnn_foreign_file_spend (file, n * sizeof *self->list, error))
    return false;
  self->list = dnn_foreign_file_take (file, n * sizeof *self->list, error);
  if (self->list == NULL)
    return false;

  add_values (self, graph->inputs, graph->n_inputs, 0);
  add_values (self, graph->outputs, graph->n_outputs, SIZE_MAX);
  add_values (self, graph->values, graph->n_values, SIZE_MAX);
  for (size_t i = 0; i < graph->n_constants; i++)
    add (self, (DnnOnnxName){ .name = graph->constants[i]->array.name,
                              .constant = graph->constants[i] });
  for (size_t i = 0; i < graph->n_nodes; i++)
    for (size_t j = 0; j < graph->nodes[i]->n_outputs; j++)
      add (self, (DnnOnnxName){ .name = graph->nodes[i]->outputs[j],
                                .position = i + 1,
                                .node = graph->nodes[i] });
  return true;
}

/* Adds what is said elsewhere of the same name.  An input may have a constant,
 * its default; else each is made in one place. */
static bool
merge (DnnOnnxName *self, const DnnOnnxName *other, DnnForeignFile *file,
       GError **error)
{
  const bool twice =
      (self->constant != NULL && other->constant != NULL) ||
      (self->value != NULL && other->value != NULL && other->position == 0) ||
      other->node != NULL;

  if (twice)
    return dnn_foreign_file_fail (
        file, error,
        "the value '%s' is made twice; each name must be one value",
        self->name);
  if (self->constant == NULL)
    self->constant = other->constant;
  if (self->value == NULL)
    self->value = other->value;
  return true;
}

bool
dnn_onnx_names_fill (DnnOnnxNames *self, DnnForeignFile *file,
                     const DnnOnnxGraph *graph, GError **error)
{
  size_t n = 0;

  if (!collect (self, file, graph, error))
    return false;
  if (self->n > 0)
    qsort (self->list, self->n, sizeof *self->list, compare_names);
  for (size_t i = 0; i < self->n; i++) {
    DnnOnnxName *last = n > 0 ? &self->list[n - 1] : NULL;

    if (last == NULL || strcmp (last->name, self->list[i].name) != 0)
      self->list[n++] = self->list[i];
    else if (!merge (last, &self->list[i], file, error))
      return false;
  }
  self->n = n;
  return true;
}

const DnnOnnxName *
dnn_onnx_names_find (const DnnOnnxNames *self, const char *name)
{
  size_t begin = 0, end = self->n;

  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    const int order = strcmp (name, self->list[middle].name);

    if (order == 0)
      return &self->list[middle];
    if (order < 0)
      end = middle;
    else
      begin = middle + 1;
  }
  return NULL;
}
