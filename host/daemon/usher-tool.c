/* usher-tool.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-tool.h"

char *
usher_tool_ask (const char *const *command)
{
  g_autofree char *said = NULL;

  if (!g_spawn_sync (NULL,
                     (char **) command,
                     NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                     NULL,
                     NULL,
                     &said,
                     NULL,
                     NULL,
                     NULL) ||
      *g_strstrip (said) == '\0')
    return NULL;

  return g_steal_pointer (&said);
}
