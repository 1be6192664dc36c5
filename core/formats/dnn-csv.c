/* dnn-csv.c - a table in two passes: one counts and collects the classes, one
 * fills arrays of the size then known (csv-fill.c) */
#include "dnn-csv.h"

#include "dnn-csv-private.h"
#include "dnn-csv-values.h"
#include "dnn-memory.h"
#include "dnn-parse.h"

#include <string.h>

/* A column of more words is no class. */
enum { MOST_CLASSES = 10000 };

static void
table_clear (DnnCsvTable *self)
{
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++)
    g_clear_pointer (&self->extras[i], dnn_memory_free);
  dnn_csv_kinds_clear (&self->kinds);
  g_clear_pointer (&self->classes, g_hash_table_unref);
  dnn_csv_record_clear (&self->record);
  dnn_csv_columns_clear (&self->columns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnCsvTable, table_clear)

void
dnn_csv_free (DnnCsv *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++)
    dnn_array_unref (self->extras[i]);
  g_clear_pointer (&self->words, g_ptr_array_unref);
  g_free (self->kinds);
  g_strfreev (self->classes);
  g_strfreev (self->columns);
  dnn_array_unref (self->targets);
  dnn_array_unref (self->inputs);
  g_free (self);
}

/* --- first pass: rows and classes ---------------------------------------- */

static bool
look_at_target (DnnCsvTable *self, uint32_t column, GError **error)
{
  g_autofree char *text = NULL;
  const char *fault;
  double value;
  DnnCsvKind kind = dnn_csv_parse_cell (
      &self->reader, dnn_csv_table_cell (self, column), &value);

  if (kind == DNN_CSV_NUMBER && self->number_line == 0)
    self->number_line = self->record.line;
  if (kind == DNN_CSV_NUMBER && g_hash_table_size (self->classes) > 0 &&
      self->options->classes == NULL) {
    text = dnn_csv_cell_text (dnn_csv_table_cell (self, column));
    return dnn_csv_columns_fail (
        &self->columns, self->record.line, column, error,
        "'%.40s' is a number, and rows above have words; a target is "
        "numbers or names of classes",
        text);
  }
  if (kind != DNN_CSV_TEXT)
    return true;
  if (self->number_line > 0 && self->options->classes == NULL) {
    text = dnn_csv_cell_text (dnn_csv_table_cell (self, column));
    fault = dnn_csv_fault_of (text);
    return dnn_csv_columns_fail (
        &self->columns, self->record.line, column, error,
        g_str_has_prefix (fault, "no ")
            ? "'%.40s' is %s, and line %" G_GINT64_FORMAT " has one; "
              "a target is numbers or names of classes"
            : "'%.40s' is %s, and others, as in line %" G_GINT64_FORMAT
              ", are numbers; make the unit of the target larger",
        text, fault, self->number_line);
  }
  if (self->columns.counts[DNN_CSV_TARGET] > 1)
    return dnn_csv_table_fail_text (self, column, error);
  g_hash_table_insert (self->classes,
                       dnn_csv_cell_text (dnn_csv_table_cell (self, column)),
                       NULL);
  if (g_hash_table_size (self->classes) > MOST_CLASSES)
    return dnn_csv_columns_fail (
        &self->columns, self->record.line, column, error,
        "the target has more than '%d' different words, too many to "
        "be classes; 'target = NAME' names another column",
        MOST_CLASSES);
  return true;
}

static bool
count_rows (DnnCsvTable *self, GError **error)
{
  GError *local = NULL;

  while (dnn_csv_table_read (self, &local)) {
    for (uint32_t i = 0;
         self->columns.counts[DNN_CSV_TARGET] > 0 && i < self->columns.n; i++)
      if (self->columns.roles[i] == DNN_CSV_TARGET &&
          !look_at_target (self, i, error))
        return false;
    dnn_csv_kinds_look (&self->kinds, &self->columns, &self->reader,
                        &self->record);
    self->n_rows++;
  }
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

/* --- classes ------------------------------------------------------------- */

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* A model keeps names a line each. */
static bool
check_class (const DnnCsvTable *self, const char *name, GError **error)
{
  if (*name != '\0' && strpbrk (name, "\r\n") == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: class '%.40s' must have no line end in its name; rename it "
               "in the file",
               self->reader.name, name);
  return false;
}

static bool
sort_classes (DnnCsvTable *self, DnnCsv *csv, GError **error)
{
  const guint n = g_hash_table_size (self->classes);
  g_autofree char **names = NULL;

  if (n == 0)
    return true;
  if (self->options->classes != NULL) {
    csv->classes = g_strdupv ((char **) self->options->classes);
  } else {
    names = (char **) g_hash_table_get_keys_as_array (self->classes, NULL);
    qsort (names, n, sizeof *names, compare_names);
    csv->classes = g_strdupv (names);
  }
  g_hash_table_remove_all (self->classes);
  for (guint i = 0; csv->classes[i] != NULL; i++) {
    if (self->options->classes == NULL &&
        !check_class (self, csv->classes[i], error))
      return false;
    g_hash_table_insert (self->classes, g_strdup (csv->classes[i]),
                         GUINT_TO_POINTER (i + 1));
  }
  return true;
}

/* Names of the input columns. */
static char **
input_names (const DnnCsvColumns *columns)
{
  char **names = NULL;

  if (columns->names == NULL)
    return NULL;
  names = g_new0 (char *, columns->counts[DNN_CSV_INPUT] + 1);
  for (uint32_t i = 0; i < columns->n; i++)
    if (columns->roles[i] == DNN_CSV_INPUT)
      names[columns->places[i]] = g_strdup (columns->names[i]);
  return names;
}

static void
free_words (gpointer words)
{
  g_strfreev (words);
}

/* Kinds of the inputs, for the steps that learn from them. */
static void
take_kinds (DnnCsvTable *self, DnnCsv *csv)
{
  bool plain = !self->kinds.exact;

  for (uint32_t i = 0; i < self->kinds.n; i++)
    plain = plain && self->kinds.kinds[i] == DNN_CSV_NUMBERS;
  if (plain)
    return;
  csv->words = g_ptr_array_new_with_free_func (free_words);
  for (uint32_t i = 0; i < self->kinds.n; i++)
    g_ptr_array_add (csv->words, dnn_csv_kinds_words (&self->kinds, i));
  csv->kinds = g_steal_pointer (&self->kinds.kinds);
}

/* Kinds that nobody asks for are numbers. */
static const char *
given_kinds (const DnnCsvOptions *options)
{
  const bool none =
      options->categories == NULL || strcmp (options->categories, "none") == 0;

  return options->kinds == NULL && none ? "" : options->kinds;
}

DnnCsv *
dnn_csv_parse (const char *name, GBytes *bytes, const DnnCsvOptions *options,
               GError **error)
{
  g_auto (DnnCsvTable) self = { .options = options };
  g_autoptr (DnnCsv) csv = g_new0 (DnnCsv, 1);
  DnnCsvReader start;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (options != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self.classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  dnn_csv_record_init (&self.record);
  if (!dnn_csv_reader_init (&self.reader, name, bytes, error) ||
      !dnn_csv_columns_init (&self.columns, &self.reader, options, error))
    return NULL;
  dnn_csv_kinds_init (&self.kinds, &self.columns, given_kinds (options));
  start = self.reader;
  if (!count_rows (&self, error) ||
      !dnn_csv_kinds_finish (
          &self.kinds, &self.columns,
          options->categories != NULL ? options->categories : "none", error) ||
      !sort_classes (&self, csv, error))
    return NULL;
  self.reader = start;
  if (!dnn_csv_table_fill (&self, csv, error))
    return NULL;
  take_kinds (&self, csv);
  csv->columns =
      options->part != DNN_CSV_TARGETS ? input_names (&self.columns) : NULL;
  if (options->part == DNN_CSV_INPUTS)
    g_clear_pointer (&csv->targets, dnn_array_unref);
  if (options->part == DNN_CSV_TARGETS)
    g_clear_pointer (&csv->inputs, dnn_array_unref);
  return g_steal_pointer (&csv);
}

/* A key cannot name a column by a name with a comma in it. */
static char *
key_of (const DnnCsvColumns *columns, uint32_t i)
{
  g_autofree char *key = dnn_csv_columns_key (columns, i);

  return strpbrk (key, ",'\"()[]#") == NULL && *key != '\0'
             ? g_steal_pointer (&key)
             : g_strdup_printf ("%u", i + 1);
}

char **
dnn_csv_find_unfit (const char *name, GBytes *bytes,
                    const DnnCsvOptions *options, GError **error)
{
  g_auto (DnnCsvTable) self = { .options = options };
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  self.classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  dnn_csv_record_init (&self.record);
  if (!dnn_csv_reader_init (&self.reader, name, bytes, error) ||
      !dnn_csv_columns_init (&self.columns, &self.reader, options, error))
    return NULL;
  dnn_csv_kinds_init (&self.kinds, &self.columns, NULL);
  if (!count_rows (&self, error))
    return NULL;
  for (uint32_t i = 0; i < self.columns.n; i++) {
    g_autofree char *why =
        self.columns.roles[i] == DNN_CSV_INPUT
            ? dnn_csv_kinds_unfit (&self.kinds, &self.columns, i, self.n_rows)
            : NULL;
    g_autofree char *key = key_of (&self.columns, i);

    if (why == NULL)
      continue;
    g_strv_builder_add (found, key);
    g_strv_builder_add (found, why);
  }
  return g_strv_builder_end (found);
}
