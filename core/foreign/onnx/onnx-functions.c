/* onnx-functions.c - functions found by their name, and circles of them */
#include "dnn-onnx-private.h"

#include "dnn-onnx-find.h"

#include <stdlib.h>
#include <string.h>

/* Of functions that call functions. */
#define DEPTH_LIMIT 64

typedef struct Walk {
  DnnOnnxModelFields *model;
  unsigned depth;
} Walk;

static bool visit_nodes (Walk self, const DnnOnnxNode *const *nodes, size_t n,
                         GError **error);

static int
compare_functions (const void *a, const void *b)
{
  const DnnOnnxFunction *x = *(DnnOnnxFunction *const *) a,
                        *y = *(DnnOnnxFunction *const *) b;
  int order = strcmp (x->domain, y->domain);

  if (order == 0)
    order = strcmp (x->name, y->name);
  return order != 0 ? order : strcmp (x->overload, y->overload);
}

const DnnOnnxFunction *
dnn_onnx_find_function (const DnnOnnx *self, const DnnOnnxNode *node)
{
  const DnnOnnxModelFields *model = (const DnnOnnxModelFields *) self;
  const DnnOnnxFunction key = { .domain = node->domain,
                                .name = node->op,
                                .overload = node->overload };
  const DnnOnnxFunction *wanted = &key;
  DnnOnnxFunction *const *found;

  if (self->n_functions == 0)
    return NULL;
  found = bsearch (&wanted, model->functions, self->n_functions, sizeof *found,
                   compare_functions);
  return found != NULL ? *found : NULL;
}

static bool
visit_function (Walk self, DnnOnnxFunctionFields *function, GError **error)
{
  if (function->state == DNN_ONNX_DONE)
    return true;
  if (function->state == DNN_ONNX_OPEN || self.depth++ >= DEPTH_LIMIT)
    return dnn_foreign_file_fail (
        self.model->file, error, "the function '%s' %s",
        function->function.name,
        function->state == DNN_ONNX_OPEN
            ? "calls itself, by itself or by another"
            : "is called from too many functions, one in the other");
  function->state = DNN_ONNX_OPEN;
  if (!visit_nodes (self, function->function.nodes, function->function.n_nodes,
                    error))
    return false;
  function->state = DNN_ONNX_DONE;
  return true;
}

static bool
visit_graphs (Walk self, const DnnOnnxNode *node, GError **error)
{
  for (size_t i = 0; i < node->n_attributes; i++) {
    const DnnOnnxAttributeFields *attribute =
        (const DnnOnnxAttributeFields *) node->attributes[i];
    const DnnOnnxGraph *graph = attribute->attribute.graph;

    if (graph != NULL &&
        !visit_nodes (self, graph->nodes, graph->n_nodes, error))
      return false;
    for (size_t j = 0; j < attribute->n_graphs; j++)
      if (!visit_nodes (self, attribute->graphs[j]->nodes,
                        attribute->graphs[j]->n_nodes, error))
        return false;
  }
  return true;
}

static bool
visit_nodes (Walk self, const DnnOnnxNode *const *nodes, size_t n,
             GError **error)
{
  for (size_t i = 0; i < n; i++) {
    const DnnOnnxFunction *called =
        dnn_onnx_find_function (&self.model->onnx, nodes[i]);

    if (called != NULL &&
        !visit_function (self, (DnnOnnxFunctionFields *) called, error))
      return false;
    if (!visit_graphs (self, nodes[i], error))
      return false;
  }
  return true;
}

bool
dnn_onnx_check_functions (DnnOnnxModelFields *self, GError **error)
{
  const size_t n = self->onnx.n_functions;

  if (n == 0)
    return true;
  self->functions =
      dnn_foreign_file_take (self->file, n * sizeof *self->functions, error);
  if (self->functions == NULL)
    return false;
  memcpy (self->functions, self->onnx.functions, n * sizeof *self->functions);
  qsort (self->functions, n, sizeof *self->functions, compare_functions);
  for (size_t i = 1; i < n; i++)
    if (compare_functions (&self->functions[i - 1], &self->functions[i]) == 0)
      return dnn_foreign_file_fail (self->file, error,
                                    "has the function '%s' twice",
                                    self->functions[i]->function.name);
  for (size_t i = 0; i < n; i++)
    if (!visit_function ((Walk){ .model = self }, self->functions[i], error))
      return false;
  return true;
}
