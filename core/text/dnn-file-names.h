/* dnn-file-names.h - files that many try, and that are no table */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* The remedy for a file of that name: "save the sheet as .csv" for one in
 * .xlsx; NULL for a name of any other kind.  Returns: (transfer none). */
const char *dnn_file_remedy (const char *path);

/* False for such a file: DNN_ERROR_FORMAT, with the remedy. */
bool dnn_file_check_name (const char *path, GError **error);

DNN_END_DECLS
