/* empty_bundle - several plugins, of which there are none */
#include <dnn/plugin.h>

const DnnPlugin *const dnn_plugins_v1[] = { NULL };
