/* usher-link-private.h: the connection of a member to its hub
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-keys-private.h"

G_BEGIN_DECLS

/* The thread of the member has it. */
typedef struct
{
  char *endpoint;      /* (owned) */
  UsherKeys *keys;     /* (owned) (nullable) */
  zsock_t *dealer;     /* (owned): another one after each loss */
  zsock_t *monitor;    /* (owned) (nullable): NULL within the process */
  gint64 opened;       /* monotonic */
  gint64 renew_at;     /* monotonic: 0: the connection is well, or libzmq makes it */
  gboolean came_up;    /* since this was set to FALSE */
  guint n_broken;      /* handshakes in a row that ended without a word */
  const char *trouble; /* (nullable): why there is no connection */
} UsherLink;

UsherLink *usher_link_new (const char *endpoint, const char *keys, GError **error);
void usher_link_free (UsherLink *self);
/* whether the connection was lost, of late: the hub knows another member from now on */
gboolean usher_link_watch (UsherLink *self, gint64 now);
/* gives a silent connection up */
void usher_link_give_up (UsherLink *self, gint64 now);
/* what hub and members allow each other; before the socket is bound or connected */
void usher_link_set_limits (zsock_t *socket);
/* lets it have an address of IPv6, if the endpoint does; likewise */
void usher_link_set_family (zsock_t *socket, const char *endpoint);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherLink, usher_link_free)

G_END_DECLS
