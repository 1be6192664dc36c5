/* protobuf-write.c - structs to messages, by the tables that read them */
#include "dnn-protobuf.h"

#include <string.h>

/* A member of a struct, as its field says. */
typedef struct Member {
  const DnnProtobufField *field;
  const void *at; /* of the member */
  size_t n;       /* elements, bytes or times; 0: left out */
} Member;

typedef struct Writer {
  DnnProtobufSink sink;
  void *user;
} Writer;

static size_t size_message (const DnnProtobufMessage *message,
                            const void *object);
static bool write_message (const Writer *self,
                           const DnnProtobufMessage *message,
                           const void *object, GError **error);

/* --- members ------------------------------------------------------------- */

/* Of a text, which may be NULL. */
static size_t
text_size (const char *text)
{
  return text != NULL ? strlen (text) : 0;
}

static const void *
pointer_at (const Member *self, size_t i)
{
  const void *const *list = *(const void *const *const *) self->at;

  return list[i];
}

static const void *
value_of (const Member *self)
{
  return *(const void *const *) self->at;
}

/* A member that is not counted is there unless it is 0. */
static size_t
is_there (const Member *self)
{
  int64_t integer;
  float number;

  switch (self->field->kind) {
  case DNN_PROTOBUF_INT:
    memcpy (&integer, self->at, sizeof integer);
    return integer != 0;
  case DNN_PROTOBUF_FLOAT:
    memcpy (&number, self->at, sizeof number);
    return number != 0;
  case DNN_PROTOBUF_TEXT:
    return text_size (value_of (self)) > 0;
  default:
    return self->field->kind != DNN_PROTOBUF_PRESENT && value_of (self) != NULL;
  }
}

static Member
find_member (const DnnProtobufField *field, const void *object)
{
  Member member = { .field = field,
                    .at = (const uint8_t *) object + field->offset };

  if (field->kind == DNN_PROTOBUF_PRESENT)
    return member;
  if (field->count != 0)
    memcpy (&member.n, (const uint8_t *) object + field->count,
            sizeof member.n);
  else
    member.n = is_there (&member);
  return member;
}

/* Element i of a list of varints, or the number itself. */
static uint64_t
varint_at (const Member *self, size_t i)
{
  int64_t number;
  int32_t small;

  if (self->field->kind == DNN_PROTOBUF_INT) {
    memcpy (&number, self->at, sizeof number);
    return (uint64_t) number;
  }
  if (self->field->kind == DNN_PROTOBUF_INTS)
    return (uint64_t) ((const int64_t *) value_of (self))[i];
  small = ((const int32_t *) value_of (self))[i];
  return (uint64_t) (int64_t) small;
}

/* --- sizes --------------------------------------------------------------- */

static size_t
size_varint (uint64_t number)
{
  size_t n = 1;

  for (; number > 0x7f; number >>= 7)
    n++;
  return n;
}

/* Of the bytes behind a length. */
static size_t
size_body (const Member *self, size_t i)
{
  size_t n = 0;

  switch (self->field->kind) {
  case DNN_PROTOBUF_VIEW:
    return self->n;
  case DNN_PROTOBUF_TEXT:
    return text_size (value_of (self));
  case DNN_PROTOBUF_TEXTS:
    return text_size (pointer_at (self, i));
  case DNN_PROTOBUF_MESSAGE:
    return size_message (self->field->message, value_of (self));
  case DNN_PROTOBUF_MESSAGES:
    return size_message (self->field->message, pointer_at (self, i));
  case DNN_PROTOBUF_FLOATS:
    return self->n * sizeof (float);
  case DNN_PROTOBUF_DOUBLES:
    return self->n * sizeof (double);
  default:
    for (size_t j = 0; j < self->n; j++)
      n += size_varint (varint_at (self, j));
    return n;
  }
}

/* How often the field is written: lists of numbers are packed. */
static size_t
count_entries (const Member *self)
{
  const DnnProtobufKind kind = self->field->kind;

  if (kind == DNN_PROTOBUF_TEXTS || kind == DNN_PROTOBUF_MESSAGES)
    return self->n;
  return self->n > 0;
}

static size_t
size_entry (const Member *self, size_t i)
{
  const size_t tag = size_varint ((uint64_t) self->field->number << 3);
  size_t n;

  if (self->field->kind == DNN_PROTOBUF_INT)
    return tag + size_varint (varint_at (self, 0));
  if (self->field->kind == DNN_PROTOBUF_FLOAT)
    return tag + sizeof (float);
  n = size_body (self, i);
  return tag + size_varint (n) + n;
}

static size_t
size_message (const DnnProtobufMessage *message, const void *object)
{
  size_t n = 0;

  for (size_t f = 0; f < message->n_fields; f++) {
    const Member member = find_member (&message->fields[f], object);

    for (size_t i = 0; i < count_entries (&member); i++)
      n += size_entry (&member, i);
  }
  return n;
}

size_t
dnn_protobuf_size (const DnnProtobufMessage *message, const void *object)
{
  g_return_val_if_fail (message != NULL && object != NULL, 0);

  return size_message (message, object);
}

/* --- bytes --------------------------------------------------------------- */

static bool
put (const Writer *self, const void *data, size_t n, GError **error)
{
  return n == 0 || self->sink (self->user, data, n, error);
}

static bool
put_varint (const Writer *self, uint64_t number, GError **error)
{
  uint8_t bytes[10];
  size_t n = 0;

  for (; number > 0x7f; number >>= 7)
    bytes[n++] = (uint8_t) (number | 0x80);
  bytes[n++] = (uint8_t) number;
  return put (self, bytes, n, error);
}

static bool
put_body (const Writer *self, const Member *member, size_t i, size_t n,
          GError **error)
{
  switch (member->field->kind) {
  case DNN_PROTOBUF_TEXTS:
    return put (self, pointer_at (member, i), n, error);
  case DNN_PROTOBUF_MESSAGE:
    return write_message (self, member->field->message, value_of (member),
                          error);
  case DNN_PROTOBUF_MESSAGES:
    return write_message (self, member->field->message, pointer_at (member, i),
                          error);
  case DNN_PROTOBUF_INTS:
  case DNN_PROTOBUF_INT32S:
    for (size_t j = 0; j < member->n; j++)
      if (!put_varint (self, varint_at (member, j), error))
        return false;
    return true;
  default:
    return put (self, value_of (member), n, error);
  }
}

static bool
put_entry (const Writer *self, const Member *member, size_t i, GError **error)
{
  const uint64_t tag = (uint64_t) member->field->number << 3;
  size_t n;

  if (member->field->kind == DNN_PROTOBUF_INT)
    return put_varint (self, tag, error) &&
           put_varint (self, varint_at (member, 0), error);
  if (member->field->kind == DNN_PROTOBUF_FLOAT)
    return put_varint (self, tag | 5, error) &&
           put (self, member->at, sizeof (float), error);
  n = size_body (member, i);
  return put_varint (self, tag | 2, error) && put_varint (self, n, error) &&
         put_body (self, member, i, n, error);
}

static bool
write_message (const Writer *self, const DnnProtobufMessage *message,
               const void *object, GError **error)
{
  for (size_t f = 0; f < message->n_fields; f++) {
    const Member member = find_member (&message->fields[f], object);

    for (size_t i = 0; i < count_entries (&member); i++)
      if (!put_entry (self, &member, i, error))
        return false;
  }
  return true;
}

bool
dnn_protobuf_write (const DnnProtobufMessage *message, const void *object,
                    DnnProtobufSink sink, void *user, GError **error)
{
  const Writer writer = { sink, user };

  g_return_val_if_fail (message != NULL && object != NULL, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  return write_message (&writer, message, object, error);
}
