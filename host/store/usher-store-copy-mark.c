/* usher-store-copy-mark.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-copy-mark-private.h"

#include "usher-error.h"

#define WHOLE "whole"
#define PART  "part"

void
usher_store_copy_mark_free (UsherStoreCopyMark *self)
{
  g_free (self->from);
  g_strfreev (self->services);
  g_free (self);
}

char *
usher_store_copy_mark_make (gboolean is_whole, const char *from, const char *const *services)
{
  g_autofree char *names = g_strjoinv (" ", (char **) services);

  return g_strdup_printf ("%s\n%s\n%s", is_whole ? WHOLE : PART, names, from);
}

UsherStoreCopyMark *
usher_store_copy_mark_parse (const char *text)
{
  UsherStoreCopyMark *self = g_new0 (UsherStoreCopyMark, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  guint n_lines = g_strv_length (lines);

  self->is_whole = n_lines > 0 && g_str_equal (lines[0], WHOLE);
  self->services = g_strsplit (n_lines > 1 ? lines[1] : "", " ", -1);
  self->from = g_strdup (n_lines > 2 ? lines[2] : "");

  return self;
}

gboolean
usher_store_copy_mark_refuse (const char *place, const char *text, GError **error)
{
  g_autoptr (UsherStoreCopyMark) mark = usher_store_copy_mark_parse (text);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is of a copy from “%s” that was not finished: let “usher store copy” run again "
               "with the same addresses, or remove it",
               place,
               mark->from);

  return FALSE;
}
