/* pickle-machine.c - the bytes and the stack of a pickle */
#include "dnn-pickle-private.h"

#include <string.h>

bool
dnn_pickle_fail (const DnnPickleMachine *self, GError **error,
                 const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  return dnn_foreign_file_fail (self->file, error,
                                "its pickle, at byte %zu of it: %s",
                                (size_t) (self->at - self->start), sentence);
}

const char *
dnn_pickle_kind_name (DnnPickleKind kind)
{
  static const char *const names[] = {
    [DNN_PICKLE_NONE] = "None",      [DNN_PICKLE_BOOL] = "a bool",
    [DNN_PICKLE_INT] = "an int",     [DNN_PICKLE_FLOAT] = "a float",
    [DNN_PICKLE_TEXT] = "a str",     [DNN_PICKLE_BYTES] = "bytes",
    [DNN_PICKLE_TUPLE] = "a tuple",  [DNN_PICKLE_LIST] = "a list",
    [DNN_PICKLE_DICT] = "a dict",    [DNN_PICKLE_NAME] = "a name",
    [DNN_PICKLE_CALL] = "an object", [DNN_PICKLE_PERSISTENT] = "a storage",
  };

  return names[kind];
}

/* --- bytes --------------------------------------------------------------- */

bool
dnn_pickle_take (DnnPickleMachine *self, uint64_t n, const uint8_t **ret_bytes,
                 GError **error)
{
  const size_t left = (size_t) (self->end - self->at);

  if (n > left)
    return dnn_pickle_fail (self, error,
                            "'%" G_GUINT64_FORMAT
                            "' bytes follow, it says, and there "
                            "are %zu",
                            n, left);
  *ret_bytes = self->at;
  self->at += n;
  return true;
}

/* Little-endian, of n <= 8 bytes. */
bool
dnn_pickle_take_number (DnnPickleMachine *self, size_t n, uint64_t *ret_number,
                        GError **error)
{
  const uint8_t *bytes = NULL;
  uint64_t number = 0;

  if (!dnn_pickle_take (self, n, &bytes, error))
    return false;
  for (size_t i = 0; i < n; i++)
    number |= (uint64_t) bytes[i] << 8 * i;
  *ret_number = number;
  return true;
}

/* The bytes behind a length of `size` bytes. */
bool
dnn_pickle_take_counted (DnnPickleMachine *self, int size,
                         const uint8_t **ret_bytes, uint64_t *ret_n,
                         GError **error)
{
  return dnn_pickle_take_number (self, (size_t) size, ret_n, error) &&
         dnn_pickle_take (self, *ret_n, ret_bytes, error);
}

/* --- the stack ----------------------------------------------------------- */

bool
dnn_pickle_append (DnnPickleMachine *self, DnnPickleList *list,
                   const DnnPickleValue *item, GError **error)
{
  if (list->n == list->room) {
    const size_t room = MAX (list->room * 2, 4);
    const DnnPickleValue **items =
        dnn_foreign_file_take (self->file, room * sizeof *items, error);

    if (items == NULL)
      return false;
    if (list->n > 0)
      memcpy (items, list->items, list->n * sizeof *items);
    list->items = items;
    list->room = room;
  }
  list->items[list->n++] = item;
  return true;
}

/* A new value on top of the stack; NULL with an error. */
DnnPickleItem *
dnn_pickle_push (DnnPickleMachine *self, DnnPickleKind kind, GError **error)
{
  DnnPickleItem *value =
      dnn_foreign_file_take (self->file, sizeof *value, error);

  if (value == NULL)
    return NULL;
  value->value.kind = kind;
  return dnn_pickle_append (self, &self->stack, &value->value, error) ? value
                                                                      : NULL;
}

static size_t
find_mark (const DnnPickleMachine *self)
{
  const DnnPickleList *marks = &self->marks;

  return marks->n > 0 ? (size_t) marks->items[marks->n - 1]->integer : 0;
}

/* At least `n` values above the last mark. */
bool
dnn_pickle_need (const DnnPickleMachine *self, size_t n, GError **error)
{
  const size_t there = self->stack.n - find_mark (self);

  return n <= there ||
         dnn_pickle_fail (self, error,
                          "it needs %zu values, and '%zu' are on the stack", n,
                          there);
}

DnnPickleItem *
dnn_pickle_top (const DnnPickleMachine *self)
{
  return (DnnPickleItem *) self->stack.items[self->stack.n - 1];
}

DnnPickleItem *
dnn_pickle_pop (DnnPickleMachine *self)
{
  DnnPickleItem *value = dnn_pickle_top (self);

  self->stack.n--;
  return value;
}

/* Takes the last mark away; values above it stay, from *ret_begin on. */
bool
dnn_pickle_pop_mark (DnnPickleMachine *self, size_t *ret_begin, GError **error)
{
  if (self->marks.n == 0)
    return dnn_pickle_fail (self, error, "there is no mark on the stack");
  *ret_begin = find_mark (self);
  self->marks.n--;
  return true;
}

void
dnn_pickle_close_list (DnnPickleItem *value)
{
  value->value.items = value->list.items;
  value->value.n = value->list.n;
}

/* Moves the values of the stack from `begin` on to the list or dict that then
 * is on top. */
bool
dnn_pickle_move_to_list (DnnPickleMachine *self, DnnPickleKind kind,
                         size_t begin, GError **error)
{
  const size_t n = self->stack.n - begin;
  const DnnPickleValue *const *items = self->stack.items + begin;
  DnnPickleItem *list;

  self->stack.n = begin;
  if (!dnn_pickle_need (self, 1, error))
    return false;
  list = dnn_pickle_top (self);
  if (list->value.kind != kind)
    return dnn_pickle_fail (
        self, error, "items are put in %s, and must be in %s",
        dnn_pickle_kind_name (list->value.kind), dnn_pickle_kind_name (kind));
  if (kind == DNN_PICKLE_DICT && n % 2 != 0)
    return dnn_pickle_fail (self, error, "the last key has no value");
  for (size_t i = 0; i < n; i++)
    if (!dnn_pickle_append (self, &list->list, items[i], error))
      return false;
  dnn_pickle_close_list (list);
  return true;
}
