/* test-events.c - event files, decoded by hand */
#include "dnn-assert.h"
#include "dnn-events.h"
#include "dnn-file.h"
#include "dnn-folder.h"
#include "dnn-test-training.h"

#include <math.h>

/* --- a reader ------------------------------------------------------------ */

/* The same checksum by a table: the writer's twin. */
static uint32_t
checksum (const uint8_t *data, size_t n)
{
  uint32_t table[256], crc = 0xffffffffU;

  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i;
    for (int j = 0; j < 8; j++)
      table[i] =
          (table[i] & 1) != 0 ? (table[i] >> 1) ^ 0x82f63b78U : table[i] >> 1;
  }
  for (size_t i = 0; i < n; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
  crc ^= 0xffffffffU;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

/* Bytes still to be read. */
typedef struct {
  const uint8_t *at;
  size_t n;
} Bytes;

static Bytes
take (Bytes *self, size_t n)
{
  Bytes taken = { self->at, n };

  g_assert_cmpuint (n, <=, self->n);
  self->at += n;
  self->n -= n;
  return taken;
}

static uint32_t
read_u32 (Bytes *self)
{
  uint32_t value;

  memcpy (&value, take (self, 4).at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static double
read_double (Bytes *self)
{
  double value;

  memcpy (&value, take (self, 8).at, sizeof value);
  return value;
}

static float
read_float (Bytes *self)
{
  float value;

  memcpy (&value, take (self, 4).at, sizeof value);
  return value;
}

static uint64_t
read_varint (Bytes *self)
{
  uint64_t value = 0;

  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte = *take (self, 1).at;

    value |= (uint64_t) (byte & 0x7f) << shift;
    if (byte < 0x80)
      break;
  }
  return value;
}

/* One value of a file; of a histogram, its seven fields. */
typedef struct {
  char *tag; /* (owned) NULL: the event that begins the file */
  int64_t step;
  float scalar;
  bool is_histogram;
  double min, max, num, sum, squares;
  double limits[64], counts[64];
  size_t n_limits, n_counts;
} Value;

static void
value_free (gpointer data)
{
  g_free (((Value *) data)->tag);
  g_free (data);
}

static size_t
read_doubles (Bytes bytes, double *out)
{
  size_t n = 0;

  while (bytes.n > 0)
    out[n++] = read_double (&bytes);
  return n;
}

static void
read_histogram (Bytes bytes, Value *value)
{
  double *const numbers[] = { &value->min, &value->max, &value->num,
                              &value->sum, &value->squares };

  value->is_histogram = true;
  while (bytes.n > 0) {
    uint64_t key = read_varint (&bytes);

    if (key >> 3 <= 5) {
      g_assert_cmpuint (key & 7, ==, 1);
      *numbers[(key >> 3) - 1] = read_double (&bytes);
    } else {
      Bytes list = take (&bytes, read_varint (&bytes));

      g_assert_cmpuint (key & 7, ==, 2);
      if (key >> 3 == 6)
        value->n_limits = read_doubles (list, value->limits);
      else
        value->n_counts = read_doubles (list, value->counts);
    }
  }
}

static void
read_summary (Bytes bytes, Value *value)
{
  Bytes inner;

  g_assert_cmpuint (read_varint (&bytes), ==, 1 << 3 | 2);
  inner = take (&bytes, read_varint (&bytes));
  g_assert_cmpuint (bytes.n, ==, 0);
  while (inner.n > 0) {
    uint64_t key = read_varint (&inner);

    if (key == (2 << 3 | 5)) {
      value->scalar = read_float (&inner);
    } else {
      Bytes part = take (&inner, read_varint (&inner));

      if (key == (1 << 3 | 2))
        value->tag = g_strndup ((const char *) part.at, part.n);
      else
        read_histogram (part, value);
    }
  }
}

static Value *
read_event (Bytes bytes)
{
  Value *value = g_new0 (Value, 1);

  while (bytes.n > 0) {
    uint64_t key = read_varint (&bytes);

    if (key == (1 << 3 | 1)) {
      g_assert_cmpfloat (read_double (&bytes), >, 1.5e9);
    } else if (key == (2 << 3 | 0)) {
      value->step = (int64_t) read_varint (&bytes);
    } else {
      Bytes part = take (&bytes, read_varint (&bytes));

      if (key == (5 << 3 | 2))
        read_summary (part, value);
      else
        g_assert_cmpmem (part.at, part.n, "brain.Event:2", 13);
    }
  }
  return value;
}

/* All values of the only file in a folder; every checksum is right. */
static GPtrArray *
read_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *path =
      g_build_filename (folder, g_dir_read_name (dir), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = dnn_file_read (path, &error);
  GPtrArray *values = g_ptr_array_new_with_free_func (value_free);
  Bytes bytes;

  g_assert_no_error (error);
  g_assert_null (g_dir_read_name (dir));
  bytes.at = g_bytes_get_data (file, &bytes.n);
  while (bytes.n > 0) {
    const uint8_t *start = bytes.at;
    uint32_t length = read_u32 (&bytes);
    Bytes event;

    g_assert_cmpuint (read_u32 (&bytes), ==, 0); /* the length's upper half */
    g_assert_cmpuint (read_u32 (&bytes), ==, checksum (start, 8));
    event = take (&bytes, length);
    g_assert_cmpuint (read_u32 (&bytes), ==, checksum (event.at, length));
    g_ptr_array_add (values, read_event (event));
  }
  g_assert_null (((Value *) g_ptr_array_index (values, 0))->tag);
  return values;
}

static const Value *
find (const GPtrArray *values, const char *tag, int64_t step)
{
  for (guint i = 1; i < values->len; i++) {
    const Value *value = g_ptr_array_index (values, i);

    if (strcmp (value->tag, tag) == 0 && value->step == step)
      return value;
  }
  g_test_fail_printf ("there is no '%s' of step %d", tag, (int) step);
  return g_ptr_array_index (values, 0);
}

/* --- the writer ---------------------------------------------------------- */

static DnnEvents *
begin (const DnnFolder *folder)
{
  g_autoptr (GError) error = NULL;
  DnnEvents *events = dnn_events_new (folder->path, &error);

  g_assert_no_error (error);
  return events;
}

static void
test_checksum (void)
{
  const uint32_t crc = 0xe3069283U;

  g_test_summary ("The check value of CRC-32C, of \"123456789\", masked");

  g_assert_cmpuint (dnn_events_checksum ("123456789", 9), ==,
                    ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
}

static void
test_scalar (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnEvents) events = begin (folder);
  g_autoptr (GPtrArray) values = NULL;

  g_test_summary ("Tag, step and number come back, large steps too");

  g_assert_true (dnn_events_add_scalar (events, "loss", 1, 0.5, NULL));
  g_assert_true (
      dnn_events_add_scalar (events, "a/b", INT64_C (1) << 40, -3, NULL));
  g_assert_true (dnn_events_add_scalar (events, "nan", 2, NAN, NULL));

  values = read_folder (folder->path);
  g_assert_cmpuint (values->len, ==, 4);
  g_assert_cmpfloat (find (values, "loss", 1)->scalar, ==, 0.5f);
  g_assert_cmpfloat (find (values, "a/b", INT64_C (1) << 40)->scalar, ==, -3);
  g_assert_true (isnan (find (values, "nan", 2)->scalar));
}

static void
test_histogram (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnEvents) events = begin (folder);
  g_autoptr (GPtrArray) values = NULL;
  const float x[] = { 0, 1, 2, 30, NAN, 29.5f, INFINITY };
  const Value *value;
  double sum = 0;

  g_test_summary ("Thirty buckets from least to most; what is infinite is "
                  "left out");

  g_assert_true (
      dnn_events_add_histogram (events, "w", 3, x, G_N_ELEMENTS (x), NULL));

  values = read_folder (folder->path);
  value = find (values, "w", 3);
  g_assert_true (value->is_histogram);
  g_assert_cmpfloat (value->min, ==, 0);
  g_assert_cmpfloat (value->max, ==, 30);
  g_assert_cmpfloat (value->num, ==, 5);
  g_assert_cmpfloat (value->sum, ==, 62.5);
  g_assert_cmpfloat (value->squares, ==, 1 + 4 + 900 + 29.5 * 29.5);
  g_assert_cmpuint (value->n_limits, ==, DNN_EVENTS_BUCKETS);
  g_assert_cmpuint (value->n_counts, ==, DNN_EVENTS_BUCKETS);
  g_assert_cmpfloat (value->limits[0], ==, 1);
  g_assert_cmpfloat (value->limits[29], ==, 30);
  g_assert_cmpfloat (value->counts[0], ==, 1);
  g_assert_cmpfloat (value->counts[1], ==, 1);
  g_assert_cmpfloat (value->counts[29], ==, 2);
  for (size_t i = 0; i < value->n_counts; i++)
    sum += value->counts[i];
  g_assert_cmpfloat (sum, ==, 5);
}

static void
test_odd_histograms (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnEvents) events = begin (folder);
  g_autoptr (GPtrArray) values = NULL;
  const float same[] = { 2, 2, 2 }, none[] = { NAN };

  g_test_summary ("All the same is one bucket; nothing finite is nothing");

  g_assert_true (dnn_events_add_histogram (events, "same", 1, same, 3, NULL));
  g_assert_true (dnn_events_add_histogram (events, "none", 1, none, 1, NULL));
  g_assert_true (dnn_events_add_histogram (events, "empty", 1, NULL, 0, NULL));

  values = read_folder (folder->path);
  g_assert_cmpuint (values->len, ==, 2);
  g_assert_cmpuint (find (values, "same", 1)->n_counts, ==, 1);
  g_assert_cmpfloat (find (values, "same", 1)->counts[0], ==, 3);
}

static void
test_two_files (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnEvents) first = begin (folder);
  g_autoptr (DnnEvents) second = begin (folder);

  g_test_summary ("Two that write to one folder do not write to one file");

  g_assert_cmpstr (dnn_events_path (first), !=, dnn_events_path (second));
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_events_new ("/dev/null/events", &error));
  dnn_assert_error (error, DNN_ERROR_IO, "/dev/null/events");
}

/* --- of a training ------------------------------------------------------- */

static void
test_training (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnTestTraining) plain = dnn_test_training_good (
      "dense units=3 activation=softmax", "sgd", &dnn_test_labels);
  g_autoptr (DnnTestTraining) logged = dnn_test_training_good (
      "dense units=3 activation=softmax", "sgd", &dnn_test_labels);
  g_autoptr (GPtrArray) values = NULL;
  g_autoptr (GBytes) kernel = NULL;
  const DnnHistory *history;
  const char *const tags[] = { "weights/dense/kernel", "weights/dense/bias",
                               "gradients/dense/kernel",
                               "gradients/dense/bias" };

  g_test_summary ("An epoch's numbers, weights and gradients are there, and "
                  "training is the same to the bit");

  g_assert_true (
      dnn_trainer_write_events (logged->trainer, folder->path, NULL));
  dnn_test_training_fit (plain);
  dnn_test_training_fit (logged);
  kernel = dnn_test_training_keep (plain, "dense/kernel");
  g_assert_true (dnn_test_training_is_still (logged, "dense/kernel", kernel));

  values = read_folder (folder->path);
  history = dnn_trainer_history (logged->trainer);
  for (size_t i = 0; i < dnn_history_count (history); i++) {
    const DnnHistoryEpoch *epoch = dnn_history_at (history, i);

    g_assert_cmpfloat (find (values, "loss", epoch->number)->scalar, ==,
                       (float) epoch->loss);
    g_assert_cmpfloat (find (values, "val_loss", epoch->number)->scalar, ==,
                       (float) epoch->val_loss);
    g_assert_cmpfloat (find (values, "learning_rate", epoch->number)->scalar,
                       ==, (float) epoch->learning_rate);
    for (size_t j = 0; j < G_N_ELEMENTS (tags); j++)
      g_assert_cmpfloat (find (values, tags[j], epoch->number)->num, ==,
                         j % 2 == 0 ? 15 : 3);
  }
  /* Of a softmax under a crossentropy, the bias' gradients add up to 0. */
  g_assert_cmpfloat (fabs (find (values, "gradients/dense/bias", 1)->sum), <,
                     1e-6);
  g_assert_cmpfloat (find (values, "gradients/dense/bias", 1)->max, >, 0);
}

static void
test_shared (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnTestTraining) training = dnn_test_training_good (
      "dense units=5 name=a ! dense units=5 weights=a ! "
      "dense units=3 activation=softmax trainable=false",
      "sgd", &dnn_test_labels);
  g_autoptr (GPtrArray) values = NULL;
  int n = 0;

  g_test_summary ("A shared weight has one gradient, a frozen one has none");

  g_assert_true (
      dnn_trainer_write_events (training->trainer, folder->path, NULL));
  dnn_test_training_fit (training);

  values = read_folder (folder->path);
  for (guint i = 1; i < values->len; i++) {
    const Value *value = g_ptr_array_index (values, i);

    if (value->step == 1 && g_str_has_prefix (value->tag, "gradients/"))
      n++;
  }
  g_assert_cmpint (n, ==, 2);
  g_assert_true (find (values, "gradients/a/kernel", 1)->is_histogram);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/events/checksum", test_checksum);
  g_test_add_func ("/events/scalar", test_scalar);
  g_test_add_func ("/events/histogram", test_histogram);
  g_test_add_func ("/events/odd-histograms", test_odd_histograms);
  g_test_add_func ("/events/two-files", test_two_files);
  g_test_add_func ("/events/no-folder", test_no_folder);
  g_test_add_func ("/events/training", test_training);
  g_test_add_func ("/events/shared", test_shared);

  return g_test_run ();
}
