/* test-masks.c - padding counts for nothing, in every loss and metric
 *
 * A padded batch of sequences under a mask gives the losses, metrics and
 * gradients of its real steps alone: all together, and one sequence after
 * another.
 */
#include "dnn-blas.h"
#include "dnn-kind.h"
#include "dnn-objective.h"
#include "dnn-shape.h"
#include "dnn-test.h"

#include <math.h>
#include <string.h>

enum { N = 3, T = 5, F = 3, MOST = 64 };

/* Real steps of each sequence; padding comes first, in between and last. */
static const bool real[N][T] = {
  { true, true, true, true, true },
  { false, false, true, false, true },
  { true, true, true, false, false },
};

/* A loss or metric: what it is called, and what a row of it looks like. */
typedef struct {
  DnnKind kind;
  char *spec;     /* (owned) */
  int64_t n_pred; /* numbers of a row of predictions */
  int64_t n_true;
  bool labels;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->spec);
  g_free (self);
}

/* --- a model, run on one batch ------------------------------------------- */

typedef struct {
  DnnModel *model;
  DnnPool *pool;
  DnnObjective *objective;
  DnnExpected expected;
  DnnPlan *plan;
  DnnBatch batch;
  float targets[N * T * MOST];
} Run;

static void
run_clear (Run *self)
{
  dnn_plan_free (self->plan);
  dnn_objective_free (self->objective);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static char *
make_chain (const Case *c, const DnnLossOps *ops, bool masked)
{
  const bool sigmoid =
      c->n_pred == 1 ||
      (ops != NULL && g_strcmp0 (ops->logits_of, "sigmoid") == 0);

  return g_strdup_printf ("%sdense units=%d activation=%s name=out",
                          masked ? "masking mask_value=-9 ! " : "",
                          (int) c->n_pred, sigmoid ? "sigmoid" : "softmax");
}

static const DnnLossOps *
loss_ops (const Case *c)
{
  g_autoptr (DnnComponent) component = NULL;

  if (c->kind != DNN_KIND_LOSS)
    return NULL;
  component =
      dnn_component_parse (dnn_test_registry (), DNN_KIND_LOSS, c->spec, NULL);
  return component->code->ops;
}

static void
run_init_for (Run *self, const Case *c, bool masked, DnnShape input,
              DnnShape target)
{
  DnnRegistry *registry = dnn_test_registry ();
  const bool is_loss = c->kind == DNN_KIND_LOSS;
  g_autofree char *chain = make_chain (c, loss_ops (c), masked);
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  self->pool = dnn_pool_new (1);
  self->model = dnn_model_new_from_chain (registry, chain, &input, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_model_initialize (self->model, 1, &error));
  self->objective =
      dnn_objective_new (registry,
                         is_loss     ? c->spec
                         : c->labels ? "sparse_categorical_crossentropy"
                                     : "mean_squared_error",
                         is_loss ? NULL : c->spec, (DnnPlace){ 0 }, &error);
  g_assert_no_error (error);
  dnn_objective_check (self->objective, self->model, &target, &self->expected,
                       &error);
  g_assert_no_error (error);
}

/* For sequences of T steps, or for rows. */
static void
run_init (Run *self, const Case *c, bool masked)
{
  if (masked)
    run_init_for (self, c, true, DNN_SHAPE (T, F), DNN_SHAPE (T, c->n_true));
  else
    run_init_for (self, c, false, DNN_SHAPE (F), DNN_SHAPE (c->n_true));
}

static void
run_plan (Run *self, int64_t n)
{
  const DnnPlanOptions options = {
    .batch = n,
    .training = true,
    .store_gradients = true,
    .loss.logits = dnn_objective_takes_logits (self->objective, self->model),
  };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->plan, dnn_plan_free);
  self->plan = dnn_plan_new (self->model, self->pool, &options, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_plan_allocate (self->plan, NULL, &error));
  self->batch = (DnnBatch){ .plan = self->plan, .n_weights = 1, .n = n };
}

/* The step's input: the same numbers wherever it is run. */
static void
fill_input (int i, int t, float *x)
{
  for (int j = 0; j < F; j++)
    x[j] = sinf ((float) (7 * i + 3 * t + j * j + 1));
}

/* And its targets: one of several classes. */
static void
fill_target (const Case *c, const DnnExpected *expected, int i, int t,
             float *out)
{
  const int64_t class = (2 * i + t) % MAX (c->n_pred, 2);

  for (int64_t j = 0; j < c->n_true; j++)
    out[j] = c->n_true == 1 ? (float) class : (float) (j == class);
  if (expected->set)
    out[0] = (float) (expected->lo +
                      MIN (class, MIN (expected->hi - expected->lo, 2)));
}

static void
run_step (Run *self)
{
  const DnnPassInfo info = { .seed = 1, .training = true };
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_executor_forward (self->plan, &info, &error));
  dnn_objective_update (self->objective, &self->batch, true, &error);
  g_assert_no_error (error);
  g_assert_true (dnn_executor_backward (self->plan, &info, NULL, &error));
}

static void
fill_padded (Run *self, const Case *c)
{
  float *x;

  run_plan (self, N);
  x = dnn_plan_input (self->plan);
  for (int i = 0; i < N; i++)
    for (int t = 0; t < T; t++) {
      const int at = i * T + t;

      for (int j = 0; j < F; j++)
        x[at * F + j] = -9;
      if (real[i][t])
        fill_input (i, t, x + at * F);
      fill_target (c, &self->expected, i, t, self->targets + at * c->n_true);
    }
}

static void
run_padded (Run *self, const Case *c)
{
  fill_padded (self, c);
  self->batch.y_true[0] =
      (DnnTensor){ self->targets, DNN_FLOAT32, 3, { N, T, c->n_true } };
  run_step (self);
}

/* The real steps of sequences first .. last - 1.  Returns: how many. */
static int
run_rows (Run *self, const Case *c, int first, int last)
{
  float rows[N * T * F];
  int n = 0;

  for (int i = first; i < last; i++)
    for (int t = 0; t < T; t++)
      if (real[i][t]) {
        fill_input (i, t, rows + n * F);
        fill_target (c, &self->expected, i, t, self->targets + n++ * c->n_true);
      }
  run_plan (self, n);
  memcpy (dnn_plan_input (self->plan), rows, sizeof (float) * (size_t) n * F);
  self->batch.y_true[0] =
      (DnnTensor){ self->targets, DNN_FLOAT32, 2, { n, c->n_true } };
  run_step (self);
  return n;
}

/* --- what comes out ------------------------------------------------------ */

/* Loss of the batch, and the gradient of the kernel. */
typedef struct {
  double loss;
  double gradient[F * MOST];
} Result;

/* result += share · what the run gave */
static void
add_result (const Run *self, double share, Result *result)
{
  const DnnStage *stage = &self->plan->stages[self->plan->n_stages - 1];
  const DnnTensor *dw = &stage->dw[0].tensor;

  result->loss += share * dnn_objective_batch_loss (self->objective);
  for (int64_t i = 0; i < dnn_count (dw); i++)
    result->gradient[i] += share * dnn_f32 (dw)[i];
}

static void
assert_close (double a, double b, double largest)
{
  if (!(fabs (a - b) <= 1e-5 * fmax (largest, 1e-3)))
    g_test_fail_printf ("%.9g is not %.9g, within 1e-5 of %g", a, b, largest);
}

static void
assert_same (const Result *a, const Result *b, int64_t n)
{
  double largest = 0;

  for (int64_t i = 0; i < n; i++)
    largest = fmax (largest, fabs (b->gradient[i]));
  g_assert_cmpfloat (largest, >, 0);
  assert_close (a->loss, b->loss, fabs (b->loss));
  for (int64_t i = 0; i < n; i++)
    assert_close (a->gradient[i], b->gradient[i], largest);
}

static bool
has_flag (const Case *c, uint64_t flag)
{
  g_autoptr (DnnComponent) component =
      dnn_component_parse (dnn_test_registry (), c->kind, c->spec, NULL);

  return (component->code->flags & flag) != 0;
}

static bool
is_per_sample (const Case *c)
{
  return !has_flag (c, DNN_FLAG_NOT_PER_SAMPLE);
}

static bool
reads_mask (const Case *c)
{
  return has_flag (c, DNN_FLAG_READS_MASK);
}

static void
test_loss (gconstpointer data)
{
  const Case *c = data;
  g_auto (Run) padded, rows;
  Result of_batch = { 0 }, together = { 0 }, one_by_one = { 0 };
  int n;

  g_test_summary ("Its value and gradient are those of the real steps");

  run_init (&padded, c, true);
  run_padded (&padded, c);
  add_result (&padded, 1, &of_batch);
  run_init (&rows, c, false);
  n = run_rows (&rows, c, 0, N);
  add_result (&rows, 1, &together);
  for (int i = 0; i < N; i++) {
    const int steps = run_rows (&rows, c, i, i + 1);

    add_result (&rows, (double) steps / n, &one_by_one);
  }

  assert_same (&of_batch, &together, F * c->n_pred);
  if (is_per_sample (c))
    assert_same (&of_batch, &one_by_one, F * c->n_pred);
}

/* --- losses that take whole sequences ------------------------------------ */

/* Labels of sequence i, of which there may be as many as its real steps. */
static void
fill_labels (int i, int64_t most, float *out)
{
  for (int64_t k = 0; k < most; k++)
    out[k] = k < 2 ? (float) (1 + k) : (float) (i != 1 && k == 2);
}

/* The real steps of sequence i as a sequence without padding. */
static void
run_alone (const Case *c, int i, Result *result)
{
  g_auto (Run) alone;
  float rows[T * F];
  int64_t labels;
  int n = 0;

  for (int t = 0; t < T; t++)
    if (real[i][t])
      fill_input (i, t, rows + n++ * F);
  labels = MIN (n, c->n_true);
  run_init_for (&alone, c, false, DNN_SHAPE (n, F), DNN_SHAPE (labels));
  run_plan (&alone, 1);
  memcpy (dnn_plan_input (alone.plan), rows, sizeof (float) * (size_t) n * F);
  fill_labels (i, labels, alone.targets);
  alone.batch.y_true[0] =
      (DnnTensor){ alone.targets, DNN_FLOAT32, 2, { 1, labels } };
  run_step (&alone);
  add_result (&alone, 1.0 / N, result);
}

static void
test_whole (gconstpointer data)
{
  const Case *c = data;
  g_auto (Run) padded;
  Result of_batch = { 0 }, one_by_one = { 0 };

  g_test_summary ("Of whole sequences: it leaves out the steps of padding");

  run_init_for (&padded, c, true, DNN_SHAPE (T, F), DNN_SHAPE (c->n_true));
  fill_padded (&padded, c);
  for (int i = 0; i < N; i++)
    fill_labels (i, c->n_true, padded.targets + i * c->n_true);
  padded.batch.y_true[0] =
      (DnnTensor){ padded.targets, DNN_FLOAT32, 2, { N, c->n_true } };
  run_step (&padded);
  add_result (&padded, 1, &of_batch);
  for (int i = 0; i < N; i++)
    run_alone (c, i, &one_by_one);

  assert_same (&of_batch, &one_by_one, F * c->n_pred);
}

static void
assert_metric (const DnnObjective *a, const DnnObjective *b)
{
  if (dnn_objective_n_tables (a) == 0) {
    const double result = dnn_objective_result (b, 0);

    assert_close (dnn_objective_result (a, 0), result, fabs (result));
  } else {
    const DnnTensor shape = dnn_tensor_of (&dnn_objective_table (a, 0)->result);
    g_autofree double *ours = dnn_objective_table_values (a, 0);
    g_autofree double *theirs = dnn_objective_table_values (b, 0);

    for (int64_t i = 0; i < dnn_count (&shape); i++)
      assert_close (ours[i], theirs[i], fabs (theirs[i]));
  }
}

static void
test_metric (gconstpointer data)
{
  const Case *c = data;
  g_auto (Run) padded, rows;

  g_test_summary ("Its result is that of the real steps");

  run_init (&padded, c, true);
  run_padded (&padded, c);
  run_init (&rows, c, false);
  for (int i = 0; i < N; i++)
    run_rows (&rows, c, i, i + 1);

  assert_metric (padded.objective, rows.objective);
}

/* --- all that there are -------------------------------------------------- */

static void
add_case (DnnKind kind, const char *name, GPtrArray *cases)
{
  g_autoptr (DnnExample) example = dnn_test_example (kind, name);
  g_autofree char *path =
      g_strdup_printf ("/masks/%s/%s", dnn_kind_name (kind), name);
  Case *c = g_new0 (Case, 1);
  const DnnTensor y_pred = dnn_tensor_of (&example->inputs[0]);
  const DnnTensor y_true = dnn_tensor_of (&example->inputs[1]);

  c->kind = kind;
  c->spec = g_strdup (example->spec);
  c->n_pred = dnn_columns (&y_pred);
  c->labels = dnn_count (&y_pred) != dnn_count (&y_true);
  c->n_true = c->labels ? 1 : c->n_pred;
  if (reads_mask (c))
    c->n_true = dnn_columns (&y_true);
  g_assert_cmpint (c->n_pred, <=, MOST);
  g_ptr_array_add (cases, c);
  g_test_add_data_func (path, c,
                        kind == DNN_KIND_METRIC ? test_metric
                        : reads_mask (c)        ? test_whole
                                                : test_loss);
}

int
main (int argc, char *argv[])
{
  static const DnnKind kinds[] = { DNN_KIND_LOSS, DNN_KIND_METRIC };
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (case_free);

  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++) {
    g_auto (GStrv) names = dnn_registry_names (dnn_test_registry (), kinds[k]);

    for (size_t i = 0; names[i] != NULL; i++)
      add_case (kinds[k], names[i], cases);
  }
  return g_test_run ();
}
