/* source-table.c - columns of a table, with their names */
#include "dnn-sources.h"

static const DnnSourceType type = { .name = "table" };

/* Takes the names. */
static DnnSource *
new_table (DnnArray *array, const char *name, char **columns, char **classes)
{
  DnnSource *self = g_new0 (DnnSource, 1);

  dnn_source_init (self, &type, name, array->dtype, &array->shape);
  self->array = dnn_array_ref (array);
  self->resident = dnn_array_resident_size (array);
  self->columns = columns;
  self->classes = classes;
  return self;
}

bool
dnn_source_read_table (DnnDataPair *self, const DnnDataFile *file,
                       DnnCsvPart part, const DnnDataSettings *settings,
                       const DnnPreprocess *like, GError **error)
{
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
  if (part != DNN_CSV_TARGETS)
    self->inputs = new_table (table->inputs, file->path,
                              g_steal_pointer (&table->columns), NULL);
  if (part != DNN_CSV_INPUTS)
    self->targets = new_table (table->targets, file->path, NULL,
                               g_steal_pointer (&table->classes));
  return true;
}
