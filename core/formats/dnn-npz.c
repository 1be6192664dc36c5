/* dnn-npz.c - which member of an archive is the array */
#include "dnn-npz.h"

#include "dnn-archive.h"
#include "dnn-file.h"
#include "dnn-npy.h"
#include "dnn-suggest.h"

#include <string.h>

#define SUFFIX ".npy"

char *
dnn_npz_split_path (const char *path, const char **ret_member)
{
  const char *end = g_strrstr (path, ".npz:");

  if (end == NULL)
    return NULL;
  *ret_member = end + strlen (".npz:");
  return g_strndup (path, (gsize) (end - path) + strlen (".npz"));
}

/* --- finding the member -------------------------------------------------- */

static char **
list_arrays (const DnnArchive *zip)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (size_t i = 0; i < dnn_archive_count (zip); i++) {
    const char *name = dnn_archive_name (zip, i);

    if (g_str_has_suffix (name, SUFFIX)) {
      g_autofree char *stem = g_strndup (name, strlen (name) - strlen (SUFFIX));

      g_strv_builder_add (names, stem);
    }
  }
  return g_strv_builder_end (names);
}

/* Which of several, where none was named.  Returns: (transfer none) */
static const char *
choose_array (const char *name, const char *const *names,
              const char *const *likely, GError **error)
{
  g_autofree char *list = NULL;

  if (names[1] == NULL)
    return names[0];
  for (size_t i = 0; likely != NULL && likely[i] != NULL; i++)
    if (g_strv_contains (names, likely[i]))
      return likely[i];
  list = dnn_suggest ("", names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: holds %u arrays, so one must be named, as '%s:%s'; %s",
               name, g_strv_length ((char **) names), name, names[0], list);
  return NULL;
}

/* The name of the array, without the suffix. */
static char *
find_array (const char *name, const DnnArchive *zip, const char *member,
            const char *const *likely, GError **error)
{
  g_auto (GStrv) names = list_arrays (zip);
  g_autofree char *stem = NULL, *file = NULL, *nearest = NULL;

  if (names[0] == NULL) {
    dnn_set_format_error (
        name, error, "holds no array, no member that ends in '" SUFFIX "'");
    return NULL;
  }
  if (member == NULL)
    return g_strdup (
        choose_array (name, (const char *const *) names, likely, error));
  stem = g_str_has_suffix (member, SUFFIX)
             ? g_strndup (member, strlen (member) - strlen (SUFFIX))
             : g_strdup (member);
  file = g_strconcat (stem, SUFFIX, NULL);
  if (dnn_archive_has (zip, file))
    return g_steal_pointer (&stem);
  nearest = dnn_suggest (member, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "%s: holds no array '%s'; %s",
               name, member, nearest);
  return NULL;
}

/* --- reading it ---------------------------------------------------------- */

static GBytes *
read_member (DnnArchive *zip, const char *file, const char *label, size_t most,
             GError **error)
{
  const uint64_t size = dnn_archive_size (zip, file);

  if (size <= most)
    return dnn_archive_member (zip, file, label, error);
  dnn_set_format_error (label, error,
                        "unpacks to '%" G_GUINT64_FORMAT "' bytes, and at most "
                        "%zu are (60 MiB and four times the file); unpack it "
                        "and name the .npy file",
                        (guint64) size, most);
  return NULL;
}

DnnArray *
dnn_npz_parse (const char *name, GBytes *bytes, const char *member,
               const char *const *likely, GError **error)
{
  g_autoptr (DnnArchive) zip = NULL;
  g_autofree char *stem = NULL, *file = NULL, *label = NULL;
  g_autoptr (GBytes) content = NULL;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  zip = dnn_archive_parse (name, bytes, error);
  if (zip == NULL)
    return NULL;
  stem = find_array (name, zip, member, likely, error);
  if (stem == NULL)
    return NULL;
  file = g_strconcat (stem, SUFFIX, NULL);
  label = g_strdup_printf ("%s:%s", name, stem);
  content =
      read_member (zip, file, label,
                   dnn_file_unpack_limit (g_bytes_get_size (bytes)), error);
  return content != NULL ? dnn_npy_parse (label, content, error) : NULL;
}
