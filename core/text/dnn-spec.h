/* dnn-spec.h - a plugin's name with parameters, as people write it
 *
 *     huber(delta=0.7)                    a component
 *     accuracy, top_k(k=5)                a list of them
 *     dense units=9 ! elu alpha=0.5       a chain of layers
 *
 * A spec owns its texts.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* Where a text stands, for error messages. */
typedef struct DnnPlace {
  const char *file; /* interned; NULL: not from a file */
  unsigned line;    /* from 1; 0: the file as a whole */
} DnnPlace;

typedef struct DnnArg {
  char *key;   /* (owned) */
  char *value; /* (owned) */
  DnnPlace place;
} DnnArg;

/* The place of what a command line sets: no file's. */
#define DNN_PLACE_OVERRIDE ((DnnPlace){ NULL, 1 })

static inline bool
dnn_arg_is_override (const DnnArg *self)
{
  return self->place.file == NULL && self->place.line == 1;
}

typedef struct DnnSpec {
  char *name;      /* (owned) */
  GPtrArray *args; /* (owned) of DnnArg, in the order written */
  DnnPlace place;
  /* Interned, of a layer that a block was written out to: the block, and what
   * its use is called; NULL of others. */
  const char *block, *block_use;
} DnnSpec;

DnnSpec *dnn_spec_new (const char *name, DnnPlace place);
DnnSpec *dnn_spec_copy (const DnnSpec *self);
void dnn_spec_free (DnnSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSpec, dnn_spec_free)

/* An empty array of DnnSpec, which it owns. */
GPtrArray *dnn_spec_list_new (void);

/* Sets a key, whether it is there or not; takes it away. */
void dnn_spec_set (DnnSpec *self, const char *key, const char *value,
                   DnnPlace place);
void dnn_spec_remove (DnnSpec *self, const char *key);
/* Appends key = value; a key already there is not looked for. */
void dnn_spec_add (DnnSpec *self, const char *key, const char *value,
                   DnnPlace place);
/* Returns: (transfer none): the last argument of that name, or NULL. */
const DnnArg *dnn_spec_find (const DnnSpec *self, const char *key);

/* "name" or "name(key=value, ...)".  A piece without "=" goes on with the
 * value before it: "p(values=1,2, k=3)". */
DnnSpec *dnn_spec_parse (const char *text, DnnPlace place, GError **error);

/* Specs separated by commas outside parentheses.
 * Returns: (transfer full): an array of DnnSpec. */
GPtrArray *dnn_spec_parse_list (const char *text, DnnPlace place,
                                GError **error);

/* Elements separated by a lone "!", each a name and words key=value, split as
 * a shell does (quotes), but not inside parentheses.  A newline in `text`
 * counts a line.  Returns: (transfer full): an array of DnnSpec. */
GPtrArray *dnn_spec_parse_chain (const char *text, DnnPlace place,
                                 GError **error);

/* A spec of that name with the words key=value of `words`, which may be NULL:
 * how a plugin says its defaults and its example. */
DnnSpec *dnn_spec_parse_words (const char *name, const char *words,
                               GError **error);

/* "name(key=value, ...)", which parses back to the same. */
char *dnn_spec_to_string (const DnnSpec *self);

/* "run.dnn:7: " before the message of `error`, where there is a place and the
 * message does not begin with one already: the innermost is the best. */
void dnn_error_prefix_place (GError **error, DnnPlace place);

/* top_k_3, recall_class_id_1: what was set tells two uses of a plugin apart, in
 * a name that may be a cell of a table, a file's or an event's.  `with_keys`:
 * not for the one parameter of a plugin.  Returns: (transfer full). */
char *dnn_spec_name_use (const DnnSpec *self, bool with_keys);

DNN_END_DECLS
