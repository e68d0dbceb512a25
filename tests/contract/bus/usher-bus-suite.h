/* usher-bus-suite.h: what every bus promises, as tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-hub.h"
#include "usher-json.h"
#include "usher-manual-clock.h"

G_BEGIN_DECLS

/* How a kind of bus is made. The hub's data is in @directory, which outlives it. */
typedef struct
{
  const char *name;
  gboolean outlives_hub; /* members find a hub that was started again */
  /* where a hub may listen */
  char *(*make_endpoint) (const char *directory);
  gpointer (*open_hub) (const char *directory,
                        const char *endpoint,
                        UsherClock *clock,
                        const UsherHubLimits *limits,
                        GError **error);
  void (*close_hub) (gpointer hub);
  UsherBus *(*join) (const char *endpoint, const char *client, UsherClock *clock, GError **error);
} UsherBusMaker;

typedef struct
{
  const UsherBusMaker *maker;
  char *directory;
  char *endpoint;
  UsherHubLimits limits;
  UsherManualClock *clock;
  gpointer hub;  /* (nullable) */
  UsherBus *bus; /* a member, “first” */

  GMutex mutex;
  GCond cond;
  guint n_confirmed; /* (mutex mutex) */
  guint n_refused;   /* (mutex mutex) */
  int code;          /* (mutex mutex): of the last refusal */
  GPtrArray *ids;    /* (element-type utf8): of what was published, in order */
} UsherBusFixture;

typedef void (*UsherBusTest) (UsherBusFixture *self, gconstpointer maker);

void usher_bus_suite_add (const UsherBusMaker *maker);
void usher_bus_suite_add_channels (const UsherBusMaker *maker);
void usher_bus_suite_add_events (const UsherBusMaker *maker);
void usher_bus_suite_add_groups (const UsherBusMaker *maker);
void usher_bus_suite_add_hub (const UsherBusMaker *maker);
void usher_bus_suite_add_parked (const UsherBusMaker *maker);
void usher_bus_suite_add_restart (const UsherBusMaker *maker);
void usher_bus_suite_add_waits (const UsherBusMaker *maker);
void usher_bus_suite_add_test (const UsherBusMaker *maker, const char *name, UsherBusTest test);

/* hub and members */
void usher_bus_fixture_open_hub (UsherBusFixture *self);
void usher_bus_fixture_close_hub (UsherBusFixture *self);
UsherBus *usher_bus_fixture_join (UsherBusFixture *self, const char *client);
void usher_bus_fixture_leave (UsherBus *bus);
/* hub and “first”, one after the other, where members do not outlive the hub; else the hub alone */
void usher_bus_fixture_restart (UsherBusFixture *self);
/* hub and “first” closed in order and made again */
void usher_bus_fixture_reopen (UsherBusFixture *self);
/* returns when the hub has done all that @bus had told it, and sent what came of it */
void usher_bus_fixture_settle (UsherBus *bus);
void usher_bus_fixture_turn (UsherBusFixture *self, UsherBus *bus, gint64 microseconds);
UsherJson *usher_bus_fixture_describe (UsherBus *bus, const char *what);
gint64 usher_bus_fixture_read (UsherBus *bus, const char *what, const char *path);
/* waits until the rows of “parked” are @n */
UsherJson *usher_bus_fixture_await_parked (UsherBus *bus, guint n);

/* publishing: payload {"n":…}, counted over the test */
void usher_bus_fixture_post (UsherBusFixture *self, UsherBus *bus, const char *channel, guint n);
void usher_bus_fixture_post_event (UsherBusFixture *self, UsherBus *bus, UsherEvent *event);
UsherEvent *usher_bus_fixture_make_event (UsherBusFixture *self, const char *channel);
/* until all that was posted is confirmed or refused */
void usher_bus_fixture_await_confirms (UsherBusFixture *self, guint n);
/* posts and waits until the hub has confirmed */
void usher_bus_fixture_publish (UsherBusFixture *self, const char *channel, guint n);

/* A subscriber that takes deliveries in. */
typedef struct
{
  UsherBus *bus; /* (unowned) */
  guint id;
  gboolean acks; /* each at once */

  GMutex mutex;
  GCond cond;
  GQueue deliveries; /* (mutex mutex) (element-type UsherDelivery): not acked at once */
  GArray *sequences; /* (mutex mutex): of all that came, in order */
  gboolean shut;     /* (mutex mutex): the bus's thread is held at the next delivery */
  gboolean held;     /* (mutex mutex): and is there */
} UsherBusListener;

UsherBusListener *
usher_bus_listener_new (UsherBus *bus, const UsherSubscription *wish, gboolean acks);
/* leaves the subscription, without answering what it has */
void usher_bus_listener_free (UsherBusListener *self);
/* (transfer full): the next delivery, which must come */
UsherDelivery *usher_bus_listener_take (UsherBusListener *self);
/* the next one must have this sequence */
UsherDelivery *usher_bus_listener_expect (UsherBusListener *self, guint64 sequence);
void usher_bus_listener_expect_ack (UsherBusListener *self, guint64 sequence);
/* waits until @n have come in all */
void usher_bus_listener_await (UsherBusListener *self, guint n);
guint usher_bus_listener_count (UsherBusListener *self);
/* nothing has come that was not taken, after the hub has settled */
void usher_bus_listener_assert_quiet (UsherBusListener *self);
/* all that came are @first, @first + 1, …, in order and once, @n of them */
void usher_bus_listener_assert_run (UsherBusListener *self, guint64 first, guint n);
void usher_bus_listener_shut (UsherBusListener *self);
void usher_bus_listener_await_held (UsherBusListener *self);
void usher_bus_listener_release (UsherBusListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBusListener, usher_bus_listener_free)

G_END_DECLS
