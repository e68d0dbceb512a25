/* usher-store-copies.c: how several processes share a database
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store.h"

#define WATCH_DATA "usher-watch-data"

/**
 * usher_store_hold_lease:
 * @self: a store
 *
 * Takes the lease of the database, or shows that its holder still lives. Of the processes that share a
 * database one at a time has it: that one relays the outbox, fires timers and prunes. Call it at least each 250 ms; a
 * holder that is silent for a second loses it, and one that dies at once. What a former holder still wants to trim from
 * the outbox, and a timer that it still fires, changes nothing.
 *
 * May wait as long as a read does, so it is for the thread that tends the database, the lane's own, and no other; the answer
 * is true when this returns, and stale when the lease is lost.
 *
 * Returns: whether the lease is this store's; always `TRUE` when the database is not shared
 */
gboolean
usher_store_hold_lease (UsherStore *self)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);

  return USHER_STORE_GET_IFACE (self)->hold_lease (self);
}

/**
 * usher_store_release_lease:
 * @self: a store
 *
 * Gives the lease back, so that another process takes it at once. Does nothing when another has it. For the same thread as
 * [method@Store.hold_lease].
 */
void
usher_store_release_lease (UsherStore *self)
{
  g_return_if_fail (USHER_IS_STORE (self));

  USHER_STORE_GET_IFACE (self)->release_lease (self);
}

/**
 * UsherStoreInterface::set_watch:
 * @self: a store
 * @func: (scope forever) (closure user_data): called on a thread of the store's
 * @user_data: data for @func
 *
 * Keeps both for [method@Store.set_watch], which sees to it that they live as long as the store.
 */

/**
 * usher_store_set_watch:
 * @self: a store
 * @func: (scope notified) (closure user_data) (destroy destroy): called when other processes committed, or the lease is free
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data, with the store
 *
 * Sets the one watch, before the first commit. Commits that come one upon the other are told as one, within
 * milliseconds. It is called on a thread of the store's, never after [method@Store.close]; and never at all when
 * the database is not shared.
 */
void
usher_store_set_watch (UsherStore *self,
                       UsherStoreWatchFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_STORE (self));
  g_return_if_fail (func != NULL);

  USHER_STORE_GET_IFACE (self)->set_watch (self, func, user_data);
  g_object_set_data_full (G_OBJECT (self), WATCH_DATA, user_data, destroy);
}

/**
 * usher_store_get_owner:
 * @self: a store
 *
 * Gets the name of this opening of the database, which no other ever has. Records of request keys carry it.
 *
 * Returns: (transfer none): a name
 */
const char *
usher_store_get_owner (UsherStore *self)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  return USHER_STORE_GET_IFACE (self)->get_owner (self);
}

/**
 * usher_store_is_owner_alive:
 * @self: a store
 * @owner: (nullable): a name from [method@Store.get_owner]
 *
 * Tells whether somebody still has the database open by that name, in this process or another.
 *
 * Returns: whether what @owner began may still be under way
 */
gboolean
usher_store_is_owner_alive (UsherStore *self, const char *owner)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);

  return owner != NULL && USHER_STORE_GET_IFACE (self)->is_owner_alive (self, owner);
}
