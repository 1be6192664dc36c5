/* dnn-foreign-map.c - from a node's name, by rows, to a plugin that fits */
#include "dnn-foreign-map.h"

#include "dnn-layer.h"

#include <string.h>

typedef struct {
  const DnnPlugin *plugin;
  DnnForeignRow *row; /* (owned) */
} Entry;

struct DnnForeignMap {
  DnnRegistry *registry; /* (owned) */
  const char *system;
  GHashTable *by_name; /* (owned) GPtrArray of Entry, borrowed, by name */
  GPtrArray *entries;  /* (owned) */
};

/* --- the table ------------------------------------------------------------ */

static void
entry_free (gpointer data)
{
  Entry *self = data;

  dnn_foreign_row_free (self->row);
  g_free (self);
}

static void
add_entry (DnnForeignMap *self, Entry *entry)
{
  g_ptr_array_add (self->entries, entry);
  for (char **name = entry->row->names; *name != NULL; name++) {
    GPtrArray *list = g_hash_table_lookup (self->by_name, *name);

    if (list == NULL) {
      list = g_ptr_array_new ();
      g_hash_table_insert (self->by_name, g_strdup (*name), list);
    }
    g_ptr_array_add (list, entry);
  }
}

static void
add_plugin (DnnForeignMap *self, const DnnPlugin *plugin)
{
  for (uint32_t i = 0; i < dnn_foreign_n_rows (plugin); i++) {
    const DnnForeign *text = dnn_foreign_at (plugin, i);
    DnnForeignRow *row = strcmp (text->system, self->system) == 0
                             ? dnn_foreign_row_parse (text, NULL)
                             : NULL;
    Entry *entry;

    if (row == NULL)
      continue;
    entry = g_new0 (Entry, 1);
    entry->plugin = plugin;
    entry->row = row;
    add_entry (self, entry);
  }
}

DnnForeignMap *
dnn_foreign_map_new (DnnRegistry *registry, const char *system)
{
  static const DnnKind kinds[] = { DNN_KIND_LAYER, DNN_KIND_ACTIVATION };
  DnnForeignMap *self = g_new0 (DnnForeignMap, 1);

  self->registry = dnn_registry_ref (registry);
  self->system = system;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_ptr_array_unref);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_auto (GStrv) names = dnn_registry_names (registry, kinds[i]);

    for (char **name = names; *name != NULL; name++) {
      const DnnPlugin *plugin =
          dnn_registry_find (registry, kinds[i], *name, NULL);

      if (plugin != NULL)
        add_plugin (self, plugin);
    }
  }
  return self;
}

void
dnn_foreign_map_free (DnnForeignMap *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->entries);
  dnn_registry_unref (self->registry);
  g_free (self);
}

bool
dnn_foreign_map_has (const DnnForeignMap *self, const char *name)
{
  return g_hash_table_contains (self->by_name, name);
}

bool
dnn_foreign_map_is_activation (const DnnForeignMap *self, const char *name)
{
  const GPtrArray *list = g_hash_table_lookup (self->by_name, name);

  for (guint i = 0; list != NULL && i < list->len; i++)
    if (((Entry *) g_ptr_array_index (list, i))->plugin->kind !=
        DNN_KIND_ACTIVATION)
      return false;
  return list != NULL;
}

/* Without underscores, in small letters. */
static char *
simplify (const char *name)
{
  g_autofree char *small = g_ascii_strdown (name, -1);
  g_auto (GStrv) parts = g_strsplit (small, "_", -1);

  return g_strjoinv ("", parts);
}

const char *
dnn_foreign_map_like (const DnnForeignMap *self, const char *name)
{
  g_autofree char *simple = simplify (name);

  for (int exact = 1; exact >= 0; exact--)
    for (guint i = 0; i < self->entries->len; i++) {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      for (char **other = entry->row->names; *other != NULL; other++) {
        g_autofree char *text = exact == 1 ? NULL : simplify (*other);

        if (strcmp (exact == 1 ? name : simple, exact == 1 ? *other : text) ==
            0)
          return *other;
      }
    }
  return NULL;
}

/* The activation that has that name there; NULL: there is none. */
static const char *
find_activation (const DnnForeignMap *self, const char *name)
{
  const char *like = name != NULL ? dnn_foreign_map_like (self, name) : NULL;
  const GPtrArray *list =
      like != NULL ? g_hash_table_lookup (self->by_name, like) : NULL;

  for (guint i = 0; list != NULL && i < list->len; i++) {
    const Entry *entry = g_ptr_array_index (list, i);

    if (entry->plugin->kind == DNN_KIND_ACTIVATION)
      return entry->plugin->name;
  }
  return NULL;
}

/* --- nodes ---------------------------------------------------------------- */

DnnForeignNode *
dnn_foreign_node_new (const char *op)
{
  DnnForeignNode *self = g_new0 (DnnForeignNode, 1);

  self->op = op;
  self->attributes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->must = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
dnn_foreign_node_free (DnnForeignNode *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->attributes);
  g_hash_table_unref (self->tensors);
  g_ptr_array_unref (self->must);
  g_free (self);
}

void
dnn_foreign_node_set (DnnForeignNode *self, const char *name, char *text,
                      bool must)
{
  g_hash_table_insert (self->attributes, g_strdup (name), text);
  if (must)
    g_ptr_array_add (self->must, g_strdup (name));
}

/* --- parameters ----------------------------------------------------------- */

/* Returns: (transfer full): NULL where the node does not say. */
static char *
rest_of_one (const char *text)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (text == NULL)
    return NULL;
  g_ascii_formatd (digits, sizeof digits, "%.9g",
                   1 - g_ascii_strtod (text, NULL));
  return g_strdup (digits);
}

/* The text of an experiment; NULL: the plugin's default holds. */
static char *
param_text (const DnnForeignMap *self, const DnnForeignNode *node,
            const DnnForeignParam *param)
{
  const char *text = g_hash_table_lookup (node->attributes, param->theirs);
  const char *plugin;
  const DnnNamedTensor *tensor =
      g_hash_table_lookup (node->tensors, param->theirs);

  switch (param->source) {
  case DNN_FOREIGN_SIZE:
    return tensor != NULL && param->axis < tensor->shape.n_dims
               ? g_strdup_printf ("%" G_GINT64_FORMAT,
                                  tensor->shape.dims[param->axis])
               : NULL;
  case DNN_FOREIGN_PRESENT:
    return g_strdup (tensor != NULL ? "true" : "false");
  case DNN_FOREIGN_REST:
    return rest_of_one (g_hash_table_lookup (node->attributes, param->theirs));
  case DNN_FOREIGN_CONSTANT:
    return g_strdup (param->theirs);
  case DNN_FOREIGN_PLUGIN:
    plugin = find_activation (self, text);
    return g_strdup (plugin != NULL ? plugin : text);
  case DNN_FOREIGN_ATTRIBUTE:
    break;
  }
  return g_strdup (text);
}

static bool
row_reads (const DnnForeignRow *row, const char *attribute)
{
  for (guint i = 0; i < row->params->len; i++) {
    const DnnForeignParam *param = g_ptr_array_index (row->params, i);

    if ((param->source == DNN_FOREIGN_ATTRIBUTE ||
         param->source == DNN_FOREIGN_PLUGIN ||
         param->source == DNN_FOREIGN_REST) &&
        strcmp (param->theirs, attribute) == 0)
      return true;
  }
  return false;
}

/* --- weights -------------------------------------------------------------- */

static bool
is_split_by_columns (const DnnForeignWeight *weight)
{
  return weight->is_split && strcmp (weight->split_size, "C") == 0;
}

/* A filter for each channel: its groups are the columns of its input. */
static bool
takes_groups (const DnnForeignRow *row, const DnnForeignNode *node,
              const DnnShape *input)
{
  const char *groups = g_hash_table_lookup (node->attributes, "group");

  for (guint i = 0; i < row->weights->len; i++)
    if (is_split_by_columns (g_ptr_array_index (row->weights, i)))
      return groups != NULL && input->n_dims > 0 &&
             g_ascii_strtoll (groups, NULL, 10) ==
                 input->dims[input->n_dims - 1];
  return false;
}

static bool
splits (const DnnForeignRow *row)
{
  for (guint i = 0; i < row->weights->len; i++)
    if (is_split_by_columns (g_ptr_array_index (row->weights, i)))
      return true;
  return false;
}

/* Axes of theirs that the row speaks of, once the split is undone. */
static uint32_t
axes_of (const DnnForeignWeight *weight)
{
  uint32_t most = 0;

  for (uint32_t i = 0; i < weight->n_axes; i++)
    most = MAX (most, weight->axes[i] + 1);
  return most - (weight->is_split ? 1 : 0);
}

static bool
weights_fit (const DnnForeignRow *row, const DnnForeignNode *node)
{
  guint n_used = 0;

  for (guint i = 0; i < row->weights->len; i++) {
    const DnnForeignWeight *weight = g_ptr_array_index (row->weights, i);

    for (char **name = weight->theirs; *name != NULL; name++) {
      const DnnNamedTensor *tensor = g_hash_table_lookup (node->tensors, *name);

      n_used += tensor != NULL ? 1 : 0;
      if (tensor != NULL && weight->n_axes > 0 &&
          tensor->shape.n_dims != axes_of (weight))
        return false;
    }
  }
  return n_used == g_hash_table_size (node->tensors);
}

static bool
row_fits (const DnnForeignRow *row, const DnnForeignNode *node,
          const DnnShape *input)
{
  const bool groups = takes_groups (row, node, input);

  if (!weights_fit (row, node) || (splits (row) && !groups))
    return false;
  for (guint i = 0; i < node->must->len; i++) {
    const char *name = g_ptr_array_index (node->must, i);

    if (!row_reads (row, name) && !(groups && strcmp (name, "group") == 0))
      return false;
  }
  return true;
}

/* --- the search ----------------------------------------------------------- */

static DnnSpec *
make_spec (const DnnForeignMap *self, const Entry *entry,
           const DnnForeignNode *node)
{
  DnnSpec *spec = dnn_spec_new (entry->plugin->name, (DnnPlace){ 0 });

  for (guint i = 0; i < entry->row->params->len; i++) {
    const DnnForeignParam *param = g_ptr_array_index (entry->row->params, i);
    g_autofree char *text = param_text (self, node, param);

    if (text != NULL)
      dnn_spec_set (spec, param->ours, text, (DnnPlace){ 0 });
  }
  return spec;
}

static bool
try_spec (const DnnForeignMap *self, const DnnSpec *spec,
          const DnnShape *inputs, uint32_t n, DnnShape *ret_output,
          GError **error)
{
  g_autoptr (DnnLayer) layer = dnn_layer_new (self->registry, spec, error);
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, n + 1);
  g_autofree const DnnTensor **x = g_new0 (const DnnTensor *, n + 1);
  g_autofree DnnBuilt *built = NULL;

  if (layer == NULL)
    return false;
  layer->name = g_strdup (spec->name);
  for (uint32_t i = 0; i < n; i++) {
    shapes[i] = dnn_tensor_of (&inputs[i]);
    x[i] = &shapes[i];
  }
  layer->n_inputs = n;
  built = dnn_layer_build (layer, x, NULL, error);
  if (built != NULL)
    *ret_output = built->outputs.at[0].shape;
  return built != NULL;
}

static DnnForeignLayer *
try_entry (const DnnForeignMap *self, const Entry *entry, DnnForeignNode *node,
           const DnnShape *inputs, uint32_t n, GError **error)
{
  g_autoptr (DnnSpec) spec = make_spec (self, entry, node);
  DnnForeignLayer *found;
  DnnShape output;

  if (!try_spec (self, spec, inputs, n, &output, error))
    return NULL;
  found = g_new0 (DnnForeignLayer, 1);
  found->spec = g_steal_pointer (&spec);
  found->row = entry->row;
  found->output = output;
  found->columns = inputs[0].dims[inputs[0].n_dims - 1];
  found->node = node;
  return found;
}

static void
set_none (const DnnForeignNode *node, GError *last, GError **error)
{
  g_autoptr (GError) because = last;

  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "no plugin takes '%s' with these attributes, weights and "
               "shapes%s%s",
               node->op, because != NULL ? ": " : "",
               because != NULL ? because->message : "");
}

DnnForeignLayer *
dnn_foreign_map_find (const DnnForeignMap *self, DnnForeignNode *node,
                      const DnnShape *inputs, uint32_t n, GError **error)
{
  g_autoptr (DnnForeignNode) owned = node;
  const GPtrArray *list = g_hash_table_lookup (self->by_name, node->op);
  GError *last = NULL;

  /* Those that take each channel alone are asked first. */
  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; list != NULL && i < list->len; i++) {
      const Entry *entry = g_ptr_array_index (list, i);
      DnnForeignLayer *found;

      if (splits (entry->row) != (pass == 0) ||
          !row_fits (entry->row, node, &inputs[0]))
        continue;
      g_clear_error (&last);
      found = try_entry (self, entry, node, inputs, n, &last);
      if (found != NULL) {
        (void) g_steal_pointer (&owned);
        return found;
      }
    }
  set_none (node, last, error);
  return NULL;
}

void
dnn_foreign_layer_free (DnnForeignLayer *self)
{
  if (self == NULL)
    return;
  dnn_spec_free (self->spec);
  dnn_foreign_node_free (self->node);
  g_free (self);
}

bool
dnn_foreign_is_input (const char *source)
{
  return strcmp (source, "input") == 0 || g_str_has_prefix (source, "input:");
}
