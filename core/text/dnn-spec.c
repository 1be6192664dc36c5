/* dnn-spec.c - reads and writes names with parameters */
#include "dnn-spec.h"

#include "dnn-parse.h"

#include <string.h>

/* Far more than anybody writes; a file may hold any number. */
enum { MOST_ARGS = 1000, MOST_PIECES = 10000 };

static void
arg_free (gpointer data)
{
  DnnArg *arg = data;

  g_free (arg->key);
  g_free (arg->value);
  g_free (arg);
}

static void
spec_free (gpointer data)
{
  dnn_spec_free (data);
}

GPtrArray *
dnn_spec_list_new (void)
{
  return g_ptr_array_new_with_free_func (spec_free);
}

DnnSpec *
dnn_spec_new (const char *name, DnnPlace place)
{
  DnnSpec *self = g_new0 (DnnSpec, 1);

  self->name = g_strdup (name);
  self->args = g_ptr_array_new_with_free_func (arg_free);
  self->place = place;
  return self;
}

DnnSpec *
dnn_spec_copy (const DnnSpec *self)
{
  DnnSpec *copy = dnn_spec_new (self->name, self->place);

  copy->block = self->block;
  copy->block_use = self->block_use;
  for (guint i = 0; i < self->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (self->args, i);

    dnn_spec_add (copy, arg->key, arg->value, arg->place);
  }
  return copy;
}

void
dnn_spec_free (DnnSpec *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->args);
  g_free (self->name);
  g_free (self);
}

void
dnn_spec_add (DnnSpec *self, const char *key, const char *value, DnnPlace place)
{
  DnnArg *arg = g_new0 (DnnArg, 1);

  arg->key = g_strdup (key);
  arg->value = g_strdup (value);
  arg->place = place;
  g_ptr_array_add (self->args, arg);
}

const DnnArg *
dnn_spec_find (const DnnSpec *self, const char *key)
{
  for (guint i = self->args->len; i-- > 0;) {
    const DnnArg *arg = g_ptr_array_index (self->args, i);

    if (strcmp (arg->key, key) == 0)
      return arg;
  }
  return NULL;
}

void
dnn_spec_set (DnnSpec *self, const char *key, const char *value, DnnPlace place)
{
  for (guint i = 0; i < self->args->len; i++) {
    DnnArg *arg = g_ptr_array_index (self->args, i);

    if (strcmp (arg->key, key) != 0)
      continue;
    g_free (arg->value);
    arg->value = g_strdup (value);
    arg->place = place;
    return;
  }
  dnn_spec_add (self, key, value, place);
}

void
dnn_spec_remove (DnnSpec *self, const char *key)
{
  for (guint i = self->args->len; i-- > 0;)
    if (strcmp (((DnnArg *) g_ptr_array_index (self->args, i))->key, key) == 0)
      g_ptr_array_remove_index (self->args, i);
}

/* True if the message begins with that file as a place, not as a word. */
static bool
begins_with (const char *message, const char *file)
{
  return g_str_has_prefix (message, file) && message[strlen (file)] == ':';
}

void
dnn_error_prefix_place (GError **error, DnnPlace place)
{
  if (error == NULL || *error == NULL || place.file == NULL ||
      begins_with ((*error)->message, place.file))
    return;
  if (place.line > 0)
    g_prefix_error (error, "%s:%u: ", place.file, place.line);
  else
    g_prefix_error (error, "%s: ", place.file);
}

/* Without the quotes around the whole of it. */
static char *
unquote (const char *text)
{
  size_t n = strlen (text);

  if (n >= 2 && (text[0] == '\'' || text[0] == '"') && text[n - 1] == text[0])
    return g_strndup (text + 1, n - 2);
  return g_strdup (text);
}

/* The likely meaning of a word of a chain that is no key=value. */
static const char *
example_of (const char *word)
{
  if (strcmp (word, "|") == 0)
    return "; layers are parted by '!'";
  if (word[strspn (word, "0123456789")] == '\0')
    return ", as units=10";
  return ", as activation=tanh";
}

/* Adds "key=value".  In a list, a piece without "=" continues the one before,
 * and quotes are still there. */
static bool
add_pair (DnnSpec *self, const char *pair, bool in_list, DnnPlace place,
          GError **error)
{
  const char *equals = strchr (pair, '=');
  const char *nested = strpbrk (pair, "([");
  g_autofree char *key = NULL, *value = NULL, *plain = NULL;

  if (self->args->len == MOST_ARGS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: more than %d parameters are too many", self->name,
                 MOST_ARGS);
    return false;
  }
  if (equals == NULL || (nested != NULL && nested < equals)) {
    DnnArg *last = self->args->len > 0
                       ? g_ptr_array_index (self->args, self->args->len - 1)
                       : NULL;

    if (last == NULL || !in_list) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "%s: '%s' must be key=value%s", self->name, pair,
                   in_list ? "" : example_of (pair));
      return false;
    }
    value = g_strconcat (last->value, ",", pair, NULL);
    g_free (last->value);
    last->value = g_steal_pointer (&value);
    return true;
  }

  key = g_strstrip (g_strndup (pair, (gsize) (equals - pair)));
  value = g_strstrip (g_strdup (equals + 1));
  if (*key == '\0' || *value == '\0') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: '%s' must be key=value", self->name, pair);
    return false;
  }
  if (dnn_spec_find (self, key) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s: '%s' is given twice",
                 self->name, key);
    return false;
  }
  plain = in_list ? unquote (value) : g_strdup (value);
  dnn_spec_add (self, key, plain, place);
  return true;
}

/* True if text, which begins with "(", ends where that is closed. */
static bool
is_enclosed (const char *text)
{
  int depth = 0;
  char quote = '\0';

  for (; *text != '\0'; text++) {
    if (quote != '\0')
      quote = *text == quote ? '\0' : quote;
    else if (*text == '\'' || *text == '"')
      quote = *text;
    else if (*text == '(' || *text == '[')
      depth++;
    else if ((*text == ')' || *text == ']') && --depth == 0)
      return text[1] == '\0';
  }
  return false;
}

DnnSpec *
dnn_spec_parse (const char *text, DnnPlace place, GError **error)
{
  g_autofree char *clean = g_strstrip (g_strdup (text));
  g_autoptr (DnnSpec) self = NULL;
  g_auto (GStrv) pieces = NULL;
  size_t n_name = strcspn (clean, "( \t\n=!");
  size_t n = strlen (clean);
  g_autofree char *name = g_strndup (clean, n_name);

  if (n_name == 0 ||
      (clean[n_name] != '\0' && (clean[n_name] != '(' || clean[n - 1] != ')' ||
                                 !is_enclosed (clean + n_name)))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'%s' must be a name, or name(key=value, ...)", clean);
    return NULL;
  }
  self = dnn_spec_new (name, place);
  if (clean[n_name] == '\0')
    return g_steal_pointer (&self);

  clean[n - 1] = '\0';
  pieces = dnn_split_commas (clean + n_name + 1);
  if (g_strv_length (pieces) > MOST_PIECES) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: more than %d commas are too many", name, MOST_PIECES - 1);
    return NULL;
  }
  for (size_t i = 0; pieces[i] != NULL; i++) {
    if (*pieces[i] == '\0' && i == 0 && pieces[1] == NULL)
      break; /* name () */
    if (!add_pair (self, pieces[i], true, place, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

GPtrArray *
dnn_spec_parse_list (const char *text, DnnPlace place, GError **error)
{
  g_autoptr (GPtrArray) specs = dnn_spec_list_new ();
  g_auto (GStrv) pieces = dnn_split_commas (text);

  for (size_t i = 0; pieces[i] != NULL; i++) {
    DnnSpec *spec = dnn_spec_parse (pieces[i], place, error);

    if (spec == NULL)
      return NULL;
    g_ptr_array_add (specs, spec);
  }
  return g_steal_pointer (&specs);
}

/* One word of a chain, from `*p` on, and the line it starts on; NULL at the
 * end of the text.  Quotes around a part of a word are taken away. */
static char *
next_word (const char **p, DnnPlace *place, GError **error)
{
  g_autoptr (GString) word = g_string_new (NULL);
  int depth = 0;
  char quote = '\0';

  for (; g_ascii_isspace (**p); (*p)++)
    place->line += **p == '\n';
  if (**p == '\0')
    return NULL;

  for (; **p != '\0'; (*p)++) {
    char c = **p;

    if (quote == '\0' && depth == 0 && g_ascii_isspace (c))
      break;
    if (quote == '\0' && (c == '\'' || c == '"')) {
      quote = c;
      continue;
    }
    if (quote != '\0' && c == quote) {
      quote = '\0';
      continue;
    }
    if (quote == '\0')
      depth += (c == '(' || c == '[') - (c == ')' || c == ']');
    place->line += c == '\n';
    g_string_append_c (word, c);
  }
  if (quote != '\0' || depth != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "'%s': a %s is not closed",
                 word->str, quote != '\0' ? "quote" : "parenthesis");
    dnn_error_prefix_place (error, *place);
    return NULL;
  }
  return g_string_free (g_steal_pointer (&word), FALSE);
}

static bool
is_bang (const char *word)
{
  return strcmp (word, "!") == 0;
}

/* The name of an element: a word of its own, or name(key=value, ...). */
static bool
begin_element (GPtrArray *specs, const char *word, DnnPlace place,
               GError **error)
{
  DnnSpec *spec;

  if (is_bang (word)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "a layer must stand before and after every '!'");
    return false;
  }
  spec = dnn_spec_parse (word, place, error);
  if (spec == NULL)
    return false;
  g_ptr_array_add (specs, spec);
  return true;
}

/* The part of a chain that was read. */
typedef struct {
  GPtrArray *specs; /* of DnnSpec */
  bool expect_name;
  bool glued; /* a '!' that is in no quotes stands within a word of it */
} Chain;

static bool
is_glued (const char *word, const char *start, const char *end)
{
  const size_t n = (size_t) (end - start);

  return !is_bang (word) && strchr (word, '!') != NULL &&
         memchr (start, '\'', n) == NULL && memchr (start, '"', n) == NULL;
}

/* "units=8!dense": no parameter is a number that goes on with '!'. */
static bool
is_glued_number (const char *word)
{
  const char *value = strchr (word, '=');
  const size_t n = value != NULL ? strspn (value + 1, "0123456789.") : 0;

  return n > 0 && value[n + 1] == '!';
}

static bool
add_plain_word (Chain *self, const char *word, DnnPlace place, GError **error)
{
  const bool expect_name = self->expect_name;

  self->expect_name = !expect_name && is_bang (word);
  if (expect_name)
    return begin_element (self->specs, word, place, error);
  if (self->expect_name)
    return true;
  if (self->glued && is_glued_number (word)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "'%s' is no key=value",
                 word);
    return false;
  }
  return add_pair (g_ptr_array_index (self->specs, self->specs->len - 1), word,
                   false, place, error);
}

static bool
add_word (Chain *self, const char *word, DnnPlace place, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (add_plain_word (self, word, place, &local))
    return true;
  g_set_error (error, local->domain, local->code, "%s%s", local->message,
               self->glued ? "; '!' must stand alone between layers, as in "
                             "'units=8 ! dense'"
                           : "");
  dnn_error_prefix_place (error, place);
  return false;
}

GPtrArray *
dnn_spec_parse_chain (const char *text, DnnPlace place, GError **error)
{
  g_autoptr (GPtrArray) specs = dnn_spec_list_new ();
  Chain chain = { specs, .expect_name = true };
  const char *p = text;

  for (;;) {
    const char *start = p;
    GError *local = NULL;
    g_autofree char *word = next_word (&p, &place, &local);

    if (local != NULL) {
      g_propagate_error (error, local);
      return NULL;
    }
    if (word == NULL)
      break;
    chain.glued = chain.glued || is_glued (word, start, p);
    if (!add_word (&chain, word, place, error))
      return NULL;
  }
  if (chain.expect_name) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s",
                 specs->len == 0
                     ? "a model must have at least one layer"
                     : "a layer must stand before and after every '!'");
    dnn_error_prefix_place (error, place);
    return NULL;
  }
  return g_steal_pointer (&specs);
}

DnnSpec *
dnn_spec_parse_words (const char *name, const char *words, GError **error)
{
  g_autofree char *text =
      g_strconcat (name, " ", words != NULL ? words : "", NULL);
  g_autoptr (GPtrArray) chain =
      dnn_spec_parse_chain (text, (DnnPlace){ 0 }, error);

  return chain != NULL ? dnn_spec_copy (g_ptr_array_index (chain, 0)) : NULL;
}

/* True if a value reads back as it is, without quotes around it. */
static bool
is_plain (const char *value)
{
  g_autofree char *wrapped = g_strconcat ("(", value, ")", NULL);
  g_autofree char *stripped = g_strstrip (g_strdup (value));
  g_auto (GStrv) pieces = dnn_split_commas (value);

  return strcmp (stripped, value) == 0 && strpbrk (value, "'\"") == NULL &&
         is_enclosed (wrapped) && pieces[0] != NULL && *pieces[0] != '\0' &&
         pieces[1] == NULL;
}

char *
dnn_spec_to_string (const DnnSpec *self)
{
  g_autoptr (GString) text = g_string_new (self->name);

  for (guint i = 0; i < self->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (self->args, i);
    const char *quote = is_plain (arg->value)               ? ""
                        : strchr (arg->value, '\'') == NULL ? "'"
                                                            : "\"";

    g_string_append_printf (text, "%s%s=%s%s%s", i == 0 ? "(" : ", ", arg->key,
                            quote, arg->value, quote);
  }
  if (self->args->len > 0)
    g_string_append_c (text, ')');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
dnn_spec_name_use (const DnnSpec *self, bool with_keys)
{
  g_autoptr (GString) name = g_string_new (self->name);

  for (guint i = 0; i < self->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (self->args, i);

    if (with_keys)
      g_string_append_printf (name, "_%s", arg->key);
    g_string_append_printf (name, "_%s", arg->value);
  }
  g_strcanon (name->str, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-+", '_');
  return g_string_free (g_steal_pointer (&name), FALSE);
}
