/* dnn-build.h - asks plugins what they make of given shapes */
#pragma once

#include <dnn/plugin.h>

#include "dnn-component.h"
#include "dnn-declared.h"

DNN_BEGIN_DECLS

/* Calls the build of a plugin whose kind has one for inputs of these shapes.
 * `who` starts the error message.
 * Returns: (transfer full): to be freed with g_free. */
DnnBuilt *dnn_build (const DnnComponent *component, const char *who,
                     const DnnTensor *const *x, uint32_t n_inputs,
                     GError **error);
/* The same for inputs of which some have masks: of each, or NULL; NULL: none
 * has one. */
DnnBuilt *dnn_build_masked (const DnnComponent *component, const char *who,
                            const DnnTensor *const *x,
                            const DnnTensor *const *masks, uint32_t n_inputs,
                            GError **error);
/* True if weights and buffers are the same where the batch is larger by one
 * than in `x`, for which `built` was made. */
bool dnn_build_check_batch (const DnnComponent *component, const char *who,
                            const DnnTensor *const *x,
                            const DnnTensor *const *masks, uint32_t n_inputs,
                            const DnnBuilt *built, GError **error);
/* Calls an optimizer's slots for one weight, of that name: its slots and
 * scratch. */
DnnBuilt *dnn_build_slots (const DnnComponent *component, const char *who,
                           const DnnTensor *weight, const char *name,
                           GError **error);

DNN_END_DECLS
