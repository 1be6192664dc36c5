/* dnn-param.h - fills a plugin's struct from text, by its table of parameters
 *
 * Values are checked against the table: type, range, nicks.  The texts of
 * DNN_PARAM_TEXT members are interned, so that a struct can be copied freely.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-spec.h"

DNN_BEGIN_DECLS

/* Row `i` of the table, whatever the stride. */
const DnnParam *dnn_param_at (const DnnPlugin *plugin, uint32_t i);

/* The row of that name or alias; NULL where there is none. */
const DnnParam *dnn_param_find (const DnnPlugin *plugin, const char *name);

/* Writes the value `text` into the member of `self`. */
bool dnn_param_set (const DnnParam *param, void *self, const char *text,
                    GError **error);

/* Writes a number into a float member, unchecked: what schedules do. */
void dnn_param_set_number (const DnnParam *param, void *self, double value);
/* The value of a member that is a float, an integer or a bool (0 or 1). */
double dnn_param_get_number (const DnnParam *param, const void *self);

/* Sets every member that has a default. */
bool dnn_param_set_defaults (const DnnPlugin *plugin, void *self,
                             GError **error);

/* Sets defaults and then what `spec` says, in a struct that is not a plugin's:
 * the host's own settings are tables like a plugin's parameters.  Keys that
 * match one of the NULL-terminated glob patterns `others` (may be NULL) are
 * passed over. */
bool dnn_param_apply (const DnnPlugin *table, const DnnSpec *spec,
                      const char *const *others, void *self, GError **error);

/* "there is no key 'x'; did you mean ...?"; `what` is "key" or "parameter". */
void dnn_param_set_unknown (const DnnPlugin *table, const char *what,
                            const char *const *others, const char *key,
                            GError **error);

/* Checks the table itself: names, types and sizes of members, defaults that
 * parse, no name twice. */
bool dnn_param_check_table (const DnnPlugin *plugin, GError **error);

DNN_END_DECLS
