/* dnn-blocks.c - reads [block NAME] and holds it to its parameters */
#include "dnn-blocks.h"

#include "dnn-names.h"
#include "dnn-suggest.h"
#include "dnn-template.h"

#include <string.h>

#define BLOCK  "block "
#define LAYERS "layers"

struct DnnBlocks {
  GPtrArray *list; /* (owned) of DnnBlock */
  GHashTable *by_name;
};

static const char *const use_keys[] = { "name", "input", "repeat", "trainable",
                                        NULL };
/* `type` is the key of [layer NAME] that names the block. */
static const char *const no_parameters[] = { "name",      "input", "repeat",
                                             "trainable", "type",  NULL };

const char *const *
dnn_block_keys (void)
{
  return use_keys;
}

const DnnArg *
dnn_block_parameter (const DnnBlock *self, const char *name)
{
  return strcmp (name, LAYERS) != 0 ? dnn_spec_find (self->section, name)
                                    : NULL;
}

bool
dnn_block_is_required (const DnnArg *parameter)
{
  return strcmp (parameter->value, "required") == 0;
}

static void
block_free (void *data)
{
  DnnBlock *self = data;

  g_clear_pointer (&self->chain, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnBlock, block_free)

void
dnn_blocks_free (DnnBlocks *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->list);
  g_free (self);
}

/* --- parameters ---------------------------------------------------------- */

/* While a chain is read: which parameters it has used. */
typedef struct {
  const DnnBlock *block;
  GHashTable *used;
} Use;

static const char *
note (const char *name, void *data, GError **error)
{
  Use *self = data;
  const DnnArg *parameter = dnn_block_parameter (self->block, name);
  const GPtrArray *args = self->block->section->args;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  if (parameter != NULL) {
    g_hash_table_add (self->used, parameter->key);
    return "";
  }
  for (guint i = 0; i < args->len; i++) {
    const char *key = ((DnnArg *) g_ptr_array_index (args, i))->key;

    if (strcmp (key, LAYERS) != 0)
      g_strv_builder_add (builder, key);
  }
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "block '%s' has no parameter '$%s'; %s", self->block->name, name,
               names[0] != NULL ? nearest
                                : "it is set by a line 'NAME = required'");
  return NULL;
}

static bool
note_text (Use *self, const char *text, DnnPlace place, GError **error)
{
  g_autofree char *filled = dnn_template_fill (text, note, self, error);

  if (filled == NULL)
    dnn_error_prefix_place (error, place);
  return filled != NULL;
}

static bool
note_layer (Use *self, const DnnSpec *spec, GError **error)
{
  if (!note_text (self, spec->name, spec->place, error))
    return false;
  for (guint i = 0; i < spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (spec->args, i);

    if (!note_text (self, arg->value, arg->place, error))
      return false;
  }
  return true;
}

static bool
set_bad_parameter (const DnnBlock *self, const DnnArg *arg, GError **error)
{
  if (g_strv_contains (no_parameters, arg->key) ||
      strchr (arg->key, '.') != NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "block '%s' cannot have a parameter '%s': it must be of a-z, "
                 "0-9 and '_', and not 'name', 'input', 'repeat', 'trainable' "
                 "or 'type'",
                 self->name, arg->key);
  else if (strchr (arg->value, '$') != NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "block '%s': the default of '%s' must be a value without "
                 "'$', not '%s'",
                 self->name, arg->key, arg->value);
  else
    return false;
  return true;
}

static bool
check_parameters (const DnnBlock *self, GError **error)
{
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  const GPtrArray *args = self->section->args;
  Use use = { self, used };

  for (guint i = 0; i < self->chain->len; i++)
    if (!note_layer (&use, g_ptr_array_index (self->chain, i), error))
      return false;
  for (guint i = 0; i < args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (args, i);

    if (strcmp (arg->key, LAYERS) == 0)
      continue;
    if (!set_bad_parameter (self, arg, error)) {
      if (g_hash_table_contains (used, arg->key))
        continue;
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "block '%s' does not use its parameter '%s'; its layers "
                   "must have '$%s'",
                   self->name, arg->key, arg->key);
    }
    dnn_error_prefix_place (error, arg->place);
    return false;
  }
  return true;
}

/* --- reading ------------------------------------------------------------- */

static bool
check_name (const char *name, GError **error)
{
  g_autoptr (DnnNames) names = dnn_names_new ();

  if (g_ascii_islower (*name) &&
      strspn (name, G_CSET_a_2_z G_CSET_DIGITS "_") == strlen (name) &&
      dnn_names_take (names, name, NULL))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "a block's name must be of a-z, 0-9 and '_', begin with a "
               "letter, and not be 'input', 'optimizer', 'checkpoint' or "
               "'target'; it is '%s'",
               name);
  return false;
}

static bool
read_block (DnnBlocks *self, const DnnSpec *section, GError **error)
{
  const DnnArg *layers = dnn_spec_find (section, LAYERS);
  g_autoptr (DnnBlock) block = g_new0 (DnnBlock, 1);

  block->name = section->name + strlen (BLOCK);
  block->section = section;
  if (!check_name (block->name, error))
    return false;
  if (layers == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[%s] layers must be given: the chain that its name stands "
                 "for",
                 section->name);
    return false;
  }
  block->chain = dnn_spec_parse_chain (layers->value, layers->place, error);
  if (block->chain == NULL || !check_parameters (block, error))
    return false;
  g_hash_table_insert (self->by_name, (char *) block->name, block);
  g_ptr_array_add (self->list, g_steal_pointer (&block));
  return true;
}

DnnBlocks *
dnn_blocks_parse (const DnnExperiment *experiment, GError **error)
{
  g_autoptr (DnnBlocks) self = g_new0 (DnnBlocks, 1);

  self->list = g_ptr_array_new_with_free_func (block_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const DnnSpec *section = dnn_experiment_section (experiment, i);

    if (!g_str_has_prefix (section->name, BLOCK))
      continue;
    if (!read_block (self, section, error)) {
      dnn_error_prefix_place (error, section->place);
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

/* --- looking ------------------------------------------------------------- */

size_t
dnn_blocks_count (const DnnBlocks *self)
{
  return self->list->len;
}

const DnnBlock *
dnn_blocks_at (const DnnBlocks *self, size_t i)
{
  return g_ptr_array_index (self->list, i);
}

const DnnBlock *
dnn_blocks_find (const DnnBlocks *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

char *
dnn_blocks_suggest (const DnnBlocks *self, const char *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  char *nearest;

  for (guint i = 0; i < self->list->len; i++)
    g_strv_builder_add (builder, dnn_blocks_at (self, i)->name);
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  if (!g_str_has_prefix (nearest, "did you mean"))
    *nearest = '\0';
  return nearest;
}

/* --- values -------------------------------------------------------------- */

typedef struct {
  const DnnBlock *block;
  const DnnSpec *use;
} Values;

static const char *
find_value (const char *name, void *data, GError **error)
{
  const Values *self = data;
  const DnnArg *given = dnn_spec_find (self->use, name);

  (void) error; /* the block was held to its parameters when it was read */
  return given != NULL ? given->value
                       : dnn_block_parameter (self->block, name)->value;
}

bool
dnn_block_is_reference (const char *key)
{
  return strcmp (key, "name") == 0 || strcmp (key, "input") == 0 ||
         strcmp (key, "weights") == 0;
}

/* A name is no number, even if it looks like one. */
static bool
fill_arg (Values *self, DnnSpec *to, const DnnArg *arg, GError **error)
{
  const bool is_number =
      strchr (arg->value, '$') != NULL && !dnn_block_is_reference (arg->key);
  g_autofree char *filled =
      dnn_template_fill (arg->value, find_value, self, error);
  g_autofree char *number = filled != NULL && is_number
                                ? dnn_template_work_out (filled, error)
                                : NULL;

  if (filled == NULL || (is_number && number == NULL))
    return false;
  if (dnn_spec_find (to, arg->key) != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s: '%s' is given twice",
                 to->name, arg->key);
    return false;
  }
  dnn_spec_add (to, arg->key, is_number ? number : filled, arg->place);
  return true;
}

/* The type; one that is a value may have parameters, "elu(alpha=0.5)". */
static DnnSpec *
fill_type (Values *self, const DnnSpec *layer, GError **error)
{
  g_autofree char *type = NULL;

  if (strchr (layer->name, '$') == NULL)
    return dnn_spec_new (layer->name, layer->place);
  type = dnn_template_fill (layer->name, find_value, self, error);
  return type != NULL ? dnn_spec_parse (type, layer->place, error) : NULL;
}

DnnSpec *
dnn_block_fill (const DnnBlock *self, const DnnSpec *use, const DnnSpec *layer,
                GError **error)
{
  Values values = { self, use };
  g_autoptr (DnnSpec) filled = fill_type (&values, layer, error);

  if (filled == NULL) {
    dnn_error_prefix_place (error, layer->place);
    return NULL;
  }
  for (guint i = 0; i < layer->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (layer->args, i);

    if (!fill_arg (&values, filled, arg, error)) {
      dnn_error_prefix_place (error, arg->place);
      return NULL;
    }
  }
  return g_steal_pointer (&filled);
}
