/* usher-hub-groups-private.h: who gets which event, when again, and when no more
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus-figures.h"
#include "usher-delivery.h"
#include "usher-hub-channel-private.h"

G_BEGIN_DECLS

/* The queue groups of all channels. Time comes in by usher_hub_groups_set_moment(), events by their channels; what is decided goes
 * out by functions. There is neither clock nor socket nor thread in here. */
typedef struct _UsherHubGroups UsherHubGroups;
/* A position in a channel, and what is out of it. */
typedef struct _UsherHubGroup UsherHubGroup;
/* A process that handles events. */
typedef struct _UsherHubWorker UsherHubWorker;
/* Its place in a group. */
typedef struct _UsherHubSeat UsherHubSeat;

typedef enum
{
  USHER_HUB_GROUP_PASSING, /* it goes with its last seat */
  USHER_HUB_GROUP_DURABLE, /* the log keeps its state */
  USHER_HUB_GROUP_POSITION, /* likewise: how far one has followed live events; nothing goes out by it */
} UsherHubGroupKind;

/* How it is outside. */
typedef struct
{
  gint64 now;          /* what deadlines are by, microseconds */
  gint64 wall;         /* the time of day */
  gboolean is_failing; /* nothing can be written */
  gboolean is_closing; /* what is saved now is the last */
} UsherHubMoment;

/* Events of one frame that go out together. */
typedef struct
{
  const UsherJournalFrame *frame;
  guint64 first;
  guint count;
  guint attempt;
  gboolean is_redelivered;
} UsherHubSlice;

typedef struct
{
  /* whether a worker can be reached yet */
  gboolean (*is_ready) (gpointer worker_data, gpointer user_data);
  /* FALSE: it cannot go now */
  gboolean (*send) (gpointer seat_data, const UsherHubSlice *slice, gpointer user_data);
  /* takes ownership of @parked, which has no id yet */
  void (*park) (UsherParked *parked, gpointer user_data);
  /* @state: (nullable): to be kept for the next hub; NULL: the group is no more */
  void (*save) (const UsherHubChannel *channel,
                const char *name,
                GBytes *state,
                gpointer user_data);
} UsherHubGroupsFuncs;

UsherHubGroups *usher_hub_groups_new (const UsherHubGroupsFuncs *funcs, gpointer user_data);
/* before the channels go */
void usher_hub_groups_free (UsherHubGroups *self);
/* before whatever is done at that time */
void usher_hub_groups_set_moment (UsherHubGroups *self, const UsherHubMoment *moment);

/* (nullable) */
UsherHubGroup *
usher_hub_groups_find (UsherHubGroups *self, const UsherHubChannel *channel, const char *name);
/* @start: the first sequence that is for it */
UsherHubGroup *usher_hub_groups_add (UsherHubGroups *self,
                                     UsherHubChannel *channel,
                                     const char *name,
                                     UsherHubGroupKind kind,
                                     guint64 start);
/* one that an earlier hub has saved */
void usher_hub_groups_load (UsherHubGroups *self,
                            UsherHubChannel *channel,
                            const char *name,
                            gconstpointer state,
                            gsize size);
/* (element-type UsherHubGroup) (transfer none) */
GPtrArray *usher_hub_groups_peek (UsherHubGroups *self);

/* sends what is due, and parks what was tried too often; returns when the next is due, G_MAXINT64: never */
gint64 usher_hub_groups_serve (UsherHubGroups *self);
/* whether something waits for what is saved next */
gboolean usher_hub_groups_is_urgent (const UsherHubGroups *self);
/* saves what has changed; usher_hub_groups_take_saved() says what became of it */
void usher_hub_groups_save (UsherHubGroups *self);
void usher_hub_groups_take_saved (UsherHubGroups *self, gboolean is_written);
/* the process @instance lives, so no event has killed it */
void usher_hub_groups_acquit (UsherHubGroups *self, guint64 instance);
/* gives an event that was parked to its group again; NOT_FOUND when that is no more */
gboolean usher_hub_groups_replay (UsherHubGroups *self,
                                  const UsherHubChannel *channel,
                                  const UsherParked *parked,
                                  GError **error);

/* What @seat has out goes to others, and no attempt is counted. @has_died: its worker did not say good-bye: what it had is
 * suspect. Frees @seat, and a passing group with its last one. */
void usher_hub_groups_leave (UsherHubGroups *self, UsherHubSeat *seat, gboolean has_died);
/* likewise, in order; a durable group that nobody else has a seat in is forgotten */
void usher_hub_groups_forget (UsherHubGroups *self, UsherHubSeat *seat);

UsherHubChannel *usher_hub_group_get_channel (const UsherHubGroup *self);
const char *usher_hub_group_get_name (const UsherHubGroup *self);
/* a position of one who follows live events */
gboolean usher_hub_group_is_position (const UsherHubGroup *self);
/* the first sequence that is not done */
guint64 usher_hub_group_get_next (const UsherHubGroup *self);
/* (element-type UsherHubSeat) (transfer none) */
GPtrArray *usher_hub_group_peek_seats (const UsherHubGroup *self);
/* 0: as it is; the last one who comes says how it is */
void usher_hub_group_set_limits (UsherHubGroup *self,
                                 gint64 ack_wait,
                                 guint max_deliver,
                                 gint64 defer_limit);
/* (transfer full): all but what is parked */
UsherGroupFigures *usher_hub_group_describe (const UsherHubGroup *self);
void usher_hub_group_fill_subscription (const UsherHubGroup *self,
                                        UsherSubscriptionFigures *figures);

/* @instance: of its process: another one after a restart; @data: what the functions get */
UsherHubWorker *usher_hub_worker_new (guint64 instance, gpointer data);
/* once it has no seats, or with all groups */
void usher_hub_worker_free (UsherHubWorker *self);
/* it gets nothing more */
void usher_hub_worker_pause (UsherHubWorker *self);

/* @data: what the functions get */
UsherHubSeat *usher_hub_seat_new (UsherHubGroup *group,
                                  UsherHubWorker *worker,
                                  guint max_in_flight,
                                  gpointer data);
gpointer usher_hub_seat_get_data (const UsherHubSeat *self);
UsherHubGroup *usher_hub_seat_get_group (const UsherHubSeat *self);
void usher_hub_seat_fill_subscription (const UsherHubSeat *self, UsherSubscriptionFigures *figures);
/* What the worker says of an event. TRUE: one that was parked is done now: what was deferred until then may be replayed. */
gboolean usher_hub_seat_answer (UsherHubSeat *self,
                                guint64 sequence,
                                UsherAnswerKind kind,
                                gint64 delay,
                                const char *reason);

G_END_DECLS
