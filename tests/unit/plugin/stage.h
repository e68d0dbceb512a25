/* stage.h: a host with one small service, which a test declares
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fake-bus.h"
#include "usher-host-class.h"
#include "usher-host-private.h"
#include "usher-host-view-private.h"
#include "usher-manual-clock.h"
#include "usher-store.h"
#include "usher-unit.h"

G_BEGIN_DECLS

#define STAGE_TIME G_GINT64_CONSTANT (1767225600000000)

typedef void (*StageDeclare) (UsherContext *context, gpointer user_data);

/* One service “stage” with a collection “things”: name (unique), count. */
typedef struct
{
  char *directory;         /* (owned) */
  UsherManualClock *clock; /* (owned) */
  FakeBus *bus;            /* (owned) (nullable) */
  UsherHost *host;         /* (owned) */
  UsherLane *lane;         /* (unowned): of the service */
  StageDeclare declare;
  gpointer user_data;
  const char *setting; /* (nullable) */
  gboolean is_shared;  /* several stages have the directory, each a host of its own */
  gboolean is_guest;   /* the directory is another stage's */
} Stage;

/* @setting: (nullable): “group.key=value” */
void stage_init (Stage *self,
                 StageDeclare declare,
                 gpointer user_data,
                 gboolean with_bus,
                 const char *setting);
/* One of several hosts on one directory and with one clock, as if in processes of their own; each has a bus. @beside:
 * (nullable): whose directory; that one is cleared last */
void stage_init_shared (Stage *self, Stage *beside, StageDeclare declare, gpointer user_data);
/* stops the host and checks that nobody kept it */
void stage_clear (Stage *self);
/* another run on the same data, with a bus of its own when there was one */
void stage_restart (Stage *self);
/* for who starts it otherwise: no host runs after that, and one is made that is not started */
void stage_stop (Stage *self);
void stage_make_host (Stage *self);
void stage_start (Stage *self);
/* adds a service that @declare declares */
gboolean
stage_add (Stage *self, const char *name, StageDeclare declare, gpointer user_data, GError **error);
void stage_turn (Stage *self, gint64 microseconds);

/* @user: (nullable); @key: (nullable): the Idempotency-Key; (transfer full) */
UsherReply *stage_call (Stage *self,
                        const char *method,
                        const char *path,
                        const char *user,
                        const char *key,
                        const char *body);
/* a GET of which the status is all that matters */
void stage_assert_get (Stage *self, const char *path, guint status);
/* on a thread; stage_join() waits for the answer; @path borrowed */
GThread *stage_call_async (Stage *self, const char *path);
UsherReply *stage_join (GThread *thread);
void stage_assert_status (UsherReply *reply, guint status);
char *stage_dup_body (UsherReply *reply);

UsherStore *stage_get_store (Stage *self);
/* straight to the store, as if by another request; any thread */
UsherUnit *stage_begin (Stage *self);
void stage_commit (Stage *self, UsherUnit *unit);
/* (transfer full) (nullable): the thing, which counts one more with @unit */
UsherDocument *stage_count_up (UsherUnit *unit, const char *id, GError **error);
void stage_insert (Stage *self, const char *id, const char *name, gint64 count);
void stage_bump (Stage *self, const char *id);
/* -1: no such document */
gint64 stage_get_count (Stage *self, const char *id);
guint stage_get_n_timers (Stage *self, const char *name);
UsherEvent *stage_event_new (const char *channel, guint64 sequence, const char *payload);

guint stage_get_n_waiters (Stage *self);

G_END_DECLS
