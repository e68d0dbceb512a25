/* lane-stage.h: one service on a store that knows who reads it, with routes, a listener and a timer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fake-bus.h"
#include "stage.h"
#include "usher-lane-private.h"
#include "usher-router.h"
#include "usher-sessions.h"
#include "usher-test-base.h"
#include "watched-store.h"

G_BEGIN_DECLS

#define TIME     STAGE_TIME
#define ID       "aaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_ID "bbbbbbbbbbbbbbbbbbbbbbbb"
#define WAIT     (5 * G_TIME_SPAN_SECOND)

/* threads and queue of the pool */
#define N_THREADS 4
#define MAX_QUEUE 64
/* after so many runs a handler that read nothing is taken for one that never does */
#define MANY 8

typedef struct
{
  char *directory;
  gboolean blocks;
  UsherSettings *settings;
  UsherManualClock *clock;
  UsherSessions *sessions;
  UsherRouter *router;
  UsherWorkers *workers;
  UsherSolitude *solitude;
  UsherLane *lane;
  FakeBus *bus;
  WatchedStore *store;
  int n_runs;      /* (atomic) */
  int n_answers;   /* (atomic) */
  int may_go;      /* (atomic) */
  gboolean reads;  /* the handler that does so sometimes; set between requests */
  int is_closed;   /* (atomic) */
  gpointer ran_on; /* (atomic): the thread of the last handler */
} LaneStage;

/* @data: whether the store blocks */
void lane_stage_set_up (LaneStage *fixture, gconstpointer data);
void lane_stage_tear_down (LaneStage *fixture, gconstpointer data);
/* Brings a request, as a front's thread would; (transfer full): its reply. @key: (nullable) */
UsherReply *
lane_stage_bring (LaneStage *fixture, const char *method, const char *path, const char *key);
/* so many requests, one after the other */
void lane_stage_bring_many (LaneStage *fixture, const char *method, const char *path, guint n);
void lane_stage_bring_event (LaneStage *fixture, gboolean redelivered);
/* nothing is under way */
gboolean lane_stage_is_idle (LaneStage *fixture);
/* handlers have run so often, and one request waits */
gboolean lane_stage_is_waiting (LaneStage *fixture, int n_runs);
/* Nothing was read on this thread, which is a front's and the bus's, nor on the one that tells of commits. */
void lane_stage_assert_read_apart (LaneStage *fixture);
/* nor has the last handler run there */
void lane_stage_assert_apart (LaneStage *fixture);

#define lane_stage_await_answers(fixture, n) \
  usher_test_until (g_atomic_int_get (&(fixture)->n_answers) == (n))

G_END_DECLS
