/* resources.c - texts that are part of the program */
#include "resources.h"

#include <gio/gio.h>
#include <string.h>

char *
load_text (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat ("/dnn/", name, NULL);
  g_autoptr (GBytes) bytes =
      g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (bytes == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

DnnExperiment *
load_resource (const char *name, GError **error)
{
  g_autofree char *text = load_text (name, error);

  return text != NULL ? dnn_experiment_parse (NULL, text, error) : NULL;
}

void
cut_suffix (char *name)
{
  char *dot;

  if (g_str_has_suffix (name, ".gz"))
    name[strlen (name) - 3] = '\0';
  dot = strrchr (name, '.');
  if (dot != NULL && dot > name &&
      (strcmp (dot, ".dnn") == 0 || dnn_table_is_named (name)))
    *dot = '\0';
}

DnnTableChoice *
choose_for_table (const char *path, const char *target, const char *layers,
                  char **sets, GError **error)
{
  g_autoptr (DnnExperiment) classes =
      load_resource ("table-classes.dnn", error);
  g_autoptr (DnnExperiment) number =
      classes != NULL ? load_resource ("table-number.dnn", error) : NULL;
  const DnnTableOptions options = { target, layers, classes, number,
                                    (const char *const *) sets };

  return number != NULL ? dnn_table_choice_new (path, &options, error) : NULL;
}
