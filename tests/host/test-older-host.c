/* test-older-host.c - a host of ABI 1.0 and plugins that need more
 *
 * The loader here is compiled with a header that knows minor 0 and no more; a
 * static library gives way to a program's.
 */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-loader.h"

G_STATIC_ASSERT (DNN_ABI_MINOR == 0);

typedef struct {
  const char *name; /* of the test */
  const char *path; /* among the plugins of ours */
  const char *plugin;
} Newer;

static const Newer newers[] = {
  { "windows", "layers/conv", "conv" },
  { "parametrization", "parametrizations/lora", "lora" },
  { "optimizer", "optimizers/sam", "sam" },
  { "loss", "losses/ctc", "ctc" },
};

static void
test_newer (gconstpointer data)
{
  const Newer *row = data;
  g_autofree char *path = dnn_built_plugin (row->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins =
      dnn_loader_open (path, row->plugin, NULL, &error);

  g_assert_null (plugins);
  dnn_assert_error (error, DNN_ERROR_PLUGIN,
                    "it needs plugin ABI 1.1, and this program has 1.0; "
                    "install a newer dnnrun");
  dnn_assert_error (error, DNN_ERROR_PLUGIN, path);
}

static void
test_same (void)
{
  g_autofree char *path = dnn_built_plugin ("optimizers/adam");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins = dnn_loader_open (path, "adam", NULL, &error);

  g_test_summary ("A plugin that needs 1.0 only is taken, though its header "
                  "knew of 1.1");

  g_assert_no_error (error);
  g_assert_cmpuint (plugins->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (newers); i++) {
    g_autofree char *name = g_strconcat ("/older-host/", newers[i].name, NULL);

    g_test_add_data_func (name, &newers[i], test_newer);
  }
  g_test_add_func ("/older-host/same", test_same);

  return g_test_run ();
}
