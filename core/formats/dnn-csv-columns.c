/* dnn-csv-columns.c - header, target, columns left out */
#include "dnn-csv-columns.h"

#include "dnn-parse.h"
#include "dnn-suggest.h"

#include <string.h>

void
dnn_csv_columns_clear (DnnCsvColumns *self)
{
  g_clear_pointer (&self->is_listed, g_free);
  g_clear_pointer (&self->places, g_free);
  g_clear_pointer (&self->roles, g_free);
  g_clear_pointer (&self->names, g_strfreev);
}

char *
dnn_csv_columns_label (const DnnCsvColumns *self, uint32_t i)
{
  return self->names != NULL
             ? g_strdup_printf ("column %u ('%s')", i + 1, self->names[i])
             : g_strdup_printf ("column %u", i + 1);
}

char *
dnn_csv_columns_key (const DnnCsvColumns *self, uint32_t i)
{
  return self->names != NULL ? g_strdup (self->names[i])
                             : g_strdup_printf ("%u", i + 1);
}

bool
dnn_csv_columns_fail (const DnnCsvColumns *self, int64_t line, uint32_t i,
                      GError **error, const char *format, ...)
{
  g_autofree char *label = dnn_csv_columns_label (self, i);
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s:%" G_GINT64_FORMAT ": %s: %s", self->name, line, label,
               sentence);
  return false;
}

/* --- header -------------------------------------------------------------- */

static DnnCsvKind
kind_at (DnnCsvReader *reader, const DnnCsvRecord *record, guint i)
{
  double value;

  return i < record->cells->len
             ? dnn_csv_parse_cell (
                   reader, &g_array_index (record->cells, DnnCsvCell, i),
                   &value)
             : DNN_CSV_MISSING;
}

/* True if names stand in `first`, above the values in `second`. */
static bool
is_header (DnnCsvReader *reader, const DnnCsvRecord *first,
           const DnnCsvRecord *second)
{
  bool any_number = false;

  for (guint i = 0; i < first->cells->len; i++) {
    const DnnCsvKind kind = kind_at (reader, first, i);

    if (kind == DNN_CSV_TEXT && kind_at (reader, second, i) == DNN_CSV_NUMBER)
      return true;
    any_number = any_number || kind == DNN_CSV_NUMBER;
  }
  return !any_number;
}

static char **
copy_names (const DnnCsvRecord *record)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < record->cells->len; i++) {
    g_autofree char *name =
        dnn_csv_cell_text (&g_array_index (record->cells, DnnCsvCell, i));

    /* a model keeps names a line each */
    g_strv_builder_add (names, g_strdelimit (name, "\r\n", ' '));
  }
  return g_strv_builder_end (names);
}

static bool
read_header (DnnCsvColumns *self, DnnCsvReader *reader, DnnCsvHeader header,
             GError **error)
{
  g_auto (DnnCsvRecord) first = { 0 }, second = { 0 };
  const DnnCsvReader start = *reader;
  DnnCsvReader after;
  GError *local = NULL;
  bool named;

  dnn_csv_record_init (&first);
  dnn_csv_record_init (&second);
  if (!dnn_csv_read (reader, &first, &local)) {
    if (local == NULL)
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                   "%s: is empty; a table has a line for each row", self->name);
    else
      g_propagate_error (error, local);
    return false;
  }
  after = *reader;
  self->n = first.cells->len;
  if (!dnn_csv_read (reader, &second, &local) && local != NULL) {
    g_propagate_error (error, local);
    return false;
  }

  named =
      header == DNN_CSV_HEADER_TRUE ||
      (header == DNN_CSV_HEADER_AUTO && is_header (reader, &first, &second));
  if (named)
    self->names = copy_names (&first);
  *reader = named ? after : start;
  return true;
}

/* True if every row ends in an empty cell, as its name is, if there are names:
 * the mark stands behind the last column, too. */
static bool
ends_in_nothing (const DnnCsvColumns *self, const DnnCsvReader *rows)
{
  g_auto (DnnCsvRecord) record = { 0 };
  DnnCsvReader reader = *rows;
  bool empty =
      self->n > 1 && (self->names == NULL || *self->names[self->n - 1] == '\0');
  int64_t n = 0;

  dnn_csv_record_init (&record);
  while (empty && dnn_csv_read (&reader, &record, NULL)) {
    empty = record.cells->len != self->n ||
            g_array_index (record.cells, DnnCsvCell, self->n - 1).n == 0;
    n++;
  }
  return empty && n > 0;
}

/* --- columns by name ----------------------------------------------------- */

/* The column of that name or number; n: there is none. */
static uint32_t
find_column (const DnnCsvColumns *self, const char *text)
{
  int64_t number;

  for (uint32_t i = 0; self->names != NULL && i < self->n; i++)
    if (strcmp (self->names[i], text) == 0)
      return i;
  if (dnn_parse_int (text, 1, self->n, &number, NULL))
    return (uint32_t) number - 1;
  return self->n;
}

/* The same, of those left in where one of that name is left out. */
static uint32_t
find_used (const DnnCsvColumns *self, const char *name)
{
  for (uint32_t i = 0; i < self->n; i++)
    if (self->roles[i] == DNN_CSV_INPUT && strcmp (self->names[i], name) == 0)
      return i;
  return find_column (self, name);
}

/* The likely kind of a line that is no row of a table. */
static const char *
describe_line (const char *line)
{
  static const char *const kinds[][2] = {
    { "<", "; it looks like a page of the web, which came in its place" },
    { "{", "; it looks like JSON: write its rows as CSV" },
    { "[", "; it looks like JSON: write its rows as CSV" },
    { "#", "; take out the lines above the names of the columns" },
    { "version https://git-lfs",
      "; it is git-lfs' pointer to the table: git lfs pull brings it" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (line, kinds[i][0]))
      return kinds[i][1];
  return "";
}

/* True if the only column is not several, parted by something else. */
static bool
check_parted (const DnnCsvColumns *self, GError **error)
{
  if (self->n > 1 || self->names == NULL ||
      (strpbrk (self->names[0], "| :") == NULL &&
       *describe_line (self->names[0]) == '\0'))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s:1: '%.60s' is one column: there is no ',', ';' or tab in "
               "the line, and columns must be parted by one of them%s",
               self->name, self->names[0], describe_line (self->names[0]));
  return false;
}

static bool
set_unknown (const DnnCsvColumns *self, const char *text, GError **error)
{
  g_autofree char *nearest =
      self->names != NULL
          ? dnn_suggest (text, (const char *const *) self->names)
          : g_strdup_printf ("without a header, columns are 1 to %u", self->n);

  if (!check_parted (self, error))
    return false;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "%s: there is no column '%s'; %s", self->name, text, nearest);
  return false;
}

static void
set_role (DnnCsvColumns *self, uint32_t i, DnnCsvRole role)
{
  self->counts[self->roles[i]]--;
  self->roles[i] = role;
  self->counts[role]++;
}

/* Gives a role to the columns of a list.  Where not all need be there, only
 * names count: a number means another column without the target. */
static bool
assign (DnnCsvColumns *self, const char *list, DnnCsvRole role, bool optional,
        GError **error)
{
  g_auto (GStrv) texts =
      list != NULL && *list != '\0' ? dnn_split_commas (list) : NULL;

  for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
    const uint32_t column = find_column (self, texts[i]);

    if (column < self->n &&
        (!optional ||
         (self->names != NULL && strcmp (self->names[column], texts[i]) == 0)))
      set_role (self, column, role);
    else if (!optional)
      return set_unknown (self, texts[i], error);
  }
  return true;
}

static bool
is_named (const DnnCsvColumns *self, uint32_t i, const char *const *names)
{
  return names != NULL && self->names != NULL &&
         g_strv_contains (names, self->names[i]);
}

static bool
assign_targets (DnnCsvColumns *self, const DnnCsvOptions *options,
                GError **error)
{
  const bool last = options->target == NULL || *options->target == '\0';

  if (options->part == DNN_CSV_INPUTS)
    return assign (self, options->target, DNN_CSV_IGNORED, true, error);
  if (!last)
    return assign (self, options->target, DNN_CSV_TARGET, false, error);
  for (uint32_t i = self->n; i-- > 0;)
    if (self->roles[i] == DNN_CSV_INPUT &&
        !is_named (self, i, options->columns)) {
      set_role (self, i, DNN_CSV_TARGET);
      break;
    }
  return true;
}

/* Columns of weights and groups are no inputs; they need not be there where
 * only inputs are wanted. */
static bool
assign_extras (DnnCsvColumns *self, const DnnCsvOptions *options,
               GError **error)
{
  for (int i = 0; i < DNN_CSV_N_EXTRAS; i++) {
    const char *text = options->extras[i];

    self->extras[i] = self->n;
    if (text == NULL || *text == '\0')
      continue;
    if (!options->reads_extras) {
      if (i != DNN_CSV_TIME &&
          !assign (self, text, DNN_CSV_IGNORED, true, error))
        return false;
      continue;
    }
    self->extras[i] = find_column (self, text);
    if (self->extras[i] == self->n)
      return set_unknown (self, text, error);
    if (i != DNN_CSV_TIME)
      set_role (self, self->extras[i], DNN_CSV_IGNORED);
  }
  return true;
}

/* True if `categories` is a list, and not one of its two words. */
static bool
lists_categories (const DnnCsvOptions *options)
{
  return options->categories != NULL &&
         strcmp (options->categories, "auto") != 0 &&
         strcmp (options->categories, "none") != 0;
}

static bool
mark_listed (DnnCsvColumns *self, const DnnCsvOptions *options, GError **error)
{
  g_auto (GStrv) texts = lists_categories (options)
                             ? dnn_split_commas (options->categories)
                             : NULL;

  self->is_listed = g_new0 (bool, self->n);
  for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
    const uint32_t column = find_column (self, texts[i]);

    if (column == self->n)
      return set_unknown (self, texts[i], error);
    self->is_listed[column] = true;
  }
  return true;
}

/* A name that stands twice would be one column's for both. */
static bool
check_names (const DnnCsvColumns *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (uint32_t i = 0; self->names != NULL && i < self->n; i++) {
    if (self->roles[i] == DNN_CSV_IGNORED)
      continue;
    if (g_hash_table_add (seen, self->names[i]))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s:1: two columns are named '%s'; rename one, or leave one "
                 "out by its number, 'ignore_columns = %u'",
                 self->name, self->names[i], i + 1);
    return false;
  }
  return true;
}

/* Numbers the columns of each role from left to right. */
static void
number_places (DnnCsvColumns *self)
{
  uint32_t next[DNN_CSV_N_ROLES] = { 0 };

  self->places = g_new0 (uint32_t, self->n);
  for (uint32_t i = 0; i < self->n; i++)
    self->places[i] = next[self->roles[i]]++;
}

/* Makes the columns of these names the inputs, in this order. */
static bool
order_inputs (DnnCsvColumns *self, const char *const *names, GError **error)
{
  for (uint32_t i = 0; i < self->n; i++)
    if (self->roles[i] == DNN_CSV_INPUT && !is_named (self, i, names))
      set_role (self, i, DNN_CSV_IGNORED);
  for (uint32_t i = 0; names[i] != NULL; i++) {
    const uint32_t column = find_used (self, names[i]);

    if (column == self->n || strcmp (self->names[column], names[i]) != 0)
      return set_unknown (self, names[i], error);
    if (self->roles[column] != DNN_CSV_INPUT) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: column '%s' is an input of the training rows, and must "
                   "be one here",
                   self->name, names[i]);
      return false;
    }
    self->places[column] = i;
  }
  return true;
}

static bool
check_roles (const DnnCsvColumns *self, DnnCsvPart part, GError **error)
{
  const bool inputs =
      part == DNN_CSV_TARGETS || self->counts[DNN_CSV_INPUT] > 0;
  const bool targets =
      part == DNN_CSV_INPUTS || self->counts[DNN_CSV_TARGET] > 0;

  if (inputs && targets)
    return true;
  if (!check_parted (self, error))
    return false;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: of its '%u' columns none is left for the %s; one at least "
               "must be",
               self->name, self->n, targets ? "inputs" : "target");
  return false;
}

static bool
assign_roles (DnnCsvColumns *self, const DnnCsvOptions *options, GError **error)
{
  const bool by_name = self->names != NULL && options->columns != NULL &&
                       options->part != DNN_CSV_TARGETS;

  /* The numbers of rows, which libraries write there, predict nothing. */
  if (self->names != NULL && self->n > 1 && *self->names[0] == '\0')
    set_role (self, 0, DNN_CSV_IGNORED);
  if (!assign (self, options->ignore, DNN_CSV_IGNORED,
               by_name || options->part == DNN_CSV_TARGETS, error) ||
      !assign_extras (self, options, error) ||
      !assign_targets (self, options, error) ||
      !mark_listed (self, options, error))
    return false;
  number_places (self);
  if (by_name && !order_inputs (self, options->columns, error))
    return false;
  if (!check_names (self, error))
    return false;
  if (options->part == DNN_CSV_TARGETS)
    for (uint32_t i = 0; i < self->n; i++)
      if (self->roles[i] == DNN_CSV_INPUT)
        set_role (self, i, DNN_CSV_IGNORED);
  return check_roles (self, options->part, error);
}

bool
dnn_csv_columns_init (DnnCsvColumns *self, DnnCsvReader *reader,
                      const DnnCsvOptions *options, GError **error)
{
  *self = (DnnCsvColumns){ .name = reader->name };
  if (!read_header (self, reader, options->header, error))
    return false;
  self->roles = g_new0 (DnnCsvRole, self->n);
  self->counts[DNN_CSV_INPUT] = self->n;
  if (ends_in_nothing (self, reader))
    set_role (self, self->n - 1, DNN_CSV_IGNORED);
  return assign_roles (self, options, error);
}
