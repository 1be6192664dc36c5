/* keras-groups.c - groups of weights, by paths of classes or by layers' names
 *
 * Keras 3 (saving_lib.py) puts the weights of what it saves into a group
 * "vars", named by numbers.  Before (legacy_h5_format.py) attributes listed the
 * layers and the weights of each.
 */
#include "dnn-keras-file-private.h"

#include <string.h>

#define VARS "vars"

/* --- by paths ------------------------------------------------------------ */

/* The number that `name` is, as Keras writes it; -1: it is none. */
static gint64
number_of (const char *name)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (name, 10, 0, G_MAXINT32, &number, NULL) ||
      (name[0] == '0' && name[1] != '\0'))
    return -1;
  return (gint64) number;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const gint64 x = number_of (((const DnnNamedTensor *) a)->name),
               y = number_of (((const DnnNamedTensor *) b)->name);

  return (x > y) - (x < y);
}

/* Keras closes gaps: number i is at place i. */
static bool
check_numbers (const DnnKerasFile *self, const DnnHdf5Node *vars,
               const GArray *weights, GError **error)
{
  for (guint i = 0; i < weights->len; i++) {
    const char *name = g_array_index (weights, DnnNamedTensor, i).name;

    if (number_of (name) != (gint64) i)
      return dnn_set_format_error (
          self->name, error,
          "'%s': its weights must be numbered from 0 up, "
          "and '%s' is where %u must be",
          vars->path, name, i);
  }
  return true;
}

static char *
own_name (DnnKerasFile *self, const DnnHdf5Node *vars, GError **error)
{
  return dnn_hdf5_has_attribute (self->hdf5, vars, "name")
             ? dnn_hdf5_get_text (self->hdf5, vars, "name", error)
             : g_strdup ("");
}

static bool
add_vars (DnnKerasFile *self, const DnnHdf5Node *vars, GError **error)
{
  g_autofree char *path =
      g_strndup (vars->path, strlen (vars->path) - strlen (VARS));
  g_autofree char *layer = own_name (self, vars, error);
  g_autoptr (DnnKerasEntry) entry = NULL;

  if (layer == NULL)
    return false;
  if (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';
  entry = dnn_keras_entry_new (path, layer[0] != '\0' ? layer : NULL);
  for (guint i = 0; i < vars->children->len; i++) {
    const DnnHdf5Node *node = g_ptr_array_index (vars->children, i);
    DnnNamedTensor weight = node->tensor;

    if (node->is_group)
      return dnn_set_format_error (
          self->name, error, "'%s': must be a weight, not a group", node->path);
    weight.name = node->name;
    g_array_append_val (entry->weights, weight);
  }
  g_array_sort (entry->weights, compare_numbers);
  return check_numbers (self, vars, entry->weights, error) &&
         dnn_keras_add_group (self, g_steal_pointer (&entry), error);
}

static size_t
count_datasets (const DnnHdf5Node *node)
{
  size_t n = node->is_group ? 0 : 1;

  for (guint i = 0; i < node->children->len; i++)
    n += count_datasets (g_ptr_array_index (node->children, i));
  return n;
}

/* Depth is that of the HDF5 reader, which bounds it. */
static bool
walk (DnnKerasFile *self, const DnnHdf5Node *node, GError **error)
{
  for (guint i = 0; i < node->children->len; i++) {
    const DnnHdf5Node *child = g_ptr_array_index (node->children, i);

    if (!child->is_group)
      return dnn_set_format_error (
          self->name, error, "'%s': a weight must be in a group '" VARS "'",
          child->path);
    if (strcmp (child->path, "optimizer") == 0)
      self->n_optimizer = count_datasets (child);
    else if (!(strcmp (child->name, VARS) == 0 ? add_vars (self, child, error)
                                               : walk (self, child, error)))
      return false;
  }
  return true;
}

/* --- by names ------------------------------------------------------------ */

/* Adds the weights that the group's attribute lists. */
static bool
add_layer (DnnKerasFile *self, const DnnHdf5Node *group, const char *name,
           GError **error)
{
  g_autoptr (DnnKerasEntry) entry = dnn_keras_entry_new (name, name);
  guint n;

  entry->names = dnn_hdf5_get_texts (self->hdf5, group, "weight_names", error);
  if (entry->names == NULL)
    return false;
  n = g_strv_length (entry->names);
  if (n > 0 && n > count_datasets (group))
    return dnn_set_format_error (self->name, error,
                                 "'%s': lists '%u' weights, and has %zu",
                                 group->path, n, count_datasets (group));
  for (size_t i = 0; entry->names[i] != NULL; i++) {
    g_autofree char *path =
        g_strdup_printf ("%s/%s", group->path, entry->names[i]);
    const DnnHdf5Node *node = dnn_hdf5_find (self->hdf5, path);
    DnnNamedTensor weight;

    if (node == NULL || node->is_group)
      return dnn_set_format_error (
          self->name, error, "'%s': lists the weight '%s', which is not there",
          group->path, entry->names[i]);
    weight = node->tensor;
    weight.name = entry->names[i];
    g_array_append_val (entry->weights, weight);
  }
  return dnn_keras_add_group (self, g_steal_pointer (&entry), error);
}

static const DnnHdf5Node *
find_group (const DnnKerasFile *self, const DnnHdf5Node *parent,
            const char *name)
{
  g_autofree char *path = parent->path[0] != '\0'
                              ? g_strdup_printf ("%s/%s", parent->path, name)
                              : g_strdup (name);
  const DnnHdf5Node *group = dnn_hdf5_find (self->hdf5, path);

  return group != NULL && group->is_group ? group : NULL;
}

/* Weights that a model has beside its layers'. */
static bool
add_top_level (DnnKerasFile *self, const DnnHdf5Node *root, GError **error)
{
  static const char name[] = "top_level_model_weights";
  const DnnHdf5Node *group = find_group (self, root, name);

  return group == NULL ||
         !(dnn_hdf5_has_attribute (self->hdf5, group, "weight_names") ||
           dnn_hdf5_has_attribute (self->hdf5, group, "weight_names0")) ||
         add_layer (self, group, name, error);
}

static bool
read_lists (DnnKerasFile *self, const DnnHdf5Node *root, GError **error)
{
  g_auto (GStrv) layers =
      dnn_hdf5_get_texts (self->hdf5, root, "layer_names", error);

  if (layers == NULL)
    return false;
  for (size_t i = 0; layers[i] != NULL; i++) {
    const DnnHdf5Node *group = find_group (self, root, layers[i]);

    if (group == NULL)
      return dnn_set_format_error (
          self->name, error, "'%s': lists the layer '%s', which is not there",
          root->path, layers[i]);
    if (!add_layer (self, group, layers[i], error))
      return false;
  }
  return add_top_level (self, root, error);
}

bool
dnn_keras_read_groups (DnnKerasFile *self, GError **error)
{
  const DnnHdf5Node *root = dnn_hdf5_find (self->hdf5, ""),
                    *model = dnn_hdf5_find (self->hdf5, "model_weights"),
                    *optimizer =
                        dnn_hdf5_find (self->hdf5, "optimizer_weights");

  if (model == NULL &&
      (dnn_hdf5_has_attribute (self->hdf5, root, "layer_names") ||
       dnn_hdf5_has_attribute (self->hdf5, root, "layer_names0")))
    model = root;
  self->form = model != NULL ? DNN_KERAS_LEGACY : DNN_KERAS_3;
  if (model == NULL)
    return walk (self, root, error);
  if (optimizer != NULL)
    self->n_optimizer = count_datasets (optimizer);
  return read_lists (self, model, error);
}
