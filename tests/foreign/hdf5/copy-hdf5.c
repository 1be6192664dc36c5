/* copy-hdf5 - reads an HDF5 file and writes it again, for other readers to
 * judge
 *
 *     copy-hdf5 IN OUT
 *
 * Groups, numbers, and the text attributes that Keras writes.
 */
#include "dnn-hdf5-write.h"
#include "dnn-hdf5.h"

#include <stdio.h>

/* Single texts; the rest are lists. */
static const char *const texts[] = {
  "name", "keras_version", "backend", "model_config", "text", "longer", NULL
};
static const char *const lists[] = { "layer_names", "weight_names", "fixed",
                                     "variable", NULL };

static bool
copy_attributes (DnnHdf5 *from, const DnnHdf5Node *node, DnnHdf5Writer *to,
                 GError **error)
{
  for (size_t i = 0; texts[i] != NULL; i++) {
    g_autofree char *text = NULL;

    if (!dnn_hdf5_has_attribute (from, node, texts[i]))
      continue;
    text = dnn_hdf5_get_text (from, node, texts[i], error);
    if (text == NULL ||
        !dnn_hdf5_writer_set_text (to, node->path, texts[i], text, error))
      return false;
  }
  for (size_t i = 0; lists[i] != NULL; i++) {
    g_auto (GStrv) list = NULL;

    if (!dnn_hdf5_has_attribute (from, node, lists[i]))
      continue;
    list = dnn_hdf5_get_texts (from, node, lists[i], error);
    if (list == NULL ||
        !dnn_hdf5_writer_set_texts (to, node->path, lists[i],
                                    (const char *const *) list, error))
      return false;
  }
  return true;
}

static bool
copy_node (DnnHdf5 *from, const DnnHdf5Node *node, DnnHdf5Writer *to,
           GError **error)
{
  if (!node->is_group) {
    if (!dnn_hdf5_writer_add (to, &node->tensor, error))
      return false;
  } else if (node->path[0] != '\0' &&
             !dnn_hdf5_writer_add_group (to, node->path, error)) {
    return false;
  }
  if (!copy_attributes (from, node, to, error))
    return false;
  for (guint i = 0; i < node->children->len; i++)
    if (!copy_node (from, g_ptr_array_index (node->children, i), to, error))
      return false;
  return true;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHdf5) from = NULL;
  g_autoptr (DnnHdf5Writer) to = dnn_hdf5_writer_new ();

  if (argc != 3) {
    fprintf (stderr, "usage: copy-hdf5 IN OUT\n");
    return 2;
  }
  from = dnn_hdf5_read (argv[1], &error);
  if (from != NULL && copy_node (from, dnn_hdf5_find (from, ""), to, &error) &&
      dnn_hdf5_writer_write (to, argv[2], &error))
    return 0;
  fprintf (stderr, "copy-hdf5: %s\n", error->message);
  return 1;
}
