/* dice - how little predicted and actual sets cover each other, both alike
 *
 *   L = 1 - 2 Σ t y / (Σ t + Σ y + ε)    ε = 1e-7
 *
 * which is tversky with α = β = ½, over the axes of `axis`; none: over the
 * whole batch, as in Keras. Milletari, Navab, Ahmadi: V-Net, 3DV 2016,
 * section 3.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LOSS,
  .name = "dice",
  .title = "Dice",
  .version = "1.0",
  .summary =
      "how little predicted and actual sets cover each other, both alike",
  .reference = "Milletari, Navab, Ahmadi: V-Net, 3DV 2016",
  .base = "tversky",
  .defaults = "alpha=0.5 beta=0.5 epsilon=5e-8",
  .example = "axis=-1",
  .example_inputs = "4; 4",
};
