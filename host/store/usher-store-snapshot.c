/* usher-store-snapshot.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-snapshot.h"

/**
 * UsherStoreSnapshot:
 *
 * A database as it is at one moment, while others go on to write it.
 *
 * Several databases are copied as of the same moment when all are opened, then all held, then all begun, and then all
 * released: while all are held nobody writes to any of them. So documents, outboxes, inboxes and the log of a bus agree, as
 * if all processes had been killed then. Whoever writes waits from hold to release: keep that short. What is copied takes as
 * long as it takes.
 *
 * A snapshot is opened by [func@Store.open_snapshot] and ends with its last reference. One thread at a time. Errors name the
 * database: `USHER_ERROR_BUSY`: others did not let it in before the deadline; `USHER_ERROR_UNAVAILABLE`, `USHER_ERROR_CORRUPT`: it
 * cannot be read; `USHER_ERROR_FULL`.
 */
G_DEFINE_INTERFACE (UsherStoreSnapshot, usher_store_snapshot, G_TYPE_OBJECT)

static void
usher_store_snapshot_default_init (UsherStoreSnapshotInterface *iface)
{
}

/**
 * usher_store_snapshot_hold:
 * @self: a snapshot
 * @deadline: until when it may be tried, monotonic time in microseconds
 * @error: return location for an error
 *
 * Keeps others from writing, as soon as they make room. On error nobody is kept.
 *
 * Returns: whether the database is held
 */
gboolean
usher_store_snapshot_hold (UsherStoreSnapshot *self, gint64 deadline, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE_SNAPSHOT (self), FALSE);

  return USHER_STORE_SNAPSHOT_GET_IFACE (self)->hold (self, deadline, error);
}

/**
 * usher_store_snapshot_begin:
 * @self: a snapshot, held
 * @error: return location for an error
 *
 * Begins to see the database as it is now. It goes on to see that, whatever is written later.
 *
 * Returns: whether it began
 */
gboolean
usher_store_snapshot_begin (UsherStoreSnapshot *self, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE_SNAPSHOT (self), FALSE);

  return USHER_STORE_SNAPSHOT_GET_IFACE (self)->begin (self, error);
}

/**
 * usher_store_snapshot_release:
 * @self: a snapshot
 *
 * Lets others write again. Does nothing when the database is not held.
 */
void
usher_store_snapshot_release (UsherStoreSnapshot *self)
{
  g_return_if_fail (USHER_IS_STORE_SNAPSHOT (self));

  USHER_STORE_SNAPSHOT_GET_IFACE (self)->release (self);
}

/**
 * usher_store_snapshot_copy:
 * @self: a snapshot that was begun
 * @path: a file that is not there
 * @error: return location for an error
 *
 * Writes all that the snapshot sees into a file. It is not flushed: that is for the caller, who knows what else there is to
 * flush. [func@Store.restore] makes a database of it again.
 *
 * Returns: whether the file is whole
 */
gboolean
usher_store_snapshot_copy (UsherStoreSnapshot *self, const char *path, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE_SNAPSHOT (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return USHER_STORE_SNAPSHOT_GET_IFACE (self)->copy (self, path, error);
}
