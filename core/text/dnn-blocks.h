/* dnn-blocks.h - [block NAME] sections: chains with parameters
 *
 *     [block residual]
 *     units = required
 *     layers = dense units=$units ! relu ! add input=relu,input
 *
 * dnn-expand.h puts them into a model.
 */
#pragma once

#include "dnn-experiment.h"

DNN_BEGIN_DECLS

typedef struct DnnBlock {
  const char *name;
  const DnnSpec *section; /* the default of each parameter, and `layers` */
  GPtrArray *chain;       /* (owned) of DnnSpec: `layers`, with its dollars */
} DnnBlock;

typedef struct DnnBlocks DnnBlocks;

/* The blocks of an experiment, which must live as long as they.  A name that is
 * none, a parameter that is not used or not there, and whatever is no chain is
 * an error, whether the block is used or not. */
DnnBlocks *dnn_blocks_parse (const DnnExperiment *experiment, GError **error);
void dnn_blocks_free (DnnBlocks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnBlocks, dnn_blocks_free)

size_t dnn_blocks_count (const DnnBlocks *self);
/* In the order written.  Returns: (transfer none). */
const DnnBlock *dnn_blocks_at (const DnnBlocks *self, size_t i);
/* Returns: (transfer none): NULL if there is none of that name. */
const DnnBlock *dnn_blocks_find (const DnnBlocks *self, const char *name);
/* "did you mean 'residual'?", or "": no block's name is near. */
char *dnn_blocks_suggest (const DnnBlocks *self, const char *name);

/* The parameter, whose value is its default; NULL: there is none. */
const DnnArg *dnn_block_parameter (const DnnBlock *self, const char *name);
/* True if each use must give it. */
bool dnn_block_is_required (const DnnArg *parameter);
/* The keys that every use of a block takes, NULL-terminated. */
const char *const *dnn_block_keys (void);

/* True if the value of a layer's key `key` is the name of a layer, or several:
 * `name`, `input` and `weights`. */
bool dnn_block_is_reference (const char *key);

/* `layer`, one of the block's chain, with the values that `use` gives the
 * block's parameters, or else their defaults.  All that are required must be
 * given.  Returns: (transfer full). */
DnnSpec *dnn_block_fill (const DnnBlock *self, const DnnSpec *use,
                         const DnnSpec *layer, GError **error);

DNN_END_DECLS
