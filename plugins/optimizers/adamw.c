/* adamw - adam with decoupled weight decay
 *
 *   w ← w - η λ w, then adam's step    λ = .004
 *
 * The decay is the host's, as for every optimizer: only its default is here.
 * Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019,
 * algorithm 2.
 */
#include <dnn/plugin.h>

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_OPTIMIZER,
  .name = "adamw",
  .title = "AdamW",
  .version = "1.0",
  .summary = "adam with decoupled weight decay",
  .reference =
      "Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019",
  .base = "adam",
  .defaults = "weight_decay=0.004",
};
