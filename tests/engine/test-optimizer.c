/* test-optimizer.c - what the host does for every optimizer: clipping, decay,
 * counting
 *
 * Keras' vectors: w = (1, -2, 0.5), and g = w (0.3, 1, 2) + (0.1, -0.2, 0.05).
 */
#include "dnn-test-optimizer.h"

static void
start (DnnTestOptimizer *o)
{
  dnn_test_set (o->test, "kernel", V (1, -2, 0.5f));
}

/* A step by the gradient that the weights now have. */
static void
step (DnnTestOptimizer *o)
{
  static const float slope[] = { 0.3f, 1, 2 }, shift[] = { 0.1f, -0.2f, 0.05f };
  size_t n;
  const float *w = dnn_test_get (o->test, "kernel", &n);
  float g[3];

  for (int i = 0; i < 3; i++)
    g[i] = w[i] * slope[i] + shift[i];
  dnn_test_optimizer_step (o, g, 3);
}

typedef struct {
  const char *spec;
  float one[3], three[3]; /* after the first step and after the third */
} Vector;

static const Vector vectors[] = {
  { "sgd learning_rate=0.1",
    { .95999998f, -1.77999997f, .39500001f },
    { .88356400f, -1.40380001f, .24379998f } },
  { "sgd learning_rate=0.1 momentum=0.9",
    { .95999998f, -1.77999997f, .39500001f },
    { .78132397f, -.86919993f, .00755000f } },
  { "sgd learning_rate=0.1 momentum=0.9 nesterov=true",
    { .92400002f, -1.58200002f, .30050001f },
    { .69448268f, -.52010620f, -.08188477f } },
  { "sgd learning_rate=0.1 weight_decay=0.1",
    { .94999999f, -1.75999999f, .39000002f },
    { .85591996f, -1.35629606f, .23444903f } },
  { "rmsprop learning_rate=0.1 centered=true momentum=0.9",
    { .66666782f, -1.66666675f, .16666684f },
    { -.42520392f, -.48710108f, -.50344920f } },
  { "adam learning_rate=0.1",
    { .90000147f, -1.90000081f, .40000096f },
    { .70106149f, -1.70055616f, .20446722f } },
  { "adamw learning_rate=0.1",
    { .89960146f, -1.89920080f, .39980096f },
    { .69998741f, -1.69828236f, .20400175f } },
  { "adam learning_rate=0.1 weight_decay=0.004",
    { .89960146f, -1.89920080f, .39980096f },
    { .69998741f, -1.69828236f, .20400175f } },
  { "nadam learning_rate=0.1",
    { .89372122f, -1.89372122f, .39372122f },
    { .75213814f, -1.74929440f, .26491228f } },
  { "rmsprop learning_rate=0.1",
    { .68377316f, -1.68377233f, .18377239f },
    { .33712408f, -1.30394089f, .00886426f } },
  { "adagrad learning_rate=0.1",
    { .92155355f, -1.90101731f, .40424824f },
    { .81290960f, -1.77697802f, .29591876f } },
};

static void
test_vector (gconstpointer data)
{
  const Vector *row = data;
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (row->spec, 3, 1, 1);

  g_test_summary ("Weights after one step and after three, as Keras has them");

  start (o);
  step (o);
  dnn_test_assert (o->test, "kernel", row->one, 3);
  step (o);
  step (o);
  dnn_test_assert (o->test, "kernel", row->three, 3);
}

/* --- clipping ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *key;
  float g[3];
  float clipped[3];
} Clip;

static const Clip clips[] = {
  { "value", "clipvalue=1", { 3, -4, 0.5f }, { 1, -1, 0.5f } },
  { "value-at-limit", "clipvalue=3", { 3, -3, 0 }, { 3, -3, 0 } },
  { "norm", "clipnorm=1", { 3, -4, 0 }, { 0.6f, -0.8f, 0 } },
  { "norm-below", "clipnorm=6", { 3, -4, 0 }, { 3, -4, 0 } },
  { "norm-at-limit", "clipnorm=5", { 3, -4, 0 }, { 3, -4, 0 } },
  { "norm-of-zero", "clipnorm=1", { 0, 0, 0 }, { 0, 0, 0 } },
  { "global", "global_clipnorm=1", { 3, -4, 0 }, { 0.6f, -0.8f, 0 } },
  { "global-below", "global_clipnorm=6", { 3, -4, 0 }, { 3, -4, 0 } },
  { "none", "", { 3, -4, 100 }, { 3, -4, 100 } },
};

static void
test_clip (gconstpointer data)
{
  const Clip *row = data;
  g_autofree char *spec = g_strconcat ("sgd learning_rate=1 ", row->key, NULL);
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (spec, 3, 1, 1);
  float expect[3];

  dnn_test_set (o->test, "kernel", V (0, 0, 0));
  for (int i = 0; i < 3; i++)
    expect[i] = -row->clipped[i];

  dnn_test_optimizer_step (o, row->g, 3);

  dnn_test_assert (o->test, "kernel", expect, 3);
}

/* The whole model steps by w - 1: a kernel of 3 at 4, a bias at 1. */
static void
test_global_of_all (void)
{
  g_autoptr (DnnTestOptimizer) global =
      dnn_test_optimizer ("sgd learning_rate=1 global_clipnorm=1", 2, 1, 1);
  g_autoptr (DnnTestOptimizer) each =
      dnn_test_optimizer ("sgd learning_rate=1 clipnorm=1", 2, 1, 1);

  g_test_summary ("global_clipnorm looks at all weights, clipnorm at each");

  for (int i = 0; i < 2; i++) {
    DnnTestOptimizer *o = i == 0 ? global : each;

    dnn_test_set (o->test, "kernel", V (4, 1));
    dnn_test_set (o->test, "bias", V (5));
    dnn_test_optimizer_descend (o);
  }

  dnn_test_assert (global->test, "kernel", V (3.4f, 1));
  dnn_test_assert (global->test, "bias", V (4.2f));
  dnn_test_assert (each->test, "kernel", V (3, 1));
  dnn_test_assert (each->test, "bias", V (4));
}

static void
test_clip_before_decay (void)
{
  g_autoptr (DnnTestOptimizer) o = dnn_test_optimizer (
      "sgd learning_rate=0.5 weight_decay=0.2 clipvalue=1", 3, 1, 1);

  g_test_summary ("Clip, then decay, then step: decay is not clipped");

  dnn_test_set (o->test, "kernel", V (100, 1, 0));

  dnn_test_optimizer_step (o, (const float[]){ 7, 0, -7 }, 3);

  dnn_test_assert (o->test, "kernel", V (89.5f, 0.9f, 0.5f));
}

/* --- counting ------------------------------------------------------------ */

static const DnnWeightState *
state_of (const DnnTestOptimizer *o, const char *short_name)
{
  for (size_t i = 0; i < dnn_optimizer_n_states (o->optimizer); i++) {
    const DnnWeightState *state = dnn_optimizer_state (o->optimizer, i);

    if (g_strcmp0 (state->weight->short_name, short_name) == 0)
      return state;
  }
  g_assert_not_reached ();
}

static void
test_counts_updates (void)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("adam learning_rate=0.1", 3, 1, 1);

  g_test_summary ("t counts the updates of a weight: steps without a gradient "
                  "do not count");

  start (o);
  for (uint64_t i = 0; i < 5; i++) {
    dnn_optimizer_begin_step (o->optimizer, i, i);
    dnn_optimizer_end_step (o->optimizer);
  }
  o->step = 5;
  g_assert_cmpuint (state_of (o, "kernel")->t, ==, 0);

  step (o);

  g_assert_cmpuint (state_of (o, "kernel")->t, ==, 1);
  g_assert_cmpuint (state_of (o, "bias")->t, ==, 0);
  /* Bias correction goes by t: this is a first step. */
  dnn_test_assert (o->test, "kernel", V (.90000147f, -1.90000081f, .40000096f));
}

static void
test_rate (void)
{
  g_autoptr (DnnTestOptimizer) plain =
      dnn_test_optimizer ("sgd learning_rate=0.25", 3, 1, 1);
  g_autoptr (DnnTestOptimizer) usual = dnn_test_optimizer ("adam", 3, 1, 1);

  g_test_summary ("The rate can be asked for; it has the plugin's default");

  g_assert_cmpfloat (dnn_optimizer_rate (plain->optimizer, 7), ==, 0.25);
  g_assert_cmpfloat (dnn_optimizer_rate (usual->optimizer, 7), ==, 0.001);
}

/* An optimizer of that name adopts adam after two steps.  Returns: the report
 * of the slots. */
static char *
adopt_from_adam (const char *name, uint64_t *ret_t)
{
  g_autoptr (DnnTestOptimizer) o =
      dnn_test_optimizer ("adam learning_rate=0.1", 3, 1, 1);
  g_autoptr (DnnSpec) spec = dnn_spec_new (name, (DnnPlace){ 0 });
  g_autoptr (DnnOptimizer) next =
      dnn_optimizer_new (dnn_test_registry (), spec, NULL);
  char *report = NULL;
  g_autoptr (GError) error = NULL;

  start (o);
  step (o);
  step (o);
  dnn_optimizer_prepare (next, dnn_test_model (o->test), o->pool, &error);
  g_assert_no_error (error);
  dnn_optimizer_adopt (next, o->optimizer, &report, &error);
  g_assert_no_error (error);
  *ret_t = dnn_optimizer_state (next, 0)->t;
  return report;
}

static void
test_adopt (void)
{
  uint64_t t;
  g_autofree char *report = adopt_from_adam ("rmsprop", &t);

  g_test_summary ("Slots of the same name and shape are kept, and t with them");

  g_assert_cmpstr (report, ==, "slots kept: gradient_mean_square");
  g_assert_cmpuint (t, ==, 2);
}

static void
test_adopt_nothing (void)
{
  uint64_t t;
  g_autofree char *report = adopt_from_adam ("nadam", &t);

  g_test_summary ("A product over all steps begins anew, so means that go with "
                  "it do, too");

  g_assert_null (strstr (report, "slots kept:"));
  g_assert_nonnull (strstr (report, "momentum_product"));
  g_assert_cmpuint (t, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (vectors); i++) {
    g_autofree char *path =
        g_strconcat ("/optimizer/vector/", vectors[i].spec, NULL);

    g_test_add_data_func (path, &vectors[i], test_vector);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (clips); i++) {
    g_autofree char *path =
        g_strconcat ("/optimizer/clip/", clips[i].name, NULL);

    g_test_add_data_func (path, &clips[i], test_clip);
  }
  g_test_add_func ("/optimizer/clip/global-of-all", test_global_of_all);
  g_test_add_func ("/optimizer/clip/before-decay", test_clip_before_decay);
  g_test_add_func ("/optimizer/counts-updates", test_counts_updates);
  g_test_add_func ("/optimizer/rate", test_rate);
  g_test_add_func ("/optimizer/adopt", test_adopt);
  g_test_add_func ("/optimizer/adopt-nothing", test_adopt_nothing);

  return g_test_run ();
}
