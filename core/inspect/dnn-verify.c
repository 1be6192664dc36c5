/* dnn-verify.c - hashes, finite numbers, and shapes against the plugins */
#include "dnn-verify.h"

#include "dnn-array.h"
#include "dnn-model-file.h"
#include "dnn-optimizer.h"
#include "dnn-phase.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

/* The objects that the file's texts make. */
typedef struct {
  DnnVerification *found;
  DnnModel *model;       /* (owned reference) NULL: it cannot be made */
  GPtrArray *optimizers; /* (owned) of each phase; NULL: they cannot be made */
} Verifier;

static void add_fault (DnnVerification *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static void
add_fault (DnnVerification *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (self->faults, g_strdup_vprintf (format, args));
  va_end (args);
}

/* --- the texts ----------------------------------------------------------- */

static void
make_model (Verifier *self, DnnRegistry *registry)
{
  const DnnSafetensors *file = self->found->file;
  const char *format = dnn_safetensors_get_metadata (file, "format");
  const char *chain = dnn_safetensors_get_metadata (file, "model");
  const char *shape = dnn_safetensors_get_metadata (file, "input_shape");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) specs = NULL;
  DnnEnds ends;

  if (g_strcmp0 (format, "dnn/1") != 0 || chain == NULL || shape == NULL) {
    dnn_model_set_no_model (format, &error);
    add_fault (self->found, "%s", error->message);
    return;
  }
  if (dnn_model_file_read_ends (file, &ends, &error))
    specs = dnn_spec_parse_chain (chain, (DnnPlace){ 0 }, &error);
  if (specs != NULL)
    self->model = dnn_model_new_graph (registry, specs, &ends, &error);
  if (self->model == NULL)
    add_fault (self->found, "%s", error->message);
}

static void
optimizer_free (gpointer data)
{
  dnn_optimizer_free (data);
}

/* Of every phase, with slots for every weight. */
static bool
make_optimizers (Verifier *self, const GPtrArray *phases, DnnRegistry *registry,
                 GError **error)
{
  g_autoptr (GPtrArray) optimizers =
      g_ptr_array_new_with_free_func (optimizer_free);

  for (size_t i = 0; i < dnn_model_n_layers (self->model); i++)
    dnn_model_layer (self->model, i)->trainable = true;
  for (guint i = 0; i < phases->len; i++) {
    const DnnPhase *phase = g_ptr_array_index (phases, i);
    DnnOptimizer *optimizer =
        dnn_optimizer_new (registry, phase->optimizer, error);

    if (optimizer == NULL)
      return false;
    g_ptr_array_add (optimizers, optimizer);
    if (!dnn_optimizer_prepare (optimizer, self->model, NULL, error))
      return false;
  }
  self->optimizers = g_steal_pointer (&optimizers);
  return true;
}

static void
read_experiment (Verifier *self, DnnRegistry *registry)
{
  const char *text =
      dnn_safetensors_get_metadata (self->found->file, "experiment");
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) experiment = NULL;
  g_autoptr (GPtrArray) phases = NULL;

  if (text == NULL)
    return;
  experiment = dnn_experiment_parse (NULL, text, &error);
  if (experiment != NULL && self->model != NULL &&
      dnn_experiment_find (experiment, "optimizer") != NULL)
    phases = dnn_phases_parse (experiment, &error);
  if (error == NULL && phases != NULL)
    make_optimizers (self, phases, registry, &error);
  if (error != NULL)
    add_fault (self->found, "its experiment: %s", error->message);
}

/* --- tensors ------------------------------------------------------------- */

static int64_t
count_not_finite (const DnnNamedTensor *tensor, int64_t *ret_first)
{
  const float *x = tensor->data;
  const double *y = tensor->data;
  int64_t n = 0, bad = 0;

  if ((tensor->dtype != DNN_FLOAT32 && tensor->dtype != DNN_FLOAT64) ||
      !dnn_shape_count (&tensor->shape, &n))
    return 0;
  for (int64_t i = 0; i < n; i++)
    if (!isfinite (tensor->dtype == DNN_FLOAT32 ? (double) x[i] : y[i]) &&
        bad++ == 0)
      *ret_first = i;
  return bad;
}

static bool
fits (const DnnNamedTensor *tensor, DnnDtype dtype, const DnnShape *shape)
{
  return tensor->dtype == dtype && dnn_shape_equal (&tensor->shape, shape);
}

static void
check_weight (DnnVerification *found, const DnnWeight *weight,
              const DnnNamedTensor *tensor)
{
  const DnnShape shape = dnn_shape_of (&weight->tensor);
  g_autofree char *have = dnn_shape_to_string (&tensor->shape, false);
  g_autofree char *want = dnn_shape_to_string (&shape, false);

  const DnnDtype dtype = (DnnDtype) weight->tensor.dtype;

  if (!fits (tensor, dtype, &shape))
    add_fault (found, "'%s' is %s %s, and its plugin wants %s %s", tensor->name,
               dnn_dtype_name (tensor->dtype), have, dnn_dtype_name (dtype),
               want);
}

/* True if it is a slot of that weight, or its counter. */
static bool
is_slot (const DnnWeightState *state, const DnnNamedTensor *tensor)
{
  g_autofree char *folder =
      g_strdup_printf ("optimizer/%s/", state->weight->name);
  const DnnShape scalar = DNN_SCALAR;
  const char *slot;

  if (!g_str_has_prefix (tensor->name, folder))
    return false;
  slot = tensor->name + strlen (folder);
  if (strcmp (slot, "t") == 0)
    return fits (tensor, DNN_INT64, &scalar);
  for (uint32_t i = 0; i < state->slots.n; i++)
    if (state->slots.at[i].set && strcmp (state->slots.at[i].name, slot) == 0)
      return fits (tensor, DNN_FLOAT32, &state->slots.at[i].shape);
  return false;
}

static void
check_slot (const Verifier *self, const DnnNamedTensor *tensor)
{
  for (guint i = 0; self->optimizers != NULL && i < self->optimizers->len;
       i++) {
    const DnnOptimizer *optimizer = g_ptr_array_index (self->optimizers, i);

    for (size_t j = 0; j < dnn_optimizer_n_states (optimizer); j++)
      if (is_slot (dnn_optimizer_state (optimizer, j), tensor))
        return;
  }
  if (self->optimizers != NULL)
    add_fault (self->found,
               "'%s' is no slot of an optimizer of its experiment, or of "
               "another shape",
               tensor->name);
}

/* Sets the role and finds what is wrong with it. */
static const char *
judge (const Verifier *self, const DnnNamedTensor *tensor)
{
  const DnnWeight *weight =
      self->model != NULL ? dnn_model_find_weight (self->model, tensor->name)
                          : NULL;

  if (weight != NULL) {
    check_weight (self->found, weight, tensor);
    return weight->is_buffer ? "buffer" : "weight";
  }
  if (g_str_has_prefix (tensor->name, "optimizer/")) {
    check_slot (self, tensor);
    return "optimizer";
  }
  if (g_str_has_prefix (tensor->name, "checkpoint/"))
    return "checkpoint";
  if (g_str_has_prefix (tensor->name, "input/"))
    return "preprocessing";
  if (self->model != NULL)
    add_fault (self->found, "'%s' belongs to no layer of the model",
               tensor->name);
  return "unknown";
}

static void
check_tensor (const Verifier *self, const DnnNamedTensor *tensor)
{
  DnnVerifyRow row = { .tensor = tensor, .role = judge (self, tensor) };
  int64_t n = 0, first = 0;

  dnn_shape_count (&tensor->shape, &n);
  row.hash =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, tensor->data,
                                   (gsize) n * dnn_dtype_size (tensor->dtype));
  row.n_not_finite = count_not_finite (tensor, &first);
  /* An average that has not begun is not a number. */
  if (row.n_not_finite > 0 && !dnn_tensor_is_of_training (tensor->name))
    add_fault (self->found,
               "'%s' has %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
               " numbers that are not finite, the first at %" G_GINT64_FORMAT,
               tensor->name, row.n_not_finite, n, first);
  g_array_append_val (self->found->rows, row);
}

static void
check_missing (const Verifier *self)
{
  for (size_t i = 0;
       self->model != NULL && i < dnn_model_n_weights (self->model); i++) {
    const DnnWeight *weight = dnn_model_weight (self->model, i);

    if (dnn_safetensors_find (self->found->file, weight->name) == NULL)
      add_fault (self->found, "the file has no tensor '%s'", weight->name);
  }
}

/* --- the whole ----------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a + 64, *(char *const *) b + 64);
}

/* A line is a hash of 64 characters, two blanks, and the name. */
static char *
hash_model (const DnnVerification *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->rows->len; i++) {
    const DnnVerifyRow *row = dnn_verification_row (self, i);

    if (!dnn_tensor_is_of_training (row->tensor->name))
      g_ptr_array_add (
          lines, g_strdup_printf ("%s  %s\n", row->hash, row->tensor->name));
  }
  g_ptr_array_sort (lines, compare_names);
  for (guint i = 0; i < lines->len; i++)
    g_string_append (text, g_ptr_array_index (lines, i));
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str,
                                        (gssize) text->len);
}

static void
row_clear (gpointer data)
{
  g_free (((DnnVerifyRow *) data)->hash);
}

/* Other faults are found by loading it as evaluate and predict do. */
static void
check_loading (DnnVerification *self, DnnRegistry *registry, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, &error);

  if (file == NULL)
    add_fault (self, "%s", error->message);
}

DnnVerification *
dnn_verify (DnnRegistry *registry, const char *path, GError **error)
{
  g_autoptr (DnnVerification) found = g_new0 (DnnVerification, 1);
  Verifier self = { .found = found };

  found->rows = g_array_new (FALSE, FALSE, sizeof (DnnVerifyRow));
  g_array_set_clear_func (found->rows, row_clear);
  found->faults = g_ptr_array_new_with_free_func (g_free);
  found->file = dnn_safetensors_read (path, error);
  if (found->file == NULL)
    return NULL;
  make_model (&self, registry);
  read_experiment (&self, registry);
  for (size_t i = 0; i < dnn_safetensors_count (found->file); i++)
    check_tensor (&self, dnn_safetensors_at (found->file, i));
  check_missing (&self);
  found->hash = hash_model (found);
  if (found->faults->len == 0)
    check_loading (found, registry, path);
  g_clear_pointer (&self.optimizers, g_ptr_array_unref);
  dnn_model_unref (self.model);
  return g_steal_pointer (&found);
}

void
dnn_verification_free (DnnVerification *self)
{
  if (self == NULL)
    return;
  g_free (self->hash);
  g_clear_pointer (&self->faults, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_array_unref);
  dnn_safetensors_free (self->file);
  g_free (self);
}

const DnnVerifyRow *
dnn_verification_row (const DnnVerification *self, size_t i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return &g_array_index (self->rows, DnnVerifyRow, i);
}
