/* dnn-test.c - models of a layer or a few, run by the real host */
#include "dnn-test.h"

#include "dnn-blas.h"
#include "dnn-checker.h"
#include "dnn-plan.h"

#include <math.h>
#include <string.h>

struct DnnTest {
  DnnModel *model;     /* (owned) */
  DnnPool *pool;       /* (owned) */
  DnnPlan *plan;       /* (owned) NULL: to be made */
  GHashTable *tensors; /* (owned) name -> DnnTensor, with data */
  DnnShape input;
  DnnPassInfo info;
  bool ran; /* forward, and nothing since */
};

static void
tensor_free (gpointer data)
{
  DnnTensor *t = data;

  g_free (t->data);
  g_free (t);
}

DnnRegistry *
dnn_test_registry (void)
{
  static DnnRegistry *registry;

  if (registry == NULL)
    registry = dnn_registry_new (NULL);
  return registry;
}

static DnnModel *
make_model (const char *chain, const DnnShape *input, GError **error)
{
  DnnShape sample = { .n_dims = input->n_dims - 1 };

  memcpy (sample.dims, input->dims + 1, sample.n_dims * sizeof sample.dims[0]);
  return dnn_model_new_from_chain (dnn_test_registry (), chain, &sample, error);
}

DnnTest *
dnn_test_new (const char *chain, DnnShape input)
{
  DnnTest *self = g_new0 (DnnTest, 1);
  GError *error = NULL;

  self->model = make_model (chain, &input, &error);
  g_assert_no_error (error);
  dnn_model_initialize (self->model, 1, &error);
  g_assert_no_error (error);
  self->input = input;
  self->pool = dnn_pool_new (1);
  self->tensors =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, tensor_free);
  self->info = (DnnPassInfo){ .seed = 1, .training = true };
  return self;
}

void
dnn_test_free (DnnTest *self)
{
  if (self == NULL)
    return;
  dnn_plan_free (self->plan);
  g_hash_table_unref (self->tensors);
  dnn_pool_free (self->pool);
  dnn_model_unref (self->model);
  g_free (self);
}

DnnModel *
dnn_test_model (DnnTest *self)
{
  return self->model;
}

/* --- settings ------------------------------------------------------------ */

static void
drop_plan (DnnTest *self)
{
  g_clear_pointer (&self->plan, dnn_plan_free);
  self->ran = false;
}

void
dnn_test_threads (DnnTest *self, unsigned n)
{
  drop_plan (self);
  dnn_pool_free (self->pool);
  self->pool = dnn_pool_new (n);
}

void
dnn_test_training (DnnTest *self, bool training)
{
  self->info.training = training;
  self->ran = false;
}

void
dnn_test_step (DnnTest *self, uint64_t step)
{
  self->info.step = step;
  self->ran = false;
}

void
dnn_test_epoch (DnnTest *self, uint64_t epoch, const uint64_t *rows)
{
  self->info.epoch = epoch;
  self->info.rows = rows;
  self->ran = false;
}

void
dnn_test_freeze (DnnTest *self)
{
  drop_plan (self);
  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = false;
}

/* --- tensors ------------------------------------------------------------- */

static DnnWeight *
find_weight (DnnTest *self, const char *name)
{
  DnnWeight *weight = dnn_model_find_weight (self->model, name);

  for (size_t i = 0; weight == NULL && i < dnn_model_n_weights (self->model);
       i++)
    if (strcmp (dnn_model_weight (self->model, i)->short_name, name) == 0)
      weight = dnn_model_weight (self->model, i);
  return weight;
}

/* A tensor of ours, made where it is not there yet. */
static DnnTensor *
own_tensor (DnnTest *self, const char *name, const DnnTensor *shape)
{
  DnnTensor *t = g_hash_table_lookup (self->tensors, name);

  if (t == NULL) {
    t = g_memdup2 (shape, sizeof *shape);
    t->data = g_new0 (float, dnn_count (shape) + 1);
    g_hash_table_insert (self->tensors, g_strdup (name), t);
  }
  return t;
}

static void
keep (DnnTest *self, const char *name, const DnnTensor *from)
{
  DnnTensor *t = own_tensor (self, name, from);

  memcpy (t->data, from->data, (size_t) dnn_count (t) * sizeof (float));
}

/* The plan, made where there is none: x and dy then have their shapes. */
static DnnPlan *
need_plan (DnnTest *self)
{
  const DnnPlanOptions options = {
    .batch = self->input.dims[0],
    .training = true,
    .input_gradient = true,
    .store_gradients = true,
  };
  GError *error = NULL;

  if (self->plan != NULL)
    return self->plan;
  g_assert_true (dnn_blas_init (NULL));
  self->plan = dnn_plan_new (self->model, self->pool, &options, &error);
  g_assert_no_error (error);
  dnn_plan_allocate (self->plan, NULL, &error);
  g_assert_no_error (error);
  own_tensor (self, "x", &self->plan->values[0].y.tensor);
  own_tensor (self, "dy", &self->plan->heads[0].prediction->tensor);
  return self->plan;
}

static DnnTensor *
find_tensor (DnnTest *self, const char *name)
{
  DnnWeight *weight = find_weight (self, name);
  DnnTensor *t;

  need_plan (self);
  t = weight != NULL ? &weight->tensor
                     : g_hash_table_lookup (self->tensors, name);
  if (t == NULL)
    g_error ("there is no tensor '%s'", name);
  return t;
}

void
dnn_test_set (DnnTest *self, const char *name, const float *values, size_t n)
{
  DnnTensor *t = find_tensor (self, name);

  g_assert_cmpuint (n, ==, dnn_count (t));
  memcpy (t->data, values, n * sizeof *values);
  if (strcmp (name, "dy") != 0)
    self->ran = false;
}

static void
fill_normal (uint64_t seed, const char *name, DnnTensor *t)
{
  const DnnKey key = { .seed = seed, .owner = dnn_random_owner (name) };

  dnn_random_normal (&key, 0, dnn_count (t), t->data);
}

void
dnn_test_randomize (DnnTest *self, uint64_t seed)
{
  fill_normal (seed, "x", find_tensor (self, "x"));
  fill_normal (seed, "dy", find_tensor (self, "dy"));
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    DnnWeight *weight = dnn_model_weight (self->model, i);

    if (!weight->is_buffer)
      fill_normal (seed, weight->name, &weight->tensor);
  }
  self->ran = false;
}

const float *
dnn_test_get (DnnTest *self, const char *name, size_t *ret_n)
{
  DnnTensor *t = find_tensor (self, name);

  *ret_n = (size_t) dnn_count (t);
  return t->data;
}

/* --- passes -------------------------------------------------------------- */

void
dnn_test_forward (DnnTest *self)
{
  DnnPlan *plan = need_plan (self);
  const DnnTensor *x = find_tensor (self, "x");
  float *arena = plan->arena;
  GError *error = NULL;

  for (size_t i = 0; i < plan->arena_size / sizeof *arena; i++)
    arena[i] = NAN;
  memcpy (dnn_plan_input (plan), x->data,
          (size_t) dnn_count (x) * sizeof *arena);
  dnn_executor_forward (plan, &self->info, &error);
  g_assert_no_error (error);
  keep (self, "y", &plan->heads[0].prediction->tensor);
  self->ran = true;
}

/* A short name is that of the first weight that has it. */
static void
keep_gradient (DnnTest *self, const DnnWeight *weight, const DnnPlaced *from,
               bool by_full_name)
{
  g_autofree char *name =
      g_strconcat ("d", by_full_name ? weight->name : weight->short_name, NULL);

  if (from->block >= 0 &&
      (by_full_name || find_weight (self, weight->short_name) == weight))
    keep (self, name, &from->tensor);
}

/* Of parametrized weights, and of what they are parametrized with. */
static void
keep_made (DnnTest *self, bool by_full_name)
{
  for (size_t i = 0; i < self->plan->n_made; i++) {
    const DnnMade *made = &self->plan->made[i];

    keep_gradient (self, made->weight, &made->x.gradient, by_full_name);
    for (uint32_t j = 0; j < made->stage.layer->n_weights; j++)
      if (made->stage.layer->weights[j] != NULL)
        keep_gradient (self, made->stage.layer->weights[j], &made->stage.dw[j],
                       by_full_name);
  }
}

/* Gradients that no stage computed are not there. */
static void
keep_gradients (DnnTest *self, bool by_full_name)
{
  keep_made (self, by_full_name);
  for (size_t i = 0; i < self->plan->n_stages; i++) {
    const DnnStage *stage = &self->plan->stages[i];

    for (uint32_t j = 0; j < stage->layer->n_weights; j++) {
      const DnnWeight *weight = stage->layer->weights[j];

      if (weight != NULL && weight->parametrization == NULL)
        keep_gradient (self, weight, &stage->dw[j], by_full_name);
    }
  }
}

static void
forget_gradients (DnnTest *self)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->tensors);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (*(const char *) name == 'd' && strcmp (name, "dy") != 0)
      g_hash_table_iter_remove (&iter);
}

void
dnn_test_backward (DnnTest *self)
{
  DnnPlan *plan = need_plan (self);
  const DnnTensor *dy = find_tensor (self, "dy");
  GError *error = NULL;

  if (!self->ran)
    dnn_test_forward (self);
  memcpy (plan->heads[0].loss_value->gradient.tensor.data, dy->data,
          (size_t) dnn_count (dy) * sizeof (float));
  dnn_executor_backward (plan, &self->info, NULL, &error);
  g_assert_no_error (error);
  forget_gradients (self);
  keep (self, "dx", &plan->values[0].gradient.tensor);
  keep_gradients (self, false);
  keep_gradients (self, true);
  self->ran = false;
}

/* --- assertions ---------------------------------------------------------- */

void
dnn_test_assert_close (const char *what, const float *actual,
                       const float *expected, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const double a = (double) actual[i], b = (double) expected[i];

    if (a != b && !(fabs (a - b) <= 1e-5 * fmax (fabs (b), 0.05)))
      g_error ("%s[%zu] is %.9g, and should be %.9g", what, i, a, b);
  }
}

void
dnn_test_assert (DnnTest *self, const char *name, const float *expected,
                 size_t n)
{
  size_t count;
  const float *actual = dnn_test_get (self, name, &count);

  g_assert_cmpuint (count, ==, n);
  dnn_test_assert_close (name, actual, expected, n);
}

void
dnn_test_assert_no_gradient (DnnTest *self, const char *weight)
{
  g_autofree char *name = g_strconcat ("d", weight, NULL);

  g_assert_nonnull (find_weight (self, weight));
  g_assert_null (g_hash_table_lookup (self->tensors, name));
}

static double
objective (void *data, double *ret_noise)
{
  DnnTest *self = data;
  double squares = 0, sum;

  dnn_test_forward (self);
  sum = dnn_check_dot (find_tensor (self, "dy"), find_tensor (self, "y"),
                       &squares);
  *ret_noise = sqrt (squares);
  return sum;
}

/* If backward is meant not to be the derivative, of any layer. */
static bool
has_other_gradient (const DnnModel *model)
{
  for (size_t i = 0; i < dnn_model_n_layers (model); i++) {
    const DnnComponent *component = dnn_model_layer (model, i)->component;

    if (component != NULL &&
        (component->code->flags & DNN_FLAG_OTHER_GRADIENT) != 0)
      return true;
  }
  return false;
}

void
dnn_test_assert_gradients (DnnTest *self)
{
  g_autoptr (DnnCheckReport) report = g_new0 (DnnCheckReport, 1);
  DnnCheckSlope slope = { "dx", objective, self, find_tensor (self, "x") };
  GError *error = NULL;

  report->failures = g_ptr_array_new_with_free_func (g_free);
  if (has_other_gradient (self->model)) {
    g_test_skip ("its backward is no derivative");
    return;
  }
  dnn_test_randomize (self, 7);
  dnn_test_backward (self);
  slope.gradient = find_tensor (self, "dx");
  dnn_check_slope (report, "host", &slope);
  for (size_t i = 0; i < dnn_model_n_weights (self->model); i++) {
    DnnWeight *weight = dnn_model_weight (self->model, i);
    g_autofree char *name = g_strconcat ("d", weight->name, NULL);

    if (weight->is_buffer)
      continue;
    slope.what = name;
    slope.variable = &weight->tensor;
    slope.gradient = find_tensor (self, name);
    dnn_check_slope (report, "host", &slope);
  }
  dnn_check_report_passes (report, "gradients", &error);
  g_assert_no_error (error);
}

void
dnn_test_assert_rejects (const char *type, const char *params, int code,
                         DnnShape input)
{
  g_autofree char *chain = g_strconcat (type, " ", params, NULL);
  g_autofree char *start = g_strconcat (type, ": ", NULL);
  g_autoptr (GError) error = NULL;
  DnnModel *model = make_model (chain, &input, &error);

  g_assert_null (model);
  g_assert_error (error, DNN_ERROR, code);
  if (!g_str_has_prefix (error->message, start))
    g_error ("'%s' should start with '%s'", error->message, start);
}
