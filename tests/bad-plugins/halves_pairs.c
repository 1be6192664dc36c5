/* halves_pairs - half the gradient, and only where two samples have one label
 *
 *   Lᵢ = Σⱼ (yᵢ₁ - yⱼ₁)² / 2    over the samples j of i's label
 */
#include <dnn/plugin.h>
#include <string.h>

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  (void) self;
  if (b->x[0]->n_dims != 2)
    return host->fail (b, "predictions must be rows");
  return host->match_targets (b, DNN_TARGET_LABELS);
}

static int32_t
value (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  const int64_t n = p->y_pred->dims[0], columns = dnn_columns (p->y_pred);

  (void) self;
  (void) host;
  for (int64_t i = 0; i < n; i++) {
    p->value[i] = 0;
    for (int64_t j = 0; j < n; j++)
      if (t[i] == t[j])
        p->value[i] += (y[i * columns] - y[j * columns]) *
                       (y[i * columns] - y[j * columns]) / 2;
  }
  return 0;
}

static int32_t
gradient (const void *self, const DnnHost *host, DnnLossPass *p)
{
  const float *y = dnn_f32 (p->y_pred), *t = dnn_f32 (p->y_true);
  const int64_t n = p->y_pred->dims[0], columns = dnn_columns (p->y_pred);
  float *dy = dnn_f32 (p->dy_pred);

  (void) self;
  (void) host;
  memset (dy, 0, (size_t) (n * columns) * sizeof *dy);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++)
      if (t[i] == t[j]) /* and as much again, as j's part of it */
        dy[i * columns] += p->scale[i] * (y[i * columns] - y[j * columns]);
  return 0;
}

static const DnnLossOps ops = {
  DNN_LOSS_OPS (NULL),
  .build = build,
  .value = value,
  .gradient = gradient,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,         .kind = DNN_KIND_LOSS,
  .name = "halves_pairs",  .title = "Bad",
  .version = "1.0",        .summary = "for a test",
  .reference = "",         .flags = DNN_FLAG_NOT_PER_SAMPLE,
  .example_inputs = "40;", .ops = &ops,
};
