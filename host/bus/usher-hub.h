/* usher-hub.h: the owner of the durable log and of the bus's sockets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_HUB (usher_hub_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherHub, usher_hub, USHER, HUB, GObject)

/* Limits of each channel, 0: none. At a limit publishing is refused (FULL). */
typedef struct
{
  guint64 max_messages;
  guint64 max_bytes;
  gint64 max_age; /* microseconds; older events are dropped: the one limit that drops */
} UsherHubLimits;

/* @directory: where the log is kept (made when missing); one hub a directory (BUSY names the pid).
 * Threads: any; the hub runs its own. */
USHER_API
UsherHub *usher_hub_new (const char *directory,
                         UsherClock *clock,
                         const UsherHubLimits *limits,
                         GError **error);
/* @directory: as usher_keys_make() made it; before usher_hub_bind() */
USHER_API
gboolean usher_hub_set_keys (UsherHub *self, const char *directory, GError **error);
/* binds another endpoint (inproc://…, ipc://…, tcp://…) for members; returns the endpoint as bound */
USHER_API
char *usher_hub_bind (UsherHub *self, const char *endpoint, GError **error);
/* last commit, good-bye to members, sockets closed, log closed cleanly */
USHER_API
gboolean usher_hub_close (UsherHub *self, gint64 timeout, GError **error);

G_END_DECLS
