/* dnn-data-hash.h - whether data are the same as before */
#pragma once

#include "dnn-data.h"

DNN_BEGIN_DECLS

/* A hash of some of the training rows as the model sees them, so that other
 * data are noticed.  Returns: (transfer full). */
char *dnn_data_hash (const DnnData *data);

DNN_END_DECLS
