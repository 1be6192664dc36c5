/* test-health - what a trainer finds in networks that are ill on purpose */
#include "dnn-test.h"

#include "dnn-random.h"
#include "dnn-trainer.h"

#include <math.h>
#include <string.h>

/* --- networks ------------------------------------------------------------ */

enum { N_ROWS = 300, N_INPUTS = 32, N_CLASSES = 4 };

typedef struct {
  DnnData *data;
  DnnModel *model;
  DnnTrainer *trainer;
} Training;

static void
training_clear (Training *self)
{
  dnn_trainer_free (self->trainer);
  dnn_model_unref (self->model);
  dnn_data_free (self->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Training, training_clear)

static DnnArray *
new_array (const float *values, int64_t rows, int64_t columns)
{
  return dnn_array_new_take (
      DNN_FLOAT32, DNN_SHAPE (rows, columns),
      g_bytes_new (values, (gsize) (rows * columns) * sizeof *values));
}

static DnnData *
new_data (const float *x, const float *y, int64_t rows, int64_t columns)
{
  g_autoptr (DnnArray) inputs = new_array (x, rows, columns);
  g_autoptr (DnnArray) targets = new_array (y, rows, 1);
  g_autoptr (GError) error = NULL;
  DnnData *data = dnn_data_new (inputs, targets, &error);

  g_assert_no_error (error);
  return data;
}

/* Rows of normal numbers, each of a class. */
static DnnData *
new_classes (void)
{
  const DnnKey key = { .seed = 1, .owner = dnn_random_owner ("x") };
  g_autofree float *x = g_new (float, N_ROWS *N_INPUTS);
  float y[N_ROWS];

  dnn_random_normal (&key, 0, N_ROWS * N_INPUTS, x);
  for (int i = 0; i < N_ROWS; i++)
    y[i] = (float) (i % N_CLASSES);
  return new_data (x, y, N_ROWS, N_INPUTS);
}

static Training
begin (DnnData *data, const char *chain, const char *loss,
       const char *optimizer)
{
  const DnnTrainSettings settings = {
    .loss = loss,
    .metrics = "",
    .batch_size = 32,
    .epochs = 3,
    .seed = 1,
    .threads = 1,
    .shuffle = true,
    .callbacks = "",
    .frozen = "",
    .trainable = "",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSpec) spec =
      dnn_spec_parse (optimizer, (DnnPlace){ 0 }, &error);
  DnnShape sample = dnn_data_input_shape (data);
  Training self = { data, NULL, NULL };

  g_assert_no_error (error);
  self.model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &sample, &error);
  g_assert_no_error (error);
  dnn_model_initialize (self.model, 1, &error);
  g_assert_no_error (error);
  self.trainer = dnn_trainer_new (self.model, data, &settings, spec, &error);
  g_assert_no_error (error);
  return self;
}

static Training
begin_classes (const char *chain, const char *optimizer)
{
  return begin (new_classes (), chain, "sparse_categorical_crossentropy",
                optimizer);
}

/* One epoch, and its health. */
static const DnnHealthEpoch *
train (const Training *self)
{
  const DnnHealth *health;
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_trainer_enable_health (self->trainer, NULL));
  dnn_trainer_epoch (self->trainer, NULL, NULL, &error);
  g_assert_no_error (error);
  health = dnn_trainer_health (self->trainer);
  return dnn_health_at (health, dnn_health_count (health) - 1);
}

static const DnnFinding *
find (const DnnHealthEpoch *epoch, DnnFindingKind kind)
{
  for (guint i = 0; i < epoch->findings->len; i++) {
    const DnnFinding *finding = g_ptr_array_index (epoch->findings, i);

    if (finding->kind == kind)
      return finding;
  }
  return NULL;
}

/* `n` layers and the one of the classes. */
static char *
deep (int n, const char *layer)
{
  GString *chain = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_printf (chain, "%s ! ", layer);
  g_string_append (chain, "dense units=4 activation=softmax");
  return g_string_free (chain, FALSE);
}

/* --- what is found ------------------------------------------------------- */

#define DENSE "dense units=32 "
#define DEAD  "bias_initializer=constant(value=-10) "

static const struct {
  const char *name;
  int depth; /* this many ... */
  const char *layer;
  const char *optimizer;
  int kind; /* -1: healthy */
  const char *where;
} cases[] = {
  { "vanishing", 10,
    DENSE "activation=sigmoid kernel_initializer=random_normal",
    "sgd(learning_rate=0.01)", DNN_FINDING_VANISHING, "dense_6" },
  { "exploding", 10,
    DENSE "activation=relu kernel_initializer=random_normal(stddev=1)",
    "sgd(learning_rate=1e-12)", DNN_FINDING_EXPLODING, "dense_3" },
  { "exploding-linear", 10, DENSE "kernel_initializer=random_normal(stddev=1)",
    "sgd(learning_rate=1e-14)", DNN_FINDING_EXPLODING, "dense_5" },
  { "dead", 1, "dense units=32 activation=relu ! " DENSE DEAD "activation=relu",
    "sgd(learning_rate=0.01)", DNN_FINDING_DEAD, "dense_1" },
  { "dead-filters", 1,
    "dense units=32 activation=relu ! reshape target_shape=16,2 ! "
    "conv1d filters=4 kernel_size=3 " DEAD "activation=relu ! flatten",
    "sgd(learning_rate=0.01)", DNN_FINDING_DEAD, "conv1d" },
  { "saturated", 1,
    DENSE "activation=tanh ! " DENSE
          "activation=sigmoid kernel_initializer=random_normal(stddev=5)",
    "sgd(learning_rate=1e-4)", DNN_FINDING_SATURATED, "dense_1" },
  { "healthy-relu", 10, DENSE "activation=relu kernel_initializer=he_normal",
    "sgd(learning_rate=0.01)", -1, NULL },
  { "healthy-selu", 10, DENSE "activation=selu kernel_initializer=lecun_normal",
    "sgd(learning_rate=0.01)", -1, NULL },
  { "healthy-tanh", 10, DENSE "activation=tanh", "adam", -1, NULL },
  { "healthy-exponential", 1, DENSE "activation=exponential",
    "sgd(learning_rate=0.001)", -1, NULL },
  { "healthy-normalized", 3,
    "dense units=16 ! batch_normalization ! relu ! dropout rate=0.2", "adam",
    -1, NULL },
};

static void
test_case (gconstpointer data)
{
  const size_t i = GPOINTER_TO_SIZE (data);
  g_autofree char *chain = deep (cases[i].depth, cases[i].layer);
  g_auto (Training) training = begin_classes (chain, cases[i].optimizer);

  const DnnHealthEpoch *epoch = train (&training);
  g_autofree char *text = dnn_health_epoch_to_text (epoch);

  g_test_message ("%s", text);
  if (cases[i].kind < 0) {
    g_assert_cmpuint (epoch->findings->len, ==, 0);
    g_assert_nonnull (strstr (text, "\nhealthy: "));
    return;
  }
  const DnnFinding *finding = find (epoch, (DnnFindingKind) cases[i].kind);

  g_assert_nonnull (finding);
  g_assert_cmpuint (epoch->findings->len, ==, 1);
  g_assert_cmpstr (finding->layer->layer, ==, cases[i].where);
  g_assert_nonnull (strstr (finding->text, finding->layer->layer));
  g_assert_null (strstr (text, "healthy"));
}

/* --- numbers ------------------------------------------------------------- */

static void
test_numbers (void)
{
  const float x[] = { 1, 1, 1, 1 }, y[] = { 0, 0, 0, 4 };
  g_auto (Training) training =
      begin (new_data (x, y, 4, 1),
             "dense units=1 use_bias=false kernel_initializer=ones",
             "mean_squared_error", "sgd(learning_rate=0.25)");

  const DnnLayerHealth *row = &train (&training)->layers[0];

  /* dL/dw = mean 2 (y - t) = 0: the weight stays 1; dL/dy = 2 (y - t) / 4. */
  g_assert_cmpstr (row->layer, ==, "dense");
  g_assert_cmpfloat (row->activation.mean, ==, 1);
  g_assert_cmpfloat (row->activation.std, ==, 0);
  g_assert_cmpfloat (row->activation.rms, ==, 1);
  g_assert_cmpfloat (row->gradient.mean, ==, 0);
  g_assert_cmpfloat_with_epsilon (row->gradient.std, sqrt (0.75), 1e-6);
  g_assert_cmpfloat (row->update_ratio, ==, 0);
  g_assert_true (isnan (row->saturated) && isnan (row->dead));
}

static void
test_update_ratio (void)
{
  const float x[] = { 1, 1 }, y[] = { 0, 0 };
  g_auto (Training) training =
      begin (new_data (x, y, 2, 1),
             "dense units=1 use_bias=false kernel_initializer=ones",
             "mean_squared_error", "sgd(learning_rate=0.125)");

  /* dL/dw = 2, so 1 becomes 0.75, and the next step is a quarter again. */
  g_assert_cmpfloat (train (&training)->layers[0].update_ratio, ==, 0.25);
  g_assert_cmpfloat (train (&training)->layers[0].update_ratio, ==, 0.25);
}

static void
test_exploding_update (void)
{
  const float x[] = { 1, 1 }, y[] = { 0, 0 };
  g_auto (Training) training =
      begin (new_data (x, y, 2, 1),
             "dense units=1 use_bias=false kernel_initializer=ones",
             "mean_squared_error", "sgd(learning_rate=3)");

  const DnnHealthEpoch *epoch = train (&training);
  const DnnFinding *finding = find (epoch, DNN_FINDING_EXPLODING);

  g_assert_cmpfloat (epoch->layers[0].update_ratio, ==, 6);
  g_assert_nonnull (finding);
  g_assert_nonnull (strstr (finding->text, "6.0 times"));
}

static void
test_shares (void)
{
  const float x[] = { -1, -10, 1, 10 }, y[] = { 0, 0, 0, 0 };
  g_auto (Training) training = begin (
      new_data (x, y, 4, 1),
      "relu ! sigmoid ! dense units=2 activation=softplus trainable=false "
      "kernel_initializer=constant(value=-10) ! dense units=1",
      "mean_squared_error", "sgd(learning_rate=0)");

  const DnnLayerHealth *rows = train (&training)->layers;

  g_assert_cmpfloat (rows[0].saturated, ==, 0.5);
  g_assert_cmpfloat (rows[0].dead, ==, 0);
  g_assert_true (rows[0].is_gate);
  g_assert_cmpfloat (rows[1].saturated, ==, 0.25);
  g_assert_false (rows[1].is_gate);
  /* z = -5 or less: flat there, though not at y = softplus (z) = 0. */
  g_assert_cmpfloat (rows[2].saturated, ==, 1);
  /* Frozen, with nothing below that trains: no gradient comes by. */
  g_assert_true (isnan (rows[2].gradient.rms));
  g_assert_true (isnan (rows[2].update_ratio));
  g_assert_false (isnan (rows[3].gradient.rms));
}

static void
test_in_place (void)
{
  const float x[] = { -1, -10, 1, 10 }, y[] = { 0, 0, 0, 0 };
  g_auto (Training) training =
      begin (new_data (x, y, 4, 1), "softplus ! dense units=1",
             "mean_squared_error", "sgd(learning_rate=0)");

  g_test_summary ("A layer that would write over its input does not here");

  g_assert_cmpfloat (train (&training)->layers[0].saturated, ==, 0.25);
}

/* --- no trace ------------------------------------------------------------ */

static void
test_same_bits (void)
{
  const char *chain = "dense units=16 activation=relu ! batch_normalization ! "
                      "dropout rate=0.3 ! dense units=8 activation=tanh "
                      "trainable=false ! gaussian_noise stddev=0.1 ! "
                      "dense units=4 activation=softmax";
  g_auto (Training) with = begin_classes (chain, "adam");
  g_auto (Training) without = begin_classes (chain, "adam");

  g_test_summary ("Health changes no bit of weights, buffers and losses");

  g_assert_true (dnn_trainer_enable_health (with.trainer, NULL));
  g_assert_true (dnn_trainer_fit (with.trainer, NULL, NULL));
  g_assert_true (dnn_trainer_fit (without.trainer, NULL, NULL));

  g_assert_null (dnn_trainer_health (without.trainer));
  g_assert_cmpuint (dnn_health_count (dnn_trainer_health (with.trainer)), ==,
                    3);
  for (size_t i = 0; i < dnn_model_n_weights (with.model); i++) {
    const DnnWeight *a = dnn_model_weight (with.model, i);
    const DnnWeight *b = dnn_model_weight (without.model, i);

    g_assert_cmpmem (a->tensor.data, dnn_weight_bytes (a), b->tensor.data,
                     dnn_weight_bytes (b));
  }
  for (size_t i = 0; i < 3; i++)
    g_assert_cmpfloat (
        dnn_history_at (dnn_trainer_history (with.trainer), i)->loss, ==,
        dnn_history_at (dnn_trainer_history (without.trainer), i)->loss);
}

/* --- judgement and text, from planted numbers ---------------------------- */

static DnnHealthEpoch *
plant (DnnHealth *health, const double *gradients, size_t n)
{
  DnnHealthEpoch *epoch = dnn_health_add (health, 1, n);

  for (size_t i = 0; i < n; i++) {
    DnnLayerHealth *row = &epoch->layers[i];

    row->layer = g_strdup_printf ("l%zu", i);
    row->has_weights = true;
    row->activation = (DnnMoments){ 0, 1, 1 };
    row->gradient = (DnnMoments){ 0, gradients[i], gradients[i] };
  }
  epoch->layers[n - 1].is_output = true;
  return epoch;
}

static const struct {
  const char *name;
  double gradients[6];
  int kind; /* -1: healthy */
  const char *where;
} planted[] = {
  { "flat", { 1, 1, 1, 1, 1, 1 }, -1, NULL },
  { "mild-fall", { .06, .12, .25, .5, 1, 1 }, -1, NULL },
  { "two-steps", { .04, .04, .04, .2, 1, 1 }, -1, NULL },
  { "geometric", { .001, .008, .04, .2, 1, 1 }, DNN_FINDING_VANISHING, "l1" },
  { "one-fall", { 1e-4, 1e-4, 1e-4, 1e-4, 1, 1 }, DNN_FINDING_VANISHING, "l3" },
  { "nothing", { 0, 0, 0, 0, 1, 1 }, DNN_FINDING_VANISHING, "l3" },
  { "no-gradient", { NAN, NAN, NAN, NAN, NAN, NAN }, -1, NULL },
  { "converged", { 0, 0, 0, 0, 0, 0 }, -1, NULL },
  { "growth", { 1e5, 1e4, 1e3, 10, 1, 1 }, DNN_FINDING_EXPLODING, "l1" },
  { "infinite",
    { 1, INFINITY, INFINITY, 1, 1, 1 },
    DNN_FINDING_EXPLODING,
    "l2" },
};

static void
test_planted (gconstpointer data)
{
  const size_t i = GPOINTER_TO_SIZE (data);
  g_autoptr (DnnHealth) health = dnn_health_new ();
  DnnHealthEpoch *epoch = plant (health, planted[i].gradients, 6);
  const DnnFinding *finding;

  dnn_health_epoch_judge (epoch);

  g_assert_cmpuint (epoch->findings->len, ==, planted[i].kind < 0 ? 0 : 1);
  if (planted[i].kind < 0)
    return;
  finding = g_ptr_array_index (epoch->findings, 0);
  g_assert_cmpint (finding->kind, ==, planted[i].kind);
  g_assert_cmpstr (finding->layer->layer, ==, planted[i].where);
}

static void
test_csv (void)
{
  g_autoptr (DnnHealth) health = dnn_health_new ();
  const double gradients[] = { 0.25, INFINITY };
  DnnHealthEpoch *epoch = plant (health, gradients, 2);
  g_autofree char *csv = NULL;

  epoch->layers[0].update_ratio = 0.001;
  epoch->layers[0].saturated = 0.5;
  epoch->layers[0].dead = 0;

  csv = dnn_health_to_csv (health);

  g_assert_cmpstr (csv, ==,
                   "epoch,layer,activation_mean,activation_std,gradient_mean,"
                   "gradient_std,update_ratio,saturated,dead\n"
                   "1,l0,0,1,0,0.25,0.001,0.5,0\n"
                   "1,l1,0,1,0,inf,,,\n");
}

static void
test_table (void)
{
  g_autoptr (DnnHealth) health = dnn_health_new ();
  const double gradients[] = { 1, 1 };
  DnnHealthEpoch *epoch = plant (health, gradients, 2);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  epoch->layers[0].activation.mean = -1.2345678e-12;
  epoch->layers[0].saturated = 0.001;
  epoch->layers[1].dead = 1;

  text = dnn_health_epoch_to_text (epoch);

  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  for (int i = 1; i < 4; i++)
    g_assert_cmpuint (strlen (lines[i]), ==, strlen (lines[0]));
  g_assert_cmpuint (strlen (lines[0]), <=, 80);
  g_assert_true (g_str_has_suffix (lines[2], "< 1 %      -"));
  g_assert_true (g_str_has_suffix (lines[3], "-  100 %"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/health/", cases[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (planted); i++) {
    g_autofree char *path =
        g_strconcat ("/health/planted/", planted[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_planted);
  }
  g_test_add_func ("/health/numbers", test_numbers);
  g_test_add_func ("/health/update-ratio", test_update_ratio);
  g_test_add_func ("/health/exploding-update", test_exploding_update);
  g_test_add_func ("/health/shares", test_shares);
  g_test_add_func ("/health/in-place", test_in_place);
  g_test_add_func ("/health/same-bits", test_same_bits);
  g_test_add_func ("/health/csv", test_csv);
  g_test_add_func ("/health/table", test_table);

  return g_test_run ();
}
