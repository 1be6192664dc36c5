/* dnn-events.c - TFRecords and protocol buffers, by hand */
#include "dnn-events.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

struct DnnEvents {
  char *path; /* (owned) */
  int fd;     /* (owned) */
};

/* --- checksums ----------------------------------------------------------- */

/* The polynomial 0x1edc6f41, its bits reversed. */
#define CASTAGNOLI 0x82f63b78U

uint32_t
dnn_events_checksum (const void *data, size_t n)
{
  const uint8_t *byte = data;
  uint32_t crc = ~0U;

  for (size_t i = 0; i < n; i++) {
    crc ^= byte[i];
    for (int bit = 0; bit < 8; bit++)
      crc = (crc >> 1) ^ (CASTAGNOLI & (0U - (crc & 1)));
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

/* --- protocol buffers ---------------------------------------------------- */

/* How a field is written. */
enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

/* Numbers of the fields, from event.proto and summary.proto. */
enum {
  EVENT_WALL_TIME = 1,
  EVENT_STEP = 2,
  EVENT_FILE_VERSION = 3,
  EVENT_SUMMARY = 5,
  SUMMARY_VALUE = 1,
  VALUE_TAG = 1,
  VALUE_SIMPLE = 2,
  VALUE_HISTOGRAM = 5,
  HISTOGRAM_MIN = 1,
  HISTOGRAM_MAX = 2,
  HISTOGRAM_NUM = 3,
  HISTOGRAM_SUM = 4,
  HISTOGRAM_SUM_SQUARES = 5,
  HISTOGRAM_BUCKET_LIMIT = 6,
  HISTOGRAM_BUCKET = 7
};

static void
put_varint (GByteArray *out, uint64_t value)
{
  do {
    const uint8_t byte = (uint8_t) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));

    g_byte_array_append (out, &byte, 1);
    value >>= 7;
  } while (value > 0);
}

static void
put_key (GByteArray *out, int field, int type)
{
  put_varint (out, (uint64_t) (field << 3 | type));
}

static void
put_bytes (GByteArray *out, int field, const void *data, size_t n)
{
  put_key (out, field, BYTES);
  put_varint (out, n);
  g_byte_array_append (out, data, (guint) n);
}

static void
put_text (GByteArray *out, int field, const char *text)
{
  put_bytes (out, field, text, strlen (text));
}

static void
put_message (GByteArray *out, int field, const GByteArray *message)
{
  put_bytes (out, field, message->data, message->len);
}

/* A double's bits, little-endian. */
static uint64_t
bits_of (double value)
{
  uint64_t bits;

  memcpy (&bits, &value, sizeof bits);
  return GUINT64_TO_LE (bits);
}

static void
put_double (GByteArray *out, int field, double value)
{
  const uint64_t bits = bits_of (value);

  put_key (out, field, FIXED64);
  g_byte_array_append (out, (const uint8_t *) &bits, sizeof bits);
}

static void
put_float (GByteArray *out, int field, float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  put_key (out, field, FIXED32);
  g_byte_array_append (out, (const uint8_t *) &bits, sizeof bits);
}

static void
put_doubles (GByteArray *out, int field, const double *values, size_t n)
{
  put_key (out, field, BYTES);
  put_varint (out, n * sizeof (uint64_t));
  for (size_t i = 0; i < n; i++) {
    const uint64_t bits = bits_of (values[i]);

    g_byte_array_append (out, (const uint8_t *) &bits, sizeof bits);
  }
}

/* --- the file ------------------------------------------------------------ */

/* In one write, so that a reader hardly ever sees half a record. */
static bool
write_record (DnnEvents *self, const GByteArray *event, GError **error)
{
  g_autoptr (GByteArray) record = g_byte_array_new ();
  const uint64_t length = GUINT64_TO_LE ((uint64_t) event->len);
  uint32_t sum = GUINT32_TO_LE (dnn_events_checksum (&length, sizeof length));
  const uint8_t *next;
  size_t left;

  g_byte_array_append (record, (const uint8_t *) &length, sizeof length);
  g_byte_array_append (record, (const uint8_t *) &sum, sizeof sum);
  g_byte_array_append (record, event->data, event->len);
  sum = GUINT32_TO_LE (dnn_events_checksum (event->data, event->len));
  g_byte_array_append (record, (const uint8_t *) &sum, sizeof sum);

  next = record->data;
  left = record->len;
  while (left > 0) {
    ssize_t done = write (self->fd, next, left);

    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: cannot be written: %s",
                   self->path, g_strerror (errno));
      return false;
    }
    next += done;
    left -= (size_t) done;
  }
  return true;
}

static GByteArray *
new_event (void)
{
  GByteArray *event = g_byte_array_new ();

  put_double (event, EVENT_WALL_TIME, (double) g_get_real_time () / 1e6);
  return event;
}

/* An event of one value. */
static bool
write_value (DnnEvents *self, int64_t step, const GByteArray *value,
             GError **error)
{
  g_autoptr (GByteArray) event = new_event ();
  g_autoptr (GByteArray) summary = g_byte_array_new ();

  put_message (summary, SUMMARY_VALUE, value);
  put_key (event, EVENT_STEP, VARINT);
  put_varint (event, (uint64_t) step);
  put_message (event, EVENT_SUMMARY, summary);
  return write_record (self, event, error);
}

/* A file of its own: runs that write to one folder do not meet. */
static bool
open_file (DnnEvents *self, const char *folder, GError **error)
{
  for (int i = 0; self->fd < 0; i++) {
    g_autofree char *name =
        g_strdup_printf ("events.out.tfevents.%010" G_GINT64_FORMAT ".%s.%d.%d",
                         g_get_real_time () / G_USEC_PER_SEC,
                         g_get_host_name (), (int) getpid (), i);

    g_free (self->path);
    self->path = g_build_filename (folder, name, NULL);
    self->fd =
        g_open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (self->fd < 0 && errno != EEXIST) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "%s: cannot be written: %s",
                   self->path, g_strerror (errno));
      return false;
    }
  }
  return true;
}

DnnEvents *
dnn_events_new (const char *folder, GError **error)
{
  g_autoptr (DnnEvents) self = g_new0 (DnnEvents, 1);
  g_autoptr (GByteArray) event = new_event ();

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self->fd = -1;
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
                 folder, g_strerror (errno));
    return NULL;
  }
  put_text (event, EVENT_FILE_VERSION, "brain.Event:2");
  if (!open_file (self, folder, error) || !write_record (self, event, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
dnn_events_free (DnnEvents *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  g_free (self);
}

const char *
dnn_events_path (const DnnEvents *self)
{
  return self->path;
}

bool
dnn_events_add_scalar (DnnEvents *self, const char *tag, int64_t step,
                       double value, GError **error)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();

  g_return_val_if_fail (self != NULL && tag != NULL, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  put_text (message, VALUE_TAG, tag);
  put_float (message, VALUE_SIMPLE, (float) value);
  return write_value (self, step, message, error);
}

/* --- histograms ---------------------------------------------------------- */

typedef struct {
  double min, max, num, sum, squares;
  double limits[DNN_EVENTS_BUCKETS]; /* the right ends */
  double counts[DNN_EVENTS_BUCKETS];
  size_t n; /* buckets */
} Histogram;

static void
measure (Histogram *self, const float *values, int64_t n)
{
  *self = (Histogram){ .min = INFINITY, .max = -INFINITY };
  for (int64_t i = 0; i < n; i++) {
    const double x = values[i];

    if (!isfinite (x))
      continue;
    self->min = MIN (self->min, x);
    self->max = MAX (self->max, x);
    self->num += 1;
    self->sum += x;
    self->squares += x * x;
  }
}

/* Numbers that are all the same make one bucket without width. */
static void
sort_in (Histogram *self, const float *values, int64_t n)
{
  const double width = (self->max - self->min) / DNN_EVENTS_BUCKETS;

  self->n = width > 0 ? DNN_EVENTS_BUCKETS : 1;
  for (size_t i = 0; i < self->n; i++)
    self->limits[i] =
        i + 1 < self->n ? self->min + width * (double) (i + 1) : self->max;
  for (int64_t i = 0; i < n; i++) {
    double place;

    if (!isfinite (values[i]))
      continue;
    place = width > 0 ? (values[i] - self->min) / width : 0;
    self->counts[MIN ((size_t) place, self->n - 1)] += 1;
  }
}

bool
dnn_events_add_histogram (DnnEvents *self, const char *tag, int64_t step,
                          const float *values, int64_t n, GError **error)
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_autoptr (GByteArray) inner = g_byte_array_new ();
  Histogram histogram;

  g_return_val_if_fail (self != NULL && tag != NULL, false);
  g_return_val_if_fail (values != NULL || n == 0, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  measure (&histogram, values, n);
  if (histogram.num == 0)
    return true;
  sort_in (&histogram, values, n);
  put_double (inner, HISTOGRAM_MIN, histogram.min);
  put_double (inner, HISTOGRAM_MAX, histogram.max);
  put_double (inner, HISTOGRAM_NUM, histogram.num);
  put_double (inner, HISTOGRAM_SUM, histogram.sum);
  put_double (inner, HISTOGRAM_SUM_SQUARES, histogram.squares);
  put_doubles (inner, HISTOGRAM_BUCKET_LIMIT, histogram.limits, histogram.n);
  put_doubles (inner, HISTOGRAM_BUCKET, histogram.counts, histogram.n);
  put_text (message, VALUE_TAG, tag);
  put_message (message, VALUE_HISTOGRAM, inner);
  return write_value (self, step, message, error);
}
