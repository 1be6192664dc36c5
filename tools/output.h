/* output.h - the standard output, which may be full or closed
 *
 * The first line that cannot be written is reported at once, with its own
 * reason; later ones say nothing.
 */
#pragma once

#include <stdbool.h>

/* Writes what stands in the buffer; false where it or anything before could not
 * be written. */
bool output_flush (void);
bool output_is_lost (void);
