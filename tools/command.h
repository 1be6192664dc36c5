/* command.h - what the verbs of dnnrun share
 *
 * A verb is a row of verbs.h and a file of its own.
 */
#pragma once

#include <dnn-error.h>
#include <dnn-experiment.h>
#include <dnn-registry.h>
#include <stdbool.h>

/* Exit codes: see README. */
enum {
  EXIT_DONE = 0,
  EXIT_INPUT = 1,
  EXIT_USAGE = 2,
  EXIT_DIVERGED = 3,
  EXIT_IO = 4,
  EXIT_INTERRUPTED = 130
};

/* The options that every verb takes. */
typedef struct Common {
  char *plugin_path; /* (owned) */
  gboolean json;
  gboolean quiet;
} Common;

typedef struct Command {
  const char *name;
  const char *arguments; /* "FILE.dnn", for the usage line */
  const char *summary;
  int min_words, max_words; /* without the options */
  /* Reads argv, does the work; false with an error, or without one where
   * command_parse has none. */
  bool (*run) (const struct Command *self, int *argc, char ***argv,
               GError **error);
} Command;

/* The verbs, and those that only dnnrun itself runs. */
#define VERB(function, name, arguments, summary, fewest, most)                 \
  bool cmd_##function (const Command *self, int *argc, char ***argv,           \
                       GError **error);
#include "verbs.h"
#undef VERB
bool cmd_check_part (const Command *self, int *argc, char ***argv,
                     GError **error);
bool cmd_probe (const Command *self, int *argc, char ***argv, GError **error);

/* Parses the verb's own `entries` and the common ones.  Whatever is wrong is
 * DNN_ERROR_USAGE; false without an error where they were only to be described
 * (see describe.h). */
bool command_parse (const Command *self, int *argc, char ***argv,
                    const GOptionEntry *entries, Common *ret_common,
                    GError **error);
void common_clear (Common *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Common, common_clear)

/* True if --threads can be `threads`; false with an error. */
bool check_threads (gint64 threads, GError **error);

/* Sets keys of the experiment: each of the NULL-terminated `sets` (may be NULL)
 * is "section.key=value". */
bool override_keys (DnnExperiment *experiment, char **sets, GError **error);

/* The number, above 0, of an option that is one; `text` NULL: not given. */
bool parse_rate (const char *option, const char *text, double *ret_value,
                 GError **error);

/* "val_loss: 0.8312", on a line of stdout. */
void print_value (const char *prefix, const char *name, double value);

/* Refuses to write to `out` where that is the file `path`, by whatever name;
 * "FILE:NAME" is the file.  `what`: "the model". */
bool check_out_is_not (const char *out, const char *path, const char *what,
                       GError **error);

/* Refuses a name that is of something else than a picture, as "run.dnn". */
bool check_out_is_picture (const char *out, GError **error);

/* Replaces the file, whole or not at all. */
bool write_text (const char *path, const char *text, GError **error);

/* The registry, with --plugin-path. */
DnnRegistry *common_registry (const Common *self);

/* The registry's notes of loading plugins, to stderr; not with --quiet. */
void common_print_notes (const Common *self, DnnRegistry *registry);

/* DnnDataNotes about the data, to stderr; takes them. */
void print_data_notes (const Common *self, GPtrArray *notes);

/* The exit code that tells what kind of error it was. */
int exit_code (const GError *error);
