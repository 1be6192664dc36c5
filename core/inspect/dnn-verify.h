/* dnn-verify.h - whether a model's file is what it claims to be
 *
 * Every tensor with its hash; whether its numbers are finite and its shape is
 * that which the plugins declare; whether the texts of the file can be read.
 * All faults are told, not the first alone.
 */
#pragma once

#include "dnn-registry.h"
#include "dnn-safetensors.h"

DNN_BEGIN_DECLS

typedef struct DnnVerifyRow {
  const DnnNamedTensor *tensor; /* borrowed from the file */
  const char *role; /* "weight", "buffer", "optimizer", "preprocessing",
                     * "checkpoint", or "unknown" */
  char *hash;       /* (owned) SHA-256 of its bytes, in hexadecimal */
  int64_t n_not_finite;
} DnnVerifyRow;

typedef struct DnnVerification {
  DnnSafetensors *file; /* (owned) */
  GArray *rows;         /* (owned) of DnnVerifyRow, in the file's order */
  char *hash;        /* (owned) of the model: SHA-256 of a line "HASH  NAME\n"
                      * of each weight, buffer and number of the preprocessing,
                      * by name; training's tensors do not change it */
  GPtrArray *faults; /* (owned) sentences; empty: all is well */
} DnnVerification;

/* NULL where the file cannot be read as safetensors at all. */
DnnVerification *dnn_verify (DnnRegistry *registry, const char *path,
                             GError **error);
void dnn_verification_free (DnnVerification *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnVerification, dnn_verification_free)

const DnnVerifyRow *dnn_verification_row (const DnnVerification *self,
                                          size_t i);

DNN_END_DECLS
