/* dnn-param.c - text to struct, by table */
#include "dnn-param.h"

#include "dnn-parse.h"
#include "dnn-suggest.h"

#include <string.h>

const DnnParam *
dnn_param_at (const DnnPlugin *plugin, uint32_t i)
{
  return (const DnnParam *) ((const char *) plugin->params +
                             (size_t) i * plugin->param_stride);
}

static bool
has_word (const char *words, const char *word)
{
  g_auto (GStrv) list = words != NULL ? g_strsplit (words, " ", -1) : NULL;

  return list != NULL && g_strv_contains ((const char *const *) list, word);
}

const DnnParam *
dnn_param_find (const DnnPlugin *plugin, const char *name)
{
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const DnnParam *param = dnn_param_at (plugin, i);

    if (strcmp (param->name, name) == 0 || has_word (param->aliases, name))
      return param;
  }
  return NULL;
}

/* --- members ------------------------------------------------------------- */

/* The bounds of an int parameter are given as doubles. */
static int64_t
bound (double value)
{
  if (value >= 9e18)
    return INT64_MAX;
  return value <= -9e18 ? INT64_MIN : (int64_t) value;
}

static bool
set_enum (const DnnParam *param, int32_t *member, const char *text,
          GError **error)
{
  g_auto (GStrv) nicks = g_strsplit (param->nicks, " ", -1);
  g_autofree char *names = g_strjoinv (", ", nicks);

  for (int32_t i = 0; nicks[i] != NULL; i++)
    if (strcmp (nicks[i], text) == 0) {
      *member = i;
      return true;
    }
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "must be one of %s, not '%s'",
               names, text);
  return false;
}

/* The pieces of "1,2", "[1,2]" or "(1,2)". */
static char **
split_list (const char *text)
{
  size_t n = strlen (text);

  if (n >= 2 && ((text[0] == '[' && text[n - 1] == ']') ||
                 (text[0] == '(' && text[n - 1] == ')'))) {
    g_autofree char *inner = g_strndup (text + 1, n - 2);

    return dnn_split_commas (inner);
  }
  return dnn_split_commas (text);
}

static bool
set_list (const DnnParam *param, void *member, const char *text, GError **error)
{
  g_auto (GStrv) pieces = split_list (text);
  guint n = g_strv_length (pieces);
  DnnInts ints = { 0 };
  DnnFloats floats = { 0 };

  if (n > DNN_MAX_LIST) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "must be at most %d numbers, not '%s'", DNN_MAX_LIST, text);
    return false;
  }
  if (n == 1 && *pieces[0] == '\0')
    n = 0;
  ints.n = floats.n = n;
  for (guint i = 0; i < n; i++)
    if (param->type == DNN_PARAM_INTS
            ? !dnn_parse_int (pieces[i], bound (param->min), bound (param->max),
                              &ints.at[i], error)
            : !dnn_parse_float (pieces[i], param->min, param->max,
                                &floats.at[i], error))
      return false;
  if (param->type == DNN_PARAM_INTS)
    memcpy (member, &ints, sizeof ints);
  else
    memcpy (member, &floats, sizeof floats);
  return true;
}

static bool
set_member (const DnnParam *param, void *member, const char *text,
            GError **error)
{
  switch (param->type) {
  case DNN_PARAM_BOOL:
    return dnn_parse_bool (text, member, error);
  case DNN_PARAM_INT:
    return dnn_parse_int (text, bound (param->min), bound (param->max), member,
                          error);
  case DNN_PARAM_FLOAT:
    return dnn_parse_float (text, param->min, param->max, member, error);
  case DNN_PARAM_ENUM:
    return set_enum (param, member, text, error);
  case DNN_PARAM_TEXT:
    *(const char **) member = g_intern_string (text);
    return true;
  default:
    return set_list (param, member, text, error);
  }
}

bool
dnn_param_set (const DnnParam *param, void *self, const char *text,
               GError **error)
{
  if (set_member (param, (char *) self + param->offset, text, error))
    return true;
  g_prefix_error (error, "%s ", param->name);
  return false;
}

void
dnn_param_set_number (const DnnParam *param, void *self, double value)
{
  g_return_if_fail (param->type == DNN_PARAM_FLOAT);
  memcpy ((char *) self + param->offset, &value, sizeof value);
}

double
dnn_param_get_number (const DnnParam *param, const void *self)
{
  const char *member = (const char *) self + param->offset;
  double value;
  int64_t whole;

  switch (param->type) {
  case DNN_PARAM_BOOL:
    return *(const bool *) member;
  case DNN_PARAM_INT:
    memcpy (&whole, member, sizeof whole);
    return (double) whole;
  default:
    g_return_val_if_fail (param->type == DNN_PARAM_FLOAT, 0);
    memcpy (&value, member, sizeof value);
    return value;
  }
}

bool
dnn_param_set_defaults (const DnnPlugin *plugin, void *self, GError **error)
{
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const DnnParam *param = dnn_param_at (plugin, i);

    if (param->initial != NULL &&
        !dnn_param_set (param, self, param->initial, error)) {
      g_prefix_error (error, "default of ");
      return false;
    }
  }
  return true;
}

void
dnn_param_set_unknown (const DnnPlugin *table, const char *what,
                       const char *const *others, const char *key,
                       GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *last = strrchr (key, '_');
  g_autofree char *stem =
      g_strndup (key, last != NULL ? (gsize) (last - key) : strlen (key));
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  for (uint32_t i = 0; i < table->n_params; i++)
    g_strv_builder_add (builder, dnn_param_at (table, i)->name);
  for (size_t i = 0; others != NULL && others[i] != NULL; i++) {
    /* "*_initializer" stands for kernel_initializer, where kernel_ is there. */
    bool open = others[i][0] == '*';
    g_autofree char *name =
        g_strconcat (open ? stem : "", others[i] + (open ? 1 : 0), NULL);

    if (!open || last != NULL)
      g_strv_builder_add (builder, name);
  }
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (key, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no %s '%s'%s%s",
               what, key, *nearest != '\0' ? "; " : "", nearest);
}

static bool
matches_any (const char *const *patterns, const char *key)
{
  for (size_t i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (g_pattern_match_simple (patterns[i], key))
      return true;
  return false;
}

bool
dnn_param_apply (const DnnPlugin *table, const DnnSpec *spec,
                 const char *const *others, void *self, GError **error)
{
  if (!dnn_param_set_defaults (table, self, error))
    return false;
  for (guint i = 0; spec != NULL && i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);
    const DnnParam *param = dnn_param_find (table, arg->key);

    if (param == NULL && matches_any (others, arg->key))
      continue;
    if (param == NULL)
      dnn_param_set_unknown (table, "key", others, arg->key, error);
    if (param == NULL || !dnn_param_set (param, self, arg->value, error)) {
      g_prefix_error (error, "[%s] ", spec->name);
      dnn_error_prefix_place (error, arg->place);
      return false;
    }
  }
  return true;
}

/* --- the table itself ---------------------------------------------------- */

static uint32_t
size_of_type (uint32_t type)
{
  static const uint32_t sizes[] = {
    [DNN_PARAM_BOOL] = sizeof (bool),
    [DNN_PARAM_INT] = 8,
    [DNN_PARAM_FLOAT] = 8,
    [DNN_PARAM_ENUM] = 4,
    [DNN_PARAM_TEXT] = sizeof (char *),
    [DNN_PARAM_INTS] = sizeof (DnnInts),
    [DNN_PARAM_FLOATS] = sizeof (DnnFloats),
  };

  return type < G_N_ELEMENTS (sizes) ? sizes[type] : 0;
}

/* True if a row above answers to the name or to an alias of this one. */
static bool
is_taken (const DnnPlugin *plugin, const DnnParam *param, uint32_t row)
{
  g_auto (GStrv) aliases =
      g_strsplit (param->aliases != NULL ? param->aliases : "", " ", -1);

  for (uint32_t i = 0; i < row; i++) {
    const DnnParam *other = dnn_param_at (plugin, i);

    if (strcmp (other->name, param->name) == 0 ||
        has_word (other->aliases, param->name))
      return true;
    for (size_t j = 0; aliases[j] != NULL; j++)
      if (strcmp (other->name, aliases[j]) == 0 ||
          has_word (other->aliases, aliases[j]))
        return true;
  }
  return false;
}

static bool
is_text (const char *text)
{
  return text != NULL && g_utf8_validate (text, -1, NULL);
}

static bool
is_text_or_null (const char *text)
{
  return text == NULL || is_text (text);
}

/* The fault of a row, or NULL. */
static const char *
find_fault (const DnnPlugin *plugin, const DnnParam *param, uint32_t row)
{
  if (param->name == NULL || *param->name == '\0' ||
      strspn (param->name, "abcdefghijklmnopqrstuvwxyz0123456789_") !=
          strlen (param->name))
    return "has a name that is no name (a-z, 0-9, _)";
  if (is_taken (plugin, param, row))
    return "stands twice in the table, by its name or an alias";
  if (size_of_type (param->type) == 0)
    return "has a type this version does not know";
  if (param->size != size_of_type (param->type))
    return "has a member of another size than its type";
  if (param->offset > plugin->self_size ||
      param->size > plugin->self_size - param->offset)
    return "lies outside the plugin's struct";
  if (param->offset % MIN (param->size, 8) != 0)
    return "lies where no member of its type can lie";
  if (!is_text (param->help) || !is_text (param->unit))
    return "has no help or no unit, or not in UTF-8";
  if (!is_text_or_null (param->aliases) || !is_text_or_null (param->nicks) ||
      !is_text_or_null (param->initial))
    return "has aliases, nicks or a default that is not UTF-8";
  if (!(param->min <= param->max)) /* nor is either NaN */
    return "has a minimum above its maximum";
  if (param->type == DNN_PARAM_ENUM &&
      (param->nicks == NULL || *param->nicks == '\0'))
    return "has no nicks";
  if ((param->initial == NULL) != ((param->flags & DNN_REQUIRED) != 0))
    return "must have either a default or DNN_REQUIRED";
  if ((param->flags & DNN_SCHEDULABLE) != 0 && param->type != DNN_PARAM_FLOAT)
    return "is schedulable, but no float";
  return NULL;
}

bool
dnn_param_check_table (const DnnPlugin *plugin, GError **error)
{
  g_autofree void *self = g_malloc0 ((size_t) plugin->self_size + 1);

  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const DnnParam *param = dnn_param_at (plugin, i);
    const char *fault = find_fault (plugin, param, i);

    if (fault != NULL) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "parameter %u ('%s') %s",
                   i, is_text (param->name) ? param->name : "", fault);
      return false;
    }
  }
  if (!dnn_param_set_defaults (plugin, self, error)) {
    if (error != NULL)
      (*error)->code = DNN_ERROR_PLUGIN;
    return false;
  }
  return true;
}
