/* usher-history-private.h: the last quarter of an hour of a host, for who looks only now
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-gateway.h"
#include "usher-host-class.h"

G_BEGIN_DECLS

/* 180 points, one each 5 s: public requests, those answered 5xx, how long they took, events that came to the bus, and how
 * far its groups are behind. It takes 10 kB, and lasts as long as the process. */
typedef struct _UsherHistory UsherHistory;

UsherHistory *usher_history_new (UsherHost *host);
/* its requests are shown instead of the host's; before the start */
void usher_history_set_gateway (UsherHistory *self, UsherGateway *gateway);
/* of a host that has started; UNAVAILABLE: there is no thread to be had */
gboolean usher_history_start (UsherHistory *self, GError **error);
/* the host looks at nothing any more */
void usher_history_stop (UsherHistory *self);
void usher_history_free (UsherHistory *self);

/* adds a point; one thread at a time, which may wait for the bus: its own, or a test's that did not start it */
void usher_history_look (UsherHistory *self);
/* (transfer full): JSON, the oldest point first, with null for what is not known; any thread */
char *usher_history_print (UsherHistory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherHistory, usher_history_free)

G_END_DECLS
