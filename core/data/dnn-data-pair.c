/* dnn-data-pair.c - which file has what */
#include "dnn-data-pair.h"

#include "dnn-csv.h"
#include "dnn-data-file.h"

#include <string.h>

/* What arrays are called in an .npz that has several: by hand, and by NumPy
 * where they got no name. */
static const char *const inputs_names[] = { "x", "inputs", "arr_0", NULL };
static const char *const targets_names[] = { "y", "targets", "arr_1", NULL };

void
dnn_data_pair_clear (DnnDataPair *self)
{
  g_clear_pointer (&self->inputs, dnn_array_unref);
  g_clear_pointer (&self->targets, dnn_array_unref);
  g_clear_pointer (&self->columns, g_strfreev);
  g_clear_pointer (&self->classes, g_strfreev);
}

/* --- tables -------------------------------------------------------------- */

/* Takes what `part` of the table there is. */
static bool
read_table (DnnDataPair *self, const DnnDataFile *file, DnnCsvPart part,
            const DnnDataSource *source, const DnnPreprocess *like,
            GError **error)
{
  const DnnDataSettings *settings = &source->settings;
  const DnnCsvOptions options = {
    .part = part,
    .header = (DnnCsvHeader) settings->header,
    .missing = (DnnCsvMissing) settings->missing,
    .target = settings->target,
    .ignore = settings->ignore_columns,
    .columns = (const char *const *) like->columns,
    .classes = (const char *const *) like->class_names,
  };
  g_autoptr (DnnCsv) table = NULL;

  /* Rows left out of one file would be those of others in the other. */
  if (part != DNN_CSV_BOTH && options.missing == DNN_CSV_MISSING_SKIP) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: 'missing = skip' needs inputs and targets in one table",
                 file->path);
    return false;
  }
  table = dnn_csv_parse (file->path, file->bytes, &options, error);
  if (table == NULL)
    return false;
  if (part != DNN_CSV_TARGETS) {
    self->inputs = g_steal_pointer (&table->inputs);
    self->columns = g_steal_pointer (&table->columns);
  }
  if (part != DNN_CSV_INPUTS) {
    self->targets = g_steal_pointer (&table->targets);
    self->classes = g_steal_pointer (&table->classes);
  }
  return true;
}

/* --- files --------------------------------------------------------------- */

/* Inputs and targets of one table or archive. */
static bool
read_both (DnnDataPair *self, const DnnDataFile *file,
           const DnnDataSource *source, const DnnPreprocess *like,
           GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return read_table (self, file, DNN_CSV_BOTH, source, like, error);
  if (file->format != DNN_FORMAT_NPZ || file->member != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: holds '1' array; name a file of the targets, too",
                 file->path);
    return false;
  }
  self->inputs = dnn_data_file_array (file, inputs_names, error);
  if (self->inputs != NULL)
    self->targets = dnn_data_file_array (file, targets_names, error);
  return self->targets != NULL;
}

static bool
read_inputs (DnnDataPair *self, const DnnDataFile *file,
             const DnnDataSource *source, const DnnPreprocess *like,
             GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return read_table (self, file, DNN_CSV_INPUTS, source, like, error);
  self->inputs = dnn_data_file_array (file, inputs_names, error);
  return self->inputs != NULL;
}

static bool
read_targets (DnnDataPair *self, const DnnDataFile *file,
              const DnnDataSource *source, const DnnPreprocess *like,
              GError **error)
{
  if (file->format == DNN_FORMAT_CSV)
    return read_table (self, file, DNN_CSV_TARGETS, source, like, error);
  self->targets = dnn_data_file_array (file, targets_names, error);
  return self->targets != NULL;
}

bool
dnn_data_pair_load (DnnDataPair *self, const DnnDataFiles *files,
                    const DnnDataSource *source, const DnnPreprocess *like,
                    GError **error)
{
  const DnnFormat format = (DnnFormat) source->settings.format;
  g_autoptr (DnnDataFile) inputs =
      dnn_data_file_open (files->inputs, format, error);
  g_autoptr (DnnDataFile) targets = NULL;
  /* A table named twice is one table: else its target would be an input. */
  const bool both = files->targets == NULL ||
                    (strcmp (files->inputs, files->targets) == 0 &&
                     inputs != NULL && inputs->format == DNN_FORMAT_CSV);

  if (inputs == NULL)
    return false;
  self->inputs_name = g_intern_string (files->inputs);
  self->targets_name =
      both ? self->inputs_name : g_intern_string (files->targets);
  if (both)
    return read_both (self, inputs, source, like, error);
  targets = dnn_data_file_open (files->targets, format, error);
  return targets != NULL && read_inputs (self, inputs, source, like, error) &&
         read_targets (self, targets, source, like, error);
}

/* --- inputs alone -------------------------------------------------------- */

/* The section of the model's training, without its files. */
static DnnDataSource *
source_of (const DnnSpec *section, GError **error)
{
  DnnDataSource *self = g_new0 (DnnDataSource, 1);

  if (dnn_data_settings_parse (section, &self->settings, error))
    return self;
  dnn_data_source_free (self);
  return NULL;
}

/* A table as in training, with its target, or, where it then has not `n`
 * inputs, without. */
static DnnArray *
load_table (const DnnDataFile *file, const DnnDataSource *source,
            const DnnPreprocess *like, int64_t n, GError **error)
{
  g_auto (DnnDataPair) whole = { 0 }, inputs = { 0 };

  if (like->columns == NULL &&
      read_table (&whole, file, DNN_CSV_BOTH, source, like, NULL) &&
      dnn_array_row_size (whole.inputs) == n)
    return g_steal_pointer (&whole.inputs);
  return read_table (&inputs, file, DNN_CSV_INPUTS, source, like, error)
             ? g_steal_pointer (&inputs.inputs)
             : NULL;
}

DnnArray *
dnn_data_load_inputs (const char *path, const DnnSpec *section,
                      const DnnPreprocess *like, int64_t n, GError **error)
{
  g_autoptr (DnnDataFile) file =
      dnn_data_file_open (path, DNN_FORMAT_AUTO, error);
  g_autoptr (DnnDataSource) source = NULL;

  if (file == NULL)
    return NULL;
  if (file->format != DNN_FORMAT_CSV)
    return dnn_data_file_array (file, inputs_names, error);
  source = source_of (section, error);
  if (source == NULL)
    return NULL;
  /* Every row gets its prediction, or the file is refused. */
  source->settings.missing = DNN_CSV_MISSING_REFUSE;
  return load_table (file, source, like, n, error);
}
