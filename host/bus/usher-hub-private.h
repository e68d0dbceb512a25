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
#include "usher-hub-log-private.h"
#include "usher-hub.h"
#include "usher-latch-private.h"
#include "usher-link-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

/* longer than anybody waits, and far from the end of the numbers */
#define USHER_HUB_MAX_DELAY (1000 * G_TIME_SPAN_DAY)

typedef struct _UsherMember UsherMember;
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
  UsherMember *member;      /* (unowned) */
  UsherHubChannel *channel; /* (unowned) */
  UsherGroup *group;        /* (unowned) (nullable): NULL: the channel's live events */
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
  UsherHubChannel *channel; /* (unowned) */
  char *name;               /* (owned) */
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

/* What became of a published event, to be told after the commit. */
typedef struct
{
  GBytes *identity; /* (owned) */
  guint session;
  guint64 first;
  guint64 last;
  guint8 code;              /* 0: durable; else 1 + an UsherError */
  UsherHubChannel *channel; /* (unowned) (nullable) */
  guint request; /* not 0: no event, but a question whose answer is true after the commit */
} UsherConfirm;

struct _UsherHub
{
  GObject parent_instance;

  UsherClock *clock;        /* (owned) */
  gboolean is_real;         /* deadlines are by the monotonic clock */
  UsherDirectoryLock *lock; /* (owned) */
  char *epoch;              /* (owned) */
  gint64 start_time;
  gint64 started_at; /* monotonic */
  UsherHubLog *log;  /* (owned) */

  GThread *thread;       /* (owned) */
  GAsyncQueue *requests; /* (owned): from other threads: what to do on the hub's */
  UsherWake *wake; /* (owned): a batch is done, or there are requests, or the clock was turned */
  int stopping;    /* (atomic) */
  gulong turned;
  int wants_keys; /* (atomic) */
  int has_keys;   /* (atomic) */

  /* the hub's thread alone */
  zsock_t *router;      /* (owned) */
  zsock_t *live;        /* (owned): PUB */
  UsherGuard *guard;    /* (owned) (nullable): of tcp */
  GPtrArray *entrances; /* (owned) (element-type UsherEntrance) */
  GHashTable *members;  /* (owned): identity → UsherMember */
  GPtrArray *groups;    /* (owned) (element-type UsherGroup) */
  GHashTable *followers; /* (owned): channel → (element-type UsherSeat): who gets its live events */
  GHashTable *seats;     /* (owned): id → UsherSeat */
  GPtrArray *waits;      /* (owned): questions that wait for events */
  guint last_seat;
  guint last_member;
  GArray *next_confirms;    /* (owned) (element-type UsherConfirm): of what gathers */
  GArray *written_confirms; /* (owned) (element-type UsherConfirm): of what is written */
  gboolean hurry;           /* a group's state is waited for */
  gboolean is_closing;      /* what is submitted now is the last */
  gint64 next_head;
  gint64 next_probe;
  gboolean is_drained; /* all that had come was taken in */
  guint64 out_events, out_bytes;
};

/* What another thread wants of the hub's. */
typedef struct
{
  const char *endpoint; /* (nullable): to be bound */
  UsherGuard *guard;    /* (owned) (nullable): to be taken */
  char *bound;          /* (owned) */
  UsherLatch latch;
} UsherHubCall;

gint64 usher_hub_get_now (UsherHub *self);
/* on another thread: waits until the hub's has done it */
gboolean usher_hub_call (UsherHub *self, UsherHubCall *call, GError **error);
gpointer usher_hub_run (gpointer data);
extern const UsherHubLogFuncs usher_hub_log_funcs;

/* publishing */
void usher_hub_publish (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
/* behind what was refused up to @last nothing of @member is taken until it knows */
void usher_hub_hold (UsherMember *member, UsherHubChannel *channel, guint64 last, guint8 code);
/* (transfer full) (element-type UsherConfirm) */
GArray *usher_hub_new_confirms (void);
/* and empties them */
void usher_hub_send_confirms (UsherHub *self, GArray *confirms, guint8 code);
/* what was submitted is written, or cannot be */
void usher_hub_confirm (UsherHub *self, const GError *error);
/* once what has gathered is durable, or cannot be */
void usher_hub_reply_later (UsherHub *self, UsherMember *member, guint request);

/* members */
/* (element-type UsherSeat) */
GPtrArray *usher_hub_get_followers (UsherHub *self, UsherHubChannel *channel);
void usher_hub_free_member (gpointer data);
/* @key: (nullable): the name of the key that it came with */
void usher_hub_greet (UsherHub *self, GBytes *identity, const char *key, UsherFrameReader *reader);
void usher_hub_subscribe (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
void usher_hub_leave (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
/* @died: it did not say good-bye: what it had is suspect */
void usher_hub_remove_member (UsherHub *self, UsherMember *member, gboolean died);

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
gboolean usher_hub_bind_entrance (UsherHub *self, UsherHubCall *call, GError **error);
/* gives a member that comes in its way for deliveries */
gboolean usher_hub_open_push (UsherHub *self, const UsherEntrance *entrance, UsherMember *member);
/* whether there is a way to the member, yet */
gboolean usher_hub_can_deliver (const UsherMember *member);
/* takes ownership of @frame; FALSE when it has no way */
gboolean usher_hub_deliver (UsherHub *self, UsherMember *member, GByteArray *frame);
/* tells those who follow the channel, and have no other way to know, how far it is */
void usher_hub_tell_grown (UsherHub *self, GPtrArray *followers, const UsherHubChannel *channel);

/* groups */
UsherGroup *usher_hub_find_group (UsherHub *self, const UsherHubChannel *channel, const char *name);
UsherGroup *usher_hub_add_group (UsherHub *self,
                                 UsherHubChannel *channel,
                                 const char *name,
                                 gboolean durable,
                                 guint64 cursor);
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
gboolean usher_hub_replay (UsherHub *self, const UsherParked *parked, GError **error);

/* a REPLY frame that lacks what was asked for */
GByteArray *usher_hub_begin_reply (guint request);

/* questions */
void usher_hub_take_question (UsherHub *self, UsherMember *member, UsherFrameReader *reader);
UsherBusFigures *usher_hub_get_figures (UsherHub *self, UsherBusParts parts, GError **error);
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
