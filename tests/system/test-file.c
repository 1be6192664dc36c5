/* test-file.c - reading whole files, unpacking, atomic writing */
#include "dnn-file.h"

#include "dnn-assert.h"
#include "dnn-folder.h"

#include <glib/gstdio.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* gzip of "hello, hello, hello" */
static const uint8_t packed[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00,
                                  0x00, 0x00, 0x02, 0x03, 0xcb, 0x48,
                                  0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0xc8,
                                  0x40, 0xa2, 0x00, 0x9f, 0xa1, 0xca,
                                  0x09, 0x13, 0x00, 0x00, 0x00 };

typedef struct Dir {
  char *path; /* (owned) */
  char *file; /* (owned) */
} Dir;

static void
dir_set_up (Dir *self, gconstpointer data)
{
  (void) data;
  self->path = g_dir_make_tmp ("dnn-file-XXXXXX", NULL);
  g_assert_nonnull (self->path);
  self->file = g_build_filename (self->path, "file", NULL);
}

static void
dir_tear_down (Dir *self, gconstpointer data)
{
  (void) data;
  g_unlink (self->file);
  g_assert_cmpint (g_rmdir (self->path), ==, 0); /* nothing was left over */
  g_free (self->file);
  g_free (self->path);
}

static void
test_commit (Dir *dir, gconstpointer data)
{
  g_autoptr (DnnFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("What was written is there, in order, once committed");

  file = dnn_file_open (dir->file, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_file_write (file, "abc", 3, &error));
  g_assert_true (dnn_file_write (file, "", 0, &error));
  g_assert_true (dnn_file_write (file, "def", 3, &error));
  g_assert_true (dnn_file_commit (file, &error));
  g_assert_no_error (error);

  bytes = dnn_file_read (dir->file, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "abcdef", 6);
}

static void
test_replace_whole (Dir *dir, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A file is replaced in one call, and read as text");

  g_assert_true (dnn_file_replace (dir->file, "old and long", 12, &error));
  g_assert_no_error (error);
  g_assert_true (dnn_file_replace (dir->file, "new", 3, &error));
  g_assert_no_error (error);

  text = dnn_file_read_text (dir->file, "note", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "new");
}

static void
test_not_text (Dir *dir, gconstpointer data)
{
  g_autofree char *sentence =
      g_strconcat (dir->file, ": this is no note: it is not text", NULL);
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A file with a NUL is no text");

  g_assert_true (dnn_file_replace (dir->file, "a\0b", 3, NULL));

  g_assert_null (dnn_file_read_text (dir->file, "note", &error));
  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
test_mode (Dir *dir, gconstpointer data)
{
  g_autoptr (DnnFile) file = NULL;
  mode_t mask = umask (022);
  struct stat st;

  (void) data;
  g_test_summary ("The file has the permissions that the user's umask gives");

  file = dnn_file_open (dir->file, NULL);
  umask (mask);
  g_assert_true (dnn_file_commit (file, NULL));

  g_assert_cmpint (g_stat (dir->file, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0644);
}

static void
test_abandon (Dir *dir, gconstpointer data)
{
  g_autofree char *text = NULL;

  (void) data;
  g_test_summary ("Without a commit the old file stays, and nothing else");

  g_assert_true (g_file_set_contents (dir->file, "old", -1, NULL));
  {
    g_autoptr (DnnFile) file = dnn_file_open (dir->file, NULL);

    g_assert_true (dnn_file_write (file, "new", 3, NULL));
  }

  g_assert_true (g_file_get_contents (dir->file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
}

static void
test_replace (Dir *dir, gconstpointer data)
{
  g_autoptr (DnnFile) file = NULL;
  g_autoptr (GBytes) old = NULL;
  g_autofree char *text = NULL;

  (void) data;
  g_test_summary ("A commit replaces the file, not what readers hold of it");

  g_assert_true (g_file_set_contents (dir->file, "old", -1, NULL));
  old = dnn_file_read (dir->file, NULL);
  file = dnn_file_open (dir->file, NULL);
  g_assert_true (dnn_file_write (file, "newer", 5, NULL));
  g_assert_true (dnn_file_commit (file, NULL));

  g_assert_true (g_file_get_contents (dir->file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "newer");
  g_assert_cmpmem (g_bytes_get_data (old, NULL), g_bytes_get_size (old), "old",
                   3);
}

static void
test_commit_fails (Dir *dir, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A path that became a directory cannot be replaced");

  {
    g_autoptr (DnnFile) file = dnn_file_open (dir->file, NULL);

    g_assert_cmpint (g_mkdir (dir->file, 0700), ==, 0);
    g_assert_false (dnn_file_commit (file, &error));
  }

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, dir->file));
  g_assert_cmpint (g_rmdir (dir->file), ==, 0);
}

static void
test_open_fails (Dir *dir, gconstpointer data)
{
  g_autofree char *path = g_build_filename (dir->path, "no", "file", NULL);
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A directory that is not there cannot be written to");

  g_assert_null (dnn_file_open (path, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
  g_assert_true (g_str_has_prefix (error->message, path));
}

static void
test_read_missing (Dir *dir, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A file that is not there is an error with its path");

  g_assert_null (dnn_file_read (dir->file, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_NAME);
  g_assert_true (g_str_has_prefix (error->message, dir->file));
}

static void
test_read_directory (Dir *dir, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A directory is not read");

  g_assert_null (dnn_file_read (dir->path, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
}

static void
test_read_pipe (Dir *dir, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A pipe that nobody writes to is refused at once");

  g_assert_cmpint (mkfifo (dir->file, 0600), ==, 0);

  g_assert_null (dnn_file_read (dir->file, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_IO);
}

static void
test_read_empty (Dir *dir, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("An empty file is no bytes, not an error");

  g_assert_true (g_file_set_contents (dir->file, "", 0, NULL));

  bytes = dnn_file_read (dir->file, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  /* readers of text hand it on */
  g_assert_nonnull (g_bytes_get_data (bytes, NULL));
}

static void
test_inflate_members (void)
{
  g_autoptr (GByteArray) twice = g_byte_array_new ();
  g_autoptr (GBytes) in = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The members of a gzip file follow each other");

  g_byte_array_append (twice, packed, sizeof packed);
  g_byte_array_append (twice, packed, sizeof packed);
  in = g_byte_array_free_to_bytes (g_steal_pointer (&twice));

  out = dnn_file_inflate ("a.gz", in, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (out, NULL), g_bytes_get_size (out),
                   "hello, hello, hellohello, hello, hello", 38);
}

static void
test_inflate_truncated (void)
{
  g_test_summary ("gzip data cut anywhere is refused");

  for (size_t n = 0; n < sizeof packed; n++) {
    g_autoptr (GBytes) in = g_bytes_new (packed, n);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_file_inflate ("a.gz", in, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
    g_assert_true (g_str_has_prefix (error->message, "a.gz: "));
  }
}

static void
test_inflate_broken (void)
{
  g_autofree uint8_t *copy = g_memdup2 (packed, sizeof packed);
  g_autoptr (GBytes) in = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("gzip data whose checksum is wrong is refused");

  copy[sizeof packed - 8] ^= 1;
  in = g_bytes_new (copy, sizeof packed);

  g_assert_null (dnn_file_inflate ("a.gz", in, &error));

  g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
}

static void
add (const char *path, void (*test) (Dir *dir, gconstpointer data))
{
  g_test_add (path, Dir, NULL, dir_set_up, test, dir_tear_down);
}

static void
test_write_no_file (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *pipe = g_build_filename (folder->path, "pipe", NULL);
  g_autofree char *link = g_build_filename (folder->path, "link", NULL);
  const char *const paths[] = { folder->path, pipe, link };
  GStatBuf now;

  g_test_summary ("A directory, a pipe or a link to one is not replaced");

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (symlink ("pipe", link), ==, 0);

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_file_open (paths[i], &error));
    dnn_assert_error (error, DNN_ERROR_IO, "must be a regular file, not a ");
  }
  g_assert_cmpint (g_lstat (pipe, &now), ==, 0);
  g_assert_true (S_ISFIFO (now.st_mode));
}

static void
test_append (Dir *dir, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("Bytes are added to a file that is as long as it was left, "
                  "and to no other");

  g_assert_true (dnn_file_replace (dir->file, "abc", 3, &error));
  g_assert_true (dnn_file_append (dir->file, 3, "def", 3, &error));
  g_assert_true (dnn_file_sync (dir->file, &error));
  g_assert_no_error (error);
  g_assert_false (dnn_file_append (dir->file, 3, "ghi", 3, &error));

  dnn_assert_error (error, DNN_ERROR_IO, "must have 3 bytes, not '6'");
  bytes = dnn_file_read (dir->file, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "abcdef", 6);
}

static void
test_append_missing (Dir *dir, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_test_summary ("A file that is not there is not made");

  g_assert_false (dnn_file_append (dir->file, 0, "abc", 3, &error));

  dnn_assert_error (error, DNN_ERROR_IO, "No such file");
  g_assert_false (g_file_test (dir->file, G_FILE_TEST_EXISTS));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/file/commit", test_commit);
  add ("/file/mode", test_mode);
  add ("/file/abandon", test_abandon);
  add ("/file/replace", test_replace);
  add ("/file/replace-whole", test_replace_whole);
  add ("/file/append", test_append);
  add ("/file/append-missing", test_append_missing);
  add ("/file/not-text", test_not_text);
  add ("/file/commit-fails", test_commit_fails);
  add ("/file/open-fails", test_open_fails);
  add ("/file/read-missing", test_read_missing);
  add ("/file/read-directory", test_read_directory);
  add ("/file/read-pipe", test_read_pipe);
  add ("/file/read-empty", test_read_empty);
  g_test_add_func ("/file/inflate-members", test_inflate_members);
  g_test_add_func ("/file/inflate-truncated", test_inflate_truncated);
  g_test_add_func ("/file/inflate-broken", test_inflate_broken);
  g_test_add_func ("/file/write-no-file", test_write_no_file);

  return g_test_run ();
}
