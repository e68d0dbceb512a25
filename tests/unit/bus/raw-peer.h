/* raw-peer.h: a socket that talks to a hub, frame by frame
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>

#include "usher-frame-private.h"
#include "usher-test-hub.h"

G_BEGIN_DECLS

#define RAW_PEER_CHANNEL  "order:created"
#define RAW_PEER_PATIENCE 20000 /* milliseconds */

/* a peer with hardly any room of its own */
zsock_t *raw_peer_new (UsherTestHub *hub);
/* takes ownership of @frame */
void raw_peer_say (zsock_t *dealer, GByteArray *frame);
/* Reads the next frame; FALSE: there is none. */
gboolean
raw_peer_hear (zsock_t *dealer, zmq_msg_t *message, UsherFrameReader *reader, guint8 *type);
/* (transfer full) (nullable): waits for a frame of one of two types, and returns the error when it is REFUSED */
GError *raw_peer_await (zsock_t *dealer, UsherFrameType one, UsherFrameType other);
/* (transfer full) (nullable): why the hub does not let it in */
GError *raw_peer_say_hello (zsock_t *dealer, UsherTestHub *hub, guint number);
/* (transfer full): a frame that asks for a subscription; @group: (nullable) */
GByteArray *raw_peer_make_wish (const char *group, guint max_in_flight);
/* The hub's name for the subscription; 0: it is refused. */
guint raw_peer_subscribe (zsock_t *dealer, const char *group, guint max_in_flight);

G_END_DECLS
