/* dnn-elf.c - a small reader: headers, dynamic section, dynamic symbols */
#include "dnn-elf.h"

#include <dnn/plugin.h>
#include <elf.h>
#include <stddef.h>
#include <string.h>

/* A mapped file. */
typedef struct {
  const char *data;
  size_t size;
  Elf64_Ehdr header;
} File;

void
dnn_elf_free (DnnElf *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->exports);
  g_ptr_array_unref (self->imports);
  g_ptr_array_unref (self->libraries);
  g_free (self);
}

/* --- the file ------------------------------------------------------------ */

static GMappedFile *
map_file (const char *path, GError **error)
{
  GMappedFile *file;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
                 "'%s' is a folder, no shared object", path);
    return NULL;
  }
  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL && error != NULL) {
    (*error)->domain = DNN_ERROR;
    (*error)->code = DNN_ERROR_IO;
  }
  return file;
}

static Elf64_Phdr
segment_at (const File *file, size_t i)
{
  Elf64_Phdr segment;

  memcpy (&segment, file->data + file->header.e_phoff + i * sizeof segment,
          sizeof segment);
  return segment;
}

static Elf64_Shdr
section_at (const File *file, size_t i)
{
  Elf64_Shdr section;

  memcpy (&section, file->data + file->header.e_shoff + i * sizeof section,
          sizeof section);
  return section;
}

static const char *
find_fault (GMappedFile *mapped, File *ret_file)
{
  const char *cut = "is truncated; build or copy it again";
  File file = { g_mapped_file_get_contents (mapped),
                g_mapped_file_get_length (mapped),
                { { 0 } } };
  Elf64_Ehdr *header = &file.header;

  if (file.size < sizeof *header || memcmp (file.data, ELFMAG, SELFMAG) != 0)
    return "is no shared object";
  memcpy (header, file.data, sizeof *header);
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_type != ET_DYN)
    return "is no shared object of this machine";
  if (header->e_phentsize != sizeof (Elf64_Phdr) ||
      header->e_phoff > file.size ||
      header->e_phnum > (file.size - header->e_phoff) / sizeof (Elf64_Phdr))
    return cut;
  if (header->e_shoff > file.size ||
      header->e_shnum > (file.size - header->e_shoff) / sizeof (Elf64_Shdr))
    return cut;
  for (size_t i = 0; i < header->e_phnum; i++) {
    const Elf64_Phdr segment = segment_at (&file, i);

    if (segment.p_offset > file.size ||
        segment.p_filesz > file.size - segment.p_offset)
      return cut;
  }
  *ret_file = file;
  return NULL;
}

static GMappedFile *
open_file (const char *path, File *ret_file, GError **error)
{
  g_autoptr (GMappedFile) mapped = map_file (path, error);
  const char *fault;

  if (mapped == NULL)
    return NULL;
  fault = find_fault (mapped, ret_file);
  if (fault == NULL)
    return g_steal_pointer (&mapped);
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "'%s' %s", path, fault);
  return NULL;
}

bool
dnn_elf_check (const char *path, GError **error)
{
  File file;
  g_autoptr (GMappedFile) mapped = open_file (path, &file, error);

  return mapped != NULL;
}

/* --- sections ------------------------------------------------------------ */

static bool
is_inside (const File *file, const Elf64_Shdr *section)
{
  return section->sh_offset <= file->size &&
         section->sh_size <= file->size - section->sh_offset;
}

/* The section of that type and the one of its names.  False: there is none. */
static bool
find_section (const File *file, uint32_t type, Elf64_Shdr *ret_section,
              Elf64_Shdr *ret_names)
{
  for (size_t i = 0; i < file->header.e_shnum; i++) {
    const Elf64_Shdr section = section_at (file, i);

    if (section.sh_type != type || section.sh_link >= file->header.e_shnum)
      continue;
    *ret_section = section;
    *ret_names = section_at (file, section.sh_link);
    return is_inside (file, ret_section) && is_inside (file, ret_names);
  }
  return false;
}

/* Returns: (transfer full): "" beyond the table. */
static char *
name_at (const File *file, const Elf64_Shdr *names, uint64_t offset)
{
  if (offset >= names->sh_size)
    return g_strdup ("");
  return g_strndup (file->data + names->sh_offset + offset,
                    names->sh_size - offset);
}

/* The number at an address of the file's own; 0 where it has no bytes. */
static uint32_t
number_at (const File *file, uint64_t address)
{
  uint32_t number = 0;

  for (size_t i = 0; i < file->header.e_phnum; i++) {
    const Elf64_Phdr segment = segment_at (file, i);

    if (segment.p_type == PT_LOAD && segment.p_filesz >= sizeof number &&
        address >= segment.p_vaddr &&
        address - segment.p_vaddr <= segment.p_filesz - sizeof number)
      memcpy (&number,
              file->data + segment.p_offset + (address - segment.p_vaddr),
              sizeof number);
  }
  return number;
}

static void
read_symbols (DnnElf *self, const File *file, const Elf64_Shdr *section,
              const Elf64_Shdr *names)
{
  for (size_t i = 1; i < section->sh_size / sizeof (Elf64_Sym); i++) {
    g_autofree char *name = NULL;
    Elf64_Sym symbol;

    memcpy (&symbol, file->data + section->sh_offset + i * sizeof symbol,
            sizeof symbol);
    name = name_at (file, names, symbol.st_name);
    if (strcmp (name, "dnn_plugin_v1") == 0) {
      self->descriptor_size = symbol.st_size;
      self->descriptor_kind =
          number_at (file, symbol.st_value + offsetof (DnnPlugin, kind));
    }
    if (symbol.st_shndx == SHN_UNDEF)
      g_ptr_array_add (self->imports, g_steal_pointer (&name));
    else if (ELF64_ST_BIND (symbol.st_info) != STB_LOCAL &&
             ELF64_ST_VISIBILITY (symbol.st_other) == STV_DEFAULT)
      g_ptr_array_add (self->exports, g_steal_pointer (&name));
  }
}

static void
read_libraries (DnnElf *self, const File *file, const Elf64_Shdr *section,
                const Elf64_Shdr *names)
{
  for (size_t i = 0; i < section->sh_size / sizeof (Elf64_Dyn); i++) {
    Elf64_Dyn entry;

    memcpy (&entry, file->data + section->sh_offset + i * sizeof entry,
            sizeof entry);
    if (entry.d_tag == DT_NULL)
      return;
    if (entry.d_tag == DT_NEEDED)
      g_ptr_array_add (self->libraries,
                       name_at (file, names, entry.d_un.d_val));
  }
}

DnnElf *
dnn_elf_read (const char *path, GError **error)
{
  File file;
  g_autoptr (GMappedFile) mapped = open_file (path, &file, error);
  g_autoptr (DnnElf) self = NULL;
  Elf64_Shdr section, names;

  if (mapped == NULL)
    return NULL;
  self = g_new0 (DnnElf, 1);
  self->exports = g_ptr_array_new_with_free_func (g_free);
  self->imports = g_ptr_array_new_with_free_func (g_free);
  self->libraries = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < file.header.e_phnum; i++) {
    const Elf64_Phdr segment = segment_at (&file, i);

    if (segment.p_type == PT_GNU_STACK)
      self->executable_stack = (segment.p_flags & PF_X) != 0;
  }
  if (!find_section (&file, SHT_DYNSYM, &section, &names)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' has no table of dynamic symbols", path);
    return NULL;
  }
  read_symbols (self, &file, &section, &names);
  if (find_section (&file, SHT_DYNAMIC, &section, &names))
    read_libraries (self, &file, &section, &names);
  return g_steal_pointer (&self);
}
