/* input.h - the standard input, as a file that can be read more than once */
#pragma once

#include <dnn-error.h>

/* "/dev/stdin" for "-", and what else there is for anything else; a pipe that
 * is the standard input is read to its end first, into memory, which takes its
 * place.
 * Returns: (transfer none): NULL with an error. */
const char *input_open (const char *path, GError **error);
