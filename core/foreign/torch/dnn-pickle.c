/* dnn-pickle.c - opcodes of a stack machine that has no code to call */
#include "dnn-pickle.h"

#include "dnn-pickle-private.h"

#include <string.h>

typedef bool Run (DnnPickleMachine *self, int argument, GError **error);

typedef struct Opcode {
  uint8_t code;
  Run *run;
  int argument; /* bytes of a number or a length, a count or a kind */
} Opcode;

/* --- opcodes: simple values ---------------------------------------------- */

static bool
run_empty (DnnPickleMachine *self, int kind, GError **error)
{
  return dnn_pickle_push (self, (DnnPickleKind) kind, error) != NULL;
}

static bool
run_bool (DnnPickleMachine *self, int truth, GError **error)
{
  DnnPickleItem *value = dnn_pickle_push (self, DNN_PICKLE_BOOL, error);

  if (value == NULL)
    return false;
  value->value.integer = truth;
  return true;
}

/* BININT1 and BININT2 have no sign, BININT has one. */
static bool
run_int (DnnPickleMachine *self, int n, GError **error)
{
  uint64_t number = 0;
  DnnPickleItem *value;

  if (!dnn_pickle_take_number (self, (size_t) n, &number, error))
    return false;
  value = dnn_pickle_push (self, DNN_PICKLE_INT, error);
  if (value == NULL)
    return false;
  value->value.integer = n == 4 ? (int64_t) (int32_t) number : (int64_t) number;
  return true;
}

static bool
run_long (DnnPickleMachine *self, int size, GError **error)
{
  const uint8_t *bytes = NULL;
  uint64_t n = 0, number = 0;
  DnnPickleItem *value;

  if (!dnn_pickle_take_counted (self, size, &bytes, &n, error))
    return false;
  value =
      dnn_pickle_push (self, n > 8 ? DNN_PICKLE_BYTES : DNN_PICKLE_INT, error);
  if (value == NULL)
    return false;
  if (n > 8) {
    value->value.bytes = bytes;
    value->value.n = n;
    return true;
  }
  if (n > 0 && bytes[n - 1] >= 0x80)
    number = UINT64_MAX; /* the sign, in the bytes that are not there */
  for (size_t i = n; i-- > 0;)
    number = number << 8 | bytes[i];
  value->value.integer = (int64_t) number;
  return true;
}

static bool
run_float (DnnPickleMachine *self, int argument, GError **error)
{
  const uint8_t *bytes = NULL;
  uint64_t bits = 0;
  DnnPickleItem *value;

  (void) argument;
  if (!dnn_pickle_take (self, 8, &bytes, error))
    return false;
  value = dnn_pickle_push (self, DNN_PICKLE_FLOAT, error);
  if (value == NULL)
    return false;
  for (size_t i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  memcpy (&value->value.number, &bits, sizeof bits);
  return true;
}

static bool
push_text (DnnPickleMachine *self, DnnPickleKind kind, const void *data,
           size_t n, GError **error)
{
  DnnPickleItem *value = dnn_pickle_push (self, kind, error);

  if (value == NULL)
    return false;
  value->value.text =
      n > 0 ? dnn_foreign_file_text (self->file, data, n, error) : "";
  return value->value.text != NULL;
}

static bool
run_text (DnnPickleMachine *self, int size, GError **error)
{
  const uint8_t *bytes = NULL;
  uint64_t n = 0;

  return dnn_pickle_take_counted (self, size, &bytes, &n, error) &&
         push_text (self, DNN_PICKLE_TEXT, bytes, n, error);
}

static bool
run_bytes (DnnPickleMachine *self, int size, GError **error)
{
  const uint8_t *bytes = NULL;
  uint64_t n = 0;
  DnnPickleItem *value;

  if (!dnn_pickle_take_counted (self, size, &bytes, &n, error))
    return false;
  value = dnn_pickle_push (self, DNN_PICKLE_BYTES, error);
  if (value == NULL)
    return false;
  value->value.bytes = bytes;
  value->value.n = n;
  return true;
}

/* --- opcodes: lists ------------------------------------------------------ */

static bool
run_mark (DnnPickleMachine *self, int argument, GError **error)
{
  DnnPickleValue *mark =
      dnn_foreign_file_take (self->file, sizeof *mark, error);

  (void) argument;
  if (mark == NULL)
    return false;
  mark->integer = (int64_t) self->stack.n;
  return dnn_pickle_append (self, &self->marks, mark, error);
}

/* The top `n` values as one tuple; -1: those above the mark. */
static bool
run_tuple (DnnPickleMachine *self, int n, GError **error)
{
  size_t begin = 0;
  DnnPickleItem *tuple;

  if (n < 0 ? !dnn_pickle_pop_mark (self, &begin, error)
            : !dnn_pickle_need (self, (size_t) n, error))
    return false;
  if (n >= 0)
    begin = self->stack.n - (size_t) n;
  tuple = dnn_foreign_file_take (self->file, sizeof *tuple, error);
  if (tuple == NULL)
    return false;
  tuple->value.kind = DNN_PICKLE_TUPLE;
  for (size_t i = begin; i < self->stack.n; i++)
    if (!dnn_pickle_append (self, &tuple->list, self->stack.items[i], error))
      return false;
  dnn_pickle_close_list (tuple);
  self->stack.n = begin;
  return dnn_pickle_append (self, &self->stack, &tuple->value, error);
}

/* APPEND and SETITEM: one item, or a key and its value. */
static bool
run_item (DnnPickleMachine *self, int kind, GError **error)
{
  const size_t n = kind == DNN_PICKLE_DICT ? 2 : 1;

  return dnn_pickle_need (self, n + 1, error) &&
         dnn_pickle_move_to_list (self, (DnnPickleKind) kind, self->stack.n - n,
                                  error);
}

static bool
run_items (DnnPickleMachine *self, int kind, GError **error)
{
  size_t begin = 0;

  return dnn_pickle_pop_mark (self, &begin, error) &&
         dnn_pickle_move_to_list (self, (DnnPickleKind) kind, begin, error);
}

/* --- opcodes: memory ----------------------------------------------------- */

static bool
run_put (DnnPickleMachine *self, int size, GError **error)
{
  uint64_t number = g_hash_table_size (self->memo);

  if (size > 0 && !dnn_pickle_take_number (self, (size_t) size, &number, error))
    return false;
  /* 64: bytes of an entry in the table */
  if (!dnn_pickle_need (self, 1, error) ||
      !dnn_foreign_file_spend (self->file, 64, error))
    return false;
  g_hash_table_insert (self->memo, GSIZE_TO_POINTER (number),
                       dnn_pickle_top (self));

  return true;
}

static bool
run_get (DnnPickleMachine *self, int size, GError **error)
{
  uint64_t number = 0;
  const DnnPickleItem *value;

  if (!dnn_pickle_take_number (self, (size_t) size, &number, error))
    return false;
  value = g_hash_table_lookup (self->memo, GSIZE_TO_POINTER (number));
  if (value == NULL)
    return dnn_pickle_fail (
        self, error, "nothing was kept under '%" G_GUINT64_FORMAT "'", number);
  return dnn_pickle_append (self, &self->stack, &value->value, error);
}

/* --- opcodes: names and calls -------------------------------------------- */

static const char ordered_dict[] = "collections.OrderedDict";

static bool
push_name (DnnPickleMachine *self, const char *module, const char *name,
           GError **error)
{
  g_autofree char *whole = g_strconcat (module, ".", name, NULL);

  if (strcmp (whole, ordered_dict) != 0 &&
      !g_strv_contains (self->names, whole))
    return dnn_pickle_fail (
        self, error,
        "it needs the Python object '%s', which is not read; a file "
        "with tensors only is written by "
        "torch.save (model.state_dict (), PATH)",
        whole);
  return push_text (self, DNN_PICKLE_NAME, whole, strlen (whole), error);
}

/* A line of the file. */
static bool
take_line (DnnPickleMachine *self, char **ret_line, GError **error)
{
  const uint8_t *end = memchr (self->at, '\n', (size_t) (self->end - self->at));

  if (end == NULL)
    return dnn_pickle_fail (self, error, "a name has no end");
  *ret_line = g_strndup ((const char *) self->at, (size_t) (end - self->at));
  self->at = end + 1;
  return true;
}

static bool
run_global (DnnPickleMachine *self, int argument, GError **error)
{
  g_autofree char *module = NULL, *name = NULL;

  (void) argument;
  return take_line (self, &module, error) && take_line (self, &name, error) &&
         push_name (self, module, name, error);
}

static bool
run_stack_global (DnnPickleMachine *self, int argument, GError **error)
{
  const DnnPickleItem *module, *name;

  (void) argument;
  if (!dnn_pickle_need (self, 2, error))
    return false;
  name = dnn_pickle_pop (self);
  module = dnn_pickle_pop (self);
  if (module->value.kind != DNN_PICKLE_TEXT ||
      name->value.kind != DNN_PICKLE_TEXT)
    return dnn_pickle_fail (self, error, "a name must be two texts");
  return push_name (self, module->value.text, name->value.text, error);
}

/* OrderedDict ([[key, value], ...]), as Python 2 writes it. */
static bool
fill_dict (DnnPickleMachine *self, DnnPickleItem *dict,
           const DnnPickleValue *arguments, GError **error)
{
  const DnnPickleValue *pairs = arguments->n > 0 ? arguments->items[0] : NULL;

  for (size_t i = 0; pairs != NULL && i < pairs->n; i++) {
    const DnnPickleValue *pair =
        pairs->kind == DNN_PICKLE_LIST ? pairs->items[i] : pairs;

    if ((pair->kind != DNN_PICKLE_LIST && pair->kind != DNN_PICKLE_TUPLE) ||
        pair == pairs || pair->n != 2)
      return dnn_pickle_fail (self, error,
                              "OrderedDict is made of '%s'; it must be pairs",
                              dnn_pickle_kind_name (pair->kind));
    if (!dnn_pickle_append (self, &dict->list, pair->items[0], error) ||
        !dnn_pickle_append (self, &dict->list, pair->items[1], error))
      return false;
  }
  dnn_pickle_close_list (dict);
  return true;
}

static bool
run_reduce (DnnPickleMachine *self, int argument, GError **error)
{
  const DnnPickleItem *name, *arguments;
  DnnPickleItem *call;

  (void) argument;
  if (!dnn_pickle_need (self, 2, error))
    return false;
  arguments = dnn_pickle_pop (self);
  name = dnn_pickle_pop (self);
  if (name->value.kind != DNN_PICKLE_NAME ||
      arguments->value.kind != DNN_PICKLE_TUPLE)
    return dnn_pickle_fail (self, error, "%s is called with %s",
                            dnn_pickle_kind_name (name->value.kind),
                            dnn_pickle_kind_name (arguments->value.kind));
  call = dnn_pickle_push (self, DNN_PICKLE_CALL, error);
  if (call == NULL)
    return false;
  if (strcmp (name->value.text, ordered_dict) == 0) {
    call->value.kind = DNN_PICKLE_DICT;
    return fill_dict (self, call, &arguments->value, error);
  }
  call->value.text = name->value.text;
  call->value.items = arguments->value.items;
  call->value.n = arguments->value.n;
  return true;
}

/* Attributes of a dictionary (_metadata of state_dict) are dropped. */
static bool
run_build (DnnPickleMachine *self, int argument, GError **error)
{
  (void) argument;
  if (!dnn_pickle_need (self, 2, error))
    return false;
  dnn_pickle_pop (self);
  return dnn_pickle_top (self)->value.kind == DNN_PICKLE_DICT ||
         dnn_pickle_fail (
             self, error,
             "attributes are set of %s, and only a dict may "
             "have such",
             dnn_pickle_kind_name (dnn_pickle_top (self)->value.kind));
}

static bool
run_persistent (DnnPickleMachine *self, int argument, GError **error)
{
  const DnnPickleItem *id;
  DnnPickleItem *value;

  (void) argument;
  if (!dnn_pickle_need (self, 1, error))
    return false;
  id = dnn_pickle_pop (self);
  value = dnn_pickle_push (self, DNN_PICKLE_PERSISTENT, error);
  if (value == NULL)
    return false;
  value->value.items = id->value.items;
  value->value.n = id->value.kind == DNN_PICKLE_TUPLE ? id->value.n : 0;
  return dnn_pickle_append (self, &self->persistent, &value->value, error);
}

/* --- opcodes: frame and end ---------------------------------------------- */

static bool
run_protocol (DnnPickleMachine *self, int argument, GError **error)
{
  uint64_t protocol = 0;

  (void) argument;
  if (!dnn_pickle_take_number (self, 1, &protocol, error))
    return false;
  return (protocol >= 2 && protocol <= 5) ||
         dnn_pickle_fail (self, error,
                          "its protocol is '%u', and 2 to 5 are read",
                          (unsigned) protocol);
}

/* A frame says how much could be read at once. */
static bool
run_frame (DnnPickleMachine *self, int argument, GError **error)
{
  uint64_t size = 0;

  (void) argument;
  return dnn_pickle_take_number (self, 8, &size, error);
}

static bool
run_stop (DnnPickleMachine *self, int argument, GError **error)
{
  (void) argument;
  self->done = true;
  return (self->stack.n == 1 && self->marks.n == 0) ||
         dnn_pickle_fail (self, error,
                          "it ends with '%zu' values, and must have one",
                          self->stack.n);
}

static const Opcode opcodes[] = {
  { 'N', run_empty, DNN_PICKLE_NONE },
  { 0x88, run_bool, 1 },
  { 0x89, run_bool, 0 },
  { 'K', run_int, 1 },
  { 'M', run_int, 2 },
  { 'J', run_int, 4 },
  { 0x8a, run_long, 1 },
  { 0x8b, run_long, 4 },
  { 'G', run_float, 0 },
  { 0x8c, run_text, 1 },
  { 'X', run_text, 4 },
  { 0x8d, run_text, 8 },
  { 'U', run_text, 1 }, /* str of Python 2 */
  { 'T', run_text, 4 },
  { 'C', run_bytes, 1 },
  { 'B', run_bytes, 4 },
  { 0x8e, run_bytes, 8 },
  { ')', run_empty, DNN_PICKLE_TUPLE },
  { ']', run_empty, DNN_PICKLE_LIST },
  { '}', run_empty, DNN_PICKLE_DICT },
  { '(', run_mark, 0 },
  { 't', run_tuple, -1 },
  { 0x85, run_tuple, 1 },
  { 0x86, run_tuple, 2 },
  { 0x87, run_tuple, 3 },
  { 'a', run_item, DNN_PICKLE_LIST },
  { 's', run_item, DNN_PICKLE_DICT },
  { 'e', run_items, DNN_PICKLE_LIST },
  { 'u', run_items, DNN_PICKLE_DICT },
  { 'q', run_put, 1 },
  { 'r', run_put, 4 },
  { 0x94, run_put, 0 },
  { 'h', run_get, 1 },
  { 'j', run_get, 4 },
  { 'c', run_global, 0 },
  { 0x93, run_stack_global, 0 },
  { 'R', run_reduce, 0 },
  { 'b', run_build, 0 },
  { 'Q', run_persistent, 0 },
  { 0x80, run_protocol, 0 },
  { 0x95, run_frame, 0 },
  { '.', run_stop, 0 },
};

static bool
run_one (DnnPickleMachine *self, GError **error)
{
  uint64_t code = 0;

  if (!dnn_pickle_take_number (self, 1, &code, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (opcodes); i++)
    if (opcodes[i].code == code)
      return opcodes[i].run (self, opcodes[i].argument, error);
  return dnn_pickle_fail (self, error,
                          "its opcode '0x%02x' is not read; data need no such",
                          (unsigned) code);
}

bool
dnn_pickle_read (DnnForeignFile *file, const char *const *names,
                 const void *data, size_t n, DnnPickle *ret_pickle,
                 GError **error)
{
  g_autoptr (GHashTable) memo = g_hash_table_new (NULL, NULL);
  DnnPickleMachine self = { .file = file, .names = names, .memo = memo };

  g_return_val_if_fail (error == NULL || *error == NULL, false);

  self.start = self.at = n > 0 ? data : (const uint8_t *) "";
  self.end = self.start + n;
  while (!self.done)
    if (!run_one (&self, error))
      return false;
  ret_pickle->value = self.stack.items[0];
  ret_pickle->persistent = self.persistent.items;
  ret_pickle->n_persistent = self.persistent.n;
  ret_pickle->size = (size_t) (self.at - self.start);
  return true;
}
