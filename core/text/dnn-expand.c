/* dnn-expand.c - writes blocks out as layers
 *
 * A scope is the inside of one use of a block, or the model.  Names are looked
 * for in their own scope only, and become the names of the model here.
 */
#include "dnn-expand.h"

#include "dnn-names.h"
#include "dnn-parse.h"

#include <string.h>

/* Bytes: values that hold values grow with every block they go through. */
enum { MOST_DEPTH = 16, MOST_BYTES = 8 << 20 };

/* The chain that is being written. */
typedef struct {
  const DnnBlocks *blocks;
  GPtrArray *specs; /* (owned) of DnnSpec */
  char *last;       /* (owned) what the next layer takes by itself */
  size_t bytes;
} Chain;

typedef struct Scope {
  Chain *chain;
  const struct Scope *outer; /* NULL: this is the model */
  const DnnBlock *block;     /* NULL likewise */
  const DnnSpec *use;        /* with the values of parameters */
  const char *outermost;     /* interned: the block that stands in the model */
  const char *block_use;     /* interned: what it is called there */
  char *prefix;              /* (owned) "residual_1/"; "": the model */
  char **given;              /* (owned) what `input` is */
  DnnNames *names;           /* (owned) */
  GHashTable *ends;          /* (owned) use of a block -> its last layer */
  char *last;                /* (owned) what the layer above is in the model */
  unsigned depth;
  bool trainable;
} Scope;

static void
scope_clear (Scope *self)
{
  g_hash_table_unref (self->ends);
  dnn_names_free (self->names);
  g_strfreev (self->given);
  g_free (self->prefix);
  g_free (self->last);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scope, scope_clear)

static void
scope_init (Scope *self)
{
  self->names = dnn_names_new ();
  self->ends = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
replace (char **text, const char *by)
{
  char *old = *text;

  *text = g_strdup (by);
  g_free (old);
}

/* --- values -------------------------------------------------------------- */

static bool
count_bytes (Chain *self, size_t n, GError **error)
{
  self->bytes += n;
  if (self->bytes <= MOST_BYTES)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "the model, written out, has more than %d bytes", MOST_BYTES);
  return false;
}

/* A layer of the block with the values of its parameters. */
static DnnSpec *
fill (Scope *self, const DnnSpec *layer, GError **error)
{
  g_autoptr (DnnSpec) filled =
      dnn_block_fill (self->block, self->use, layer, error);
  size_t n = 0;

  for (guint i = 0; filled != NULL && i < filled->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (filled->args, i);

    n += strlen (arg->key) + strlen (arg->value);
  }
  return filled != NULL && count_bytes (self->chain, n, error)
             ? g_steal_pointer (&filled)
             : NULL;
}

/* --- names --------------------------------------------------------------- */

/* "input" or "input:1" inside a block. */
static char *
resolve_given (const Scope *self, const char *text, const char *number,
               GError **error)
{
  const unsigned n = g_strv_length (self->given);
  guint64 i = 0;

  if (number != NULL &&
      !g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT, &i, NULL))
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "an input must be NAME or NAME:NUMBER, not '%s'", text);
  else if (i >= n)
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "block '%s' is given %u input%s here, so there is no '%s'",
                 self->block->name, n, n == 1 ? "" : "s", text);
  else
    return g_strdup (self->given[i]);
  return NULL;
}

/* The model's name of "NAME" or "NAME:NUMBER" of this scope; `own` asks. */
static char *
resolve (const Scope *self, const char *own, const char *text, GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *name =
      g_strndup (text, colon != NULL ? (gsize) (colon - text) : strlen (text));
  const char *end = g_hash_table_lookup (self->ends, name);

  if (strcmp (name, "input") == 0)
    return self->outer == NULL
               ? g_strdup (text)
               : resolve_given (self, text, colon != NULL ? colon + 1 : NULL,
                                error);
  if (end != NULL && (colon == NULL || strcmp (colon, ":0") == 0))
    return g_strdup (end);
  if (end != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "block '%s' has one output, so there is no '%s'", name, text);
    return NULL;
  }
  if (dnn_names_has (self->names, name) && strcmp (name, own) != 0)
    return g_strconcat (self->prefix, text, NULL);
  dnn_names_set_unknown (self->names, own, name, error);
  return NULL;
}

/* A list of such names.  Returns: (transfer full). */
static char **
resolve_list (const Scope *self, const char *own, const DnnArg *arg,
              GError **error)
{
  g_auto (GStrv) names = dnn_split_commas (arg->value);

  for (size_t i = 0; names[i] != NULL; i++) {
    char *name = resolve (self, own, names[i], error);

    if (name == NULL) {
      g_prefix_error (error, "%s%s: %s: ", self->prefix, own, arg->key);
      dnn_error_prefix_place (error, arg->place);
      return NULL;
    }
    g_free (names[i]);
    names[i] = name;
  }
  return g_steal_pointer (&names);
}

static char *
take_name (Scope *self, const DnnSpec *spec, GError **error)
{
  const DnnArg *arg = dnn_spec_find (spec, "name");

  if (arg == NULL)
    return dnn_names_number (self->names, dnn_names_stem (spec->name));
  if (dnn_names_take (self->names, arg->value, error))
    return g_strdup (arg->value);
  if (self->outer != NULL)
    g_prefix_error (error, "block '%s': ", self->block->name);
  dnn_error_prefix_place (error, arg->place);
  return NULL;
}

/* --- layers -------------------------------------------------------------- */

/* The layer's keys but its name, with names as the model has them. */
static bool
copy_args (const Scope *self, const char *own, const DnnSpec *from, DnnSpec *to,
           GError **error)
{
  for (guint i = 0; i < from->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (from->args, i);
    g_auto (GStrv) names = NULL;
    g_autofree char *value = NULL;

    if (strcmp (arg->key, "name") == 0 ||
        (!self->trainable && strcmp (arg->key, "trainable") == 0))
      continue;
    if (dnn_block_is_reference (arg->key)) {
      names = resolve_list (self, own, arg, error);
      if (names == NULL)
        return false;
      value = g_strjoinv (",", names);
    }
    dnn_spec_add (to, arg->key, value != NULL ? value : arg->value, arg->place);
  }
  if (!self->trainable)
    dnn_spec_add (to, "trainable", "false", self->use->place);
  if (dnn_spec_find (from, "input") == NULL &&
      strcmp (self->last, self->chain->last) != 0)
    dnn_spec_add (to, "input", self->last, from->place);
  return true;
}

static bool
check_room (Chain *self, const char *name, GError **error)
{
  const size_t n = strlen (name);

  if (n > DNN_NAME_MAX)
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "a layer's name with those of its blocks has more than %d "
                 "bytes; it begins with '%.40s'",
                 DNN_NAME_MAX, name);
  else if (self->specs->len >= DNN_LAYERS_MAX)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "with its blocks written out the model has more than %d "
                 "layers; the first that is too many is '%s'",
                 DNN_LAYERS_MAX, name);
  else
    return count_bytes (self, n, error);
  return false;
}

static bool
add_layer (Scope *self, const DnnSpec *spec, GError **error)
{
  g_autofree char *own = take_name (self, spec, error);
  g_autofree char *name =
      own != NULL ? g_strconcat (self->prefix, own, NULL) : NULL;
  g_autoptr (DnnSpec) layer = dnn_spec_new (spec->name, spec->place);

  if (name == NULL)
    return false;
  dnn_spec_add (layer, "name", name, spec->place);
  if (!check_room (self->chain, name, error) ||
      !copy_args (self, own, spec, layer, error)) {
    dnn_error_prefix_place (error, spec->place);
    return false;
  }
  layer->block = self->outer != NULL ? self->outermost : spec->block;
  layer->block_use = self->outer != NULL ? self->block_use : spec->block_use;
  g_ptr_array_add (self->chain->specs, g_steal_pointer (&layer));
  replace (&self->chain->last, name);
  replace (&self->last, name);
  return true;
}

/* --- blocks -------------------------------------------------------------- */

static bool
check_keys (const DnnBlock *block, const DnnSpec *use, GError **error)
{
  const GPtrArray *args = block->section->args;

  for (guint i = 0; i < use->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (use->args, i);
    g_autoptr (GString) list = NULL;
    g_autofree char *keys = NULL;

    if (g_strv_contains (dnn_block_keys (), arg->key) ||
        dnn_block_parameter (block, arg->key) != NULL)
      continue;
    list = g_string_new (NULL);
    for (guint j = 0; j < args->len; j++) {
      const char *key = ((DnnArg *) g_ptr_array_index (args, j))->key;

      if (dnn_block_parameter (block, key) != NULL)
        g_string_append_printf (list, "%s, ", key);
    }
    keys = g_strjoinv (", ", (char **) dnn_block_keys ());
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "%s: there is no parameter '%s'; the block takes %s%s",
                 use->name, arg->key, list->str, keys);
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  return true;
}

static bool
check_required (const DnnBlock *block, const DnnSpec *use, GError **error)
{
  const GPtrArray *args = block->section->args;

  for (guint i = 0; i < args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args, i);

    if (dnn_block_parameter (block, arg->key) == NULL ||
        !dnn_block_is_required (arg) || dnn_spec_find (use, arg->key) != NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s: parameter '%s' must be given, as in '%s %s=...'",
                 use->name, arg->key, use->name, arg->key);
    return false;
  }
  return true;
}

static bool
check_depth (const Scope *outer, const DnnBlock *block, GError **error)
{
  for (const Scope *s = outer; s->outer != NULL; s = s->outer)
    if (s->block == block) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "block '%s' is within itself, by '%s'; a block can use "
                   "others only",
                   block->name, outer->block->name);
      return false;
    }
  if (outer->depth < MOST_DEPTH)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "block '%s' is more than %d blocks deep", block->name,
               MOST_DEPTH);
  return false;
}

/* `repeat` and `trainable` of a use. */
static bool
read_keys (const DnnSpec *use, int64_t *ret_repeat, bool *ret_trainable,
           GError **error)
{
  const DnnArg *repeat = dnn_spec_find (use, "repeat");
  const DnnArg *trainable = dnn_spec_find (use, "trainable");
  const DnnArg *wrong = NULL;

  *ret_repeat = 1;
  *ret_trainable = true;
  if (repeat != NULL &&
      !dnn_parse_int (repeat->value, 1, DNN_LAYERS_MAX, ret_repeat, error))
    wrong = repeat;
  else if (trainable != NULL &&
           !dnn_parse_bool (trainable->value, ret_trainable, error))
    wrong = trainable;
  if (wrong == NULL)
    return true;
  g_prefix_error (error, "%s: %s ", use->name, wrong->key);
  dnn_error_prefix_place (error, wrong->place);
  return false;
}

/* The name of the use, or of its i-th repetition. */
static char *
take_use_name (Scope *outer, const DnnSpec *use, int64_t i, GError **error)
{
  const DnnArg *arg = dnn_spec_find (use, "name");
  const char *stem = arg != NULL ? arg->value : use->name;
  char *name = arg != NULL && i == 0 ? take_name (outer, use, error)
                                     : dnn_names_number (outer->names, stem);

  while (name != NULL && dnn_names_is_folder (outer->names, name)) {
    if (arg != NULL && i == 0) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                   "block '%s' cannot be named '%s': there are layers '%s/...' "
                   "above",
                   use->name, name, name);
      dnn_error_prefix_place (error, arg->place);
      g_clear_pointer (&name, g_free);
      break;
    }
    g_free (name);
    name = dnn_names_number (outer->names, stem);
  }
  return name;
}

/* The input of a use: its key `input`, or the layer above. */
static char **
find_given (const Scope *outer, const DnnSpec *use, const char *name, int64_t i,
            GError **error)
{
  const DnnArg *arg = dnn_spec_find (use, "input");
  const char *const above[] = { outer->last, NULL };

  if (arg == NULL || i > 0)
    return g_strdupv ((char **) above);
  return resolve_list (outer, name, arg, error);
}

static bool add_spec (Scope *self, const DnnSpec *spec, GError **error);

/* The layers of one repetition. */
static bool
add_once (Scope *outer, const DnnBlock *block, const DnnSpec *use, int64_t i,
          bool trainable, GError **error)
{
  g_autofree char *name = take_use_name (outer, use, i, error);
  g_auto (Scope) self = {
    .chain = outer->chain,
    .outer = outer,
    .block = block,
    .use = use,
    .depth = outer->depth + 1,
    .trainable = outer->trainable && trainable,
  };

  scope_init (&self);
  self.given = name != NULL ? find_given (outer, use, name, i, error) : NULL;
  if (self.given == NULL)
    return false;
  self.prefix = g_strconcat (outer->prefix, name, "/", NULL);
  self.outermost =
      outer->outer == NULL ? g_intern_string (block->name) : outer->outermost;
  self.block_use =
      outer->outer == NULL ? g_intern_string (name) : outer->block_use;
  self.last = g_strdup (self.given[0]);
  for (guint j = 0; j < block->chain->len; j++) {
    g_autoptr (DnnSpec) spec =
        fill (&self, g_ptr_array_index (block->chain, j), error);

    if (spec == NULL || !add_spec (&self, spec, error))
      return false;
  }
  replace (&outer->last, self.last);
  g_hash_table_insert (outer->ends, g_steal_pointer (&name),
                       g_steal_pointer (&self.last));
  return true;
}

static bool
add_use (Scope *outer, const DnnBlock *block, const DnnSpec *use,
         GError **error)
{
  int64_t repeat;
  bool trainable, ok;

  ok = check_depth (outer, block, error) && check_keys (block, use, error) &&
       check_required (block, use, error) &&
       read_keys (use, &repeat, &trainable, error);
  for (int64_t i = 0; ok && i < repeat; i++)
    ok = add_once (outer, block, use, i, trainable, error);
  if (!ok)
    dnn_error_prefix_place (error, use->place);
  return ok;
}

static bool
add_spec (Scope *self, const DnnSpec *spec, GError **error)
{
  const DnnBlock *block = dnn_blocks_find (self->chain->blocks, spec->name);

  return block != NULL ? add_use (self, block, spec, error)
                       : add_layer (self, spec, error);
}

GPtrArray *
dnn_expand (const DnnBlocks *blocks, const GPtrArray *specs, GError **error)
{
  g_autoptr (GPtrArray) written = dnn_spec_list_new ();
  Chain chain = { .blocks = blocks, .specs = written };
  g_auto (Scope) model = { .chain = &chain, .trainable = true };
  bool ok = true;

  scope_init (&model);
  model.prefix = g_strdup ("");
  model.last = g_strdup ("input");
  chain.last = g_strdup ("input");
  for (guint i = 0; ok && i < specs->len; i++)
    ok = add_spec (&model, g_ptr_array_index (specs, i), error);
  g_free (chain.last);
  return ok ? g_steal_pointer (&written) : NULL;
}
