/* test-registry.c - plugins by kind and name, from several folders */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-registry.h"

#include <dlfcn.h>
#include <glib/gstdio.h>

/* The file that a plugin was loaded from. */
static const char *
file_of (const DnnPlugin *plugin)
{
  Dl_info info;

  g_assert_true (dladdr (plugin, &info) != 0);
  return info.dli_fname;
}

static void
test_find (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  const DnnPlugin *dense =
      dnn_registry_find (registry, DNN_KIND_LAYER, "dense", &error);

  g_test_summary ("The same name gives the same plugin, in any registry");

  g_assert_no_error (error);
  g_assert_cmpstr (dense->title, ==, "Dense");
  g_assert_true (dense ==
                 dnn_registry_find (registry, DNN_KIND_LAYER, "dense", &error));
  g_assert_true (dnn_registry_has (registry, DNN_KIND_LAYER, "dense"));
  g_assert_false (dnn_registry_has (registry, DNN_KIND_LOSS, "dense"));
  g_assert_cmpuint (dnn_registry_notes (registry)->len, ==, 0);
}

static void
test_same_name (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  const DnnPlugin *loss =
      dnn_registry_find (registry, DNN_KIND_LOSS, "mean_squared_error", NULL);
  const DnnPlugin *metric =
      dnn_registry_find (registry, DNN_KIND_METRIC, "mean_squared_error", NULL);

  g_test_summary ("Two kinds may each have a plugin of one name");

  g_assert_cmpuint (loss->kind, ==, DNN_KIND_LOSS);
  g_assert_cmpuint (metric->kind, ==, DNN_KIND_METRIC);
}

typedef struct {
  const char *row;
  const char *name;
  DnnKind kind;
  const char *piece;
} Unknown;

static const Unknown unknowns[] = {
  { "near", "desne", DNN_KIND_LAYER,
    "there is no layer plugin 'desne'; did you mean 'dense'? (searched" },
  { "far", "zzzzzzz", DNN_KIND_SCHEDULE, "schedule plugin 'zzzzzzz'; there" },
  { "to-install", "acme.blur", DNN_KIND_LAYER,
    "; or install it as layers/acme.blur.so (searched" },
  { "other-kind", "relu", DNN_KIND_LAYER, "no layer plugin 'relu'" },
  { "empty", "", DNN_KIND_LAYER, "no layer plugin ''" },
  { "path", "../layers/dense", DNN_KIND_LAYER, "plugin '../layers/dense'" },
  { "absolute", "/tmp/dense", DNN_KIND_LAYER, "no layer plugin '/tmp/dense'" },
  { "hidden", ".dense", DNN_KIND_LAYER, "no layer plugin '.dense'" },
  { "letter", "Dens", DNN_KIND_LAYER, "did you mean 'dense'" },
  { "with-ending", "dense.so", DNN_KIND_LAYER, "did you mean 'dense'" },
};

static void
test_unknown (gconstpointer data)
{
  const Unknown *row = data;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (dnn_registry_has (registry, row->kind, row->name));
  g_assert_null (dnn_registry_find (registry, row->kind, row->name, &error));

  dnn_assert_error (error, DNN_ERROR_NAME, row->piece);
  dnn_assert_error (error, DNN_ERROR_NAME, "(searched: ");
  dnn_assert_error (error, DNN_ERROR_NAME, g_getenv ("DNN_TEST_PLUGINS"));
}

/* --- folders ------------------------------------------------------------- */

static void
test_order (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new (), b = dnn_folder_new ();
  g_autofree char *folders = g_strconcat (a->path, "::", b->path, NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folders);
  const char *const *all = dnn_registry_folders (registry);

  g_test_summary ("Those given first, then the environment's, then the user's");

  g_assert_cmpstr (all[0], ==, a->path);
  g_assert_cmpstr (all[1], ==, b->path);
  g_assert_cmpstr (all[2], ==, g_getenv ("DNN_PLUGIN_PATH"));
  g_assert_true (g_str_has_prefix (all[3], g_getenv ("XDG_DATA_HOME")));
  g_assert_true (g_str_has_suffix (all[3], "/dnn/plugins-1"));
}

static void
test_shadow (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new (), b = dnn_folder_new ();
  g_autofree char *in_a =
      dnn_folder_copy_plugin (a, "activations/relu", "activations/relu.so");
  g_autofree char *elu_b =
      dnn_folder_copy_plugin (b, "activations/elu", "activations/elu.so");
  g_autofree char *folders = g_strconcat (a->path, ":", b->path, NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folders);
  const DnnKind kind = DNN_KIND_ACTIVATION;

  g_test_summary ("The first folder that has a file of that name wins");

  g_free (
      dnn_folder_copy_plugin (b, "activations/relu", "activations/relu.so"));

  g_assert_cmpstr (file_of (dnn_registry_find (registry, kind, "relu", NULL)),
                   ==, in_a);
  g_assert_cmpstr (file_of (dnn_registry_find (registry, kind, "elu", NULL)),
                   ==, elu_b);
}

static void
test_broken_shadow (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_write (a, "activations/relu.so", "text", 4);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (a->path);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A broken file is an error; what it shadows is no substitute");

  g_assert_true (dnn_registry_has (registry, DNN_KIND_ACTIVATION, "relu"));
  g_assert_null (
      dnn_registry_find (registry, DNN_KIND_ACTIVATION, "relu", &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, path);
}

static void
test_loose (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_copy_plugin (folder, "losses/huber", "huber.so");
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;
  const DnnPlugin *metric;

  g_test_summary ("DIR/name.so serves its own kind, and no other");

  g_free (dnn_folder_copy_plugin (folder, "losses/mean_squared_error",
                                  "mean_squared_error.so"));

  g_assert_true (dnn_registry_has (registry, DNN_KIND_LOSS, "huber"));
  g_assert_false (dnn_registry_has (registry, DNN_KIND_METRIC, "huber"));
  g_assert_cmpstr (
      file_of (dnn_registry_find (registry, DNN_KIND_LOSS, "huber", &error)),
      ==, path);
  metric = dnn_registry_find (registry, DNN_KIND_METRIC, "mean_squared_error",
                              &error);
  g_assert_no_error (error);
  g_assert_cmpuint (metric->kind, ==, DNN_KIND_METRIC);
}

static void
test_folder_before_loose (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *kept =
      dnn_folder_copy_plugin (folder, "losses/huber", "losses/huber.so");
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);

  g_free (dnn_folder_copy_plugin (folder, "losses/huber", "huber.so"));

  g_assert_cmpstr (
      file_of (dnn_registry_find (registry, DNN_KIND_LOSS, "huber", NULL)), ==,
      kept);
}

static void
test_wrong_kind (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_copy_plugin (folder, "losses/huber", "layers/huber.so");
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A loss in the folder of layers is refused, by both kinds");

  g_assert_null (dnn_registry_find (registry, DNN_KIND_LAYER, "huber", &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, path);
  dnn_assert_error (error, DNN_ERROR_PLUGIN,
                    "it is of kind loss, and its folder is for kind layer");
}

static void
test_writable_folder (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_copy_plugin (folder, "losses/huber", "losses/huber.so");
  g_autofree char *losses = g_path_get_dirname (path);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (losses, 0777), ==, 0);

  g_assert_null (dnn_registry_find (registry, DNN_KIND_LOSS, "huber", &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, "can be changed by other users");
}

/* Whoever can write the folder above can put another `losses` there. */
static void
test_writable_above (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;

  g_free (dnn_folder_copy_plugin (folder, "losses/huber", "losses/huber.so"));

  g_assert_cmpint (g_chmod (folder->path, 0777), ==, 0);

  g_assert_null (dnn_registry_find (registry, DNN_KIND_LOSS, "huber", &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, "can be changed by other users");
}

static void
test_removed (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *relu = dnn_folder_copy_plugin (folder, "activations/relu",
                                                  "activations/relu.so");
  g_autofree char *kept = g_strdup (g_getenv ("DNN_PLUGIN_PATH"));
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;
  const DnnKind kind = DNN_KIND_ACTIVATION;

  g_test_summary ("Without its file a plugin is gone, and nothing else is");

  g_free (
      dnn_folder_copy_plugin (folder, "activations/elu", "activations/elu.so"));
  g_setenv ("DNN_PLUGIN_PATH", folder->path, TRUE);
  registry = dnn_registry_new (NULL);
  g_setenv ("DNN_PLUGIN_PATH", kept, TRUE);
  g_assert_cmpint (g_unlink (relu), ==, 0);

  g_assert_nonnull (dnn_registry_find (registry, kind, "elu", &error));
  g_assert_no_error (error);
  g_assert_null (dnn_registry_find (registry, kind, "relu", &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "no activation plugin 'relu'");
}

/* --- bases --------------------------------------------------------------- */

static void
test_base (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  const DnnPlugin *he =
      dnn_registry_find (registry, DNN_KIND_INITIALIZER, "he_normal", &error);
  const DnnPlugin *code = dnn_registry_resolve (registry, he, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (code->name, ==, "variance_scaling");
  g_assert_true (dnn_registry_resolve (registry, code, &error) == code);
}

static void
test_base_of_base (void)
{
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_BAD_PLUGINS"));
  g_autoptr (GError) error = NULL;
  const DnnPlugin *plugin = dnn_registry_find (registry, DNN_KIND_INITIALIZER,
                                               "based_on_based", &error);

  g_assert_no_error (error);

  g_assert_null (dnn_registry_resolve (registry, plugin, &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN,
                    "'based_on_based' is based on 'he_normal', which has a");
}

/* --- several plugins in one file ------------------------------------------ */

static DnnRegistry *
new_registry (void)
{
  return dnn_registry_new (g_getenv ("DNN_TEST_NEW_PLUGINS"));
}

static void
test_bundle (void)
{
  g_autoptr (DnnRegistry) registry = new_registry ();
  g_autoptr (GError) error = NULL;
  const DnnPlugin *layer =
      dnn_registry_find (registry, DNN_KIND_LAYER, "acme.tilted", &error);
  const DnnPlugin *initializer = dnn_registry_find (
      registry, DNN_KIND_INITIALIZER, "acme.quarter", &error);

  g_test_summary ("acme.tilted and acme.quarter are found in acme.so");

  g_assert_no_error (error);
  g_assert_cmpstr (layer->name, ==, "acme.tilted");
  g_assert_cmpstr (initializer->name, ==, "acme.quarter");
  g_assert_true (
      dnn_registry_has (registry, DNN_KIND_INITIALIZER, "acme.quarter"));
  g_assert_false (dnn_registry_has (registry, DNN_KIND_LAYER, "acme.quarter"));
  g_assert_false (dnn_registry_has (registry, DNN_KIND_LAYER, "acme"));
  g_assert_false (dnn_registry_has (registry, DNN_KIND_LAYER, "tilted"));
}

static void
test_bundle_of_others (void)
{
  g_autoptr (DnnRegistry) registry = new_registry ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that the bundle has not is unknown");

  g_assert_null (
      dnn_registry_find (registry, DNN_KIND_LAYER, "acme.lost", &error));
  dnn_assert_error (error, DNN_ERROR_NAME,
                    "there is no layer plugin 'acme.lost'");
}

static void
test_own_file_first (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *bundle =
      g_build_filename (g_getenv ("DNN_TEST_NEW_PLUGINS"), "acme.so", NULL);
  g_autofree char *other = dnn_folder_copy (folder, bundle, "acme.so");
  g_autofree char *own G_GNUC_UNUSED =
      dnn_folder_copy_plugin (folder, "layers/dense", "acme.tilted.so");
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) files = NULL;

  g_test_summary ("A file of its own is asked before the bundle beside it");

  g_assert_null (
      dnn_registry_find (registry, DNN_KIND_LAYER, "acme.tilted", &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, "it calls itself 'dense'");
  files = dnn_registry_files (registry, DNN_KIND_INITIALIZER, "acme.quarter");
  g_assert_cmpstr (files[0], ==, other);
  g_assert_null (files[1]);
}

static void
test_notes (void)
{
  g_autoptr (DnnRegistry) registry =
      dnn_registry_new (g_getenv ("DNN_TEST_BAD_PLUGINS"));
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a plugin bent when it was loaded can be asked for");

  dnn_registry_find (registry, DNN_KIND_ACTIVATION, "bend_signals", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_registry_notes (registry)->len, ==, 1);
  g_assert_nonnull (
      strstr (g_ptr_array_index (dnn_registry_notes (registry), 0),
              "a signal handler"));
}

/* --- lists --------------------------------------------------------------- */

static void
test_list (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *a =
      dnn_folder_write (folder, "activations/relu.so", "no", 2);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GPtrArray) list = NULL;
  g_auto (GStrv) names = NULL;
  guint n_relu = 0, n_loose = 0;

  g_test_summary ("Lists open nothing, know what is shadowed, and are sorted");

  g_free (dnn_folder_write (folder, "activations/READ", "no", 2));
  g_free (dnn_folder_write (folder, "loose.so", "no", 2));
  list = dnn_registry_list (registry);
  names = dnn_registry_names (registry, DNN_KIND_ACTIVATION);

  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    g_assert_cmpstr (candidate->name, !=, "READ");
    n_loose += g_str_equal (candidate->name, "loose") && candidate->kind == 0;
    if (!g_str_equal (candidate->name, "relu"))
      continue;
    g_assert_true (candidate->shadowed == (n_relu > 0));
    g_assert_true (n_relu > 0 || g_str_equal (candidate->path, a));
    n_relu++;
  }
  g_assert_cmpuint (n_relu, >=, 2);
  g_assert_cmpuint (n_loose, ==, 1);
  for (size_t i = 1; names[i] != NULL; i++)
    g_assert_cmpstr (names[i - 1], <, names[i]);
}

static void
test_loose_suggested (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = dnn_folder_write (folder, "acme.blur.so", "no", 2);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folder->path);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A loose file's name is among those that could be meant");

  g_assert_nonnull (path);
  g_assert_null (
      dnn_registry_find (registry, DNN_KIND_LAYER, "acme.blurr", &error));

  dnn_assert_error (error, DNN_ERROR_NAME, "did you mean 'acme.blur'?");
}

static void
test_files (void)
{
  g_autoptr (DnnFolder) a = dnn_folder_new (), b = dnn_folder_new ();
  g_autofree char *first =
      dnn_folder_copy_plugin (a, "losses/huber", "losses/huber.so");
  g_autofree char *loose =
      dnn_folder_copy_plugin (b, "losses/huber", "huber.so");
  g_autofree char *folders = g_strconcat (a->path, ":", b->path, NULL);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (folders);
  g_auto (GStrv) losses = dnn_registry_files (registry, DNN_KIND_LOSS, "huber");
  g_auto (GStrv) layers =
      dnn_registry_files (registry, DNN_KIND_LAYER, "huber");

  g_test_summary ("The files of a name, the one that is opened first");

  g_assert_cmpstr (losses[0], ==, first);
  g_assert_cmpstr (losses[1], ==, loose);
  g_assert_nonnull (losses[2]);
  g_assert_null (losses[3]);
  g_assert_null (layers[0]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/registry/find", test_find);
  g_test_add_func ("/registry/same-name", test_same_name);
  for (size_t i = 0; i < G_N_ELEMENTS (unknowns); i++)
    dnn_add_row ("/registry/unknown", unknowns[i].row, &unknowns[i],
                 test_unknown);
  g_test_add_func ("/registry/order", test_order);
  g_test_add_func ("/registry/shadow", test_shadow);
  g_test_add_func ("/registry/broken-shadow", test_broken_shadow);
  g_test_add_func ("/registry/loose", test_loose);
  g_test_add_func ("/registry/folder-before-loose", test_folder_before_loose);
  g_test_add_func ("/registry/wrong-kind", test_wrong_kind);
  g_test_add_func ("/registry/writable-folder", test_writable_folder);
  g_test_add_func ("/registry/writable-above", test_writable_above);
  g_test_add_func ("/registry/removed", test_removed);
  g_test_add_func ("/registry/base", test_base);
  g_test_add_func ("/registry/base-of-base", test_base_of_base);
  g_test_add_func ("/registry/bundle", test_bundle);
  g_test_add_func ("/registry/bundle-without-it", test_bundle_of_others);
  g_test_add_func ("/registry/own-file-before-bundle", test_own_file_first);
  g_test_add_func ("/registry/notes", test_notes);
  g_test_add_func ("/registry/list", test_list);
  g_test_add_func ("/registry/loose-suggested", test_loose_suggested);
  g_test_add_func ("/registry/files", test_files);

  return g_test_run ();
}
