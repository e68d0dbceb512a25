/* usher-job-private.h: one run of a handler, from its input to its answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-lane-private.h"
#include "usher-log-private.h"
#include "usher-reply.h"
#include "usher-trace-private.h"

G_BEGIN_DECLS

typedef struct _UsherJob UsherJob;

/* @error: NULL: committed. DEFER: come again. On any thread; must not block. */
typedef void (*UsherJobDoneFunc) (const GError *error, gpointer user_data);

/* What is different in a request, an event and a timer. All but @fill, @call, @describe, @dup_handler, @end and @clear
 * (nullable). */
typedef struct
{
  gsize size; /* of the job, which begins with an UsherJob */
  gboolean is_request;
  gboolean is_event;
  /* Reads what it must know of its input, at first and (@is_again) after a lost race. FALSE: the job is over. */
  gboolean (*begin) (UsherJob *self, gboolean is_again);
  /* says what the unit is for, before each run; @is_first: and not for a step */
  void (*fill) (UsherJob *self, UsherUnit *unit, gboolean is_first);
  gboolean (*call) (UsherJob *self, UsherUnit *unit, GError **error);
  /* (transfer none) (nullable): the answer that a step may still change, without anything in it */
  UsherReply *(*reset_reply) (UsherJob *self);
  void (*describe) (UsherJob *self, UsherLogScope *scope);
  /* (transfer full): which handler it is, for people */
  char *(*dup_handler) (UsherJob *self);
  /* the handler has asked for another time; FALSE: it has none */
  gboolean (*defer) (UsherJob *self, UsherUnit *unit);
  /* the handler, no step, was run; @ok: as it says */
  void (*note) (UsherJob *self, UsherUnit *unit, gboolean ok);
  /* it may not read where it was tried, and goes to a thread that may wait; FALSE: none is to be had, and the job is over */
  gboolean (*move) (UsherJob *self);
  /* the unit is committed (or, not @was_kept, had nothing to commit) and a step is next */
  void (*advance) (UsherJob *self, UsherUnit *unit, gboolean was_kept);
  /* the last of what goes into a unit, and whether that is something to commit by itself */
  gboolean (*seal) (UsherJob *self, UsherUnit *unit, gboolean is_step);
  /* it is over: answers, then usher_job_free() */
  void (*end) (UsherJob *self, const GError *error);
  void (*clear) (UsherJob *self);
} UsherJobClass;

/* What all jobs have. For the kinds of jobs, and nobody else. */
struct _UsherJob
{
  UsherWork work; /* (usher_workers_push) */
  const UsherJobClass *klass;
  UsherLane *lane; /* (unowned): the host waits for all jobs before it frees a service */
  UsherUnit *unit; /* (owned) (nullable) */
  gboolean blocks; /* the handler does; a step always */
  gboolean
      is_tried; /* the handler is run where it may not read the store, as it seems that it does not */
  gboolean has_begun;
  guint n_conflicts;
  char *
      taken; /* (owned) (nullable): the unique key that the unit before ran into, with its values */

  UsherStepFunc step; /* (nullable): what runs now is a step */
  gboolean looks;     /* that only looks whether the answer may go */
  gpointer step_data;
  GDestroyNotify step_destroy;

  UsherTrace trace; /* begun by the kind, and ended */
  UsherSpan *write; /* (owned) (nullable): the commit that is under way */
};

gpointer usher_job_new (const UsherJobClass *klass, UsherLane *lane);
void usher_job_free (UsherJob *self);
/* goes on, on this thread or another; the job is the job's own from then on */
void usher_job_go_on (UsherJob *self, UsherThread here);
/* the job is over; consumes it */
void usher_job_finish (UsherJob *self, const GError *error);
/* whether what was committed had been done before */
gboolean usher_job_was_applied (UsherJob *self);

G_END_DECLS
