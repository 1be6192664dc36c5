/* dnn-safetensors-private.h - what reading and writing safetensors share */
#pragma once

#include "dnn-safetensors.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Bytes of JSON, as the format's own library limits them. */
#define DNN_SAFETENSORS_HEADER_LIMIT 100000000

typedef struct DnnSafetensorsEntry {
  DnnNamedTensor tensor;
  char *name;        /* (owned) */
  void *copy;        /* (owned) data that had to be moved, or NULL */
  size_t begin, end; /* within the data, while reading */
} DnnSafetensorsEntry;

struct DnnSafetensors {
  GPtrArray *entries;   /* (owned) in the order of their data */
  GHashTable *by_name;  /* (owned) name -> entry */
  JsonObject *metadata; /* (owned) of strings */
  GBytes *bytes;        /* (owned) what was read, or NULL */
};

/* Appends an entry that has but its name. */
DnnSafetensorsEntry *dnn_safetensors_append (DnnSafetensors *self,
                                             const char *name);

/* "F32" and so on, one for each DnnDtype. */
const char *dnn_safetensors_dtype_code (DnnDtype dtype);
bool dnn_safetensors_find_dtype (const char *code, DnnDtype *ret_dtype);

G_END_DECLS
