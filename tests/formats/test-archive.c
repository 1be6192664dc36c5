/* test-archive.c - members of zip archives, where they lie and unpacked */
#include "dnn-archive.h"
#include "dnn-assert.h"
#include "dnn-zip-file.h"

#define TEXT "some text, some text, some text, some text, some text"
enum { N = sizeof TEXT - 1 };

static const DnnZipMember members[] = {
  { "a/stored", ZIP_CM_STORE, TEXT, N },
  { "packed", ZIP_CM_DEFLATE, TEXT, N },
  { "empty", ZIP_CM_STORE, "", 0 },
  { "a/last", ZIP_CM_STORE, TEXT, N },
};

static DnnArchive *
parse (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  DnnArchive *archive = dnn_archive_parse ("f.zip", bytes, &error);

  g_assert_no_error (error);
  return archive;
}

static void
test_list (void)
{
  g_autoptr (GBytes) bytes = dnn_zip_file_make (members, 4);
  g_autoptr (DnnArchive) archive = parse (bytes);

  g_test_summary ("Members are listed in the archive's order");

  g_assert_cmpuint (dnn_archive_count (archive), ==, 4);
  for (size_t i = 0; i < 4; i++) {
    const char *name = dnn_archive_name (archive, i);

    g_assert_cmpstr (name, ==, members[i].name);
    g_assert_true (dnn_archive_has (archive, name));
    g_assert_cmpuint (dnn_archive_size (archive, name), ==, members[i].n);
  }
  g_assert_cmpstr (dnn_archive_name (archive, 4), ==, "");
  g_assert_false (dnn_archive_has (archive, "stored"));
  g_assert_cmpuint (dnn_archive_size (archive, "stored"), ==, 0);
}

static void
test_members (void)
{
  g_autoptr (GBytes) bytes = dnn_zip_file_make (members, 4);
  DnnArchive *archive = parse (bytes);
  GBytes *found[4];
  gsize n, size;
  const char *start = g_bytes_get_data (bytes, &size);

  g_test_summary ("Stored members stay in place, and all outlive the archive");

  for (size_t i = 0; i < 4; i++)
    found[i] = dnn_archive_member (archive, members[i].name, NULL, NULL);
  dnn_archive_free (archive);

  for (size_t i = 0; i < 4; i++) {
    const char *data = g_bytes_get_data (found[i], &n);
    const bool inside = data >= start && data < start + size;

    g_assert_cmpmem (data, n, members[i].data, members[i].n);
    g_assert_true (inside == (members[i].method == ZIP_CM_STORE));
    g_bytes_unref (found[i]);
  }
}

static void
test_unknown (void)
{
  g_autoptr (GBytes) bytes = dnn_zip_file_make (members, 4);
  g_autoptr (DnnArchive) archive = parse (bytes);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A member that is not there is an error of its own");

  g_assert_null (dnn_archive_member (archive, "x", "label", &error));

  dnn_assert_error (error, DNN_ERROR_NAME, "f.zip: has no member 'x'");
}

/* `was` becomes `is`, in all places. */
static GBytes *
change (const char *was, const char *is)
{
  g_autoptr (GBytes) good = dnn_zip_file_make (members, 4);
  gsize size;
  char *copy = g_bytes_unref_to_data (g_steal_pointer (&good), &size);

  for (size_t i = 0; i + strlen (was) <= size; i++)
    if (memcmp (copy + i, was, strlen (was)) == 0)
      memcpy (copy + i, is, strlen (was));
  return g_bytes_new_take (copy, size);
}

static void
test_checksum (void)
{
  g_autoptr (GBytes) bytes = change ("some text,", "sOme text,");
  g_autoptr (DnnArchive) archive = parse (bytes);
  g_autoptr (GError) error = NULL, other = NULL;

  g_test_summary ("A stored member that was changed is refused, by its label");

  g_assert_null (dnn_archive_member (archive, "a/stored", NULL, &error));
  g_assert_null (dnn_archive_member (archive, "a/last", "f.zip:L", &other));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "f.zip:a/stored: its packed data are broken");
  dnn_assert_error (other, DNN_ERROR_FORMAT,
                    "f.zip:L: its packed data are broken");
}

static const struct Name {
  const char *label, *name; /* in place of "a/stored" */
  bool good;
} names[] = {
  { "dots-in-name", "a/st..ed", true }, { "root", "/astored", false },
  { "up", "../tored", false },          { "up-inside", "a/../red", false },
  { "up-at-end", "a/sto/..", false },   { "backslash", "a\\stored", false },
};

static void
test_names (const void *data)
{
  const struct Name *row = data;
  g_autoptr (GBytes) bytes = change ("a/stored", row->name);
  g_autoptr (DnnArchive) archive = parse (bytes);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that leaves its folder is refused by those who ask");

  g_assert_true (dnn_archive_check_names (archive, &error) == row->good);

  if (!row->good)
    dnn_assert_error (error, DNN_ERROR_FORMAT, row->name);
}

static void
test_none (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (TEXT, N);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that is no archive is refused");

  g_assert_null (dnn_archive_parse ("f.zip", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "f.zip: is no zip archive that can be read ('");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/archive/list", test_list);
  g_test_add_func ("/archive/members", test_members);
  g_test_add_func ("/archive/unknown", test_unknown);
  g_test_add_func ("/archive/checksum", test_checksum);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    dnn_add_row ("/archive/names", names[i].label, &names[i], test_names);
  g_test_add_func ("/archive/none", test_none);

  return g_test_run ();
}
