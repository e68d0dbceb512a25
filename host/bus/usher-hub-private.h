/* usher-hub-private.h: what the hub's thread knows
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>

#include "usher-bus-figures-private.h"
#include "usher-bus.h"
#include "usher-directory-lock-private.h"
#include "usher-frame-private.h"
#include "usher-guard-private.h"
#include "usher-hub.h"
#include "usher-journal-private.h"
#include "usher-link-private.h"
#include "usher-recent-ids-private.h"

G_BEGIN_DECLS

/* how many late events are known by their id, so that a second publishing is told */
#define USHER_HUB_KNOWN_EVENTS 262144
/* of how many commits the time is known */
#define USHER_HUB_COMMIT_TIMES 1024
/* longer than anybody waits, and far from the end of the numbers */
#define USHER_HUB_MAX_DELAY (1000 * G_TIME_SPAN_DAY)

typedef struct _UsherMember UsherMember;
typedef struct _UsherChannel UsherChannel;
typedef struct _UsherGroup UsherGroup;

/* Where members come in. */
typedef struct
{
  char *endpoint; /* (owned): as bound */
  char *live;     /* (owned) (nullable): of the PUB socket; NULL: all goes over the ROUTER */
  gboolean is_remote;
} UsherEntrance;

/* What a member has published to a channel behind an event that was refused. */
typedef struct
{
  guint64 last; /* the number of the last that was refused */
  guint8 code;
} UsherHold;

struct _UsherMember
{
  GBytes *identity; /* (owned): the ROUTER's name for it */
  char *client;     /* (owned) */
  char *key;        /* (owned) (nullable): the name of its key */
  guint64 instance; /* of the process: it is another one after a restart */
  char *endpoint;   /* (owned): of @push, or where it came in */
  zsock_t *push;    /* (owned) (nullable): NULL: deliveries go over the ROUTER */
  gboolean is_remote;
  gboolean paused;
  guint session;     /* its own count of its hellos */
  gint64 heard;      /* monotonic */
  gint64 asked;      /* monotonic, 0: not: whether it lives, as another one has its name */
  guint64 received;  /* the last publish number that came */
  GHashTable *held;  /* (owned) (nullable): channel → UsherHold: where an event was refused */
  guint n_out;       /* events, over all seats */
  guint n_waits;     /* questions that wait for events */
  UsherGroup *trial; /* (unowned) (nullable): whose suspects it gets, and nothing else */
  GPtrArray *seats;  /* (owned) (element-type UsherSeat) */
};

/* A member's place in a group, or its subscription to a channel. */
typedef struct
{
  guint id;
  UsherMember *member;   /* (unowned) */
  UsherChannel *channel; /* (unowned) */
  UsherGroup *group;     /* (unowned) (nullable): NULL: the channel's live events */
  guint max_in_flight;
  guint n_out;
  guint64 last_sent;
} UsherSeat;

/* An event of a group that is out, or waits to go out again. */
typedef struct
{
  guint64 sequence;
  UsherSeat *seat; /* (unowned) (nullable): who has it; NULL: it waits */
  gint64 due;      /* when it goes out again, or the answer is late */
  guint attempts;  /* that failed */
  guint n_defers;
  gint64 deferred_since; /* wall time, 0: it was not */
  gboolean redelivered;
  gboolean replayed;  /* it was parked before */
  gboolean suspect;   /* its process died: it goes out in a trial only */
  gboolean alone;     /* it was in a set that died: it is tried by itself */
  gboolean condemned; /* the last attempt is such a death */
  gboolean on_trial;
  guint64 instance;   /* the process that died, 0: not known */
  GPtrArray *reasons; /* (owned) (nullable) (element-type utf8) */
} UsherPending;

typedef enum
{
  USHER_TRIAL_NONE,
  USHER_TRIAL_WAITING, /* for the process to have nothing else */
  USHER_TRIAL_CHOSEN,  /* the group's state does not say so yet */
  USHER_TRIAL_WRITING,
  USHER_TRIAL_WRITTEN, /* it may go out */
  USHER_TRIAL_OUT,
} UsherTrialState;

/* Suspects that are out to a process, and nothing else is. */
typedef struct
{
  UsherTrialState state;
  UsherSeat *seat;   /* (unowned) (nullable) */
  guint size;        /* how many they were at first */
  GArray *sequences; /* (owned) (element-type guint64): of those that are not answered */
} UsherTrial;

struct _UsherGroup
{
  UsherChannel *channel; /* (unowned) */
  char *name;            /* (owned) */
  gboolean durable;
  gboolean live;       /* the position of one durable subscriber to the live events */
  guint64 cursor;      /* the next sequence that was never out */
  guint64 resumed;     /* what is below may have been out in an earlier run */
  guint64 reserved;    /* nothing above has ever been out: the log says so */
  guint64 reserving;   /* what it will say after the next commit */
  guint64 floor;       /* all up to here are done, or pending and kept by themselves */
  GHashTable *done;    /* (owned): sequences above the floor that are done */
  GHashTable *pending; /* (owned) (element-type guint64 UsherPending) */
  GPtrArray *seats;    /* (unowned) (element-type UsherSeat) */
  guint next_seat;
  gint64 next_due;  /* no pending one is due earlier */
  gboolean starved; /* what is due waits for a member with room */
  gboolean blocked; /* or for one whose connection comes up */
  gint64 ack_wait;
  guint max_deliver;
  gint64 defer_limit;
  gboolean was_joined; /* by this hub's members: the limits are theirs */
  guint n_suspects;
  UsherTrial trial;
  gboolean changed; /* since its state was written */
  guint64 n_redelivered;
};

struct _UsherChannel
{
  char *name;        /* (owned) */
  guint64 first;     /* the first sequence that is kept */
  guint64 last;      /* the last that was given out */
  guint64 committed; /* the last that is durable */
  guint64 n_events;
  guint64 n_bytes;
  GQueue recent; /* (element-type UsherJournalFrame): the last frames, durable */
  gsize recent_bytes;
  UsherJournalFrame *old; /* (owned) (nullable): the last one that was read back */
  GPtrArray *groups;      /* (owned) (element-type UsherGroup) */
  GPtrArray *seats;       /* (unowned) (element-type UsherSeat): without group */
};

/* What became of a published event, to be told after the commit. */
typedef struct
{
  GBytes *identity; /* (owned) */
  guint session;
  guint64 first;
  guint64 last;
  guint8 code;           /* 0: durable; else 1 + an UsherError */
  UsherChannel *channel; /* (unowned) (nullable) */
  guint request;         /* not 0: no event, but a question whose answer is true after the commit */
} UsherConfirm;

struct _UsherHub
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  gboolean is_real;  /* deadlines are by the monotonic clock */
  UsherHubLimits limits;
  UsherDirectoryLock *lock; /* (owned) */
  char *epoch;              /* (owned) */
  gint64 start_time;
  gint64 started_at;     /* monotonic */
  UsherJournal *journal; /* (owned) */

  GThread *thread;         /* (owned) */
  GThread *journal_thread; /* (owned) */
  GAsyncQueue *to_journal; /* (owned) (element-type UsherJournalBatch) */
  GAsyncQueue *requests;   /* (owned): from other threads: what to do on the hub's */
  int wake;     /* eventfd: a batch is done, or there are requests, or the clock was turned */
  int stopping; /* (atomic) */
  gulong turned;
  int wants_keys; /* (atomic) */
  int has_keys;   /* (atomic) */

  /* the hub's thread alone */
  zsock_t *router;      /* (owned) */
  zsock_t *live;        /* (owned): PUB */
  UsherGuard *guard;    /* (owned) (nullable): of tcp */
  GPtrArray *entrances; /* (owned) (element-type UsherEntrance) */
  GHashTable *members;  /* (owned): identity → UsherMember */
  GHashTable *channels; /* (owned): name → UsherChannel */
  GHashTable *seats;    /* (owned): id → UsherSeat */
  GPtrArray *waits;     /* (owned): questions that wait for events */
  guint last_seat;
  guint last_member;
  UsherRecentIds *known;      /* (owned) */
  UsherJournalBatch *next;    /* (owned): gathers while another one is written */
  GArray *next_confirms;      /* (owned) (element-type UsherConfirm) */
  UsherJournalBatch *written; /* (nullable): at the journal */
  GArray *written_confirms;   /* (owned) (nullable) */
  gboolean is_failing;        /* the last commit failed: with a pause before the next */
  gint64 retry_at;
  gboolean hurry;      /* a group's state is waited for */
  gboolean is_closing; /* what is submitted now is the last */
  gint64 next_head;
  gint64 next_probe;
  gboolean is_drained; /* all that had come was taken in */
  gint64 next_expiry;  /* of the limit of age */
  gint64 last_write;
  guint64 in_events, in_bytes, out_events, out_bytes;
  guint64 n_durable;    /* events since the start */
  guint64 n_duplicates; /* that were published again */
  guint64 n_commits;
  guint32 commit_times[USHER_HUB_COMMIT_TIMES]; /* microseconds, the last ones */

  GMutex mutex;
  GCond cond;
  UsherJournalBatch *done; /* (mutex mutex) (nullable): written, or not */
  GError *done_error;      /* (mutex mutex) (nullable) */
};

/* What another thread wants of the hub's. */
typedef struct
{
  const char *endpoint; /* (nullable): to be bound */
  UsherGuard *guard;    /* (owned) (nullable): to be taken */
  char *bound;          /* (owned) */
  GError *error;
  gboolean done;
} UsherHubCall;

gint64 usher_hub_get_now (UsherHub *self);
void usher_hub_wake (UsherHub *self);
/* on another thread: waits until the hub's has done it */
void usher_hub_call (UsherHub *self, UsherHubCall *call);
gpointer usher_hub_run (gpointer data);
gpointer usher_hub_run_journal (gpointer data);
void usher_hub_stop_journal (UsherHub *self);
void usher_hub_free_channel (gpointer data);
gboolean usher_hub_load (UsherHub *self, GError **error);

/* publishing */
void usher_hub_publish (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
/* behind what was refused up to @last nothing of @member is taken until it knows */
void usher_hub_hold (UsherMember *member, UsherChannel *channel, guint64 last, guint8 code);
void usher_hub_submit (UsherHub *self);
void usher_hub_take_written (UsherHub *self);
void usher_hub_drop_old (UsherHub *self);
void usher_hub_clear_confirm (gpointer data);
/* once what has gathered is durable, or cannot be */
void usher_hub_reply_later (UsherHub *self, UsherMember *member, guint request);

/* members */
void usher_hub_free_member (gpointer data);
/* @key: (nullable): the name of the key that it came with */
void usher_hub_greet (UsherHub *self, GBytes *identity, const char *key, UsherFrameReader *reader);
void usher_hub_subscribe (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
void usher_hub_leave (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
/* @died: it did not say good-bye: what it had is suspect */
void usher_hub_remove_member (UsherHub *self, UsherMember *member, gboolean died);

UsherChannel *usher_hub_get_channel (UsherHub *self, const char *name);
UsherJournalFrame *usher_hub_find_frame (UsherHub *self, UsherChannel *channel, guint64 sequence);
/* FALSE when the connection is gone */
gboolean usher_hub_send (UsherHub *self, GBytes *identity, GByteArray *frame);
void usher_hub_reply (UsherHub *self,
                      GBytes *identity,
                      guint request,
                      const GError *error,
                      const char *text,
                      guint64 number);

/* entrances; the first one on any thread */
gboolean usher_hub_may_bind (UsherHub *self, const char *endpoint, GError **error);
void usher_hub_bind_entrance (UsherHub *self, UsherHubCall *call);
/* gives a member that comes in its way for deliveries */
gboolean usher_hub_open_push (UsherHub *self, const UsherEntrance *entrance, UsherMember *member);
/* whether there is a way to the member, yet */
gboolean usher_hub_can_deliver (const UsherMember *member);
/* takes ownership of @frame; FALSE when it has no way */
gboolean usher_hub_deliver (UsherHub *self, UsherMember *member, GByteArray *frame);
/* tells those who follow the channel, and have no other way to know, how far it is */
void usher_hub_tell_grown (UsherHub *self, const UsherChannel *channel);

/* groups */
UsherGroup *usher_hub_find_group (UsherChannel *channel, const char *name);
UsherGroup *
usher_hub_add_group (UsherChannel *channel, const char *name, gboolean durable, guint64 cursor);
void usher_hub_free_group (gpointer data);
void usher_hub_load_group (UsherHub *self,
                           const char *channel,
                           const char *name,
                           gconstpointer state,
                           gsize size);
void usher_hub_dispatch (UsherHub *self, UsherGroup *group);
void usher_hub_answer (UsherHub *self,
                       UsherSeat *seat,
                       guint64 sequence,
                       UsherAnswerKind kind,
                       gint64 delay,
                       const char *reason);
/* what a seat has out is given to others, no attempt is counted */
void usher_hub_vacate (UsherHub *self, UsherSeat *seat, gboolean died);
/* what was suspect because of that process is not */
void usher_hub_acquit (UsherHub *self, guint64 instance);
/* lets the group go on; returns when something is due */
gint64 usher_hub_serve_group (UsherHub *self, UsherGroup *group, gint64 now);
void usher_hub_expire (UsherHub *self, UsherGroup *group, gint64 now);
/* adds the states that have changed to the next batch */
void usher_hub_add_states (UsherHub *self);
/* they are in the log, or are not */
void usher_hub_take_states (UsherHub *self, gboolean written);
void usher_hub_forget_group (UsherHub *self, UsherGroup *group);
/* what is due is tried again: there may be room now */
void usher_hub_feed (UsherGroup *group);
/* whether it is parked no more, though the log does not say so yet */
gboolean usher_hub_is_unparked (UsherHub *self, const char *id);
gboolean usher_hub_replay (UsherHub *self, UsherParked *parked, GError **error);

/* a REPLY frame that lacks what was asked for */
GByteArray *usher_hub_begin_reply (guint request);

/* questions */
void usher_hub_take_question (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
UsherBusFigures *usher_hub_get_figures (UsherHub *self, UsherBusParts parts, GError **error);
void usher_hub_count_commit (UsherHub *self, gint64 duration);
/* (element-type UsherParkedEvent) */
GPtrArray *usher_hub_list_parked (UsherHub *self,
                                  const char *channel,
                                  guint offset,
                                  guint limit,
                                  GError **error);
gboolean usher_hub_replay_parked (UsherHub *self, const char *id, GError **error);
gboolean usher_hub_drop_parked (UsherHub *self, const char *id, GError **error);
/* events that are durable, for whoever looks on: no group is moved */
UsherBusEvents *
usher_hub_read_events (UsherHub *self, const UsherEventsQuery *query, GError **error);
/* Answers a question for events: at once, or, when it may wait, as soon as there are some, its time is over, or the hub closes.
 * FALSE: it is refused; BUSY: too many wait. */
gboolean usher_hub_answer_events (UsherHub *self,
                                  UsherMember *member,
                                  guint request,
                                  const UsherEventsQuery *query,
                                  GError **error);
void usher_hub_serve_waits (UsherHub *self, gboolean all);
void usher_hub_drop_waits (UsherHub *self, const UsherMember *member);
void usher_hub_free_wait (gpointer data);

G_END_DECLS
