/* usher-hub-door-private.h: who comes to the hub, what he says, and what he is told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>

#include "usher-acl-private.h"
#include "usher-frame-private.h"
#include "usher-greeting-private.h"
#include "usher-guard-private.h"
#include "usher-hub-credit-private.h"
#include "usher-hub-groups-private.h"
#include "usher-hub-log-private.h"
#include "usher-hub.h"

G_BEGIN_DECLS

/* All sockets of the hub, and its members. What they publish goes to the log, what they answer to the groups, which send by it in
 * their turn. It belongs to the hub's thread, which alone calls it. */
typedef struct _UsherHubDoor UsherHubDoor;
typedef struct _UsherHubMember UsherHubMember;
typedef struct _UsherHubSubscription UsherHubSubscription;

/* what groups reach members by; the door is the user data */
extern const UsherHubGroupsFuncs usher_hub_door_groups_funcs;

UsherHubDoor *
usher_hub_door_new (UsherClock *clock, UsherHubLog *log, const UsherHubLimits *limits);
void usher_hub_door_free (UsherHubDoor *self);
/* before anything else */
void usher_hub_door_set_groups (UsherHubDoor *self, UsherHubGroups *groups);

/* on the hub's thread */
void usher_hub_door_open (UsherHubDoor *self);
/* everybody is told, and who waits is answered */
void usher_hub_door_close (UsherHubDoor *self);
/* readable when a member has sent something */
void *usher_hub_door_get_socket (UsherHubDoor *self);
/* what deadlines are by, microseconds */
gint64 usher_hub_door_get_now (UsherHubDoor *self);
/* tells the groups how late it is, and how the log is */
void usher_hub_door_set_moment (UsherHubDoor *self);
/* no question waits any more; what groups save is the last */
void usher_hub_door_set_closing (UsherHubDoor *self);
/* takes in what has come */
void usher_hub_door_receive (UsherHubDoor *self);
/* what is to be done now and then: answers who waits, tells how far channels are, buries who is gone */
void usher_hub_door_serve (UsherHubDoor *self);
/* takes ownership of @guard: entrances of tcp are for those whose keys it knows */
void usher_hub_door_set_guard (UsherHubDoor *self, UsherGuard *guard);
/* (transfer full): as it was bound */
char *usher_hub_door_bind (UsherHubDoor *self, const char *endpoint, GError **error);

/* what the log says */
void usher_hub_door_publish_live (UsherHubDoor *self,
                                  UsherHubChannel *channel,
                                  const UsherJournalFrame *frame);
/* what is to be confirmed now belongs to the batch that was submitted */
void usher_hub_door_submit_confirms (UsherHubDoor *self);
/* that batch is written; with @error, neither it nor what gathers can be */
void usher_hub_door_confirm (UsherHubDoor *self, const GError *error);
/* there is nothing to write, only that it was written already */
void usher_hub_door_confirm_known (UsherHubDoor *self);

/* From here on: what its own files share. */

/* messages that wait for one member; bytes are counted besides */
#define USHER_HUB_DOOR_ROOM 10000

/* Where members come in. */
typedef struct
{
  char *endpoint; /* (owned): as bound */
  char *live;     /* (owned) (nullable): of the PUB socket; NULL: all goes over the ROUTER */
  gboolean is_remote;
} UsherHubEntrance;

struct _UsherHubMember
{
  GBytes *identity;            /* (owned): the ROUTER's name for it */
  char *client;                /* (owned) */
  char *user;                  /* (owned) (nullable): the key that its connection came with */
  char *key;                   /* (owned) (nullable): the name of that */
  UsherAcl *acl;               /* (owned) (nullable): what that lets it do, NULL: all */
  guint64 instance;            /* of the process: it is another one after a restart */
  char *endpoint;              /* (owned): of @push, or where it came in */
  zsock_t *push;               /* (owned) (nullable): NULL: deliveries go over the ROUTER */
  UsherHubCredit *credit;      /* (unowned): of its connection */
  UsherHubCredit *push_credit; /* (owned) (nullable): of @push */
  gboolean is_remote;
  gboolean is_cut_off; /* it sent what no member sends: nothing of it is taken any more */
  gboolean is_deaf;    /* what it must be told has no room: it is to begin anew */
  gint64
      full_until; /* monotonic: its connection took no more, and is left alone; 0: it always did */
  guint session;  /* its own count of its hellos */
  gint64 heard;   /* monotonic */
  gint64 asked;   /* monotonic, 0: not: whether it lives, as another one has its name */
  guint64 received; /* the last publish number that came */
  GHashTable *held; /* (owned) (nullable): channel → UsherHubHold: where an event was refused */
  guint n_waits;    /* questions that wait for events */
  UsherHubWorker *worker;   /* (owned): what it is to groups */
  GPtrArray *subscriptions; /* (owned) (element-type UsherHubSubscription): which are the door's */
};

/* What a frame came with, which is not what its sender says of itself. */
typedef struct
{
  const char *user; /* (nullable): the key, NULL: it came without */
  const char *name; /* (nullable): the key's name, else the key */
} UsherHubKey;

/* A member's place in a group, or what it follows. */
struct _UsherHubSubscription
{
  guint id;
  UsherHubMember *member;   /* (unowned) */
  UsherHubChannel *channel; /* (unowned) */
  UsherHubSeat *seat;       /* (unowned) (nullable): NULL: live events from no position */
  gboolean is_follower;     /* it gets the channel's live events */
  guint max_in_flight;
  guint64 fetch_from; /* what it fetches next, 0: nothing */
  guint fetch_frames; /* that it gets before it must ask again */
};

struct _UsherHubDoor
{
  UsherClock *clock;      /* (owned) */
  UsherHubLog *log;       /* (unowned) */
  UsherHubGroups *groups; /* (unowned) */
  guint max_members;
  char *epoch; /* (owned) */
  gint64 start_time;
  gint64 started_at; /* monotonic */
  gboolean is_closing;

  zsock_t *router;      /* (owned) (nullable) */
  zsock_t *live;        /* (owned) (nullable): PUB */
  UsherGuard *guard;    /* (owned) (nullable): of tcp */
  GPtrArray *entrances; /* (owned) (element-type UsherHubEntrance) */
  GHashTable *members;  /* (owned): identity → UsherHubMember */
  UsherHubCredits all_credits;
  GHashTable *credits; /* (owned): identity → UsherHubCredit, as long as its connection lasts */
  GHashTable *subscriptions; /* (owned): id → UsherHubSubscription */
  GHashTable *followers;     /* (owned): channel → GPtrArray of UsherHubSubscription */
  GPtrArray *fetchers;       /* (owned): of UsherHubSubscription: with more to fetch */
  GPtrArray *waits;          /* (owned): questions that wait for events */
  GArray *next_confirms;     /* (owned) (element-type UsherHubConfirm): of what gathers */
  GArray *written_confirms;  /* (owned) (element-type UsherHubConfirm): of what is written */
  guint last_subscription;
  guint last_member;
  gint64 next_head;
  gint64 next_probe;
  gint64 next_drop;    /* of credits */
  gboolean is_drained; /* all that had come was taken in */
  guint64 out_events, out_bytes;
};

/* usher-hub-door-send.c */
/* takes ownership of @frame; FALSE when the connection is gone; who has no room for what he must be told begins anew */
gboolean usher_hub_door_send (UsherHubDoor *self, GBytes *identity, GByteArray *frame);
/* likewise; FALSE: it was not sent, and nothing comes of that */
gboolean usher_hub_door_try_send (UsherHubDoor *self, GBytes *identity, GByteArray *frame);
void usher_hub_door_reply (UsherHubDoor *self,
                           GBytes *identity,
                           guint request,
                           const GError *error,
                           const char *text,
                           guint64 number);
/* a REPLY frame that lacks what was asked for */
GByteArray *usher_hub_door_begin_reply (guint request);
/* takes ownership of @frame, which has it now; BUSY is told to who has not read what he was sent */
void usher_hub_door_send_reply (UsherHubDoor *self,
                                UsherHubMember *member,
                                guint request,
                                GByteArray *frame);
/* how far channels are, so that a lost last event is missed too */
void usher_hub_door_send_heads (UsherHubDoor *self);

/* usher-hub-door-credit.c: who has read enough of what he was sent to be sent more */
/* the credit of the connection of a member that comes in, and of its way for deliveries */
void usher_hub_door_open_credit (UsherHubDoor *self, UsherHubMember *member);
/* whether it may be sent more, by its connection, or by its way for deliveries; a connection that takes nothing is tried again after a
 * while */
gboolean usher_hub_door_may_send (UsherHubDoor *self, UsherHubMember *member);
gboolean usher_hub_door_may_deliver (UsherHubDoor *self, UsherHubMember *member);
/* it was sent so much */
void usher_hub_door_spend (UsherHubDoor *self, UsherHubMember *member, gsize size);
void usher_hub_door_spend_delivery (UsherHubDoor *self, UsherHubMember *member, gsize size);
/* @identity: who says it, a member or who was one */
void usher_hub_door_take_mark (UsherHubDoor *self, GBytes *identity, UsherFrameReader *reader);
/* forgets connections that are gone and have no member */
void usher_hub_door_drop_credits (UsherHubDoor *self);

/* usher-hub-door-groups.c */
/* gives a parked event to its group again */
gboolean usher_hub_door_replay (UsherHubDoor *self, const UsherParked *parked, GError **error);

/* usher-hub-door-entrances.c */
void usher_hub_door_free_entrance (gpointer data);
/* (nullable): where a member says that it came in */
const UsherHubEntrance *usher_hub_door_find_entrance (UsherHubDoor *self, const char *endpoint);
/* gives a member that comes in its way for deliveries; BUSY: there is no room for it */
gboolean usher_hub_door_open_push (UsherHubDoor *self,
                                   const UsherHubEntrance *entrance,
                                   UsherHubMember *member,
                                   GError **error);

/* usher-hub-door-confirms.c: who is told what has become of what he published */
/* (transfer full) (element-type UsherHubConfirm) */
GArray *usher_hub_door_new_confirms (void);
/* @code: 0: once it is durable; else 1 + an UsherError; @channel: (nullable): that refused it */
void usher_hub_door_add_confirm (UsherHubDoor *self,
                                 UsherHubMember *member,
                                 UsherHubChannel *channel,
                                 guint64 first,
                                 guint64 last,
                                 guint8 code);
/* once what has gathered is durable, or cannot be */
void usher_hub_door_reply_later (UsherHubDoor *self, UsherHubMember *member, guint request);
/* 0: @channel takes what @member has published when it knew the answers up to @known */
guint8
usher_hub_member_find_hold (const UsherHubMember *self, UsherHubChannel *channel, guint64 known);

/* usher-hub-door-publish.c */
void usher_hub_door_publish (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);

/* usher-hub-door-subscriptions.c */
void
usher_hub_door_subscribe (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);
void usher_hub_door_leave (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);
/* @has_died: it did not say good-bye: what it had is suspect */
void
usher_hub_door_drop_subscriptions (UsherHubDoor *self, UsherHubMember *member, gboolean has_died);
/* (nullable): only one of @member's own */
UsherHubSubscription *
usher_hub_door_find_subscription (UsherHubDoor *self, const UsherHubMember *member, guint id);

/* usher-hub-door-rights.c */
/* a member came in with that; FALSE: what its key may do cannot be read */
gboolean usher_hub_door_set_key (UsherHubDoor *self,
                                 UsherHubMember *member,
                                 const UsherHubKey *key,
                                 GError **error);
/* @channel: (nullable): NULL: all; FORBIDDEN */
gboolean usher_hub_door_allows (const UsherHubMember *member,
                                UsherAclVerb verb,
                                const char *channel,
                                GError **error);

/* usher-hub-door-members.c */
void usher_hub_member_free (UsherHubMember *self);
/* Tells who asked that @error keeps him out; @client: (nullable): its name */
void usher_hub_door_refuse (UsherHubDoor *self,
                            GBytes *identity,
                            const char *client,
                            const GError *error);
void usher_hub_door_greet (UsherHubDoor *self,
                           GBytes *identity,
                           const UsherHubKey *key,
                           UsherFrameReader *reader);
void usher_hub_door_remove_member (UsherHubDoor *self, UsherHubMember *member, gboolean has_died);
/* Refuses it once, gives what it has out to others, and takes no frame of its connection any more: for @type, which no member
 * sends. */
void usher_hub_door_cut_off (UsherHubDoor *self, UsherHubMember *member, guint8 type);
/* gives what members that are gone have out to others */
void usher_hub_door_bury_gone (UsherHubDoor *self);

/* usher-hub-door-deliveries.c */
void
usher_hub_door_take_answers (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);
void usher_hub_door_fetch (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);
/* goes on with who has read what he had fetched */
void usher_hub_door_serve_fetchers (UsherHubDoor *self);

/* usher-hub-door-figures.c */
UsherBusFigures *
usher_hub_door_get_figures (UsherHubDoor *self, UsherBusParts parts, GError **error);

/* usher-hub-door-waits.c: questions for events, which may wait until there are some */
/* Answers at once, or, when it may wait, as soon as there are some, its time is over, or the hub closes. FALSE: it is refused;
 * BUSY: too many wait. */
gboolean usher_hub_door_answer_events (UsherHubDoor *self,
                                       UsherHubMember *member,
                                       guint request,
                                       const UsherEventsQuery *query,
                                       GError **error);
void usher_hub_door_serve_waits (UsherHubDoor *self, gboolean all);
void usher_hub_door_drop_waits (UsherHubDoor *self, const UsherHubMember *member);
void usher_hub_door_free_wait (gpointer data);

/* usher-hub-door-questions.c */
void
usher_hub_door_take_question (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader);

G_END_DECLS
