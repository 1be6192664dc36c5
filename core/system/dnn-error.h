/* dnn-error.h - the kinds of mistake that a user of the library can make
 *
 * Every sentence says what is wrong, with the offending value in single
 * quotes, and what would be right; each level that knows more context
 * prefixes it ("model.dnn:7: layer 'dense': units must be ...").
 */
#pragma once

#include <stdbool.h>

#include "dnn-decls.h"

DNN_BEGIN_DECLS

#define DNN_ERROR (dnn_error_quark ())

/* Domain of every GError that libdnn makes. */
GQuark dnn_error_quark (void);

typedef enum DnnErrorCode {
  DNN_ERROR_PLUGIN,   /* a shared object that cannot be used as a plugin */
  DNN_ERROR_NAME,     /* no plugin, layer, key or section of that name */
  DNN_ERROR_PARAM,    /* a value that its parameter does not take */
  DNN_ERROR_SHAPE,    /* shapes that do not fit each other */
  DNN_ERROR_FORMAT,   /* a file that is not what it claims to be */
  DNN_ERROR_DATA,     /* numbers that cannot be trained on */
  DNN_ERROR_DIVERGED, /* a loss that is no longer finite */
  DNN_ERROR_FROZEN,   /* a frozen tensor that moved */
  DNN_ERROR_IO,       /* what could not be read or written, or no memory */
  DNN_ERROR_USAGE     /* a call or command line that makes no sense */
} DnnErrorCode;

/* Sets DNN_ERROR_FORMAT, "NAME: ", where `name` is the file's, and what
 * `format` says.  Returns: false. */
bool dnn_set_format_error (const char *name, GError **error, const char *format,
                           ...) G_GNUC_PRINTF (3, 4);

/* The message as one line of UTF-8 that does nothing to a terminal: messages
 * quote files, which may be a stranger's.  Control characters become \x1b, what
 * is not UTF-8 U+FFFD, the middle of a very long one "...". */
char *dnn_error_to_line (const GError *error);

DNN_END_DECLS
