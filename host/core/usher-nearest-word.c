/* usher-nearest-word.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-settings.h"

#include <string.h>

#define MAX_LENGTH 64

/* the edit distance (Levenshtein) of two words of at most MAX_LENGTH bytes */
static guint
get_distance (const char *a, const char *b)
{
  guint row[MAX_LENGTH + 1];
  gsize n = strlen (b);

  for (gsize j = 0; j <= n; j++)
    row[j] = (guint) j;

  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint changed = diagonal + (a[i] == b[j] ? 0 : 1);

          diagonal = row[j + 1];
          row[j + 1] = MIN (changed, MIN (row[j], row[j + 1]) + 1);
        }
    }

  return row[n];
}

/**
 * usher_nearest_word:
 * @word: a word, perhaps mistyped
 * @candidates: (array zero-terminated=1): the words that there are
 *
 * Finds what somebody may have meant.
 *
 * Returns: (nullable) (transfer none): one of @candidates, or `NULL` when none is near
 */
const char *
usher_nearest_word (const char *word, const char *const *candidates)
{
  const char *nearest = NULL;
  guint least = 0;

  g_return_val_if_fail (word != NULL, NULL);
  g_return_val_if_fail (candidates != NULL, NULL);

  if (strlen (word) > MAX_LENGTH)
    return NULL;

  least = (guint) MAX (2, strlen (word) / 3) + 1;
  for (; *candidates != NULL; candidates++)
    {
      guint distance = 0;

      if (strlen (*candidates) > MAX_LENGTH)
        continue;
      distance = get_distance (word, *candidates);
      if (distance < least)
        {
          least = distance;
          nearest = *candidates;
        }
    }

  return nearest;
}
