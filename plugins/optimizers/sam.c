/* sam - looks uphill before every step down
 *
 *   e = ρ g / ‖g‖, over all weights;  the other optimizer steps from w by the
 *   gradient at w + e
 *
 * Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization for
 * efficiently improving generalization, ICLR 2021, (2) and (3).
 */
#include <dnn/plugin.h>
#include <math.h>

typedef struct {
  double rho; /* ρ */
} Sam;

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Sam, rho, NULL, "0.05", 0, 1e6, "distance",
                         "how far uphill to look"),
};

static int32_t
slots (const void *self, const DnnHost *host, DnnSlots *s)
{
  (void) self;
  host->add_step_scratch (s, 0, dnn_shape_of (s->weight));
  return 0;
}

static int32_t
step_all (const void *self, const DnnHost *host, DnnStepAll *a)
{
  const DnnVector w = { DNN_VECTOR_W, 0, 0 }, g = { DNN_VECTOR_G, 0, 0 };
  const DnnVector old = { DNN_VECTOR_SCRATCH, 0, 0 };
  const double norm = sqrt (dnn_vector_dot (a, g, g));
  int32_t status;

  dnn_vector_copy (a, w, old);
  dnn_vector_add (a, norm > 0 ? ((const Sam *) self)->rho / norm : 0, g, w);
  status = host->evaluate (a);
  dnn_vector_copy (a, old, w);
  return status;
}

static const DnnOptimizerOps ops = { DNN_OPTIMIZER_OPS (0), .slots = slots,
                                     .step_all = step_all };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "sam",
  .title = "SAM",
  .version = "1.0",
  .summary = "looks uphill before every step down",
  .reference = "Foret and others: Sharpness-aware minimization, ICLR 2021",
  .flags = DNN_FLAG_AROUND,
  .self_size = sizeof (Sam),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
};
