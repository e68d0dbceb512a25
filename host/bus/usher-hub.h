/* usher-hub.h: the owner of the durable log and of the bus's sockets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-macros.h"
#include "usher-reach.h"

G_BEGIN_DECLS

#define USHER_TYPE_HUB (usher_hub_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherHub, usher_hub, USHER, HUB, GObject)

/**
 * UsherHubLasting:
 * @channel: its name
 * @age: microseconds for which each event is kept, and then dropped; 0: all for good
 *
 * A channel that no other limit concerns: what it says must be known to who comes late.
 */
typedef struct
{
  const char *channel;
  gint64 age;
} UsherHubLasting;

/**
 * USHER_HUB_MAX_MEMBERS:
 *
 * How many members a hub has at most, unless [struct@HubLimits] says otherwise.
 */
#define USHER_HUB_MAX_MEMBERS 1000

/**
 * USHER_HUB_MAX_QUEUED:
 *
 * How many bytes a member may have that it has not read, unless [struct@HubLimits] says otherwise.
 */
#define USHER_HUB_MAX_QUEUED (16 * 1024 * 1024)

/**
 * USHER_HUB_MAX_QUEUED_ALL:
 *
 * How many all members may have together, unless [struct@HubLimits] says otherwise.
 */
#define USHER_HUB_MAX_QUEUED_ALL (256 * 1024 * 1024)

/**
 * UsherHubLimits:
 * @max_messages: how many events, 0: any number
 * @max_bytes: how many bytes of them, 0: any number
 * @max_age: microseconds after which events are dropped, 0: never; the one limit that drops
 * @lasting: (array length=n_lasting) (nullable): channels that these limits do not concern
 * @n_lasting: how many
 * @max_members: how many members may join, 0: `USHER_HUB_MAX_MEMBERS`; one more is refused with `USHER_ERROR_FULL`
 * @max_queued: bytes that a member may have before it has read them, 0: `USHER_HUB_MAX_QUEUED`; the last message may
 *   go over it. What more it fetches comes when it has, and deliveries go to others
 * @max_queued_all: how many all members may have together, 0: `USHER_HUB_MAX_QUEUED_ALL`
 *
 * Limits of each channel, and of a hub. At one of the first two publishing is refused with `USHER_ERROR_FULL`.
 */
typedef struct
{
  guint64 max_messages;
  guint64 max_bytes;
  gint64 max_age;
  const UsherHubLasting *lasting;
  guint n_lasting;
  guint max_members;
  guint64 max_queued;
  guint64 max_queued_all;
} UsherHubLimits;

USHER_API
UsherHub *usher_hub_new (const char *directory,
                         UsherClock *clock,
                         const UsherHubLimits *limits,
                         GError **error);
USHER_API
gboolean usher_hub_adopt (const char *directory, UsherClock *clock, GError **error);
USHER_API
gboolean usher_hub_check_log (const char *directory,
                              UsherClock *clock,
                              const UsherReach *known,
                              GError **error);
USHER_API
gboolean usher_hub_set_keys (UsherHub *self, const char *directory, GError **error);
USHER_API
char *usher_hub_bind (UsherHub *self, const char *endpoint, GError **error);
USHER_API
gboolean usher_hub_close (UsherHub *self, gint64 timeout, GError **error);

G_END_DECLS
