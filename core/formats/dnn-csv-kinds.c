/* dnn-csv-kinds.c - looks at every cell once */
#include "dnn-csv-kinds.h"

#include "dnn-csv-values.h"
#include "dnn-parse.h"

#include <math.h>
#include <string.h>

/* A column of more words says nothing that one-hot numbers could. */
enum { MOST_WORDS = 1000 };

void
dnn_csv_kinds_init (DnnCsvKinds *self, const DnnCsvColumns *columns,
                    const char *given)
{
  const uint32_t n = columns->counts[DNN_CSV_INPUT];

  *self = (DnnCsvKinds){ .n = n };
  self->kinds = g_strnfill (n, DNN_CSV_NUMBERS);
  if (given != NULL) {
    memcpy (self->kinds, given, MIN (strlen (given), n));
    self->exact = *given != '\0';
    return;
  }
  self->seen = g_new0 (DnnCsvSeen, n);
  for (uint32_t i = 0; i < n; i++) {
    self->seen[i].words =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    self->seen[i].least = INFINITY;
    self->seen[i].most = -INFINITY;
  }
}

void
dnn_csv_kinds_clear (DnnCsvKinds *self)
{
  for (uint32_t i = 0; self->seen != NULL && i < self->n; i++) {
    g_hash_table_unref (self->seen[i].words);
    g_free (self->seen[i].other);
  }
  g_clear_pointer (&self->seen, g_free);
  g_clear_pointer (&self->kinds, g_free);
}

char *
dnn_csv_cell_word (const DnnCsvCell *cell)
{
  return g_strdelimit (dnn_csv_cell_text (cell), "\r\n\t", ' ');
}

/* --- looking ------------------------------------------------------------- */

static void
add_number (DnnCsvSeen *self, double value, int64_t line)
{
  self->least = fmin (self->least, value);
  self->most = fmax (self->most, value);
  if (line == 0)
    return;
  if (self->n_numbers++ == 0) {
    self->number_line = line;
    self->counts = value == 0 || value == 1;
  } else {
    self->counts = self->counts && value == self->last + 1;
  }
  self->last = value;
}

static void
add_other (DnnCsvSeen *self, const DnnCsvCell *cell, int64_t line)
{
  const size_t n = cell->n;
  double value;

  if (dnn_csv_parse_yes (cell->text, n, &value)) {
    self->n_yes++;
  } else if (dnn_csv_parse_date (cell->text, n, &value)) {
    self->n_dates++;
    add_number (self, value, 0);
  } else {
    self->n_texts++;
    if (self->other == NULL) {
      self->other = dnn_csv_cell_text (cell);
      self->other_line = line;
    }
  }
}

static void
add_word (DnnCsvSeen *self, const DnnCsvCell *cell)
{
  if (self->too_many)
    return;
  g_hash_table_add (self->words, dnn_csv_cell_word (cell));
  self->too_many = g_hash_table_size (self->words) > MOST_WORDS;
}

void
dnn_csv_kinds_look (DnnCsvKinds *self, const DnnCsvColumns *columns,
                    DnnCsvReader *reader, const DnnCsvRecord *record)
{
  for (uint32_t i = 0; self->seen != NULL && i < columns->n; i++) {
    DnnCsvCell cell = g_array_index (record->cells, DnnCsvCell, i);
    DnnCsvSeen *seen = &self->seen[columns->places[i]];
    DnnCsvKind kind;
    double value = 0;

    if (columns->roles[i] != DNN_CSV_INPUT)
      continue;
    kind = dnn_csv_parse_cell (reader, &cell, &value);
    dnn_csv_cell_strip (&cell);
    if (kind == DNN_CSV_NUMBER)
      add_number (seen, value, record->line);
    else if (kind == DNN_CSV_TEXT)
      add_other (seen, &cell, record->line);
    if (kind != DNN_CSV_MISSING &&
        (kind == DNN_CSV_TEXT || columns->is_listed[i]))
      add_word (seen, &cell);
  }
}

/* --- deciding ------------------------------------------------------------ */

/* Digits, and marks that stand in amounts: a number written in a way that is
 * not read, which words would hide. */
static bool
is_numeric (const char *text)
{
  return strpbrk (text, "0123456789") != NULL &&
         text[strspn (text, "0123456789+-.,' $%/")] == '\0' &&
         strchr (text + 1, '-') == NULL;
}

static bool
fail_kind (const DnnCsvSeen *seen, const DnnCsvColumns *columns,
           uint32_t column, const char *what, GError **error)
{
  g_autofree char *name = dnn_csv_columns_key (columns, column);
  const char *fault = seen->n_dates > seen->n_texts
                          ? "no date"
                          : dnn_csv_fault_of (seen->other);

  return dnn_csv_columns_fail (
      columns, seen->other_line, column, error,
      "'%.40s' is %s%s; 'ignore_columns = %s' leaves the column out, "
      "'categories = %s' takes it for words",
      seen->other, fault, g_str_has_prefix (fault, "no ") ? what : "", name,
      name);
}

static bool
fail_words (const DnnCsvColumns *columns, uint32_t column, GError **error)
{
  g_autofree char *label = dnn_csv_columns_label (columns, column);
  g_autofree char *name = dnn_csv_columns_key (columns, column);

  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: %s has more than '%d' different words, too many for a "
               "number each; 'ignore_columns = %s' leaves it out",
               columns->name, label, MOST_WORDS, name);
  return false;
}

/* One column that is not in the list of categories. */
static bool
decide (const DnnCsvSeen *seen, const DnnCsvColumns *columns, uint32_t column,
        bool may_be_words, char *ret_kind, GError **error)
{
  g_autofree char *place = NULL;

  *ret_kind = DNN_CSV_NUMBERS;
  if (seen->n_texts == 0 && seen->n_dates == 0)
    return true;
  if (seen->n_texts == 0 && seen->n_numbers + seen->n_yes == 0) {
    *ret_kind = DNN_CSV_DATES;
    return true;
  }
  if (seen->n_texts == 0)
    return dnn_csv_columns_fail (columns, seen->number_line, column, error,
                                 "has a number, and other rows have dates, as "
                                 "'1970-01-01'; one column is one or the "
                                 "other");
  if (!may_be_words)
    return fail_kind (seen, columns, column, "", error);
  if (seen->n_dates > seen->n_texts)
    return fail_kind (seen, columns, column, ", and other rows have dates",
                      error);
  if (seen->n_numbers > 0) {
    place = g_strdup_printf (", and line %" G_GINT64_FORMAT " has one",
                             seen->number_line);
    return fail_kind (seen, columns, column, place, error);
  }
  if (is_numeric (seen->other))
    return fail_kind (seen, columns, column, " as it is written", error);
  *ret_kind = DNN_CSV_WORDS;
  return true;
}

/* True if float32 would blur what tells rows apart. */
static bool
needs_double (const DnnCsvSeen *seen)
{
  const double size = fmax (fabs (seen->least), fabs (seen->most));

  return seen->least < seen->most &&
         (size >= 0x1p24 || size > 256 * (seen->most - seen->least));
}

bool
dnn_csv_kinds_finish (DnnCsvKinds *self, const DnnCsvColumns *columns,
                      const char *categories, GError **error)
{
  const bool words = strcmp (categories, "auto") == 0;

  for (uint32_t i = 0; self->seen != NULL && i < columns->n; i++) {
    const uint32_t place = columns->places[i];
    const DnnCsvSeen *seen = &self->seen[place];
    char *kind = &self->kinds[place];

    if (columns->roles[i] != DNN_CSV_INPUT)
      continue;
    if (columns->is_listed[i])
      *kind = DNN_CSV_WORDS;
    else if (!decide (seen, columns, i, words, kind, error))
      return false;
    if (*kind == DNN_CSV_WORDS && seen->too_many)
      return fail_words (columns, i, error);
    self->exact = self->exact || *kind == DNN_CSV_WORDS || needs_double (seen);
  }
  return true;
}

char *
dnn_csv_kinds_unfit (const DnnCsvKinds *self, const DnnCsvColumns *columns,
                     uint32_t column, int64_t n_rows)
{
  const DnnCsvSeen *seen = &self->seen[columns->places[column]];
  const int64_t n = g_hash_table_size (seen->words);
  const int64_t n_values =
      seen->n_numbers + seen->n_yes + seen->n_dates + seen->n_texts;
  g_autoptr (GError) error = NULL;
  char kind;

  if (n_values == 0 && n_rows > 0)
    return g_strdup ("it is empty in every row");
  if (!decide (seen, columns, column, true, &kind, &error) &&
      2 * seen->n_texts < n_values)
    return NULL;
  if (error != NULL)
    return g_strdup_printf ("'%.40s' among numbers",
                            seen->other != NULL ? seen->other : "dates");
  if (kind == DNN_CSV_NUMBERS && seen->counts && seen->n_numbers == n_rows &&
      n_rows > 2)
    return g_strdup ("it numbers the rows");
  if (kind != DNN_CSV_WORDS || (n <= 50 && 2 * n <= n_rows) || n < 3)
    return NULL;
  if (!seen->too_many && n <= 50 && 2 * n > n_rows)
    return g_strdup ("nearly every row has a word of its own");
  return seen->too_many || 10 * n > n_rows
             ? g_strdup_printf ("it has '%s%" G_GINT64_FORMAT
                                "' different words",
                                seen->too_many ? "more than " : "",
                                seen->too_many ? (int64_t) MOST_WORDS : n)
             : NULL;
}

static int
compare_words (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
dnn_csv_kinds_words (const DnnCsvKinds *self, uint32_t place)
{
  g_autofree char **names = NULL;
  guint n;

  if (self->seen == NULL || self->kinds[place] != DNN_CSV_WORDS)
    return NULL;
  names =
      (char **) g_hash_table_get_keys_as_array (self->seen[place].words, &n);
  qsort (names, n, sizeof *names, compare_words);
  return g_strdupv (names);
}
