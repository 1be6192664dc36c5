/* dnn-zip-file.h - zip archives for the tests of those who read them */
#pragma once

#include <glib.h>
#include <string.h>
#include <zip.h>

typedef struct DnnZipMember {
  const char *name;
  int method; /* ZIP_CM_STORE, ZIP_CM_DEFLATE */
  const void *data;
  size_t n; /* bytes */
} DnnZipMember;

/* An archive of these members, in their order. */
static inline GBytes *
dnn_zip_file_make (const DnnZipMember *members, size_t n)
{
  zip_source_t *whole = zip_source_buffer_create (NULL, 0, 0, NULL);
  zip_t *zip = zip_open_from_source (whole, ZIP_TRUNCATE, NULL);
  uint8_t *bytes;
  zip_stat_t st;

  g_assert_nonnull (zip);
  zip_source_keep (whole);
  for (size_t i = 0; i < n; i++) {
    zip_source_t *source =
        zip_source_buffer (zip, members[i].data, members[i].n, 0);
    const zip_int64_t at = zip_file_add (zip, members[i].name, source, 0);

    g_assert_cmpint (at, ==, (zip_int64_t) i);
    zip_set_file_compression (zip, i, members[i].method, 0);
  }
  g_assert_cmpint (zip_close (zip), ==, 0);

  g_assert_cmpint (zip_source_stat (whole, &st), ==, 0);
  bytes = g_malloc (st.size);
  g_assert_cmpint (zip_source_open (whole), ==, 0);
  g_assert_cmpint (zip_source_read (whole, bytes, st.size), ==,
                   (zip_int64_t) st.size);
  zip_source_close (whole);
  zip_source_free (whole);
  return g_bytes_new_take (bytes, st.size);
}
