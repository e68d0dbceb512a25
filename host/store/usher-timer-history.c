/* usher-timer-history.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-timer-history.h"

#include <string.h>

/* what is kept of them: handlers fail for ever, with messages of any length */
#define MAX_REASONS 5
#define MAX_LENGTH  300

G_DEFINE_BOXED_TYPE (UsherTimerHistory,
                     usher_timer_history,
                     usher_timer_history_copy,
                     usher_timer_history_free)

/**
 * usher_timer_history_new:
 *
 * Makes the history of a timer with which nothing went wrong.
 *
 * Returns: (transfer full): the history
 */
UsherTimerHistory *
usher_timer_history_new (void)
{
  return g_new0 (UsherTimerHistory, 1);
}

/**
 * usher_timer_history_copy:
 * @self: (nullable): a history, `NULL`: nothing went wrong
 *
 * Copies a history and its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherTimerHistory *
usher_timer_history_copy (const UsherTimerHistory *self)
{
  UsherTimerHistory *copy = usher_timer_history_new ();

  if (self == NULL)
    return copy;

  *copy = *self;
  copy->trier = g_strdup (self->trier);
  copy->reasons = g_strdupv (self->reasons);

  return copy;
}

/**
 * usher_timer_history_free:
 * @self: (transfer full): a history
 *
 * Frees a history and its strings.
 */
void
usher_timer_history_free (UsherTimerHistory *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->trier);
  g_strfreev (self->reasons);
  g_free (self);
}

/* (transfer full): on one line, and no longer than is kept */
static char *
shorten (const char *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  gsize length = strlen (valid);

  g_strdelimit (valid, "\r\n", ' ');
  while (length > MAX_LENGTH)
    length = (gsize) (g_utf8_find_prev_char (valid, valid + length) - valid);

  return g_strndup (valid, length);
}

/**
 * usher_timer_history_add_reason:
 * @self: a history
 * @reason: what went wrong now
 *
 * Adds a reason; the last five are kept.
 */
void
usher_timer_history_add_reason (UsherTimerHistory *self, const char *reason)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *added = NULL;
  guint n = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (reason != NULL);

  n = self->reasons != NULL ? g_strv_length (self->reasons) : 0;
  for (guint i = n >= MAX_REASONS ? n - MAX_REASONS + 1 : 0; i < n; i++)
    g_strv_builder_add (builder, self->reasons[i]);
  added = shorten (reason);
  g_strv_builder_add (builder, added);

  g_strfreev (self->reasons);
  self->reasons = g_strv_builder_end (builder);
}
