/* usher-hub-group-private.h: a queue group from inside
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"
#include "usher-hub-groups-private.h"
#include "usher-hub-pending-private.h"

G_BEGIN_DECLS

/* longer than anybody waits, and far from the end of the numbers */
#define USHER_HUB_MAX_DELAY (1000 * G_TIME_SPAN_DAY)

typedef enum
{
  USHER_TRIAL_NONE,
  USHER_TRIAL_WAITING, /* for the worker to have nothing else */
  USHER_TRIAL_CHOSEN,  /* the group's state does not say so yet */
  USHER_TRIAL_WRITING,
  USHER_TRIAL_WRITTEN, /* it may go out */
  USHER_TRIAL_OUT,
} UsherTrialState;

/* Suspects that are out to a worker, and nothing else is. */
typedef struct
{
  UsherTrialState state;
  UsherHubSeat *seat; /* (unowned) (nullable) */
  guint size;         /* how many they were at first */
  GArray *sequences;  /* (owned) (element-type guint64): of those that are not answered */
} UsherTrial;

/* What the groups have in common. */
typedef struct
{
  UsherHubGroupsFuncs funcs;
  gpointer user_data;
  UsherHubMoment moment;
  gboolean is_urgent; /* something waits for what is saved next */
} UsherHubGroupsShared;

struct _UsherHubGroup
{
  UsherHubGroupsShared *shared; /* (unowned) */
  UsherHubChannel *channel;     /* (unowned) */
  char *name;                   /* (owned) */
  UsherHubGroupKind kind;
  guint64 cursor;      /* the next sequence that was never out */
  guint64 resumed;     /* what is below may have been out in an earlier run */
  guint64 reserved;    /* nothing above has ever been out: the log says so */
  guint64 reserving;   /* what it will say after the next commit */
  guint64 floor;       /* all up to here are done, or pending and kept by themselves */
  GHashTable *done;    /* (owned): sequences above the floor that are done */
  GHashTable *pending; /* (owned) (element-type guint64 UsherHubPending) */
  GPtrArray *seats;    /* (owned) (element-type UsherHubSeat) */
  guint next_seat;
  gint64 next_due;     /* no pending one is due earlier */
  gboolean is_starved; /* what is due waits for a worker with room */
  gboolean is_blocked; /* or for one whose connection comes up */
  gint64 ack_wait;
  guint max_deliver;
  gint64 defer_limit;
  gboolean was_joined; /* by this hub's members: the limits are theirs */
  guint n_suspects;
  UsherTrial trial;
  gboolean has_changed; /* since its state was saved */
  guint64 n_redelivered;
  guint64 n_missed;     /* that the limit of age had dropped before they were done */
  gboolean told_missed; /* of those since it was last at the end of the channel */
};

struct _UsherHubSeat
{
  UsherHubWorker *worker; /* (unowned) */
  UsherHubGroup *group;   /* (unowned) */
  gpointer data;          /* (unowned) */
  guint max_in_flight;
  guint n_out;
  guint64 last_sent;
};

struct _UsherHubWorker
{
  guint64 instance;
  gpointer data; /* (unowned) */
  gboolean is_paused;
  guint n_out;          /* events, over all seats */
  UsherHubGroup *trial; /* (unowned) (nullable): whose suspects it gets, and nothing else */
  GPtrArray *seats;     /* (owned) (element-type UsherHubSeat): which are its groups' */
};

/* usher-hub-group.c: the cursor, and what is out or waits */
UsherHubGroup *usher_hub_group_new (UsherHubGroupsShared *shared,
                                    UsherHubChannel *channel,
                                    const char *name,
                                    UsherHubGroupKind kind,
                                    guint64 start);
void usher_hub_group_free (UsherHubGroup *self);
gint64 usher_hub_group_get_now (const UsherHubGroup *self);
gboolean usher_hub_group_is_durable (const UsherHubGroup *self);
void usher_hub_group_set_changed (UsherHubGroup *self);
UsherHubPending *usher_hub_group_find_pending (UsherHubGroup *self, guint64 sequence);
/* takes ownership of @pending */
void usher_hub_group_insert_pending (UsherHubGroup *self, UsherHubPending *pending);
gboolean usher_hub_group_is_done (UsherHubGroup *self, guint64 sequence);
void usher_hub_group_add_done (UsherHubGroup *self, guint64 sequence);
/* whether a restart must know of it: the others are simply delivered again */
gboolean usher_hub_group_is_notable (const UsherHubGroup *self, const UsherHubPending *pending);
/* moves the floor over what is done, or is kept by itself, so that little has to be kept */
void usher_hub_group_raise_floor (UsherHubGroup *self);
/* when it has to be served again */
gint64 usher_hub_group_get_next_due (const UsherHubGroup *self);
/* what is due is tried again: there may be room now */
void usher_hub_group_feed (UsherHubGroup *self);
/* nobody has it any more */
void usher_hub_group_take_back (UsherHubGroup *self, UsherHubPending *pending);
/* likewise; it goes out again at @due */
void usher_hub_group_put_off (UsherHubGroup *self, UsherHubPending *pending, gint64 due);

/* usher-hub-group-trial.c: whom the death of a worker makes suspect */
void usher_hub_group_suspect (UsherHubGroup *self,
                              UsherHubPending *pending,
                              guint64 instance,
                              gboolean is_alone);
void usher_hub_group_acquit (UsherHubGroup *self, UsherHubPending *pending);
/* all that were accused with that process */
void usher_hub_group_acquit_all (UsherHubGroup *self, guint64 instance);
/* the process that had it has died */
void usher_hub_group_accuse (UsherHubGroup *self, UsherHubPending *pending, guint64 instance);
void usher_hub_group_count_death (UsherHubGroup *self, UsherHubPending *pending);
/* it is not out any more */
void usher_hub_group_leave_trial (UsherHubGroup *self, UsherHubPending *pending);
void usher_hub_group_end_trial (UsherHubGroup *self);

/* usher-hub-group-answer.c: what becomes of an event; all of these may free @pending */
void usher_hub_group_set_done (UsherHubGroup *self, UsherHubPending *pending);
void usher_hub_group_park (UsherHubGroup *self, UsherHubPending *pending, gboolean is_deferred);
void usher_hub_group_count_attempt (UsherHubGroup *self,
                                    UsherHubPending *pending,
                                    gint64 delay,
                                    const char *reason);
void usher_hub_group_replay (UsherHubGroup *self, guint64 sequence);

/* usher-hub-group-dispatch.c: what goes to whom */
/* may free @pending, when the log has dropped it; FALSE when it cannot go */
gboolean
usher_hub_group_send_again (UsherHubGroup *self, UsherHubSeat *seat, UsherHubPending *pending);
/* sends what waits and is due, and takes back what was not answered in time */
void usher_hub_group_expire (UsherHubGroup *self);
/* sends what was never out, as far as there is room */
void usher_hub_group_dispatch (UsherHubGroup *self);

/* usher-hub-group-quarantine.c: suspects by themselves */
void usher_hub_group_try_suspects (UsherHubGroup *self);

/* usher-hub-group-seats.c */
/* gives what it has out to others, and frees it */
void usher_hub_seat_vacate (UsherHubSeat *self, gboolean has_died);

/* usher-hub-group-state.c: what the log keeps */
void usher_hub_group_load (UsherHubGroup *self, gconstpointer state, gsize size);
/* has the log told ahead what may go out */
void usher_hub_group_reserve (UsherHubGroup *self);
/* if there is something new */
void usher_hub_group_save (UsherHubGroup *self);
void usher_hub_group_take_saved (UsherHubGroup *self, gboolean is_written);

G_END_DECLS
