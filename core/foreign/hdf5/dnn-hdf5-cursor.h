/* dnn-hdf5-cursor.h - bytes of an HDF5 file, read with their end in view */
#pragma once

#include "dnn-error.h"

#include <stdint.h>
#include <string.h>

G_BEGIN_DECLS

/* Bytes being read from front to back.  Past their end every number is 0 and
 * `short_of` is set, to be looked at when a structure is done. */
typedef struct DnnHdf5Cursor {
  const uint8_t *at, *end;
  bool short_of;
} DnnHdf5Cursor;

/* The next n bytes; NULL past the end. */
static inline const uint8_t *
dnn_hdf5_take (DnnHdf5Cursor *self, uint64_t n)
{
  const uint8_t *at = self->at;

  if (n > (uint64_t) (self->end - at)) {
    self->short_of = true;
    return NULL;
  }
  self->at += n;
  return at;
}

/* The next unsigned number of n <= 8 bytes, little-endian. */
static inline uint64_t
dnn_hdf5_number (DnnHdf5Cursor *self, size_t n)
{
  const uint8_t *at = dnn_hdf5_take (self, n);
  uint64_t number = 0;

  for (size_t i = 0; at != NULL && i < n; i++)
    number |= (uint64_t) at[i] << 8 * i;
  return number;
}

/* True if these four letters come next; they are passed. */
static inline bool
dnn_hdf5_signature (DnnHdf5Cursor *self, const char *letters)
{
  const uint8_t *at = dnn_hdf5_take (self, 4);

  return at != NULL && memcmp (at, letters, 4) == 0;
}

/* hdf5-checksum.c: Jenkins' lookup3, as HDF5 sums its metadata (IV.A). */
uint32_t dnn_hdf5_checksum (const uint8_t *data, size_t n);

G_END_DECLS
