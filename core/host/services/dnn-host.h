/* dnn-host.h - the services that plugins call
 *
 * The one table serves all; what a call knows is its DnnContext.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-context.h"

DNN_BEGIN_DECLS

extern const DnnHost dnn_host;

DNN_END_DECLS
