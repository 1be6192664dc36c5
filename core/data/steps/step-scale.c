/* step-scale.c - inputs multiplied by a number */
#include "dnn-data-source.h"
#include "dnn-data-steps.h"
#include "dnn-param.h"
#include "dnn-parse.h"

DnnDataStep *
dnn_scale_new (double factor)
{
  DnnScale *self = g_new0 (DnnScale, 1);

  dnn_data_step_init (&self->base, &dnn_scale_type);
  self->factor = factor;
  return &self->base;
}

static double
factor_of (const DnnDataStep *self)
{
  return ((const DnnScale *) self)->factor;
}

static DnnDataStep *
from_settings (const DnnDataSettings *settings)
{
  return dnn_scale_new (settings->scale);
}

static char *
to_text (const DnnDataStep *self)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_dtostr (text, sizeof text, factor_of (self)));
}

static char *
to_setting (const DnnDataStep *self)
{
  return factor_of (self) != 1 ? to_text (self) : NULL;
}

static void
apply (const DnnDataStep *self, float *x, int64_t n, int64_t size)
{
  const float factor = (float) factor_of (self);

  for (int64_t i = 0; factor != 1 && i < n * size; i++)
    x[i] *= factor;
}

static void
apply_exact (const DnnDataStep *self, double *x, int64_t n, int64_t size)
{
  const double factor = factor_of (self);

  for (int64_t i = 0; i < n * size; i++)
    x[i] *= factor;
}

static void
store (const DnnDataStep *self, DnnSafetensors *file)
{
  g_autofree char *text = to_text (self);

  dnn_safetensors_set_metadata (file, "scale", text);
}

static bool
read_step (const DnnSafetensors *file, int64_t size, DnnDataStep **ret_step,
           GError **error)
{
  const char *text = dnn_safetensors_get_metadata (file, "scale");
  double factor = 1;

  (void) size;
  if (text != NULL && !dnn_parse_float (text, -1e300, 1e300, &factor, error)) {
    g_prefix_error (error, "scale ");
    return false;
  }
  *ret_step = dnn_scale_new (factor);
  return true;
}

const DnnDataStepType dnn_scale_type = {
  .name = "scale",
  .implicit = true,
  .from_settings = from_settings,
  .to_setting = to_setting,
  .apply = apply,
  .apply_exact = apply_exact,
  .store = store,
  .read = read_step,
};
