/* dnn-pickle.h - the part of Python's pickle that data need, as values
 *
 * Numbers, texts, lists, tuples, dictionaries, and calls of a few known names,
 * which become values that say so: nothing is imported and nothing is called.
 * Every other opcode and name is refused.  Protocols 2 to 5.
 *
 * Opcodes: Lib/pickletools.py of CPython.
 */
#pragma once

#include "dnn-foreign-file.h"

#include <stdint.h>

G_BEGIN_DECLS

typedef enum DnnPickleKind {
  DNN_PICKLE_NONE,
  DNN_PICKLE_BOOL,      /* integer */
  DNN_PICKLE_INT,       /* integer */
  DNN_PICKLE_FLOAT,     /* number */
  DNN_PICKLE_TEXT,      /* text */
  DNN_PICKLE_BYTES,     /* bytes, n of them; a number of over 64 bits, too */
  DNN_PICKLE_TUPLE,     /* items */
  DNN_PICKLE_LIST,      /* items */
  DNN_PICKLE_DICT,      /* items: keys and values in turn */
  DNN_PICKLE_NAME,      /* text: "torch.FloatStorage" */
  DNN_PICKLE_CALL,      /* text: the name; items: its arguments */
  DNN_PICKLE_PERSISTENT /* items: the id of an object kept elsewhere */
} DnnPickleKind;

typedef struct DnnPickleValue DnnPickleValue;

/* Lists and dictionaries may hold themselves. */
struct DnnPickleValue {
  DnnPickleKind kind;
  int64_t integer;
  double number;
  const char *text;
  const uint8_t *bytes;
  const DnnPickleValue *const *items;
  size_t n; /* items or bytes */
};

typedef struct DnnPickle {
  const DnnPickleValue *value;
  const DnnPickleValue *const *persistent; /* all there are */
  size_t n_persistent;
  size_t size; /* bytes that it takes of the file */
} DnnPickle;

/* Reads the pickle at the start of the `n` bytes.  `names` may be used, a
 * NULL-terminated list of "module.name"; collections.OrderedDict may always
 * be, and is a dictionary.  The values are owned by `file`. */
bool dnn_pickle_read (DnnForeignFile *file, const char *const *names,
                      const void *data, size_t n, DnnPickle *ret_pickle,
                      GError **error);

/* "a dict", for messages. */
const char *dnn_pickle_kind_name (DnnPickleKind kind);

G_END_DECLS
