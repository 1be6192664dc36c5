/* dnn-protobuf.c - reads messages by table: counts, allocates, then fills */
#include "dnn-protobuf.h"

#include <string.h>

/* How a field's value is written. */
typedef enum Wire { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 } Wire;

/* A part of the file that is not read yet. */
typedef struct Span {
  const uint8_t *at, *end;
} Span;

/* A field of the file. */
typedef struct Entry {
  const DnnProtobufField *field; /* NULL: not in the table */
  Wire wire;
  uint64_t number; /* of VARINT */
  Span bytes;      /* of the others */
} Entry;

typedef struct Reader {
  DnnForeignFile *file;
  const DnnProtobufMessage *message;
  unsigned depth; /* of `message` */
} Reader;

/* How a list is packed, and the size of an element in the struct. */
static const struct {
  Wire wire;
  size_t size;
  bool is_list;
} kinds[] = {
  [DNN_PROTOBUF_INT] = { VARINT, sizeof (int64_t), false },
  [DNN_PROTOBUF_FLOAT] = { FIXED32, sizeof (float), false },
  [DNN_PROTOBUF_TEXT] = { BYTES, sizeof (char *), false },
  [DNN_PROTOBUF_VIEW] = { BYTES, sizeof (void *), false },
  [DNN_PROTOBUF_MESSAGE] = { BYTES, sizeof (void *), false },
  [DNN_PROTOBUF_PRESENT] = { BYTES, 0, false },
  [DNN_PROTOBUF_INTS] = { VARINT, sizeof (int64_t), true },
  [DNN_PROTOBUF_INT32S] = { VARINT, sizeof (int32_t), true },
  [DNN_PROTOBUF_FLOATS] = { FIXED32, sizeof (float), true },
  [DNN_PROTOBUF_DOUBLES] = { FIXED64, sizeof (double), true },
  [DNN_PROTOBUF_TEXTS] = { BYTES, sizeof (char *), true },
  [DNN_PROTOBUF_MESSAGES] = { BYTES, sizeof (void *), true },
};

/* --- the wire ------------------------------------------------------------ */

static bool
read_varint (const Reader *self, Span *span, uint64_t *ret_number,
             GError **error)
{
  uint64_t number = 0;

  for (unsigned shift = 0; span->at < span->end; shift += 7) {
    const uint8_t byte = *span->at++;

    if (shift == 63 && byte > 1)
      return dnn_foreign_file_fail (self->file, error,
                                    "%s has a number of more than 64 bits",
                                    self->message->name);
    number |= (uint64_t) (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *ret_number = number;
      return true;
    }
  }
  return dnn_foreign_file_fail (self->file, error,
                                "%s ends within a number: it is cut short",
                                self->message->name);
}

static bool
take_bytes (const Reader *self, Span *span, uint64_t n, Span *ret_bytes,
            GError **error)
{
  const size_t left = (size_t) (span->end - span->at);

  if (n > left)
    return dnn_foreign_file_fail (self->file, error,
                                  "%s has a field of '%" G_GUINT64_FORMAT
                                  "' bytes where %zu are left",
                                  self->message->name, n, left);
  *ret_bytes = (Span){ span->at, span->at + n };
  span->at += n;
  return true;
}

static const DnnProtobufField *
find_field (const DnnProtobufMessage *message, uint64_t number)
{
  for (size_t i = 0; i < message->n_fields; i++)
    if (message->fields[i].number == number)
      return &message->fields[i];
  return NULL;
}

/* Lists of numbers come packed or one by one. */
static bool
check_wire (const Reader *self, const Entry *entry, GError **error)
{
  const DnnProtobufField *field = entry->field;
  const Wire want = field != NULL ? kinds[field->kind].wire : entry->wire;

  if (entry->wire == want || field->kind == DNN_PROTOBUF_PRESENT ||
      (entry->wire == BYTES && kinds[field->kind].is_list))
    return true;
  return dnn_foreign_file_fail (
      self->file, error, "%s.%s must be of wire type %d, not '%d'",
      self->message->name, field->name, (int) want, (int) entry->wire);
}

/* The next field, which the span must have. */
static bool
read_entry (const Reader *self, Span *span, Entry *ret_entry, GError **error)
{
  Entry entry = { 0 };
  uint64_t tag = 0, n = 0;
  bool done;

  if (!read_varint (self, span, &tag, error))
    return false;
  if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
    return dnn_foreign_file_fail (self->file, error,
                                  "%s has a field of number '%" G_GUINT64_FORMAT
                                  "', and they are from 1: "
                                  "is the file of another format?",
                                  self->message->name, tag >> 3);
  entry.field = find_field (self->message, tag >> 3);
  entry.wire = (Wire) (tag & 7);
  switch ((int) entry.wire) {
  case VARINT:
    done = read_varint (self, span, &entry.number, error);
    break;
  case FIXED64:
  case FIXED32:
    n = entry.wire == FIXED64 ? 8 : 4;
    done = take_bytes (self, span, n, &entry.bytes, error);
    break;
  case BYTES:
    done = read_varint (self, span, &n, error) &&
           take_bytes (self, span, n, &entry.bytes, error);
    break;
  default:
    return dnn_foreign_file_fail (
        self->file, error,
        "%s has a field of wire type '%d'; groups are not read",
        self->message->name, (int) (tag & 7));
  }
  if (!done || !check_wire (self, &entry, error))
    return false;
  *ret_entry = entry;
  return true;
}

/* --- first pass: how many ------------------------------------------------ */

/* Elements that a field adds to its list. */
static bool
count_elements (const Reader *self, const Entry *entry, size_t *ret_n,
                GError **error)
{
  const Wire wire = kinds[entry->field->kind].wire;
  const size_t n = (size_t) (entry->bytes.end - entry->bytes.at);
  const size_t unit = wire == FIXED64 ? 8 : 4;
  size_t n_ends = 0;

  *ret_n = 1;
  if (entry->wire != BYTES || wire == BYTES)
    return true;
  if (wire == VARINT) {
    for (size_t i = 0; i < n; i++)
      n_ends += entry->bytes.at[i] < 0x80;
    *ret_n = n_ends;
    return n == 0 || entry->bytes.end[-1] < 0x80 ||
           dnn_foreign_file_fail (self->file, error,
                                  "%s.%s ends within a number: it is cut short",
                                  self->message->name, entry->field->name);
  }
  *ret_n = n / unit;
  return n % unit == 0 ||
         dnn_foreign_file_fail (
             self->file, error,
             "%s.%s has '%zu' bytes of numbers of %zu bytes each",
             self->message->name, entry->field->name, n, unit);
}

static bool
count_fields (const Reader *self, Span span, size_t *counts, GError **error)
{
  Entry entry;
  size_t n = 0;

  while (span.at < span.end) {
    if (!read_entry (self, &span, &entry, error))
      return false;
    if (entry.field == NULL)
      continue;
    if (!count_elements (self, &entry, &n, error))
      return false;
    counts[entry.field - self->message->fields] += n;
  }
  return true;
}

/* --- second pass --------------------------------------------------------- */

static bool read_message (Reader self, const DnnProtobufMessage *message,
                          Span span, void **ret_object, GError **error);

/* A message that comes in several parts is what all their bytes say. */
static bool
join_parts (const Reader *self, Span span, const DnnProtobufField *field,
            Span *ret_whole, GError **error)
{
  uint8_t *whole = NULL;
  size_t n = 0;

  for (int pass = 0; pass < 2; pass++) {
    Span rest = span;
    Entry entry;

    n = 0;
    while (rest.at < rest.end) {
      size_t size;

      if (!read_entry (self, &rest, &entry, error))
        return false;
      if (entry.field != field)
        continue;
      size = (size_t) (entry.bytes.end - entry.bytes.at);
      if (whole != NULL)
        memcpy (whole + n, entry.bytes.at, size);
      n += size;
    }
    if (whole == NULL)
      whole = dnn_foreign_file_take (self->file, n, error);
    if (whole == NULL)
      return false;
  }
  *ret_whole = (Span){ whole, whole + n };
  return true;
}

/* An element of a list of numbers; moves `span` behind it. */
static bool
read_element (const Reader *self, const DnnProtobufField *field, Span *span,
              void *out, GError **error)
{
  const size_t size = kinds[field->kind].size;
  uint64_t number = 0;
  int32_t small;

  if (kinds[field->kind].wire != VARINT) {
    memcpy (out, span->at, size);
    span->at += size;
    return true;
  }
  if (!read_varint (self, span, &number, error))
    return false;
  if (size == sizeof number) {
    memcpy (out, &number, size);
    return true;
  }
  small = (int32_t) number;
  memcpy (out, &small, size);
  return true;
}

static bool
fill_numbers (const Reader *self, const Entry *entry, uint8_t *list, size_t *n,
              GError **error)
{
  const size_t size = kinds[entry->field->kind].size;
  Span bytes = entry->bytes;

  if (entry->wire == VARINT) {
    const int32_t small = (int32_t) entry->number;

    memcpy (list + *n * size,
            size == sizeof small ? (const void *) &small : &entry->number,
            size);
    (*n)++;
    return true;
  }
  for (; bytes.at < bytes.end; (*n)++)
    if (!read_element (self, entry->field, &bytes, list + *n * size, error))
      return false;
  return true;
}

/* A text or message of a list, or one that stands alone. */
static bool
fill_pointer (const Reader *self, const Entry *entry, void **out,
              GError **error)
{
  const DnnProtobufField *field = entry->field;
  const size_t n = (size_t) (entry->bytes.end - entry->bytes.at);

  if (field->message != NULL)
    return read_message (*self, field->message, entry->bytes, out, error);
  *out = n > 0 ? dnn_foreign_file_text (self->file, entry->bytes.at, n, error)
               : (void *) "";
  return *out != NULL;
}

/* Puts one field where it belongs; `n` counts what the list has so far. */
static bool
fill_field (const Reader *self, const Entry *entry, uint8_t *member, size_t *n,
            GError **error)
{
  void **pointer = (void **) (void *) member;

  switch (entry->field->kind) {
  case DNN_PROTOBUF_INT:
    memcpy (member, &entry->number, sizeof entry->number);
    return true;
  case DNN_PROTOBUF_FLOAT:
    memcpy (member, entry->bytes.at, sizeof (float));
    return true;
  case DNN_PROTOBUF_VIEW:
    *pointer = (void *) entry->bytes.at;
    *n = (size_t) (entry->bytes.end - entry->bytes.at);
    return true;
  case DNN_PROTOBUF_PRESENT:
    return true;
  case DNN_PROTOBUF_TEXT:
  case DNN_PROTOBUF_MESSAGE:
    return fill_pointer (self, entry, pointer, error);
  case DNN_PROTOBUF_TEXTS:
  case DNN_PROTOBUF_MESSAGES:
    return fill_pointer (self, entry, (void **) *pointer + (*n)++, error);
  default:
    return fill_numbers (self, entry, *pointer, n, error);
  }
}

static bool
fill_fields (const Reader *self, Span span, const size_t *counts,
             uint8_t *object, GError **error)
{
  size_t n[DNN_PROTOBUF_MOST_FIELDS] = { 0 };
  Span rest = span;
  Entry entry;

  while (rest.at < rest.end) {
    size_t i;

    if (!read_entry (self, &rest, &entry, error))
      return false;
    if (entry.field == NULL)
      continue;
    i = (size_t) (entry.field - self->message->fields);
    if (entry.field->kind == DNN_PROTOBUF_MESSAGE && counts[i] > 1) {
      if (n[i]++ > 0)
        continue;
      if (!join_parts (self, span, entry.field, &entry.bytes, error))
        return false;
    }
    if (!fill_field (self, &entry, object + entry.field->offset, &n[i], error))
      return false;
    if (entry.field->kind == DNN_PROTOBUF_VIEW)
      memcpy (object + entry.field->count, &n[i], sizeof n[i]);
  }
  return true;
}

/* The struct with room for its lists. */
static uint8_t *
make_object (const Reader *self, const size_t *counts, GError **error)
{
  const DnnProtobufMessage *message = self->message;
  uint8_t *object = dnn_foreign_file_take (self->file, message->size, error);

  for (size_t i = 0; object != NULL && i < message->n_fields; i++) {
    const DnnProtobufField *field = &message->fields[i];
    const void *value = field->kind == DNN_PROTOBUF_TEXT ? "" : NULL;

    if (kinds[field->kind].is_list && counts[i] > 0) {
      /* a list has at most as many elements as the file bytes */
      value = dnn_foreign_file_take (
          self->file, counts[i] * kinds[field->kind].size, error);
      if (value == NULL)
        return NULL;
    }
    if (value != NULL)
      memcpy (object + field->offset, &value, sizeof value);
    if (field->count != 0 && field->kind != DNN_PROTOBUF_VIEW)
      memcpy (object + field->count, &counts[i], sizeof counts[i]);
  }
  return object;
}

static bool
read_message (Reader self, const DnnProtobufMessage *message, Span span,
              void **ret_object, GError **error)
{
  size_t counts[DNN_PROTOBUF_MOST_FIELDS] = { 0 };
  uint8_t *object;

  g_assert (message->n_fields <= DNN_PROTOBUF_MOST_FIELDS);

  self.message = message;
  if (self.depth++ >= DNN_PROTOBUF_DEPTH_LIMIT)
    return dnn_foreign_file_fail (self.file, error,
                                  "%s is nested deeper than '%d' messages",
                                  message->name, DNN_PROTOBUF_DEPTH_LIMIT);
  if (!count_fields (&self, span, counts, error))
    return false;
  object = make_object (&self, counts, error);
  if (object == NULL || !fill_fields (&self, span, counts, object, error))
    return false;
  *ret_object = object;
  return true;
}

void *
dnn_protobuf_read (DnnForeignFile *file, const DnnProtobufMessage *message,
                   const void *data, size_t n, GError **error)
{
  const uint8_t *start = n > 0 ? data : (const uint8_t *) "";
  void *object = NULL;

  g_return_val_if_fail (file != NULL && message != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  read_message ((Reader){ .file = file, .message = message }, message,
                (Span){ start, start + n }, &object, error);
  return object;
}
