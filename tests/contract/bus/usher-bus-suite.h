/* usher-bus-suite.h: what every bus promises, as tests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

G_BEGIN_DECLS

/* A kind of bus. What runs it – a hub, a cluster, nothing – is its server; time goes by as it does. */
typedef struct
{
  const char *name;
  gboolean outlives_server; /* members find a server that was started again */
  /* one that runs, with nothing in its log */
  gpointer (*make) (void);
  void (*free) (gpointer server);
  /* the log stays */
  void (*stop) (gpointer server);
  void (*start) (gpointer server);
  UsherBus *(*join) (gpointer server, const char *client);
  /* returns when the server has done all that @bus had told it, and @bus has got what came of it */
  void (*settle) (gpointer server, UsherBus *bus);
} UsherBusKind;

typedef struct
{
  const UsherBusKind *kind;
  gpointer server;               /* (owned) */
  UsherBus *bus;                 /* (owned) (nullable): a member, “first” */
  UsherTestPublisher *publisher; /* (owned) */
} UsherBusFixture;

typedef void (*UsherBusTest) (UsherBusFixture *self, gconstpointer kind);

void usher_bus_suite_add (const UsherBusKind *kind);
void usher_bus_suite_add_channels (const UsherBusKind *kind);
void usher_bus_suite_add_events (const UsherBusKind *kind);
void usher_bus_suite_add_figures (const UsherBusKind *kind);
void usher_bus_suite_add_groups (const UsherBusKind *kind);
void usher_bus_suite_add_invalid (const UsherBusKind *kind);
void usher_bus_suite_add_members (const UsherBusKind *kind);
void usher_bus_suite_add_parked (const UsherBusKind *kind);
void usher_bus_suite_add_replay (const UsherBusKind *kind);
void usher_bus_suite_add_restart (const UsherBusKind *kind);
void usher_bus_suite_add_waits (const UsherBusKind *kind);
void usher_bus_suite_add_test (const UsherBusKind *kind, const char *name, UsherBusTest test);

/* the server, and members */
void usher_bus_fixture_start (UsherBusFixture *self);
void usher_bus_fixture_stop (UsherBusFixture *self);
UsherBus *usher_bus_fixture_join (UsherBusFixture *self, const char *client);
/* in order; takes the last reference */
void usher_bus_fixture_leave (UsherBus *bus);
/* the server stopped and started; where members do not outlive it “first” leaves before and joins again */
void usher_bus_fixture_restart (UsherBusFixture *self);
/* server and “first” closed in order and made again */
void usher_bus_fixture_reopen (UsherBusFixture *self);
void usher_bus_fixture_settle (UsherBusFixture *self, UsherBus *bus);
/* posts by “first”, and waits until all are confirmed */
void usher_bus_fixture_publish (UsherBusFixture *self, const char *channel, guint n);
UsherBusFigures *usher_bus_fixture_get_figures (UsherBusFixture *self, UsherBusParts parts);
/* waits until the one group has done all that is in its channel, so that nothing of it can come again */
void usher_bus_fixture_await_done (UsherBusFixture *self);
/* (element-type UsherParkedEvent) */
GPtrArray *usher_bus_fixture_list_parked (UsherBusFixture *self);
/* likewise: waits until there are @n */
GPtrArray *usher_bus_fixture_await_parked (UsherBusFixture *self, guint n);

/* what a listener has got, once all has settled */
/* nothing that was not taken */
void usher_bus_fixture_assert_quiet (UsherBusFixture *self, UsherTestListener *listener);
/* @first, @first + 1, …, in order and once, @n of them */
void usher_bus_fixture_assert_run (UsherBusFixture *self,
                                   UsherTestListener *listener,
                                   guint64 first,
                                   guint n);

G_END_DECLS
