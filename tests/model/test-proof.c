/* test-proof.c - a frozen tensor that moves is a failure of the run */
#include "dnn-proof.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"

#define HEAD " ! dense units=3 activation=softmax\n"

static char *
text_of (const char *layers, const char *phases)
{
  return g_strconcat (DNN_RUN_DATA "[model]\nlayers = ", layers,
                      HEAD DNN_RUN_TRAIN DNN_RUN_SGD, phases, NULL);
}

/* --- plugins that move what is frozen ------------------------------------ */

#define TWO_PHASES                                                             \
  "[phase head]\nepochs = 1\n[phase tuned]\nepochs = 1\nfrozen = moves*\n"

typedef struct {
  const char *name;
  const char *layers;
  const char *phases;
  const char *piece[2]; /* the phase, the tensor */
} Moved;

/* The first rows are run once and for all, the others at every step. */
static const Moved moved[] = {
  { "buffer",
    "dense units=4 trainable=false ! moves_frozen_buffer trainable=false",
    "",
    { "phase 'train': ", "'moves_frozen_buffer/calls'" } },
  { "weight",
    "writes_frozen_weight trainable=false",
    "",
    { "phase 'train': ", "'writes_frozen_weight/shift'" } },
  { "buffer-each-step",
    "dropout rate=0.1 ! moves_frozen_buffer trainable=false",
    "",
    { "phase 'train': ", "'moves_frozen_buffer/calls'" } },
  { "weight-each-step",
    "dense units=4 ! writes_frozen_weight trainable=false",
    "",
    { "phase 'train': ", "'writes_frozen_weight/shift'" } },
  { "buffer-in-second-phase",
    "dense units=4 ! moves_frozen_buffer",
    TWO_PHASES,
    { "phase 'tuned': ", "'moves_frozen_buffer/calls'" } },
  { "named",
    "writes_frozen_weight trainable=false name=mine",
    "",
    { "phase 'train': ", "'mine/shift'" } },
};

static void
test_moved (gconstpointer data)
{
  const Moved *row = data;
  g_autofree char *text = text_of (row->layers, row->phases);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (dnn_run_train (run, NULL, &error));

  for (size_t i = 0; i < G_N_ELEMENTS (row->piece); i++)
    dnn_assert_error (error, DNN_ERROR_FROZEN, row->piece[i]);
  dnn_assert_error (error, DNN_ERROR_FROZEN, "is frozen, and it moved");
}

/* --- what may move ------------------------------------------------------- */

static const char *const honest[][2] = {
  { "batch-normalization", "batch_normalization trainable=false" },
  { "batch-normalization-within",
    "dense units=4 ! batch_normalization trainable=false ! relu" },
  { "buffer-that-trains", "dense units=4 ! moves_frozen_buffer" },
  { "weight-that-trains", "writes_frozen_weight" },
  /* The weights are a's, which trains. */
  { "shared", "dense units=4 name=a ! dense units=4 name=b weights=a "
              "trainable=false" },
};

static void
test_honest (gconstpointer data)
{
  const char *const *row = data;
  g_autofree char *text = text_of (row[1], "");
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autofree char *messages = dnn_test_run_train (run);

  g_assert_cmpstr (messages, ==, "");
}

/* --- from C -------------------------------------------------------------- */

static void
test_hand (void)
{
  g_autofree char *text = text_of ("dense units=4 trainable=false", "");
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A caller that writes a frozen weight is found out, too, "
                  "by one bit");

  dnn_trainer_epoch (dnn_run_trainer (run), NULL, NULL, &error);
  g_assert_no_error (error);
  *(uint32_t *) dnn_model_find_weight (dnn_run_model (run), "dense/bias")
       ->tensor.data ^= 1;

  g_assert_false (dnn_trainer_end_phase (dnn_run_trainer (run), &error));
  dnn_assert_error (error, DNN_ERROR_FROZEN, "'dense/bias'");
}

static void
test_thawed (void)
{
  g_autofree char *text = text_of ("dense units=4 trainable=false", "");
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  DnnTrainer *trainer = dnn_run_trainer (run);
  DnnModel *model = dnn_run_model (run);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What moved while it was frozen is found when it thaws");

  *(uint32_t *) dnn_model_find_weight (model, "dense/bias")->tensor.data ^= 1;
  dnn_model_find_layer (model, "dense")->trainable = true;

  g_assert_false (dnn_trainer_epoch (trainer, NULL, NULL, &error));
  dnn_assert_error (error, DNN_ERROR_FROZEN, "'dense/bias'");
}

static void
test_count (void)
{
  g_autofree char *text = text_of ("batch_normalization trainable=false ! "
                                   "dense units=4 trainable=false ! dense "
                                   "units=4 ! batch_normalization",
                                   "");
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (DnnProof) proof = dnn_proof_new (dnn_run_model (run));
  g_autofree char *hash = NULL;
  const DnnWeight *bias;

  g_test_summary ("The proof covers the weights and buffers of frozen layers; "
                  "a hash is SHA-256");

  g_assert_cmpuint (dnn_proof_count (proof), ==, 4 + 2);
  bias = dnn_model_find_weight (dnn_run_model (run), "dense/bias");
  hash = dnn_weight_hash (bias);
  /* Of sixteen zero bytes. */
  g_assert_cmpstr (
      hash, ==,
      "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (moved); i++)
    dnn_add_row ("/proof/moved", moved[i].name, &moved[i], test_moved);
  for (size_t i = 0; i < G_N_ELEMENTS (honest); i++)
    dnn_add_row ("/proof/honest", honest[i][0], honest[i], test_honest);
  g_test_add_func ("/proof/hand", test_hand);
  g_test_add_func ("/proof/thawed", test_thawed);
  g_test_add_func ("/proof/count", test_count);

  return dnn_test_run_main (NULL);
}
