/* usher-module-file.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-module-file-private.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-error.h"

#define LIBRARY "libusher-"

typedef struct
{
  const char *data; /* (unowned) */
  gsize size;
  ElfW (Ehdr) head;
} Elf;

/* Copies what is at @offset; what is read need not be aligned, and need not be there. */
static gboolean
read_at (const Elf *self, guint64 offset, gpointer into, gsize length)
{
  if (length > self->size || offset > self->size - length)
    return FALSE;

  memcpy (into, self->data + offset, length);

  return TRUE;
}

static gboolean
read_segment (const Elf *self, guint i, ElfW (Phdr) * segment)
{
  return i < self->head.e_phnum && read_at (self,
                                            self->head.e_phoff + (guint64) i * sizeof *segment,
                                            segment,
                                            sizeof *segment);
}

static const char *
name_machine (guint machine)
{
  switch (machine)
    {
    case EM_386:
      return "i386";

    case EM_X86_64:
      return "x86-64";

    case EM_ARM:
      return "arm";

    case EM_AARCH64:
      return "aarch64";

    case EM_RISCV:
      return "riscv";

    default:
      return "another kind";
    }
}

/* What this code is in is for the machine that runs. */
static const ElfW (Ehdr) * get_own_head (void)
{
  Dl_info info;

  return dladdr (get_own_head, &info) != 0 ? info.dli_fbase : NULL;
}

static gboolean
check_machine (const Elf *self, GError **error)
{
  const ElfW (Ehdr) *own = get_own_head ();

  if (own == NULL || (self->head.e_machine == own->e_machine &&
                      self->head.e_ident[EI_CLASS] == own->e_ident[EI_CLASS] &&
                      self->head.e_ident[EI_DATA] == own->e_ident[EI_DATA]))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "it is for a machine of %s, %s bits, and this one is of %s, %s bits: "
                       "compile it for this one",
                       name_machine (self->head.e_machine),
                       self->head.e_ident[EI_CLASS] == ELFCLASS64 ? "64" : "32",
                       name_machine (own->e_machine),
                       own->e_ident[EI_CLASS] == ELFCLASS64 ? "64" : "32");
}

/* The kind is at the same place whatever the machine. */
static gboolean
check_kind (Elf *self, GError **error)
{
  if (!read_at (self, 0, &self->head, sizeof self->head) ||
      memcmp (self->head.e_ident, ELFMAG, SELFMAG) != 0)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "it is no shared object: “Module” of its manifest wants the file that the "
                         "compiler makes with -shared");

  if (!check_machine (self, error))
    return FALSE;
  if (self->head.e_type == ET_DYN && self->head.e_phentsize == sizeof (ElfW (Phdr)))
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "it is an object file or a program, no shared object: link it with -shared");
}

/* All that the loader maps, and the table that linkers write last. */
static gboolean
is_whole (const Elf *self)
{
  guint64 sections = (guint64) self->head.e_shnum * self->head.e_shentsize;
  ElfW (Phdr) segment;

  if (self->head.e_shoff > self->size || sections > self->size - self->head.e_shoff)
    return FALSE;

  for (guint i = 0; i < self->head.e_phnum; i++)
    if (!read_segment (self, i, &segment) ||
        (segment.p_type == PT_LOAD &&
         (segment.p_filesz > self->size || segment.p_offset > self->size - segment.p_filesz)))
      return FALSE;

  return TRUE;
}

static gboolean
find_segment (const Elf *self, guint32 type, ElfW (Phdr) * segment)
{
  for (guint i = 0; read_segment (self, i, segment); i++)
    if (segment->p_type == type)
      return TRUE;

  return FALSE;
}

/* Where in the file an address of the running module is; beyond its end where it is nowhere. */
static guint64
find_offset (const Elf *self, guint64 address)
{
  ElfW (Phdr) segment;

  for (guint i = 0; read_segment (self, i, &segment); i++)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);

  return self->size;
}

/* The value of the @i-th entry with a tag among what the loader is told. */
static gboolean
read_entry (const Elf *self, gint64 tag, guint i, guint64 *value)
{
  ElfW (Phdr) segment;
  ElfW (Dyn) entry;

  if (!find_segment (self, PT_DYNAMIC, &segment))
    return FALSE;

  for (guint64 at = 0; at < segment.p_filesz; at += sizeof entry)
    {
      if (!read_at (self, segment.p_offset + at, &entry, sizeof entry) || entry.d_tag == DT_NULL)
        return FALSE;
      if (entry.d_tag != tag || i-- > 0)
        continue;
      *value = entry.d_un.d_val;
      return TRUE;
    }

  return FALSE;
}

/* Two copies of the library in one process would each have types of the same names, and neither would know the other's. */
static gboolean
check_library (const Elf *self, GError **error)
{
  guint64 address = 0;
  guint64 name = 0;
  guint64 names = read_entry (self, DT_STRTAB, 0, &address) ? find_offset (self, address) : 0;

  for (guint i = 0; read_entry (self, DT_NEEDED, i, &name); i++)
    {
      g_autofree char *needed = NULL;

      if (names > self->size || name > self->size - names)
        break;
      needed = g_strndup (self->data + names + name, self->size - names - name);
      if (g_str_has_prefix (needed, LIBRARY) && g_ascii_isdigit (needed[strlen (LIBRARY)]) &&
          !g_str_equal (needed, USHER_SONAME))
        return usher_refuse (error,
                             USHER_ERROR_UNAVAILABLE,
                             "it is linked with “%s”, and this host is “%s”: compile it against "
                             "the usher-1.pc of this host",
                             needed,
                             USHER_SONAME);
    }

  return TRUE;
}

static gboolean
check_elf (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &cause);
  Elf self = { 0 };

  if (file == NULL)
    return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "%s", cause->message);

  self.data = g_mapped_file_get_contents (file);
  self.size = g_mapped_file_get_length (file);
  if (!check_kind (&self, error))
    return FALSE;
  if (!is_whole (&self))
    return usher_refuse (
        error,
        USHER_ERROR_UNAVAILABLE,
        "its end is missing, as it is being written or was cut off: link it again");

  return check_library (&self, error);
}

gboolean
usher_module_file_check (const char *path, GError **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "%s%s",
                         g_strerror (errno),
                         errno == ENOENT
                             ? "; compile it, or say in “Module” of its manifest where it is"
                             : "");
  /* one that is a pipe would be waited for */
  if (!S_ISREG (info.st_mode))
    return usher_refuse (
        error,
        USHER_ERROR_UNAVAILABLE,
        "it is %s: “Module” of its manifest wants the file that the compiler makes "
        "with -shared",
        S_ISDIR (info.st_mode) ? "a folder" : "no file");
  if ((info.st_mode & S_IWOTH) != 0)
    g_message ("module “%s” may be changed by everybody, and with it what runs here: chmod o-w it",
               path);

  return check_elf (path, error);
}
