/* dnn-inspect.h - all that can be told of a plugin
 *
 * What its descriptor says, which file it came from, and what it makes of its
 * example.  An inspection holds the registry; plugins are borrowed from it.
 */
#pragma once

#include "dnn-build.h"
#include "dnn-example.h"

DNN_BEGIN_DECLS

typedef struct DnnInspection {
  DnnRegistry *registry;   /* (owned) */
  const DnnPlugin *plugin; /* as named */
  const DnnPlugin *code;   /* whose parameters and flags count: its base */
  char **files;            /* (owned) the one it is, then those it shadows */
  DnnSpec *defaults;       /* (owned) what it sets of its base */
  DnnExample *example;     /* (owned) NULL: it has none that can be read */
  DnnBuilt *built;         /* (owned) what it declares for its example; NULL
                            * of a kind that declares nothing */
  DnnShape weight;         /* of an optimizer: whose slots `built` holds */
  char *problem;           /* (owned) why the example does not work, or NULL */
} DnnInspection;

/* Loads the plugin and builds its example. */
DnnInspection *dnn_inspect (DnnRegistry *registry, DnnKind kind,
                            const char *name, GError **error);
void dnn_inspection_free (DnnInspection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnInspection, dnn_inspection_free)

/* The default of one of its parameters or of a key of the host's, as text:
 * where it has a base, what it sets of it.  NULL: it must be given. */
const char *dnn_inspection_default (const DnnInspection *self,
                                    const DnnParam *param);

/* The keys that the host understands beside its parameters, as a table; NULL
 * where its kind has none. */
const DnnPlugin *dnn_inspection_keys (const DnnInspection *self);

typedef struct DnnFlagWord {
  uint64_t flag;     /* of DnnFlags */
  const char *nick;  /* "in_place" */
  const char *words; /* "may compute in place" */
} DnnFlagWord;

/* Flag number `i` there is, whether the plugin has it or not; NULL behind the
 * last. */
const DnnFlagWord *dnn_flag_word (size_t i);

/* "whole number", "one of": what a parameter's type is called. */
const char *dnn_param_type_words (const DnnParam *param);
/* The same as one word, "int". */
const char *dnn_param_type_nick (const DnnParam *param);

/* As `dnnrun inspect` prints it. */
char *dnn_inspection_to_text (const DnnInspection *self);

/* Kinds that have a plugin of that name: how many, and which.  `ret_kinds` has
 * room for all kinds. */
size_t dnn_inspect_kinds (DnnRegistry *registry, const char *name,
                          DnnKind *ret_kinds);

DNN_END_DECLS
