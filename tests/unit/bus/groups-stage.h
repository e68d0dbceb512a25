/* groups-stage.h: the groups of a channel, and all that is outside of them: time, workers, a log
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-hub-groups-private.h"

G_BEGIN_DECLS

#define STAGE_CHANNEL     "order:created"
#define STAGE_GROUP       "tickets"
#define STAGE_MAX_DELIVER 5
#define STAGE_ACK_WAIT    (30 * G_TIME_SPAN_SECOND)
#define STAGE_DEFER_LIMIT G_TIME_SPAN_MINUTE

typedef struct
{
  UsherHubGroups *groups;   /* (owned) */
  UsherHubChannel *channel; /* (owned) */
  UsherHubGroup *group;     /* (unowned): a durable one */
  UsherHubMoment moment;
  GString *sent;      /* (owned): what went out, see stage_assert_sent() */
  GPtrArray *parked;  /* (owned) (element-type UsherParked) */
  GBytes *state;      /* (owned) (nullable): what the group saved last */
  GPtrArray *workers; /* (owned) (element-type UsherHubWorker) */
  gboolean is_closed; /* no worker can be reached */
  gboolean is_full;   /* nothing can be sent */
  GArray *out;        /* (owned) (element-type guint64): what went out and was not handled */
} Stage;

/* fixture functions */
void stage_set_up (Stage *self, gconstpointer data);
void stage_tear_down (Stage *self, gconstpointer data);

/* @n events become durable, in one frame */
void stage_publish (Stage *self, guint n);
/* a group beside the stage's own, with one process that works for it; @name: (static) */
UsherHubSeat *stage_add_group (Stage *self, UsherHubGroupKind kind, const char *name);
/* a process that works for the group; @name: (static) */
UsherHubSeat *stage_join (Stage *self, const char *name, guint max_in_flight);
/* likewise; @instance: which process it is */
UsherHubSeat *stage_join_as (Stage *self, const char *name, guint64 instance, guint max_in_flight);
void stage_leave (Stage *self, UsherHubSeat *seat, gboolean has_died);
/* all seats of the group are left by processes that died */
void stage_kill (Stage *self);
/* a turn of the hub, without a commit; returns when the next is due */
gint64 stage_serve (Stage *self);
/* what has changed is saved; whether that succeeds */
void stage_save (Stage *self, gboolean is_written);
/* turns and commits until nothing is waited for */
void stage_run (Stage *self);
/* time goes by, and then it runs */
void stage_pass (Stage *self, gint64 time);
/* the hub ends and another one begins with what was saved last; workers are gone */
void stage_restart (Stage *self, gboolean in_order);
void stage_answer (UsherHubSeat *seat, guint64 sequence, UsherAnswerKind kind);
void stage_nak (UsherHubSeat *seat, guint64 sequence, gint64 delay, const char *reason);
/* acks @first to @last */
void stage_ack (UsherHubSeat *seat, guint64 first, guint64 last);

/* A process handles what has gone out: it dies before it has answered anything when @killer is among that. Whether it lives. */
gboolean stage_handle (Stage *self, UsherHubSeat *seat, guint64 killer);

/* What has gone out since the last time, “; ” between: “one 1-10” are ten events to one; “again” before it: they are said to be
 * redelivered; “(2)” behind it: the second attempt. */
void stage_assert_sent (Stage *self, const char *expected);
/* all that was published is done, or parked */
void stage_assert_done (Stage *self);
guint stage_count_suspects (Stage *self);

G_END_DECLS
