/* dnn-kind.c - asks the table of kinds */
#include "dnn-kind.h"

#include "dnn-kind-row.h"
#include "dnn-param.h"
#include "dnn-suggest.h"

#include <string.h>

/* --- names --------------------------------------------------------------- */

unsigned
dnn_kind_count (void)
{
  return dnn_n_kinds;
}

const char *
dnn_kind_name (DnnKind kind)
{
  return dnn_kind_row (kind)->name;
}

const char *
dnn_kind_folder (DnnKind kind)
{
  return dnn_kind_row (kind)->folder;
}

DnnKind
dnn_kind_from_name (const char *name)
{
  for (unsigned kind = 1; kind <= dnn_n_kinds; kind++)
    if (strcmp (dnn_kinds[kind]->name, name) == 0)
      return (DnnKind) kind;
  return (DnnKind) 0;
}

char *
dnn_kind_suggest (const char *word)
{
  g_autofree const char **names = g_new0 (const char *, dnn_n_kinds + 1);

  for (unsigned i = 0; i < dnn_n_kinds; i++)
    names[i] = dnn_kinds[i + 1]->name;
  return dnn_suggest (word, names);
}

/* --- keys ---------------------------------------------------------------- */

const DnnPlugin *
dnn_kind_keys (DnnKind kind)
{
  return dnn_kind_row (kind)->keys;
}

const char **
dnn_kind_key_names (DnnKind kind)
{
  const DnnPlugin *table = dnn_kind_keys (kind);
  const uint32_t n = table != NULL ? table->n_params : 0;
  const char **names = g_new0 (const char *, n + 1);

  for (uint32_t i = 0; i < n; i++)
    names[i] = dnn_param_at (table, i)->name;
  return names;
}

/* --- ops ----------------------------------------------------------------- */

uint32_t
dnn_kind_ops_size (DnnKind kind)
{
  return dnn_kind_row (kind)->ops_size;
}

/* A member of ops of the given size. */
static void
read_op (const void *ops, size_t offset, void *ret_member, size_t size)
{
  memcpy (ret_member, (const char *) ops + offset, size);
}

static bool
has_op (const void *ops, const DnnKindOp *op)
{
  void *function = NULL;
  uint32_t size;

  read_op (ops, 0, &size, sizeof size);
  if (op->name != NULL && op->offset + sizeof function <= size)
    read_op (ops, op->offset, &function, sizeof function);
  return function != NULL;
}

const char *
dnn_kind_missing_op (DnnKind kind, const void *ops)
{
  const DnnKindOp *required = dnn_kind_row (kind)->required;

  for (size_t i = 0; i < DNN_KIND_MAX_OPS && required[i].name != NULL; i++) {
    void *function;

    read_op (ops, required[i].offset, &function, sizeof function);
    if (function == NULL && !has_op (ops, &dnn_kind_row (kind)->or_else))
      return required[i].name;
  }
  return NULL;
}

/* --- rows ---------------------------------------------------------------- */

const DnnKindRow *
dnn_kind_row (uint32_t kind)
{
  return dnn_kinds[kind];
}

void
dnn_kind_inputs (const DnnKindRow *self, const void *ops, uint32_t *ret_min,
                 uint32_t *ret_max)
{
  *ret_min = self->min_inputs;
  *ret_max = self->max_inputs;
  if (self->min_inputs_at != 0)
    read_op (ops, self->min_inputs_at, ret_min, sizeof *ret_min);
  if (self->max_inputs_at != 0)
    read_op (ops, self->max_inputs_at, ret_max, sizeof *ret_max);
}

uint32_t
dnn_kind_n_outputs (const DnnKindRow *self, const void *ops)
{
  uint32_t n;

  if (self->n_outputs_at == 0)
    return 0;
  read_op (ops, self->n_outputs_at, &n, sizeof n);
  return MAX (n, 1);
}

uint32_t
dnn_kind_min_outputs (const DnnKindRow *self, const void *ops)
{
  const uint32_t all = dnn_kind_n_outputs (self, ops);
  uint32_t size, n = 0;

  memcpy (&size, ops, sizeof size);
  if (self->min_outputs_at != 0 && size >= self->min_outputs_at + sizeof n)
    read_op (ops, self->min_outputs_at, &n, sizeof n);
  return n > 0 && n < all ? n : all;
}

DnnKindBuild
dnn_kind_build (const DnnKindRow *self, const void *ops)
{
  DnnKindBuild build = NULL;

  if (self->build != 0)
    read_op (ops, self->build, &build, sizeof build);
  return build;
}
