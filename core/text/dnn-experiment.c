/* dnn-experiment.c - reads and writes experiment files */
#include "dnn-experiment.h"

#include "dnn-file-names.h"
#include "dnn-file.h"
#include "dnn-suggest.h"

#include <string.h>

enum { MOST_BYTES = 1 << 20, MOST_LINES = 10000 };

struct DnnExperiment {
  const char *name;    /* interned */
  GPtrArray *sections; /* (owned) of DnnSpec */
};

static void
section_free (gpointer data)
{
  dnn_spec_free (data);
}

DnnExperiment *
dnn_experiment_new (void)
{
  DnnExperiment *self = g_new0 (DnnExperiment, 1);

  self->sections = g_ptr_array_new_with_free_func (section_free);
  return self;
}

DnnExperiment *
dnn_experiment_copy (const DnnExperiment *self)
{
  DnnExperiment *copy = dnn_experiment_new ();

  copy->name = self->name;
  for (guint i = 0; i < self->sections->len; i++)
    g_ptr_array_add (copy->sections,
                     dnn_spec_copy (dnn_experiment_section (self, i)));
  return copy;
}

void
dnn_experiment_free (DnnExperiment *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sections);
  g_free (self);
}

/* --- looking ------------------------------------------------------------- */

size_t
dnn_experiment_n_sections (const DnnExperiment *self)
{
  return self->sections->len;
}

const DnnSpec *
dnn_experiment_section (const DnnExperiment *self, size_t i)
{
  return g_ptr_array_index (self->sections, i);
}

static DnnSpec *
find_section (const DnnExperiment *self, const char *name)
{
  for (guint i = 0; i < self->sections->len; i++) {
    DnnSpec *section = g_ptr_array_index (self->sections, i);

    if (strcmp (section->name, name) == 0)
      return section;
  }
  return NULL;
}

const DnnSpec *
dnn_experiment_find (const DnnExperiment *self, const char *name)
{
  return find_section (self, name);
}

bool
dnn_experiment_has_phases (const DnnExperiment *self)
{
  for (size_t i = 0; i < dnn_experiment_n_sections (self); i++)
    if (g_str_has_prefix (dnn_experiment_section (self, i)->name, "phase "))
      return true;
  return false;
}

const char *
dnn_experiment_get (const DnnExperiment *self, const char *section,
                    const char *key)
{
  const DnnSpec *found = find_section (self, section);
  const DnnArg *arg = found != NULL ? dnn_spec_find (found, key) : NULL;

  return arg != NULL ? arg->value : NULL;
}

/* --- reading ------------------------------------------------------------- */

/* Sections that there are; those with a star take a name. */
static const char *const section_names[] = { "data",      "model", "train",
                                             "optimizer", "layer", "phase",
                                             "block",     NULL };

bool
dnn_experiment_check_section (const char *name, GError **error)
{
  g_auto (GStrv) words = g_strsplit (name, " ", 2);
  bool named = words[0] != NULL && (strcmp (words[0], "layer") == 0 ||
                                    strcmp (words[0], "phase") == 0 ||
                                    strcmp (words[0], "block") == 0);
  g_autofree char *nearest = NULL;

  if (words[0] != NULL && g_strv_contains (section_names, words[0])) {
    if (named == (words[1] != NULL && *words[1] != '\0'))
      return true;
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 named ? "section '%s' must have a name, as in [layer dense]"
                       : "section '%s' takes no name",
                 words[0]);
    return false;
  }
  nearest = dnn_suggest (words[0] != NULL ? words[0] : "", section_names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no section '%s'; %s",
               name, nearest);
  return false;
}

typedef struct {
  DnnExperiment *experiment;
  DnnSpec *section; /* the one being read; NULL before the first */
  DnnPlace place;
} Reader;

/* Cuts a comment and the blanks at the end. */
static void
strip_comment (char *line)
{
  for (char *p = line; *p != '\0'; p++)
    if (*p == '#' && (p == line || g_ascii_isspace (p[-1]))) {
      *p = '\0';
      break;
    }
  g_strchomp (line);
}

static bool
read_header (Reader *self, char *line, GError **error)
{
  size_t n = strlen (line);
  g_autofree char *name = NULL;

  if (line[n - 1] != ']') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "a section must be [name], not '%s'", line);
    return false;
  }
  name = g_strstrip (g_strndup (line + 1, n - 2));
  if (!dnn_experiment_check_section (name, error))
    return false;
  if (find_section (self->experiment, name) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "section '%s' stands twice; its first is at line %u", name,
                 find_section (self->experiment, name)->place.line);
    return false;
  }
  self->section = dnn_spec_new (name, self->place);
  g_ptr_array_add (self->experiment->sections, self->section);
  return true;
}

static bool
is_key (const char *key)
{
  return *key != '\0' &&
         strspn (key, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen (key);
}

static bool
read_key (Reader *self, char *line, GError **error)
{
  char *equals = strchr (line, '=');
  g_autofree char *key = NULL, *value = NULL;
  const DnnArg *old;

  if (*line == '!') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%.40s' must be indented: it goes on with the layers above",
                 line);
    return false;
  }
  if (self->section == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' stands before the first [section]", line);
    return false;
  }
  if (equals == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "'%s' must be key = value",
                 line);
    return false;
  }
  key = g_strstrip (g_strndup (line, (gsize) (equals - line)));
  value = g_strstrip (g_strdup (equals + 1));
  if (!is_key (key)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "'%s' is no key; a key is of a-z, 0-9 and '_'", key);
    return false;
  }
  old = dnn_spec_find (self->section, key);
  if (old != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "'%s' is set twice; first at line %u", key, old->place.line);
    return false;
  }
  if (*value == '#') {
    /* written to a file, with a blank before it, it would be a comment */
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: a value cannot begin with '#', as '%s' does: there a "
                 "comment begins",
                 key, value);
    return false;
  }
  dnn_spec_add (self->section, key, value, self->place);
  return true;
}

/* An indented line goes on with the value above, on a line of its own, so that
 * places inside the value can be told. */
static bool
read_continuation (Reader *self, const char *line, GError **error)
{
  DnnArg *last = self->section != NULL && self->section->args->len > 0
                     ? g_ptr_array_index (self->section->args,
                                          self->section->args->len - 1)
                     : NULL;
  g_autoptr (GString) value = NULL;
  unsigned lines = 0;

  if (last == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "an indented line continues a value, and there is none above "
                 "'%s'",
                 line);
    return false;
  }
  value = g_string_new (last->value);
  for (const char *p = last->value; *p != '\0'; p++)
    lines += *p == '\n';
  for (; last->place.line + lines < self->place.line; lines++)
    g_string_append_c (value, '\n');
  g_string_append (value, line);
  g_free (last->value);
  last->value = g_string_free (g_steal_pointer (&value), FALSE);
  return true;
}

static bool
read_line (Reader *self, char *line, GError **error)
{
  bool indented = g_ascii_isspace (*line);

  strip_comment (line);
  g_strchug (line);
  if (*line == '\0')
    return true;
  if (indented)
    return read_continuation (self, line, error);
  if (*line == '[')
    return read_header (self, line, error);
  return read_key (self, line, error);
}

/* Keys and sections are looked for one after the other, so that what is no
 * experiment at all must not take its time. */
static bool
check_size (const char *text, GError **error)
{
  const size_t n = strlen (text);
  size_t lines = 1;

  for (const char *p = text; n <= MOST_BYTES && *p != '\0'; p++)
    lines += *p == '\n';
  if (n <= MOST_BYTES && lines <= MOST_LINES)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "this is no experiment file: it has more than %d bytes or %d "
               "lines",
               MOST_BYTES, MOST_LINES);
  return false;
}

DnnExperiment *
dnn_experiment_parse (const char *name, const char *text, GError **error)
{
  g_autoptr (DnnExperiment) self = dnn_experiment_new ();
  g_auto (GStrv) lines = NULL;
  Reader reader = { .experiment = self };

  self->name = name != NULL ? g_intern_string (name) : NULL;
  reader.place.file = self->name;
  if (!check_size (text, error)) {
    dnn_error_prefix_place (error, reader.place);
    return NULL;
  }
  /* a byte order mark, as some editors write it */
  lines = g_strsplit (g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text,
                      "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++) {
    reader.place.line = (unsigned) i + 1;
    if (!g_utf8_validate (lines[i], -1, NULL)) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "the text is not UTF-8");
      dnn_error_prefix_place (error, reader.place);
      return NULL;
    }
    if (!read_line (&reader, lines[i], error)) {
      dnn_error_prefix_place (error, reader.place);
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

DnnExperiment *
dnn_experiment_load (const char *path, GError **error)
{
  g_autofree char *text =
      dnn_file_check_name (path, error)
          ? dnn_file_read_text (path, "experiment file", error)
          : NULL;

  return text != NULL ? dnn_experiment_parse (path, text, error) : NULL;
}

/* --- changing ------------------------------------------------------------ */

void
dnn_experiment_set_at (DnnExperiment *self, const char *section,
                       const char *key, const char *value, DnnPlace place)
{
  DnnSpec *found = find_section (self, section);

  if (found == NULL) {
    found = dnn_spec_new (section, (DnnPlace){ 0 });
    g_ptr_array_add (self->sections, found);
  }
  dnn_spec_set (found, key, value, place);
}

void
dnn_experiment_set (DnnExperiment *self, const char *section, const char *key,
                    const char *value)
{
  dnn_experiment_set_at (self, section, key, value, (DnnPlace){ 0 });
}

void
dnn_experiment_insert (DnnExperiment *self, const DnnSpec *section,
                       const char *after)
{
  guint at = self->sections->len;

  for (guint i = 0; after != NULL && i < self->sections->len; i++)
    if (strcmp (dnn_experiment_section (self, i)->name, after) == 0)
      at = i + 1;
  g_ptr_array_insert (self->sections, (gint) at, dnn_spec_copy (section));
}

void
dnn_experiment_replace (DnnExperiment *self, const DnnSpec *section)
{
  for (guint i = 0; i < self->sections->len; i++) {
    DnnSpec **at = (DnnSpec **) &g_ptr_array_index (self->sections, i);

    if (strcmp ((*at)->name, section->name) != 0)
      continue;
    dnn_spec_free (*at);
    *at = dnn_spec_copy (section);
    return;
  }
}

void
dnn_experiment_unset (DnnExperiment *self, const char *section, const char *key)
{
  DnnSpec *found = find_section (self, section);

  if (found != NULL)
    dnn_spec_remove (found, key);
}

/* True if the value, written to a file, would be cut when it is read. */
static bool
has_comment (const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    if (*p == '#' && (p == value || g_ascii_isspace (p[-1])))
      return true;
  return false;
}

bool
dnn_parse_assignment (const char *text, char **ret_key, char **ret_value,
                      GError **error)
{
  const char *equals = strchr (text, '=');
  g_autofree char *key = NULL, *value = NULL;

  if (equals == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE, "'%s' must be KEY=VALUE",
                 text);
    return false;
  }
  key = g_strstrip (g_strndup (text, (gsize) (equals - text)));
  value = g_strstrip (g_strdup (equals + 1));
  if (!is_key (key)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' is no key; a key is of a-z, 0-9 and '_'", key);
    return false;
  }
  if (has_comment (value)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "a value cannot hold a '#' at a word's start, as '%s' does: "
                 "there a comment begins",
                 value);
    return false;
  }
  *ret_key = g_steal_pointer (&key);
  *ret_value = g_steal_pointer (&value);
  return true;
}

void
dnn_experiment_remove (DnnExperiment *self, const char *section)
{
  DnnSpec *found = find_section (self, section);

  if (found != NULL)
    g_ptr_array_remove (self->sections, found);
}

char *
dnn_experiment_to_string (const DnnExperiment *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->sections->len; i++) {
    const DnnSpec *section = dnn_experiment_section (self, i);

    g_string_append_printf (text, "%s[%s]\n", i > 0 ? "\n" : "", section->name);
    for (guint j = 0; j < section->args->len; j++) {
      const DnnArg *arg = g_ptr_array_index (section->args, j);
      g_auto (GStrv) lines = g_strsplit (arg->value, "\n", -1);
      g_autofree char *value = g_strjoinv ("\n    ", lines);

      g_string_append_printf (text, "%s = %s\n", arg->key, value);
    }
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
