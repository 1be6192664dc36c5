/* dnn-file-names.c - files that many try, and that are no table */
#include "dnn-file-names.h"

#include <glib.h>

static const char *const sheets[] = { ".xlsx", ".xls", ".ods", ".numbers" };
static const char *const stores[] = { ".parquet", ".feather", ".arrow", ".orc",
                                      ".json",    ".jsonl",   ".pkl",   ".rds",
                                      ".mat",     ".db",      ".sqlite" };
static const char *const pictures[] = { ".png", ".jpg", ".jpeg", ".gif",
                                        ".bmp", ".tif", ".tiff", ".webp" };

static bool
ends_in (const char *name, const char *const *suffixes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return true;
  return false;
}

const char *
dnn_file_remedy (const char *path)
{
  g_autofree char *name = g_ascii_strdown (path, -1);

  if (ends_in (name, sheets, G_N_ELEMENTS (sheets)))
    return "save the sheet as .csv";
  if (ends_in (name, stores, G_N_ELEMENTS (stores)))
    return "write its rows as .csv, or its arrays as .npz";
  if (ends_in (name, pictures, G_N_ELEMENTS (pictures)))
    return "pictures are in a folder for each class, or in a table of paths "
           "and "
           "labels";
  return NULL;
}

bool
dnn_file_check_name (const char *path, GError **error)
{
  const char *remedy = dnn_file_remedy (path);

  if (remedy == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "'%s' is no table that is read, and no experiment; %s", path,
               remedy);
  return false;
}
