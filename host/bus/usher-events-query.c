/* usher-events-query.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-events-query.h"

G_DEFINE_BOXED_TYPE (UsherEventsQuery,
                     usher_events_query,
                     usher_events_query_copy,
                     usher_events_query_free)

/**
 * usher_events_query_new:
 * @channel: (nullable): the channel, `NULL`: all
 * @cursor: (nullable): the one of the page before
 *
 * Makes what [method@Bus.read_events] is asked for; the other fields are to be set.
 *
 * Returns: (transfer full): a question
 */
UsherEventsQuery *
usher_events_query_new (const char *channel, const char *cursor)
{
  const UsherEventsQuery value = { .channel = channel, .cursor = cursor };

  return usher_events_query_copy (&value);
}

/**
 * usher_events_query_copy:
 * @self: a question
 *
 * Copies it, with its strings.
 *
 * Returns: (transfer full): the copy
 */
UsherEventsQuery *
usher_events_query_copy (const UsherEventsQuery *self)
{
  UsherEventsQuery *copy = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (UsherEventsQuery, 1);
  *copy = *self;
  copy->channel = g_strdup (self->channel);
  copy->cursor = g_strdup (self->cursor);

  return copy;
}

/**
 * usher_events_query_free:
 * @self: (transfer full): a question, made or copied
 *
 * Frees it, with its strings.
 */
void
usher_events_query_free (UsherEventsQuery *self)
{
  g_return_if_fail (self != NULL);

  g_free ((char *) self->channel);
  g_free ((char *) self->cursor);
  g_free (self);
}
