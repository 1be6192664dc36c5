/* test-verify.c - files of models, with one fault each */
#include "dnn-assert.h"
#include "dnn-test-run.h"
#include "dnn-verify.h"

#include <math.h>

static const char experiment[] =
    DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN "[optimizer]\ntype = adam\n";

/* A copy of the good file, with one thing changed. */
typedef struct {
  const char *name;
  const char *key, *value; /* metadata, where not NULL */
  const char *tensor;      /* left out, or put in the place below */
  DnnNamedTensor instead;  /* no name: none */
  const char *piece;       /* of the fault */
} Row;

static const float numbers[64] = { [5] = INFINITY, [7] = INFINITY };
static const float zeros[64];

static const Row rows[] = {
  { "format", "format", "other/1", NULL, { 0 }, "its format is 'other/1'" },
  { "chain", "model", "no_such_layer", NULL, { 0 }, "no_such_layer" },
  { "input-shape", "input_shape", "4,x", NULL, { 0 }, "'x'" },
  { "experiment", "experiment", "no section", NULL, { 0 }, "experiment" },
  { "optimizer",
    "experiment",
    "[optimizer]\ntype = nobody\n",
    NULL,
    { 0 },
    "nobody" },
  { "scale", "scale", "much", NULL, { 0 }, "'much'" },
  { "missing", NULL, NULL, "dense/bias", { 0 }, "no tensor 'dense/bias'" },
  { "unknown",
    NULL,
    NULL,
    NULL,
    { "other/kernel", DNN_FLOAT32, { 1, 0, { 2 } }, zeros },
    "'other/kernel' belongs to no layer" },
  { "shape",
    NULL,
    NULL,
    "dense/bias",
    { "dense/bias", DNN_FLOAT32, { 1, 0, { 9 } }, zeros },
    "'dense/bias' is float32 (9,), and its plugin wants float32 (8,)" },
  { "type",
    NULL,
    NULL,
    "dense/bias",
    { "dense/bias", DNN_INT32, { 1, 0, { 8 } }, zeros },
    "'dense/bias' is int32" },
  { "not-finite",
    NULL,
    NULL,
    "dense/bias",
    { "dense/bias", DNN_FLOAT32, { 1, 0, { 8 } }, numbers },
    "'dense/bias' has 2 of 8 numbers that are not finite, the first at 5" },
  { "slot-shape",
    NULL,
    NULL,
    "optimizer/dense/bias/gradient_mean",
    { "optimizer/dense/bias/gradient_mean",
      DNN_FLOAT32,
      { 1, 0, { 7 } },
      zeros },
    "'optimizer/dense/bias/gradient_mean' is no slot" },
  { "slot-name",
    NULL,
    NULL,
    NULL,
    { "optimizer/dense/bias/other", DNN_FLOAT32, { 1, 0, { 8 } }, zeros },
    "'optimizer/dense/bias/other' is no slot" },
};

static const char *const keys[] = { "format",     "model", "input_shape",
                                    "experiment", "epoch", "step",
                                    "scale" };

static void
write_changed (const Row *row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSafetensors) good =
      dnn_safetensors_read ("good/model.safetensors", &error);
  g_autoptr (DnnSafetensors) file = dnn_safetensors_new ();

  g_assert_no_error (error);
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    if (dnn_safetensors_get_metadata (good, keys[i]) != NULL)
      dnn_safetensors_set_metadata (
          file, keys[i], dnn_safetensors_get_metadata (good, keys[i]));
  if (row->key != NULL)
    dnn_safetensors_set_metadata (file, row->key, row->value);
  for (size_t i = 0; i < dnn_safetensors_count (good); i++)
    if (g_strcmp0 (dnn_safetensors_at (good, i)->name, row->tensor) != 0)
      dnn_safetensors_add (file, dnn_safetensors_at (good, i));
  if (row->instead.name != NULL)
    dnn_safetensors_add (file, &row->instead);
  g_assert_true (dnn_safetensors_write (file, "bad.safetensors", &error));
}

static DnnVerification *
verify (const char *path)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnVerification *found = dnn_verify (registry, path, &error);

  g_assert_no_error (error);
  return found;
}

static void
test_fault (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (DnnVerification) found = NULL;

  write_changed (row);
  found = verify ("bad.safetensors");

  g_assert_cmpuint (found->faults->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (found->faults, 0), row->piece));
}

static void
test_good (void)
{
  g_autoptr (DnnVerification) found = verify ("good/model.safetensors");
  const DnnVerifyRow *row = dnn_verification_row (found, 0);

  g_test_summary ("A trained model has no fault; roles and hashes of all");

  g_assert_cmpuint (found->faults->len, ==, 0);
  g_assert_cmpuint (found->rows->len, ==, dnn_safetensors_count (found->file));
  g_assert_cmpstr (row->role, ==, "weight");
  g_assert_cmpuint (strlen (row->hash), ==, 64);
  g_assert_cmpint (row->n_not_finite, ==, 0);
}

static void
test_hash (void)
{
  const Row no_slot = { .tensor = "optimizer/dense/bias/gradient_mean" };
  const Row moved = {
    .tensor = "dense/bias",
    .instead = { "dense/bias", DNN_FLOAT32, { 1, 0, { 8 } }, zeros },
  };
  g_autoptr (DnnVerification) good = verify ("good/model.safetensors");
  g_autoptr (DnnVerification) same = NULL, other = NULL;

  g_test_summary ("The model's hash is that of its weights alone");

  write_changed (&no_slot);
  same = verify ("bad.safetensors");
  write_changed (&moved);
  other = verify ("bad.safetensors");

  g_assert_cmpstr (good->hash, ==, same->hash);
  g_assert_cmpstr (good->hash, !=, other->hash);
}

static void
test_no_file (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_verify (registry, "x.npy", &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, "x.npy");
}

/* Phases with optimizers of their own: slots of any of them may be there. */
static void
test_phases (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD
                         "[phase a]\nfrozen = dense\nepochs = 1\n"
                         "[phase b]\noptimizer.type = adam\nepochs = 1\n");
  g_autoptr (DnnVerification) found = NULL;

  dnn_test_run_train_in (run, "phases");
  found = verify ("phases/model.safetensors");

  for (guint i = 0; i < found->faults->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (found->faults, i));
  g_assert_cmpuint (found->faults->len, ==, 0);
}

static void
prepare (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (experiment);

  dnn_test_run_train_in (run, "good");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/verify/good", test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/verify/fault", rows[i].name, &rows[i], test_fault);
  g_test_add_func ("/verify/hash", test_hash);
  g_test_add_func ("/verify/no-file", test_no_file);
  g_test_add_func ("/verify/phases", test_phases);

  return dnn_test_run_main (prepare);
}
