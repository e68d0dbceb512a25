/* usher-reach.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-reach.h"

#include <string.h>

static UsherReach *
copy_reach (UsherReach *self)
{
  return g_memdup2 (self, sizeof *self);
}

G_DEFINE_BOXED_TYPE (UsherReach, usher_reach, copy_reach, g_free)

/**
 * usher_reach_is_known:
 * @self: a reach
 *
 * Tells whether it is of any log.
 *
 * Returns: whether it is
 */
gboolean
usher_reach_is_known (const UsherReach *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->log[0] != '\0';
}

/**
 * usher_reach_set_log:
 * @self: a reach
 * @log: (nullable): which log it is of; what is no UUID counts as none
 *
 * Says which log it is of.
 */
void
usher_reach_set_log (UsherReach *self, const char *log)
{
  g_return_if_fail (self != NULL);

  self->log[0] = '\0';
  if (log != NULL && g_uuid_string_is_valid (log))
    g_strlcpy (self->log, log, sizeof self->log);
}

/**
 * usher_reach_is_behind:
 * @self: a reach
 * @other: another one
 *
 * Tells whether @other says more: it is of another log, or the log had come further.
 *
 * Returns: whether it does
 */
gboolean
usher_reach_is_behind (const UsherReach *self, const UsherReach *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return strcmp (self->log, other->log) != 0 || self->position < other->position;
}

/**
 * usher_reach_to_text:
 * @self: a reach
 *
 * Writes it down, for [method@Reach.parse].
 *
 * Returns: (transfer full): one line
 */
char *
usher_reach_to_text (const UsherReach *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strdup_printf ("%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT,
                          self->log,
                          self->run,
                          self->position,
                          self->time);
}

static gboolean
parse_numbers (UsherReach *self, char **words)
{
  guint64 time = 0;

  if (!g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXUINT64, &self->run, NULL) ||
      !g_ascii_string_to_unsigned (words[2], 10, 0, G_MAXUINT64, &self->position, NULL) ||
      !g_ascii_string_to_unsigned (words[3], 10, 0, G_MAXINT64, &time, NULL))
    return FALSE;

  self->time = (gint64) time;

  return TRUE;
}

/**
 * usher_reach_parse:
 * @self: a reach
 * @text: what [method@Reach.to_text] wrote
 *
 * Reads it again.
 *
 * Returns: whether @text is one; else @self is of no log
 */
gboolean
usher_reach_parse (UsherReach *self, const char *text)
{
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  *self = (UsherReach){ 0 };
  words = g_strsplit (text, " ", 0);
  if (g_strv_length (words) == 4 && parse_numbers (self, words))
    usher_reach_set_log (self, words[0]);

  return usher_reach_is_known (self);
}
