/* source-table.c - columns of a table, with their names */
#include "dnn-sources.h"

static const DnnSourceType type = { .name = "table" };

static DnnSource *
new_table (DnnArray *array, const char *name, int64_t n_skipped)
{
  DnnSource *self = g_new0 (DnnSource, 1);

  dnn_source_init (self, &type, name, array->dtype, &array->shape);
  self->array = dnn_array_ref (array);
  self->resident = dnn_array_resident_size (array);
  self->columnar = true;
  self->n_skipped = n_skipped;
  return self;
}

static void
take_parts (DnnDataPair *self, DnnCsv *table, const char *path, DnnCsvPart part)
{
  if (part != DNN_CSV_TARGETS) {
    self->inputs = new_table (table->inputs, path, table->n_skipped);
    self->inputs->columns = g_steal_pointer (&table->columns);
    self->inputs->kinds = g_steal_pointer (&table->kinds);
    self->inputs->words = g_steal_pointer (&table->words);
  }
  if (part != DNN_CSV_INPUTS) {
    self->targets = new_table (table->targets, path, table->n_skipped);
    self->targets->classes = g_steal_pointer (&table->classes);
  }
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++)
    self->extras[i] = g_steal_pointer (&table->extras[i]);
}

bool
dnn_source_read_table (DnnDataPair *self, const DnnDataFile *file,
                       DnnCsvPart part, const DnnDataSettings *settings,
                       const DnnPreprocess *like, bool keeps_rows,
                       GError **error)
{
  const DnnCsvOptions options = {
    .part = part,
    .header = (DnnCsvHeader) settings->header,
    .missing = (DnnCsvMissing) settings->missing,
    .target = settings->target,
    .ignore = settings->ignore_columns,
    .columns = (const char *const *) like->columns,
    .classes = (const char *const *) like->class_names,
    .categories = settings->categories,
    .kinds = like->kinds,
    .extras = { settings->time, settings->group, settings->weight_column },
    .reads_extras = settings->reads_extras && part == DNN_CSV_BOTH,
    .keeps_rows = keeps_rows,
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
  if (table != NULL)
    take_parts (self, table, file->path, part);
  return table != NULL;
}
