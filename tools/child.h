/* child.h - this program again, in a process of its own
 *
 * For what may crash, hang or end the process: opening somebody's plugin.
 */
#pragma once

#include <stdbool.h>

/* Runs `dnnrun` with these arguments (NULL-terminated) and takes what it
 * prints.  `ret_fault`: a sentence about how it failed; what it complained
 * about, where it did.  On success `ret_fault` is untouched, on failure
 * `ret_out`.  Both are the caller's to free. */
bool child_run (const char *const *arguments, unsigned seconds, char **ret_out,
                char **ret_fault);
