/* usher-scaffold.h: a new folder of files that are made from templates
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text of a template, and what stands for it in the file. */
typedef struct
{
  const char *from;
  const char *to;
} UsherScaffoldWord;

typedef struct
{
  const char *resource; /* the path of the template */
  const char *path;     /* of the file in the folder; words are replaced in it, too */
} UsherScaffoldFile;

/* (transfer full): @text with each word replaced, once: what was put in is not looked at again. @words: the last has no @from */
char *usher_scaffold_fill (const char *text, const UsherScaffoldWord *words);
/* Makes @folder, which is not there, and writes all files into it, or leaves nothing. Modes are those that the umask leaves. */
gboolean usher_scaffold_write (const char *folder,
                               const UsherScaffoldFile *files,
                               guint n_files,
                               const UsherScaffoldWord *words,
                               GError **error);

G_END_DECLS
