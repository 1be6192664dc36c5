/* dnn-proof.h - proof that what is frozen does not move
 *
 * A hash (SHA-256) of every weight and buffer of every layer that is not
 * trainable, taken before and compared after: one moved bit is an error.
 */
#pragma once

#include "dnn-model.h"

DNN_BEGIN_DECLS

typedef struct DnnProof DnnProof;

/* Takes the hashes of what is frozen now. */
DnnProof *dnn_proof_new (const DnnModel *model);
void dnn_proof_free (DnnProof *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnProof, dnn_proof_free)

/* DNN_ERROR_FROZEN, naming the first tensor that moved. */
bool dnn_proof_check (const DnnProof *self, GError **error);
/* How many tensors it covers. */
size_t dnn_proof_count (const DnnProof *self);

/* A line for each weight that is frozen while what layers are handed moves:
 * "dense/kernel is frozen; lora changes what the layer sees"; "" where there is
 * none.  Returns: (transfer full). */
char *dnn_proof_adapted (const DnnModel *model);

/* SHA-256 of a weight's numbers, in hexadecimal. */
char *dnn_weight_hash (const DnnWeight *weight);

DNN_END_DECLS
