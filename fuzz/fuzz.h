/* fuzz.h - what the targets of fuzz/ share
 *
 * A target hands bytes to one reader and judges what comes back.  With
 * libFuzzer it is a program that looks for bytes by itself (option `fuzz`);
 * with driver.c it is a test over the files of its corpus.
 */
#pragma once

#include "dnn-error.h"

#include <stddef.h>
#include <stdint.h>

/* The target; always returns 0.  The name is libFuzzer's. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t n);

/* A copy that ends in 0, for readers of text. */
char *fuzz_text (const uint8_t *data, size_t n);
/* A copy in a block of its own, so that a sanitizer sees the first byte that is
 * read past its end. */
GBytes *fuzz_bytes (const uint8_t *data, size_t n);

/* Ends the program unless a reader that is not `done` has said why: an error
 * of libdnn's, one sentence, without a period, which begins with `place` (NULL:
 * with anything). */
void fuzz_judge (bool done, const char *place, const GError *error);
