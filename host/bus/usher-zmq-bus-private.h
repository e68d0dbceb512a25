/* usher-zmq-bus-private.h: a member of a hub, over ZeroMQ
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-answers-private.h"
#include "usher-bus.h"
#include "usher-line-private.h"
#include "usher-publisher-private.h"
#include "usher-questions-private.h"
#include "usher-subscribers-private.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

#define USHER_TYPE_ZMQ_BUS (usher_zmq_bus_get_type ())
G_DECLARE_FINAL_TYPE (UsherZmqBus, usher_zmq_bus, USHER, ZMQ_BUS, GObject)

struct _UsherZmqBus
{
  GObject parent_instance;

  UsherWake *wake;               /* (owned) (nullable) */
  UsherPublisher *publisher;     /* (owned) */
  UsherSubscribers *subscribers; /* (owned) */
  UsherAnswers *answers;         /* (owned) */
  UsherQuestions *questions;     /* (owned) */
  GThread *thread;               /* (owned) (nullable) */
  int stopping;                  /* (atomic) */
  int connected;                 /* (atomic) */
  int insists;                   /* (atomic): on a log that has come as far as @reach */

  GMutex mutex;
  UsherBusIdleFunc idle; /* (mutex mutex) (nullable) */
  gpointer idle_data;    /* (mutex mutex) */
  UsherReach reach;      /* (mutex mutex): of the hub's log, as far as was heard */
  char *refusal;         /* (owned) (nullable) (mutex mutex): why the hub does not let us in */

  /* the thread alone */
  UsherLine *line;    /* (owned) (nullable) */
  gboolean leaving;   /* somebody waits for the end of the good-bye */
  gboolean is_orphan; /* nobody but the thread has it any more */
};

/* as usher_bus_open() */
UsherBus *usher_zmq_bus_new (const char *endpoint,
                             const char *client,
                             UsherClock *clock,
                             const char *keys,
                             GError **error);

/* the thread's half */
gpointer usher_zmq_bus_run (gpointer data);
/* on the thread, which cannot wait for itself: leaves the hub, and lets go of the bus at its end */
void usher_zmq_bus_abandon (UsherZmqBus *self);

G_END_DECLS
