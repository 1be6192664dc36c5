/* dnn-elf.h - what stands in a shared object, read without opening it
 *
 * Elf64 of this machine.  Owns its texts.
 */
#pragma once

#include <stdint.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnElf {
  GPtrArray *exports;   /* (owned) of char *: symbols that others see */
  GPtrArray *imports;   /* (owned) of char *: symbols it wants of others */
  GPtrArray *libraries; /* (owned) of char *: that it is linked with */
  bool executable_stack;
  uint64_t descriptor_size; /* bytes of dnn_plugin_v1; 0: unknown */
  uint32_t descriptor_kind; /* what its `kind` says; 0: unknown */
} DnnElf;

/* A file that is no shared object, or is cut short, is DNN_ERROR_PLUGIN. */
DnnElf *dnn_elf_read (const char *path, GError **error);
void dnn_elf_free (DnnElf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnElf, dnn_elf_free)

/* True if the file is a shared object whose segments all lie inside it: the
 * loader of the C library maps a truncated one and dies of it. */
bool dnn_elf_check (const char *path, GError **error);

DNN_END_DECLS
