/* source-files.c - inputs and targets, from one file or from two */
#include "dnn-data-steps.h"
#include "dnn-sources.h"

#include <string.h>

/* Names of arrays in an .npz that has several: by hand, and by NumPy for
 * arrays without a name. */
static const char *const inputs_names[] = { "x", "inputs", "arr_0", NULL };
static const char *const targets_names[] = { "y", "targets", "arr_1", NULL };

/* --- files --------------------------------------------------------------- */

/* The array of a file that is no table. */
static DnnSource *
read_array (const DnnDataFile *file, const char *const *likely, GError **error)
{
  g_autoptr (DnnArray) array = dnn_data_file_array (file, likely, error);

  return array != NULL ? dnn_source_new_array (array, file->path) : NULL;
}

/* Inputs and targets of one table or archive. */
static bool
read_both (DnnDataPair *self, const DnnDataFile *file,
           const DnnDataSettings *settings, const DnnPreprocess *like,
           GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return dnn_source_read_table (self, file, DNN_CSV_BOTH, settings, like,
                                  false, error);
  if (file->format != DNN_FORMAT_NPZ || file->member != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: holds '1' array; name a file of the targets, too",
                 file->path);
    return false;
  }
  self->inputs = read_array (file, inputs_names, error);
  if (self->inputs != NULL)
    self->targets = read_array (file, targets_names, error);
  return self->targets != NULL;
}

static bool
read_inputs (DnnDataPair *self, const DnnDataFile *file,
             const DnnDataSettings *settings, const DnnPreprocess *like,
             GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return dnn_source_read_table (self, file, DNN_CSV_INPUTS, settings, like,
                                  false, error);
  self->inputs = read_array (file, inputs_names, error);
  return self->inputs != NULL;
}

static bool
read_targets (DnnDataPair *self, const DnnDataFile *file,
              const DnnDataSettings *settings, const DnnPreprocess *like,
              GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return dnn_source_read_table (self, file, DNN_CSV_TARGETS, settings, like,
                                  false, error);
  self->targets = read_array (file, targets_names, error);
  return self->targets != NULL;
}

/* Messages name files as they were named: "data.npz:x". */
static void
name_sources (DnnDataPair *self, const char *inputs, const char *targets)
{
  self->inputs->name = g_intern_string (inputs);
  self->targets->name = g_intern_string (targets);
}

static bool
read_pair (DnnDataPair *self, const DnnDataFiles *files,
           const DnnDataSettings *settings, const DnnPreprocess *like,
           GError **error)
{
  const DnnFormat format = (DnnFormat) settings->format;
  g_autoptr (DnnDataFile) inputs =
      dnn_data_file_open (files->inputs, format, error);
  g_autoptr (DnnDataFile) targets = NULL;
  /* A table named twice is one table: else its target would be an input. */
  const bool both = files->targets == NULL ||
                    (strcmp (files->inputs, files->targets) == 0 &&
                     inputs != NULL && inputs->format == DNN_FORMAT_CSV);

  if (inputs == NULL)
    return false;
  if (both && !read_both (self, inputs, settings, like, error))
    return false;
  if (!both) {
    targets = dnn_data_file_open (files->targets, format, error);
    if (targets == NULL || !read_inputs (self, inputs, settings, like, error) ||
        !read_targets (self, targets, settings, like, error))
      return false;
  }
  name_sources (self, files->inputs, both ? files->inputs : files->targets);
  return true;
}

/* --- inputs alone -------------------------------------------------------- */

/* A table as in training, with its target, or, where it then has not `n`
 * inputs, without. */
static DnnSource *
read_table_inputs (const DnnDataFile *file, const DnnDataSettings *settings,
                   const DnnPreprocess *like, int64_t n, GError **error)
{
  g_auto (DnnDataPair) whole = { 0 }, inputs = { 0 };

  if (like->columns == NULL &&
      dnn_source_read_table (&whole, file, DNN_CSV_BOTH, settings, like, true,
                             NULL) &&
      whole.inputs->row == n)
    return g_steal_pointer (&whole.inputs);
  return dnn_source_read_table (&inputs, file, DNN_CSV_INPUTS, settings, like,
                                true, error)
             ? g_steal_pointer (&inputs.inputs)
             : NULL;
}

/* True if the model knows what an empty cell counts as. */
static bool
fills (const DnnPreprocess *like)
{
  const DnnDataStep *step = dnn_preprocess_find (like, &dnn_columns_type);

  return step != NULL && ((const DnnColumns *) step)->fills;
}

static DnnSource *
open_inputs (const char *path, const DnnDataSettings *settings,
             const DnnPreprocess *like, int64_t n, GError **error)
{
  DnnDataSettings strict = *settings;
  g_autoptr (DnnDataFile) file =
      dnn_data_file_open (path, DNN_FORMAT_AUTO, error);

  if (file == NULL)
    return NULL;
  if (file->format != DNN_FORMAT_CSV)
    return read_array (file, inputs_names, error);
  /* Every row gets its prediction, or the file is refused. */
  strict.missing = fills (like) ? DNN_CSV_MISSING_FILL : DNN_CSV_MISSING_REFUSE;
  return read_table_inputs (file, &strict, like, n, error);
}

/* --- the row of the table ------------------------------------------------ */

static bool
takes (const char *inputs)
{
  (void) inputs;
  return true;
}

static bool
holds_both (const char *inputs, const DnnDataSettings *settings)
{
  return dnn_data_file_may_hold_both (inputs, (DnnFormat) settings->format);
}

const DnnSourceOpener dnn_source_files = {
  .name = "files",
  .takes = takes,
  .holds_both = holds_both,
  .open = read_pair,
  .open_inputs = open_inputs,
};
