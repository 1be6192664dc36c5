/* dnn-sources.h - the sources of the library, and which one [data] names */
#pragma once

#include "dnn-csv.h"
#include "dnn-data-file.h"
#include "dnn-data-source.h"
#include "dnn-preprocess.h"
#include "dnn-source.h"

DNN_BEGIN_DECLS

/* An array in memory, referenced; one whose bytes are pages of a file becomes
 * a mapped source.  `name` starts messages about it. */
DnnSource *dnn_source_new_array (DnnArray *array, const char *name);
/* An array whose bytes are pages of a file: gives them back when asked to. */
DnnSource *dnn_source_new_mapped (DnnArray *array, const char *name);
/* Inputs and targets that belong together. */
typedef struct DnnDataPair {
  DnnSource *inputs;  /* (owned reference) */
  DnnSource *targets; /* (owned reference) */
  /* Extra columns of a table: see DnnCsvExtra.  (owned references) NULL: not
   * asked for. */
  DnnArray *extras[DNN_CSV_N_EXTRAS];
} DnnDataPair;

/* The sources that `inputs` and `targets` may name. */
typedef struct DnnSourceOpener {
  const char *name; /* "files" */
  /* True if `inputs` names such data. */
  bool (*takes) (const char *inputs);
  /* True if they may have the targets, too, so that these need no name. */
  bool (*holds_both) (const char *inputs, const DnnDataSettings *settings);
  /* Both.  Columns and classes are those of `like`, if it has some.  As many
   * rows of both are the caller's care. */
  bool (*open) (DnnDataPair *ret_pair, const DnnDataFiles *files,
                const DnnDataSettings *settings, const DnnPreprocess *like,
                GError **error);
  /* Inputs alone, for a model that takes `n` numbers a row, trained with these
   * settings and this preprocessing. */
  DnnSource *(*open_inputs) (const char *inputs,
                             const DnnDataSettings *settings,
                             const DnnPreprocess *like, int64_t n,
                             GError **error);
} DnnSourceOpener;

/* In the order in which they are asked, ending in NULL; the last row takes any
 * name.  A program that links the library statically may bring a table of its
 * own. */
extern const DnnSourceOpener *const dnn_source_openers[];

/* Binary files of CIFAR-10; a name with a `*` is all that match. */
extern const DnnSourceOpener dnn_source_cifar;
/* Folders and tables of pictures, and a picture by name. */
extern const DnnSourceOpener dnn_source_pictures;
/* Files of numbers and tables, by name. */
extern const DnnSourceOpener dnn_source_files;

/* The row that takes this name. */
static inline const DnnSourceOpener *
dnn_source_find_opener (const char *inputs)
{
  const DnnSourceOpener *const *at = dnn_source_openers;

  while (!(*at)->takes (inputs))
    at++;
  return *at;
}

/* Inputs, targets or both of a table, as `part` says, with the names of its
 * columns and classes: those of `like`, if it has some.  What columns hold is
 * what `like` says, too.  `keeps_rows`: every row stays that may. */
bool dnn_source_read_table (DnnDataPair *ret_pair, const DnnDataFile *file,
                            DnnCsvPart part, const DnnDataSettings *settings,
                            const DnnPreprocess *like, bool keeps_rows,
                            GError **error);

/* A file in memory, and how messages name it. */
typedef struct DnnNamedBytes {
  const char *name;
  GBytes *bytes;
} DnnNamedBytes;

/* Rows of 32 x 32 x 3 and labels of `n` such files, one behind the other. */
bool dnn_source_read_cifar (DnnDataPair *ret_pair, const char *name,
                            const DnnNamedBytes *files, guint n,
                            GError **error);

static inline void
dnn_data_pair_clear (DnnDataPair *self)
{
  g_clear_pointer (&self->inputs, dnn_source_unref);
  g_clear_pointer (&self->targets, dnn_source_unref);
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++)
    g_clear_pointer (&self->extras[i], dnn_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnDataPair, dnn_data_pair_clear)

DNN_END_DECLS
