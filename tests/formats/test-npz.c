/* test-npz.c - archives of arrays, well-formed and not
 *
 * They are made with zlib and by hand, and one byte of them is changed.
 */
#include "dnn-assert.h"
#include "dnn-npz.h"
#include "dnn-zip-file.h"

#define NPY                                                                    \
  "\x93NUMPY\1\0\x3b\0"                                                        \
  "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }  "
enum { NPY_SIZE = sizeof NPY - 1 + 3 };

/* The numbers 7 8 9, and what is no array. */
#define ARRAY  NPY "\7\x8\x9", NPY_SIZE
#define README "array", 5

static const DnnZipMember two[] = {
  { "x.npy", ZIP_CM_STORE, ARRAY },
  { "readme.txt", ZIP_CM_STORE, README },
  { "y.npy", ZIP_CM_DEFLATE, ARRAY },
};

static const DnnZipMember one[] = { { "readme.txt", ZIP_CM_STORE, README },
                                    { "w.npy", ZIP_CM_DEFLATE, ARRAY } };

/* --- names --------------------------------------------------------------- */

typedef struct {
  const char *label;
  const char *member;
  bool is_one; /* of the archive of one array */
  int code;    /* -1: found */
  const char *piece;
} Name;

static const Name names[] = {
  { "stored", "x", false, -1, NULL },
  { "packed", "y", false, -1, NULL },
  { "with-suffix", "y.npy", false, -1, NULL },
  { "only", NULL, true, -1, NULL },
  { "likely", NULL, false, -1, NULL },
  { "unknown", "z", false, DNN_ERROR_NAME,
    "holds no array 'z'; did you mean 'x'" },
  { "no-array", "readme.txt", false, DNN_ERROR_NAME, "no array 'readme.txt'" },
  { "empty", "", true, DNN_ERROR_NAME, "holds no array ''" },
};

static void
test_names (gconstpointer data)
{
  const char *const likely[] = { "inputs", "y", NULL };
  const Name *row = data;
  g_autoptr (GBytes) bytes = row->is_one
                                 ? dnn_zip_file_make (one, G_N_ELEMENTS (one))
                                 : dnn_zip_file_make (two, G_N_ELEMENTS (two));
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnArray) array =
      dnn_npz_parse ("a.npz", bytes, row->member, likely, &error);

  g_test_summary (
      "A member is found by its name, or without where it is clear");

  if (row->code >= 0) {
    dnn_assert_error (error, row->code, row->piece);
    g_assert_true (g_str_has_prefix (error->message, "a.npz: "));
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpmem (array->data, 3, "\7\x8\x9", 3);
}

static void
test_ambiguous (void)
{
  g_autoptr (GBytes) bytes = dnn_zip_file_make (two, G_N_ELEMENTS (two));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of several arrays one must be named, and all are listed");

  g_assert_null (dnn_npz_parse ("a.npz", bytes, NULL, NULL, &error));

  dnn_assert_error (
      error, DNN_ERROR_NAME,
      "a.npz: holds 2 arrays, so one must be named, as 'a.npz:x'");
}

static void
test_split_path (void)
{
  const char *member = NULL;
  g_autofree char *path = dnn_npz_split_path ("d:e/a.npz:x", &member);

  g_test_summary ("A member is what stands behind '.npz:'");

  g_assert_cmpstr (path, ==, "d:e/a.npz");
  g_assert_cmpstr (member, ==, "x");
  g_assert_null (dnn_npz_split_path ("d:e/a.npz", &member));
  g_assert_null (dnn_npz_split_path ("a.npy:x", &member));
}

/* --- what is broken ------------------------------------------------------ */

/* Changes `n` bytes at `offset` from the first or last place of a signature. */
typedef struct {
  const char *label;
  const char *signature;
  size_t offset;
  const char *bytes;
  size_t n;
} Change;

#define LOCAL   "PK\3\4"
#define CENTRAL "PK\1\2"
#define END     "PK\5\6"

static const Change changes[] = {
  { "data", "NUMPY", 70, "\xff", 1 }, /* the checksum tells */
  { "no-end", END, 0, "QQ", 2 },
  { "end-offset", END, 16, "\xff\xff\xff\x7f", 4 },
  { "end-count", END, 10, "\xff\x7f", 2 },
  { "central-size", CENTRAL, 24, "\xff\xff\xff\x7f", 4 },
  { "central-packed-size", CENTRAL, 20, "\xff\xff\xff\x7f", 4 },
  { "central-offset", CENTRAL, 42, "\xff\xff\xff\x7f", 4 },
  { "central-encrypted", CENTRAL, 8, "\1", 1 },
  { "central-method", CENTRAL, 10, "\x63", 1 },
  { "local", LOCAL, 0, "QQ", 2 },
};

/* The first place of `signature`. */
static char *
find (char *data, size_t size, const char *signature)
{
  for (size_t i = 0; i + strlen (signature) <= size; i++)
    if (memcmp (data + i, signature, strlen (signature)) == 0)
      return data + i;
  g_assert_not_reached ();
}

static void
test_broken (gconstpointer data)
{
  const Change *row = data;
  g_autoptr (GBytes) good = dnn_zip_file_make (two, G_N_ELEMENTS (two));
  gsize size;
  char *copy = g_bytes_unref_to_data (g_steal_pointer (&good), &size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An archive that is not what it says is refused");

  memcpy (find (copy, size, row->signature) + row->offset, row->bytes, row->n);
  bytes = g_bytes_new_take (copy, size);

  g_assert_null (dnn_npz_parse ("a.npz", bytes, "x", NULL, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_true (g_str_has_prefix (error->message, "a.npz"));
}

static void
test_cut (void)
{
  g_autoptr (GBytes) good = dnn_zip_file_make (two, G_N_ELEMENTS (two));
  const gsize size = g_bytes_get_size (good);

  g_test_summary ("No part of an archive is one");

  for (gsize n = 0; n < size; n++) {
    g_autoptr (GBytes) bytes = g_bytes_new (g_bytes_get_data (good, NULL), n);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_npz_parse ("a.npz", bytes, "x", NULL, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  }
}

/* Changes the size of a packed member in both headers. */
static void
test_too_large (void)
{
  const DnnZipMember members[] = { { "w.npy", ZIP_CM_DEFLATE, ARRAY } };
  g_autoptr (GBytes) good = dnn_zip_file_make (members, 1);
  gsize size;
  char *copy = g_bytes_unref_to_data (g_steal_pointer (&good), &size);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What would unpack to gigabytes is refused, with a way out");

  memcpy (find (copy, size, CENTRAL) + 24, "\xff\xff\xff\x7f", 4);
  memcpy (find (copy, size, LOCAL) + 22, "\xff\xff\xff\x7f", 4);
  bytes = g_bytes_new_take (copy, size);

  g_assert_null (dnn_npz_parse ("a.npz", bytes, "w", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "a.npz:w: unpacks to '2147483647' bytes, and at most ");
  g_assert_true (
      g_str_has_suffix (error->message, "unpack it and name the .npy file"));
}

static void
test_no_arrays (void)
{
  g_autoptr (GBytes) bytes = dnn_zip_file_make (one, 1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An archive without arrays is said to be one");

  g_assert_null (dnn_npz_parse ("a.npz", bytes, NULL, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "a.npz: holds no array");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    dnn_add_row ("/npz/names", names[i].label, &names[i], test_names);
  g_test_add_func ("/npz/ambiguous", test_ambiguous);
  g_test_add_func ("/npz/split-path", test_split_path);
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    dnn_add_row ("/npz/broken", changes[i].label, &changes[i], test_broken);
  g_test_add_func ("/npz/cut", test_cut);
  g_test_add_func ("/npz/too-large", test_too_large);
  g_test_add_func ("/npz/no-arrays", test_no_arrays);

  return g_test_run ();
}
