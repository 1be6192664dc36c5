/* dnn-data-file.h - a file of data, opened, and which format it has
 *
 * Owns the mapped or unpacked bytes until they are an array.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

/* Values of the key `format`; AUTO: the first bytes tell, and where they are
 * those of no other format, a name that ends in .csv, .tsv or .txt. */
typedef enum DnnFormat {
  DNN_FORMAT_AUTO,
  DNN_FORMAT_IDX,
  DNN_FORMAT_NPY,
  DNN_FORMAT_NPZ,
  DNN_FORMAT_CSV
} DnnFormat;

typedef struct DnnDataFile {
  char *path;       /* (owned) without the member's name */
  char *member;     /* (owned) of an .npz; NULL: none was named */
  DnnFormat format; /* never AUTO */
  GBytes *bytes;    /* (owned) unpacked, where the file was gzip */
  bool mapped;      /* they are pages of the file */
} DnnDataFile;

/* A file that is not of the format asked for is DNN_ERROR_FORMAT. */
DnnDataFile *dnn_data_file_open (const char *path, DnnFormat format,
                                 GError **error);
void dnn_data_file_free (DnnDataFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataFile, dnn_data_file_free)

/* True if the name alone says that inputs and targets may both be in it: .npz
 * without a member's name, .csv, .tsv, .txt (each also .gz), or that format. */
bool dnn_data_file_may_hold_both (const char *path, DnnFormat format);

/* The only array of a file, whatever its format: see dnn_array_load. */
DnnArray *dnn_data_file_load (const char *path, DnnFormat format,
                              GError **error);

/* Reads an IDX (also .gz), .npy, .npz or CSV file; its first bytes tell which,
 * and for CSV its name.  "data.npz:x" is the array x of an .npz; without a name
 * it holds one only, or x or arr_0.  Of a CSV all columns are taken.  `path`
 * starts every error message. */
DnnArray *dnn_array_load (const char *path, GError **error);

/* The array in a file that is no CSV.  In an .npz of several, the first of the
 * NULL-terminated `likely` names counts, where none was given. */
DnnArray *dnn_data_file_array (const DnnDataFile *self,
                               const char *const *likely, GError **error);

DNN_END_DECLS
