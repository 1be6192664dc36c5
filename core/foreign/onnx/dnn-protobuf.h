/* dnn-protobuf.h - messages of the protobuf wire format, to structs and back
 *
 * A message is described by a table, a row per field: reading and writing have
 * no code of their own for any message.  Fields that the table does not have
 * are skipped.  Nothing is allocated before its length is known to fit; groups,
 * numbers of more than 64 bits and messages that are nested too deep are
 * refused.  Of a field that comes again the last counts, lists grow, and
 * messages are merged, as the format wants it.
 *
 * The format: Protocol Buffers documentation, "Encoding".
 */
#pragma once

#include "dnn-foreign-file.h"

#include <stdint.h>

G_BEGIN_DECLS

/* Of messages in messages. */
#define DNN_PROTOBUF_DEPTH_LIMIT 64
/* Of a message. */
#define DNN_PROTOBUF_MOST_FIELDS 32

/* Each names the type of the struct's member. */
typedef enum DnnProtobufKind {
  DNN_PROTOBUF_INT,      /* int64_t; of any varint */
  DNN_PROTOBUF_FLOAT,    /* float */
  DNN_PROTOBUF_TEXT,     /* const char *, "" where there is none */
  DNN_PROTOBUF_VIEW,     /* const void *: bytes within the file, at any address;
                          * the count is theirs */
  DNN_PROTOBUF_MESSAGE,  /* a pointer to its struct; NULL where there is none */
  DNN_PROTOBUF_PRESENT,  /* none: the field is counted, and not looked into */
  DNN_PROTOBUF_INTS,     /* int64_t * */
  DNN_PROTOBUF_INT32S,   /* int32_t * */
  DNN_PROTOBUF_FLOATS,   /* float * */
  DNN_PROTOBUF_DOUBLES,  /* double * */
  DNN_PROTOBUF_TEXTS,    /* const char ** */
  DNN_PROTOBUF_MESSAGES, /* a pointer to pointers to structs */
} DnnProtobufKind;

typedef struct DnnProtobufMessage DnnProtobufMessage;

typedef struct DnnProtobufField {
  uint32_t number; /* in the file */
  DnnProtobufKind kind;
  const char *name; /* for messages */
  size_t offset;    /* of the member */
  size_t count;     /* offset of a size_t: elements of a list, bytes of a view,
                     * or how often the field was there; 0: not wanted */
  const DnnProtobufMessage *message; /* of MESSAGE and MESSAGES */
} DnnProtobufField;

struct DnnProtobufMessage {
  const char *name;
  size_t size; /* of its struct */
  const DnnProtobufField *fields;
  size_t n_fields;
};

/* Reads the `n` bytes at `data`, which must live as long as `file`.
 * Returns: (transfer none): the struct, owned by `file`; NULL with
 * DNN_ERROR_FORMAT. */
void *dnn_protobuf_read (DnnForeignFile *file,
                         const DnnProtobufMessage *message, const void *data,
                         size_t n, GError **error);

/* Bytes that the message of the struct `object` takes. */
size_t dnn_protobuf_size (const DnnProtobufMessage *message,
                          const void *object);

/* Takes bytes as they are written. */
typedef bool (*DnnProtobufSink) (void *user, const void *data, size_t n,
                                 GError **error);

/* Writes the struct `object`; members that are 0, "" or NULL are left out
 * unless they are counted. */
bool dnn_protobuf_write (const DnnProtobufMessage *message, const void *object,
                         DnnProtobufSink sink, void *user, GError **error);

G_END_DECLS
