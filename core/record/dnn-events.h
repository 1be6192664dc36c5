/* dnn-events.h - event files, as TensorBoard reads them
 *
 * A file of TFRecords: length of 8 bytes, its checksum, the event, its
 * checksum; all little-endian, checksums CRC-32C (Castagnoli) masked as
 * rotate right 15 + 0xa282ead8.  An event is a protocol buffer of
 * tensorflow.Event; the few fields of it that are used here are written by
 * hand.  Every event is in the file when the call returns.
 */
#pragma once

#include <stdint.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnEvents DnnEvents;

/* Begins a new file in the folder, which is made where there is none.  Files
 * that are there stay: a reader takes all of them together. */
DnnEvents *dnn_events_new (const char *folder, GError **error);
void dnn_events_free (DnnEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnEvents, dnn_events_free)

/* Returns: (transfer none): the path of the file. */
const char *dnn_events_path (const DnnEvents *self);

/* A number at a step; `tag` is its name, where '/' makes groups. */
bool dnn_events_add_scalar (DnnEvents *self, const char *tag, int64_t step,
                            double value, GError **error);
/* How `n` numbers are spread, in DNN_EVENTS_BUCKETS of equal width; those that
 * are not finite are left out, and where none is left so is the event. */
bool dnn_events_add_histogram (DnnEvents *self, const char *tag, int64_t step,
                               const float *values, int64_t n, GError **error);

enum { DNN_EVENTS_BUCKETS = 30 };

/* CRC-32C of some bytes, masked as a TFRecord has it. */
uint32_t dnn_events_checksum (const void *data, size_t n);

DNN_END_DECLS
