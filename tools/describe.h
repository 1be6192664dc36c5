/* describe.h - verbs and options as JSON, for what is made from them
 *
 * `dnnrun --describe` prints an object per line: the program, then every verb
 * with the options of its table.  The build makes bash completion and man
 * pages of it (build-aux/make-manual.py), so that a new verb or option is in
 * them without a word.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* True if the arguments ask for the description of a verb: "--describe". */
bool is_describe (int argc, char **argv);

/* The line of the program. */
void describe_program (void);
/* The line of verb `name`: its own options (may be NULL), and those of all. */
void describe_command (const char *name, const char *arguments,
                       const char *summary, const GOptionEntry *entries,
                       const GOptionEntry *common);
