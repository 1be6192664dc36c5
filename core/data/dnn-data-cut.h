/* dnn-data-cut.h - parts the rows of the training files: train, validation,
 * test */
#pragma once

#include "dnn-data-source.h"
#include "dnn-data.h"

DNN_BEGIN_DECLS

/* As validation_first, validation_split, test_split and split say.  `extras`
 * are columns beside the training inputs (see DnnCsvExtra), NULL where there is
 * none. */
bool dnn_data_cut (DnnData *self, const DnnDataSettings *settings,
                   DnnArray *const *extras, GError **error);

DNN_END_DECLS
