/* usher-guess.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-guess.h"

#include "usher-settings.h"

char *
usher_guess (const char *word, GPtrArray *names)
{
  g_autofree const char **candidates = g_new0 (const char *, names->len + 1);
  const char *nearest = NULL;

  for (guint i = 0; i < names->len; i++)
    candidates[i] = g_ptr_array_index (names, i);
  nearest = usher_nearest_word (word, candidates);

  return nearest != NULL ? g_strdup_printf (", did you mean “%s”?", nearest) : g_strdup ("");
}
