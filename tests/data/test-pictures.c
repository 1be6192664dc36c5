/* test-pictures.c - folders, tables and files of pictures as rows
 *
 * The tests run in a folder with pictures of two classes: pics/cat has a.png
 * and b.png, pics/dog has c.png, each 4 x 6 and of one gray (10, 20, 30).
 */
#include "dnn-assert.h"
#include "dnn-data-notes.h"
#include "dnn-folder.h"
#include "dnn-picture.h"
#include "dnn-test-data.h"

#include <glib/gstdio.h>
#include <string.h>
#include <zlib.h>

enum { HEIGHT = 4, WIDTH = 6 };

/* --- files --------------------------------------------------------------- */

static void
add_number (GByteArray *file, uint32_t number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (file, (const guint8 *) &number, sizeof number);
}

static void
add_chunk (GByteArray *file, const char *name, const uint8_t *data, size_t n)
{
  const guint begin = file->len + 4;

  add_number (file, (uint32_t) n);
  g_byte_array_append (file, (const guint8 *) name, 4);
  if (n > 0)
    g_byte_array_append (file, data, (guint) n);
  add_number (file,
              (uint32_t) crc32 (0, file->data + begin, file->len - begin));
}

/* Pixels of 8 bits, height x width x channels (1 or 3). */
static void
write_png (const char *path, const uint8_t *pixels, uint32_t height,
           uint32_t width, uint32_t channels)
{
  static const guint8 magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  const uint8_t head[] = { 0, 0,
                           0, (uint8_t) width,
                           0, 0,
                           0, (uint8_t) height,
                           8, channels == 3 ? 2 : 0,
                           0, 0,
                           0 };
  uint8_t packed[4096];
  uLongf n = sizeof packed;

  for (uint32_t i = 0; i < height; i++) {
    g_byte_array_append (rows, (const guint8 *) "", 1);
    g_byte_array_append (rows, pixels + i * width * channels, width * channels);
  }
  g_assert_cmpint (compress (packed, &n, rows->data, rows->len), ==, Z_OK);
  g_byte_array_append (file, magic, sizeof magic);
  add_chunk (file, "IHDR", head, sizeof head);
  add_chunk (file, "IDAT", packed, n);
  add_chunk (file, "IEND", NULL, 0);
  g_assert_true (
      g_file_set_contents (path, (const char *) file->data, file->len, NULL));
}

static void
write_gray (const char *path, uint32_t height, uint32_t width, uint8_t gray)
{
  uint8_t pixels[32 * 32];

  memset (pixels, gray, sizeof pixels);
  write_png (path, pixels, height, width, 1);
}

static void
write_text (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
make_folder (const char *path)
{
  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
}

static void
write_files (void)
{
  make_folder ("pics/cat");
  make_folder ("pics/dog");
  make_folder ("empty");
  make_folder ("hollow/cat");
  make_folder ("bad/cat");
  make_folder ("sizes/cat");
  make_folder ("stray/cat");
  make_folder ("other/cow");
  write_gray ("pics/cat/a.png", HEIGHT, WIDTH, 10);
  write_gray ("pics/cat/b.png", HEIGHT, WIDTH, 20);
  write_gray ("pics/dog/c.png", HEIGHT, WIDTH, 30);
  write_text ("pics/.hidden", "");
  write_gray ("sizes/cat/a.png", 4, 6, 1);
  write_gray ("sizes/cat/b.png", 5, 6, 1);
  write_gray ("stray/a.png", 4, 6, 1);
  write_gray ("stray/cat/a.png", 4, 6, 1);
  write_gray ("other/cow/a.png", HEIGHT, WIDTH, 1);
  write_text ("bad/cat/a.png", "no picture");
  write_text ("list.csv", "file,label\npics/dog/c.png,wuff\n"
                          "pics/cat/a.png,miau\n");
  write_text ("numbers.csv", "file,age\npics/dog/c.png,2.5\n"
                             "pics/cat/a.png,7\n");
  write_text ("gone.csv", "file,label\npics/gone.png,a\npics/cat/a.png,b\n");
  write_text ("hole.csv", "file,label\npics/cat/b.png,x\npics/cat/a.png,\n");
  write_text ("alone.csv", "file\npics/cat/b.png\npics/cat/a.png\n");
  write_text ("record.bin", "123");
}

/* --- loading ------------------------------------------------------------- */

/* "10:0 20:0 30:1": first number and label of each row. */
static void
assert_rows (const DnnSplit *split, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const DnnSource *inputs = dnn_split_input (split);
  g_autofree float *x = g_new (float, (gsize) inputs->row);

  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    float y;

    dnn_source_gather (inputs, &row, 1, x);
    dnn_source_gather (dnn_split_target (split), &row, 1, &y);
    g_string_append_printf (text, "%s%g:%g", i > 0 ? " " : "", (double) x[0],
                            (double) y);
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
assert_shape (const DnnData *data, DnnShape shape)
{
  const DnnShape is = dnn_source_row_shape (dnn_split_input (data->train));

  g_assert_cmpmem (is.dims, is.n_dims * sizeof is.dims[0], shape.dims,
                   shape.n_dims * sizeof shape.dims[0]);
}

static void
test_folder (void)
{
  g_autoptr (DnnData) data = dnn_test_load_good ("inputs = pics");

  g_test_summary ("Folders are classes, files rows, both by name");

  assert_shape (data, DNN_SHAPE (HEIGHT, WIDTH, 1));
  assert_rows (data->train, "10:0 20:0 30:1");
  g_assert_cmpstr (data->preprocess->class_names[0], ==, "cat");
  g_assert_cmpstr (data->preprocess->class_names[1], ==, "dog");
  g_assert_null (data->preprocess->class_names[2]);
}

static void
test_class_names (void)
{
  g_autoptr (DnnData) data =
      dnn_test_load_good ("inputs = pics\nclass_names = dog,cat");

  g_test_summary ("class_names says in which order folders are classes");

  assert_rows (data->train, "10:1 20:1 30:0");
}

static void
test_table (void)
{
  g_autoptr (DnnData) words = dnn_test_load_good ("inputs = list.csv");
  g_autoptr (DnnData) numbers = dnn_test_load_good ("inputs = numbers.csv");

  g_test_summary ("A table has paths and words or numbers, in its order");

  assert_rows (words->train, "30:1 10:0");
  g_assert_cmpstr (words->preprocess->class_names[1], ==, "wuff");
  assert_rows (numbers->train, "30:2.5 10:7");
  g_assert_null (numbers->preprocess->class_names);
}

static void
test_form (void)
{
  g_autoptr (DnnData) square =
      dnn_test_load_good ("inputs = pics\nimage_size = 3");
  g_autoptr (DnnData) rgb =
      dnn_test_load_good ("inputs = pics\nimage_size = 8,5\nchannels = 3");

  g_test_summary ("Pictures get the size and channels that [data] says");

  assert_shape (square, DNN_SHAPE (3, 3, 1));
  assert_shape (rgb, DNN_SHAPE (8, 5, 3));
  assert_rows (rgb->train, "10:0 20:0 30:1");
}

/* Finds the first note of this kind, NULL: there is none. */
static const char *
find_note (GPtrArray *notes, const char *kind)
{
  for (guint i = 0; i < notes->len; i++) {
    const DnnDataNote *note = g_ptr_array_index (notes, i);

    if (strcmp (note->kind, kind) == 0)
      return note->text;
  }
  return NULL;
}

static void
test_broken (void)
{
  g_autoptr (DnnData) data = NULL;
  g_autoptr (GPtrArray) notes = NULL;

  g_test_summary ("A broken file is no row, and a note says so by name");

  make_folder ("broken/cat");
  write_gray ("broken/cat/a.png", 4, 6, 7);
  write_text ("broken/cat/b.png", "\x89PNG\r\n\x1a\n");
  write_gray ("broken/cat/c.png", 4, 6, 9);
  data = dnn_test_load_good ("inputs = broken");
  notes = dnn_data_notes (data);

  assert_rows (data->train, "7:0 9:0");
  g_assert_nonnull (find_note (notes, "broken_file"));
  g_assert_nonnull (
      strstr (find_note (notes, "broken_file"), "broken/cat/b.png: "));
}

/* --- the cache ----------------------------------------------------------- */

static guint
count_cached (void)
{
  g_autoptr (GDir) dir = g_dir_open ("cache/dnn/pictures", 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_cache (void)
{
  const char *lines = "inputs = cached\nmemory_limit = 1M";
  g_autoptr (DnnData) first = NULL, second = NULL, third = NULL;
  const guint before = count_cached ();

  g_test_summary ("Rows are decoded once, and anew when a file has changed");

  make_folder ("cached/cat");
  write_gray ("cached/cat/a.png", 4, 6, 5);
  write_text ("cached/cat/b.png", "broken");
  first = dnn_test_load_good (lines);
  second = dnn_test_load_good (lines);
  g_assert_cmpuint (count_cached (), ==, before + 1);
  write_gray ("cached/cat/b.png", 4, 6, 60);
  third = dnn_test_load_good (lines);

  g_assert_cmpuint (count_cached (), ==, before + 2);
  g_assert_true (dnn_split_input (first->train)->mapped);
  assert_rows (first->train, "5:0");
  assert_rows (second->train, "5:0");
  g_assert_nonnull (dnn_split_input (second->train)->faults);
  assert_rows (third->train, "5:0 60:0");
}

static void
test_damaged_cache (void)
{
  const char *lines = "inputs = pics\nmemory_limit = 1M\nimage_size = 2,9";
  g_autoptr (DnnData) first = dnn_test_load_good (lines);
  g_autoptr (DnnData) second = NULL;
  g_autoptr (GDir) dir = g_dir_open ("cache/dnn/pictures", 0, NULL);
  const char *name;

  g_test_summary ("A cache that another program cut short is made anew");

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename ("cache/dnn/pictures", name, NULL);

    write_text (path, "short");
  }
  second = dnn_test_load_good (lines);

  assert_rows (second->train, "10:0 20:0 30:1");
}

/* --- sizes --------------------------------------------------------------- */

typedef struct {
  const char *name;
  DnnPictureForm form;
  uint8_t expected[8];
} Resized;

/* Of 0 40 80 120 over 10 50 90 130, as torch.nn.functional.interpolate makes
 * it with mode='bilinear' and antialias=True; halves are rounded up. */
static const Resized resized[] = {
  { "as-it-is",
    { 2, 4, 1, DNN_RESIZE_CROP },
    { 0, 40, 80, 120, 10, 50, 90, 130 } },
  { "half", { 1, 2, 1, DNN_RESIZE_STRETCH }, { 34, 96 } },
  { "third", { 1, 3, 1, DNN_RESIZE_STRETCH }, { 17, 65, 113 } },
  { "crop", { 1, 1, 1, DNN_RESIZE_CROP }, { 65 } },
  { "pad", { 4, 2, 1, DNN_RESIZE_PAD }, { 0, 0, 34, 96, 0, 0, 0, 0 } },
  { "odd", { 3, 5, 1, DNN_RESIZE_STRETCH }, { 0, 28, 60, 92, 120, 5, 33, 65 } },
  { "grow",
    { 4, 6, 1, DNN_RESIZE_STRETCH },
    { 0, 20, 47, 73, 100, 120, 3, 23 } },
};

static void
test_resized (const void *data)
{
  static const uint8_t in[] = { 0, 40, 80, 120, 10, 50, 90, 130 };
  const Resized *row = data;
  uint8_t out[32] = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Pictures are stretched, cut or padded to their form");

  g_assert_true (dnn_picture_resize (in, 2, 4, &row->form, out, &error));

  g_assert_no_error (error);
  for (int64_t i = 0; i < MIN (8, row->form.height * row->form.width); i++)
    g_assert_cmpuint (out[i], ==, row->expected[i]);
}

/* --- CIFAR-10 ------------------------------------------------------------ */

static void
write_records (const char *path, uint8_t first, int n)
{
  g_autofree uint8_t *bytes = g_malloc (3073 * (gsize) n);

  for (int i = 0; i < n; i++) {
    uint8_t *record = bytes + 3073 * i;

    record[0] = (uint8_t) (first + i);
    memset (record + 1, 10 * (first + i), 1024);
    memset (record + 1025, 100, 1024);
    memset (record + 2049, 200, 1024);
  }
  g_assert_true (
      g_file_set_contents (path, (const char *) bytes, 3073 * n, NULL));
}

static void
test_cifar (void)
{
  g_autoptr (DnnData) data = NULL;
  const int64_t row = 2;
  float x[3072];

  g_test_summary ("CIFAR-10 by name is its files, one behind the other");

  make_folder ("sets/cifar-10-batches-bin");
  write_records ("sets/cifar-10-batches-bin/data_batch_1.bin", 1, 2);
  write_records ("sets/cifar-10-batches-bin/data_batch_2.bin", 5, 1);
  write_records ("sets/cifar-10-batches-bin/test_batch.bin", 9, 1);
  g_setenv ("DNN_DATA_DIR", "sets", TRUE);
  data = dnn_test_load_good ("dataset = cifar-10");

  assert_shape (data, DNN_SHAPE (32, 32, 3));
  assert_rows (data->train, "10:1 20:2 50:5");
  assert_rows (data->test, "90:9");
  dnn_source_gather (dnn_split_input (data->train), &row, 1, x);
  g_assert_cmpfloat (x[3069], ==, 50);
  g_assert_cmpfloat (x[3070], ==, 100);
  g_assert_cmpfloat (x[3071], ==, 200);
  g_assert_cmpstr (data->preprocess->class_names[9], ==, "truck");
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *lines;
  int code;
  const char *piece;
} Refused;

static const Refused refused[] = {
  { "no-folders", "inputs = empty", DNN_ERROR_DATA, "has no folders in it" },
  { "flat", "inputs = pics/cat", DNN_ERROR_DATA, "a class of pictures is a" },
  { "hollow", "inputs = hollow", DNN_ERROR_DATA, "has '0' pictures" },
  { "all-broken", "inputs = bad", DNN_ERROR_FORMAT, "bad/cat/a.png: starts" },
  { "sizes", "inputs = sizes", DNN_ERROR_DATA, "image_size = 4,6" },
  { "stray", "inputs = stray", DNN_ERROR_DATA, "'a.png' lies beside" },
  { "one-picture", "inputs = pics/cat/a.png", DNN_ERROR_DATA, "has no label" },
  { "with-targets", "inputs = pics\ntargets = y.npy", DNN_ERROR_PARAM,
    "targets 'y.npy' cannot be given" },
  { "three-sizes", "inputs = pics\nimage_size = 1,2,3", DNN_ERROR_PARAM,
    "height and width, and has '3'" },
  { "size-0", "inputs = pics\nimage_size = 0", DNN_ERROR_PARAM, "image_size" },
  { "size-huge", "inputs = pics\nimage_size = 99999", DNN_ERROR_PARAM,
    "image_size" },
  { "two-channels", "inputs = pics\nchannels = 2", DNN_ERROR_PARAM,
    "channels" },
  { "resize", "inputs = pics\nresize = fit", DNN_ERROR_PARAM, "resize" },
  { "class-names", "inputs = pics\nclass_names = cat,cow", DNN_ERROR_DATA,
    "'dog' is none of the classes" },
  { "other-classes", "inputs = pics\ntest_inputs = other", DNN_ERROR_DATA,
    "'cow' is none of the classes" },
  { "other-sizes", "inputs = pics\ntest_inputs = stray/cat", DNN_ERROR_DATA,
    "has no folders" },
  { "hole", "inputs = hole.csv", DNN_ERROR_DATA, "row '2' has no label" },
  { "alone", "inputs = alone.csv", DNN_ERROR_DATA, "target must name" },
  { "no-target", "inputs = list.csv\ntarget = size", DNN_ERROR_NAME, "size" },
  { "no-file", "inputs = pics/none.png", DNN_ERROR_DATA, "none.png" },
  { "records", "inputs = record.bin", DNN_ERROR_FORMAT, "records of 3073" },
  { "no-records", "inputs = none_*.bin", DNN_ERROR_NAME, "no file" },
};

static void
test_refused (const void *data)
{
  const Refused *row = data;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "What is wrong with pictures is one sentence, with the place");

  g_assert_null (dnn_test_load (row->lines, &error));

  dnn_assert_error (error, row->code, row->piece);
}

int
main (int argc, char *argv[])
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *cache = g_build_filename (folder->path, "cache", NULL);
  g_autoptr (DnnRegistry) registry = NULL;
  int failed;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  registry = dnn_registry_new (NULL);
  if (!dnn_registry_has (registry, DNN_KIND_DECODER, "png"))
    return 77; /* skipped: it was built without libpng */
  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  write_files ();

  g_test_add_func ("/pictures/folder", test_folder);
  g_test_add_func ("/pictures/class-names", test_class_names);
  g_test_add_func ("/pictures/table", test_table);
  g_test_add_func ("/pictures/form", test_form);
  g_test_add_func ("/pictures/broken", test_broken);
  g_test_add_func ("/pictures/cache", test_cache);
  g_test_add_func ("/pictures/damaged-cache", test_damaged_cache);
  g_test_add_func ("/pictures/cifar", test_cifar);
  for (size_t i = 0; i < G_N_ELEMENTS (resized); i++)
    dnn_add_row ("/pictures/resize", resized[i].name, &resized[i],
                 test_resized);
  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    dnn_add_row ("/pictures/refused", refused[i].name, &refused[i],
                 test_refused);

  failed = g_test_run ();
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  return failed;
}
