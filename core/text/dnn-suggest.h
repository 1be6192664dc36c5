/* dnn-suggest.h - "did you mean ...?" */
#pragma once

#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* The names nearest to `wrong`, at most three, best first, as
 * "did you mean 'dense'?" or "did you mean 'a' or 'b'?"; where none is near,
 * "there are 'a', 'b' and 'c'" (at most twelve).  NULL-terminated `names`.
 * Returns: (transfer full): never NULL; "" where there are no names. */
char *dnn_suggest (const char *wrong, const char *const *names);

/* True if two names are the same but for case and underscores: "LeakyReLU" and
 * "leaky_relu". */
bool dnn_is_same_name (const char *a, const char *b);

DNN_END_DECLS
