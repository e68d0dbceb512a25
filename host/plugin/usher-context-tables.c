/* usher-context-tables.c: what a service declares many of, as a table
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-context-private.h"
#include "usher-error.h"

/**
 * usher_context_add_routes: (skip)
 * @self: a context
 * @entries: (array length=n_entries): the table
 * @n_entries: how many rows it has
 * @user_data: data for all handlers, mostly @self or `NULL`; it lives as long as the service
 *
 * Declares the routes of a table, as [method@Context.add_route] does each. In configure() only. A row without method, pattern or handler
 * fails the configuration, which names the route.
 */
void
usher_context_add_routes (UsherContext *self,
                          const UsherRouteEntry *entries,
                          guint n_entries,
                          gpointer user_data)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (entries != NULL || n_entries == 0);

  for (guint i = 0; i < n_entries; i++)
    {
      const UsherRouteEntry *entry = &entries[i];

      usher_context_add_route (
          self, entry->method, entry->pattern, entry->flags, entry->handler, user_data, NULL);
    }
}

/**
 * usher_context_add_listeners: (skip)
 * @self: a context
 * @entries: (array length=n_entries): the table
 * @n_entries: how many rows it has
 * @user_data: data for all handlers, mostly @self or `NULL`; it lives as long as the service
 *
 * Declares the listeners of a table, as [method@Context.add_listener] does each. In configure() only. A row without channel or handler
 * fails the configuration, which names the channel.
 */
void
usher_context_add_listeners (UsherContext *self,
                             const UsherListenerEntry *entries,
                             guint n_entries,
                             gpointer user_data)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (entries != NULL || n_entries == 0);

  for (guint i = 0; i < n_entries; i++)
    {
      const UsherListenerEntry *entry = &entries[i];

      usher_context_add_listener (
          self, entry->channel, entry->group, entry->handler, user_data, NULL);
    }
}

/**
 * usher_context_add_events: (skip)
 * @self: a context
 * @entries: (array length=n_entries): a table of events
 * @n_entries: how many
 *
 * Declares what several events tell, as [method@Context.add_event] does one. In configure() only.
 */
void
usher_context_add_events (UsherContext *self, const UsherEventEntry *entries, guint n_entries)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (entries != NULL || n_entries == 0);

  for (guint i = 0; i < n_entries; i++)
    usher_context_add_event (self, entries[i].channel, entries[i].fields, entries[i].n_fields);
}
