/* test-save-every.c - how often a run is saved, as text */
#include "dnn-assert.h"
#include "dnn-save-every.h"

typedef struct {
  const char *name, *text;
  DnnSaveEvery want;
} Good;

static const Good good[] = {
  { "auto", "auto", { 0 } },
  { "empty", "", { 0 } },
  { "number", "3", { .epochs = 3 } },
  { "epochs", "3 epochs", { .epochs = 3 } },
  { "epoch", "1 epoch", { .epochs = 1 } },
  { "steps", "500 steps", { .steps = 500 } },
  { "minutes", "10 minutes", { .seconds = 600 } },
  { "half-minute", "0.5 minutes", { .seconds = 30 } },
  { "seconds", "90 seconds", { .seconds = 90 } },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  DnnSaveEvery every = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_save_every_parse (row->text, &every, &error));

  g_assert_no_error (error);
  g_assert_cmpint (every.epochs, ==, row->want.epochs);
  g_assert_cmpint (every.steps, ==, row->want.steps);
  g_assert_cmpfloat (every.seconds, ==, row->want.seconds);
}

static const struct {
  const char *name, *text;
} bad[] = {
  { "zero", "0" },        { "below", "-1 epochs" },    { "part", "1.5 epochs" },
  { "hours", "2 hours" }, { "no-time", "0 minutes" },  { "word", "often" },
  { "unit", "minutes" },  { "plurals", "3 epochsss" },
};

static void
test_bad (gconstpointer data)
{
  const char *text = data;
  DnnSaveEvery every = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = g_strdup_printf ("'10 minutes', not '%s'", text);

  g_assert_false (dnn_save_every_parse (text, &every, &error));

  dnn_assert_error (error, DNN_ERROR_PARAM, quoted);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (good); i++)
    dnn_add_row ("/save-every/good", good[i].name, &good[i], test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/save-every/bad", bad[i].name, bad[i].text, test_bad);

  return g_test_run ();
}
