/* concordance_correlation - how close to being equal two rows are
 *
 *   2 Σ (t - t̄) (y - ȳ) / n / (σ²ₜ + σ²ᵧ + (t̄ - ȳ)² + ε)    ε = 1e-7
 *
 * which is 1 where they are equal, not only on a line as in
 * pearson_correlation. Lin: A concordance correlation coefficient to evaluate
 * reproducibility, 1989.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_METRIC,
  .name = "concordance_correlation",
  .title = "ConcordanceCorrelation",
  .version = "1.0",
  .summary = "how close to being equal two rows are",
  .reference = "https://keras.io/api/metrics/regression_metrics/",
  .base = "pearson_correlation",
  .defaults = "kind=concordance",
  .example_inputs = "4; 4",
};
