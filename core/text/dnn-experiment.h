/* dnn-experiment.h - the text that describes a run: sections, keys, values
 *
 * INI with an order and with line numbers: a line `[section]` or
 * `[section NAME]`, lines `key = value`, comments from `#` at the start of a
 * line or after a blank, an indented line that continues the value above it.
 * No escapes.  A section or key that stands twice is an error, and so are more
 * than 1 MiB and more than 10,000 lines.
 */
#pragma once

#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnExperiment DnnExperiment;

DnnExperiment *dnn_experiment_new (void);
DnnExperiment *dnn_experiment_load (const char *path, GError **error);
/* `name` starts every error message; NULL: places are not said. */
DnnExperiment *dnn_experiment_parse (const char *name, const char *text,
                                     GError **error);
DnnExperiment *dnn_experiment_copy (const DnnExperiment *self);
void dnn_experiment_free (DnnExperiment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnExperiment, dnn_experiment_free)

/* Sections in the order written; a section is a DnnSpec whose name is what
 * stands in the brackets.  Returns: (transfer none): NULL where there is none.
 */
size_t dnn_experiment_n_sections (const DnnExperiment *self);
const DnnSpec *dnn_experiment_section (const DnnExperiment *self, size_t i);
const DnnSpec *dnn_experiment_find (const DnnExperiment *self,
                                    const char *name);
/* The value of a key, or NULL. */
const char *dnn_experiment_get (const DnnExperiment *self, const char *section,
                                const char *key);

/* The section [optimizer] or [layer NAME] as a plugin, which its key `type`
 * names, with the section's other keys; a layer's name is its key `name`.
 * Returns: (transfer full). */
DnnSpec *dnn_experiment_plugin_spec (const DnnExperiment *self,
                                     const char *name, GError **error);

/* True if it trains in [phase NAME] sections. */
bool dnn_experiment_has_phases (const DnnExperiment *self);

/* Sets a key, making its section where there is none. */
void dnn_experiment_set (DnnExperiment *self, const char *section,
                         const char *key, const char *value);
/* The same, from a place. */
void dnn_experiment_set_at (DnnExperiment *self, const char *section,
                            const char *key, const char *value, DnnPlace place);
/* True if a section may have that name. */
bool dnn_experiment_check_section (const char *name, GError **error);
/* Puts a section behind the one called `after`, or at the end where that is
 * NULL; no section may have its name yet. */
void dnn_experiment_insert (DnnExperiment *self, const DnnSpec *section,
                            const char *after);
/* Puts a section in the place of the one of its name. */
void dnn_experiment_replace (DnnExperiment *self, const DnnSpec *section);
/* Takes a key away; nothing happens where there is none. */
void dnn_experiment_unset (DnnExperiment *self, const char *section,
                           const char *key);
/* As set, from "section.key=value", as on a command line.  Names of sections
 * have dots, too: the section is the longest that is there, else what stands
 * before the first dot. */
bool dnn_experiment_override (DnnExperiment *self, const char *text,
                              GError **error);
/* Splits "key=value" into both, and refuses what a file could not hold. */
bool dnn_parse_assignment (const char *text, char **ret_key, char **ret_value,
                           GError **error);
/* Takes a section away; nothing happens where there is none. */
void dnn_experiment_remove (DnnExperiment *self, const char *section);

/* Text that parses to the same. */
char *dnn_experiment_to_string (const DnnExperiment *self);

DNN_END_DECLS
