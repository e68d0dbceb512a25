/* usher-store-snapshot.h: a database as it is at one moment
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_STORE_SNAPSHOT (usher_store_snapshot_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherStoreSnapshot, usher_store_snapshot, USHER, STORE_SNAPSHOT, GObject)

struct _UsherStoreSnapshotInterface
{
  GTypeInterface parent_iface;

  gboolean (*hold) (UsherStoreSnapshot *self, gint64 deadline, GError **error);
  gboolean (*begin) (UsherStoreSnapshot *self, GError **error);
  void (*release) (UsherStoreSnapshot *self);
  gboolean (*copy) (UsherStoreSnapshot *self, const char *path, GError **error);
};

USHER_API
UsherStoreSnapshot *usher_store_open_snapshot (const char *uri, gint64 deadline, GError **error);
USHER_API
gboolean usher_store_snapshot_hold (UsherStoreSnapshot *self, gint64 deadline, GError **error);
USHER_API
gboolean usher_store_snapshot_begin (UsherStoreSnapshot *self, GError **error);
USHER_API
void usher_store_snapshot_release (UsherStoreSnapshot *self);
USHER_API
gboolean usher_store_snapshot_copy (UsherStoreSnapshot *self, const char *path, GError **error);
USHER_API
gboolean usher_store_restore (const char *uri, gint64 time, GError **error);

G_END_DECLS
