/* dnn-test-formula.c - rows made by a formula; steps that double and add up */
#include "dnn-test-formula.h"

#include "dnn-data-source.h"

#include <math.h>
#include <string.h>

/* --- the source ---------------------------------------------------------- */

typedef struct Formula {
  DnnSource base;
  int64_t seed;
} Formula;

float
dnn_test_formula (int64_t seed, int64_t i, int64_t j)
{
  return (float) sin ((double) (seed + 7 * i + 3 * j));
}

static float
label (int64_t seed, int64_t i)
{
  return (float) ((seed + i * i) % 3);
}

static void
gather (const DnnSource *source, const int64_t *rows, int64_t n, float *out)
{
  const Formula *self = (const Formula *) source;

  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < FORMULA_COLUMNS; j++)
      *out++ = dnn_test_formula (self->seed, rows[i], j);
}

static void
gather_labels (const DnnSource *source, const int64_t *rows, int64_t n,
               float *out)
{
  const Formula *self = (const Formula *) source;

  for (int64_t i = 0; i < n; i++)
    out[i] = label (self->seed, rows[i]);
}

static void
hash_seed (const DnnSource *source, GChecksum *hash)
{
  const Formula *self = (const Formula *) source;

  g_checksum_update (hash, (const guchar *) &self->seed, sizeof self->seed);
}

static const DnnSourceType numbers_type = {
  .name = "formula",
  .gather = gather,
  .hash = hash_seed,
};

static const DnnSourceType labels_type = {
  .name = "formula's labels",
  .gather = gather_labels,
};

DnnSource *
dnn_test_formula_new (int64_t seed, bool labels)
{
  const DnnShape shape = { labels ? 1 : 2,
                           0,
                           { FORMULA_ROWS, labels ? 0 : FORMULA_COLUMNS } };
  Formula *self = g_new0 (Formula, 1);

  dnn_source_init (&self->base, labels ? &labels_type : &numbers_type,
                   "formula", DNN_FLOAT32, &shape);
  self->seed = seed;
  return &self->base;
}

/* --- as [data] names it -------------------------------------------------- */

static bool
takes (const char *inputs)
{
  return g_str_has_prefix (inputs, "formula:");
}

static bool
holds_both (const char *inputs, const DnnDataSettings *settings)
{
  (void) inputs;
  (void) settings;
  return true;
}

static DnnSource *
open_inputs (const char *inputs, const DnnDataSettings *settings,
             const DnnPreprocess *like, int64_t n, GError **error)
{
  (void) settings;
  (void) like;
  (void) n;
  (void) error;
  return dnn_test_formula_new (
      g_ascii_strtoll (inputs + strlen ("formula:"), NULL, 10), false);
}

static bool
open_both (DnnDataPair *ret_pair, const DnnDataFiles *files,
           const DnnDataSettings *settings, const DnnPreprocess *like,
           GError **error)
{
  ret_pair->inputs = open_inputs (files->inputs, settings, like, 0, error);
  ret_pair->targets =
      dnn_test_formula_new (((const Formula *) ret_pair->inputs)->seed, true);
  return true;
}

static const DnnSourceOpener formula_opener = {
  .name = "formula",
  .takes = takes,
  .holds_both = holds_both,
  .open = open_both,
  .open_inputs = open_inputs,
};

const DnnSourceOpener *const dnn_source_openers[] = {
  &formula_opener,
  &dnn_source_files,
  NULL,
};

/* --- the steps ----------------------------------------------------------- */

static DnnDataStep *
step_new (const DnnDataStepType *type)
{
  DnnDataStep *self = g_new0 (DnnDataStep, 1);

  dnn_data_step_init (self, type);
  return self;
}

static DnnDataStep *
double_from (const DnnDataSettings *settings)
{
  return takes (settings->inputs) ? step_new (&dnn_test_double_type) : NULL;
}

static void
apply_double (const DnnDataStep *self, float *x, int64_t n, int64_t size)
{
  (void) self;
  for (int64_t i = 0; i < n * size; i++)
    x[i] *= 2;
}

static void
store_nothing (const DnnDataStep *self, DnnSafetensors *file)
{
  (void) self;
  (void) file;
}

static bool
read_double (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
             GError **error)
{
  (void) file;
  (void) size;
  (void) error;
  *ret_step = step_new (&dnn_test_double_type);
  return true;
}

const DnnDataStepType dnn_test_double_type = {
  .name = "double",
  .from_settings = double_from,
  .apply = apply_double,
  .store = store_nothing,
  .read = read_double,
};

static DnnDataStep *
sum_from (const DnnDataSettings *settings)
{
  return takes (settings->inputs) && g_str_has_suffix (settings->inputs, ":sum")
             ? step_new (&dnn_test_sum_type)
             : NULL;
}

static void
append_sums (const DnnDataStep *self, const float *x, int64_t n, int64_t size,
             float *y)
{
  (void) self;
  for (int64_t i = 0; i < n; i++) {
    float sum = 0;

    for (int64_t j = 0; j < size; j++)
      sum += *y++ = *x++;
    *y++ = sum;
  }
}

static DnnShape
one_more (const DnnDataStep *self, const DnnShape *row)
{
  (void) self;
  return (DnnShape){ 1, 0, { row->dims[0] + 1 } };
}

static bool
read_sum (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
          GError **error)
{
  (void) file;
  (void) error;
  *ret_step = step_new (&dnn_test_sum_type);
  (*ret_step)->size = size - 1;
  return true;
}

const DnnDataStepType dnn_test_sum_type = {
  .name = "sum",
  .from_settings = sum_from,
  .convert = append_sums,
  .shape = one_more,
  .store = store_nothing,
  .read = read_sum,
};

/* The order counts: values are doubled before they are standardized. */
const DnnDataStepType *const dnn_data_step_types[] = {
  &dnn_scale_type,
  &dnn_test_double_type,
  &dnn_standardize_type,
  &dnn_test_sum_type,
  NULL,
};
