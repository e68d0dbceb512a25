/* usher-hub-channel-private.h: the events of a channel, as the hub's thread knows them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-figures.h"
#include "usher-event.h"
#include "usher-hub.h"
#include "usher-journal-private.h"

G_BEGIN_DECLS

/* The frames that came last are in memory, the others in the journal. One thread. */
typedef struct _UsherHubChannel UsherHubChannel;

/* @journal: (nullable): outlives the channel; NULL: what is not in memory is nowhere */
UsherHubChannel *usher_hub_channel_new (const char *name, UsherJournal *journal);
void usher_hub_channel_free (UsherHubChannel *self);
/* what the journal says of it */
void
usher_hub_channel_restore (UsherHubChannel *self, guint64 first, guint64 last, guint64 n_bytes);

const char *usher_hub_channel_get_name (const UsherHubChannel *self);
/* the first sequence that is kept */
guint64 usher_hub_channel_get_first (const UsherHubChannel *self);
/* the last one that is durable */
guint64 usher_hub_channel_get_last (const UsherHubChannel *self);
/* what there is of it; who follows it and what is parked is not in here */
UsherChannelFigures *usher_hub_channel_describe (const UsherHubChannel *self);

/* whether @count events more, of @size bytes, are within the limits */
gboolean usher_hub_channel_has_room (const UsherHubChannel *self,
                                     const UsherHubLimits *limits,
                                     guint count,
                                     gsize size);
/* An event found no room: that is told once, until the channel has had room again. */
void usher_hub_channel_set_full (UsherHubChannel *self, const UsherHubLimits *limits);
/* Events were taken out of it. One that still has nearly as many as it may stays full. */
void usher_hub_channel_notice_room (UsherHubChannel *self, const UsherHubLimits *limits);
/* Gives the next @count sequences to events. They are not durable yet: accept, or refuse, has to follow. */
UsherJournalFrame *
usher_hub_channel_number (UsherHubChannel *self, guint count, gint64 time, GBytes *bytes);
/* it is durable; takes ownership of @frame */
void usher_hub_channel_accept (UsherHubChannel *self, UsherJournalFrame *frame);
/* it is not, so nothing that was numbered after it can be */
void usher_hub_channel_refuse (UsherHubChannel *self, const UsherJournalFrame *frame);
/* the beginning is gone, for its age */
void usher_hub_channel_drop (UsherHubChannel *self, const UsherExpired *expired);

/* (nullable): the frame with @sequence, or the first one after it; valid until the next call */
const UsherJournalFrame *usher_hub_channel_find (UsherHubChannel *self, guint64 sequence);
/* (transfer full) (nullable): NULL: it was dropped for its age */
UsherEvent *usher_hub_channel_read_event (UsherHubChannel *self, guint64 sequence);

G_END_DECLS
