/* dnn-names.c - takes names of layers, and numbers them */
#include "dnn-names.h"

#include "dnn-suggest.h"

#include <string.h>

struct DnnNames {
  GPtrArray *list;     /* (owned) of char, in the order taken */
  GHashTable *taken;   /* the same as a set */
  GHashTable *folders; /* (owned) "a/b" and "a" of "a/b/c" */
  GHashTable *numbers; /* (owned) dense -> 7: up to dense_6 all are taken */
};

DnnNames *
dnn_names_new (void)
{
  DnnNames *self = g_new0 (DnnNames, 1);

  self->list = g_ptr_array_new_with_free_func (g_free);
  self->taken = g_hash_table_new (g_str_hash, g_str_equal);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
dnn_names_free (DnnNames *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->taken);
  g_ptr_array_unref (self->list);
  g_free (self);
}

bool
dnn_names_is_folder (const DnnNames *self, const char *name)
{
  return g_hash_table_contains (self->folders, name);
}

static void
add (DnnNames *self, const char *name)
{
  char *copy = g_strdup (name);

  g_ptr_array_add (self->list, copy);
  g_hash_table_add (self->taken, copy);
  for (const char *p = strchr (name, '/'); p != NULL; p = strchr (p + 1, '/'))
    g_hash_table_add (self->folders, g_strndup (name, (gsize) (p - name)));
}

/* Of tensors, the first part says whose they are; `target` is a name of the
 * graph. */
static const char *const reserved[] = { "input", "optimizer", "checkpoint",
                                        "target", NULL };

static bool
is_name (const char *name)
{
  g_auto (GStrv) parts = NULL;

  if (strlen (name) > DNN_NAME_MAX ||
      strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./") !=
          strlen (name))
    return false;
  parts = g_strsplit (name, "/", -1);
  for (size_t i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || g_strv_contains (reserved, parts[i]))
      return false;
  return parts[0] != NULL;
}

bool
dnn_names_take (DnnNames *self, const char *name, GError **error)
{
  if (!is_name (name))
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "a layer's name must be of a-z, A-Z, 0-9, '_', '-', '.' and "
                 "'/', at most %d of them, no part between slashes empty, "
                 "'input', 'optimizer', 'checkpoint' or 'target'; it is '%s'",
                 DNN_NAME_MAX, name);
  else if (g_hash_table_contains (self->taken, name))
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "there are two layers named '%s'", name);
  else {
    add (self, name);
    return true;
  }
  return false;
}

bool
dnn_names_has (const DnnNames *self, const char *name)
{
  return g_hash_table_contains (self->taken, name);
}

const char *
dnn_names_stem (const char *plugin)
{
  const char *dot = strrchr (plugin, '.');

  return dot != NULL ? dot + 1 : plugin;
}

/* True if the last part of the name is the program's own. */
static bool
is_reserved (const char *name)
{
  const char *slash = strrchr (name, '/');

  return g_strv_contains (reserved, slash != NULL ? slash + 1 : name);
}

char *
dnn_names_number (DnnNames *self, const char *stem)
{
  unsigned i = GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, stem));
  char *name = i == 0 ? g_strdup (stem) : g_strdup_printf ("%s_%u", stem, i);

  while (g_hash_table_contains (self->taken, name) || is_reserved (name)) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", stem, ++i);
  }
  g_hash_table_insert (self->numbers, g_strdup (stem), GUINT_TO_POINTER (i));
  add (self, name);
  return name;
}

bool
dnn_names_set_unknown (const DnnNames *self, const char *own, const char *name,
                       GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *nearest = NULL;

  for (guint i = 0; i < self->list->len; i++)
    if (strcmp (g_ptr_array_index (self->list, i), own) != 0)
      g_strv_builder_add (builder, g_ptr_array_index (self->list, i));
  g_strv_builder_add (builder, "input");
  names = g_strv_builder_end (builder);
  nearest = dnn_suggest (name, (const char *const *) names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no layer '%s' above this one; %s", name, nearest);
  return false;
}
