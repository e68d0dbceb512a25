/* usher-log-catch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-log-catch-private.h"

typedef struct
{
  char *first; /* (owned) (nullable) */
} Catch;

static GPrivate current;

void
usher_log_catch_begin (void)
{
  g_private_set (&current, g_new0 (Catch, 1));
}

char *
usher_log_catch_end (void)
{
  g_autofree Catch *caught = g_private_get (&current);

  g_private_set (&current, NULL);

  return caught != NULL ? caught->first : NULL;
}

void
usher_log_catch_take (GLogLevelFlags level, const char *message)
{
  Catch *caught = g_private_get (&current);

  if (caught != NULL && caught->first == NULL &&
      ((level & G_LOG_LEVEL_CRITICAL) != 0 || g_str_has_prefix (message, USHER_LOG_TYPE_TAKEN)))
    caught->first = g_strdup (message);
}
