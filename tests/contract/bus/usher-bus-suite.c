/* usher-bus-suite.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define PATIENCE (60 * G_TIME_SPAN_SECOND)

void
usher_bus_fixture_start (UsherBusFixture *self)
{
  self->kind->start (self->server);
}

void
usher_bus_fixture_stop (UsherBusFixture *self)
{
  self->kind->stop (self->server);
}

UsherBus *
usher_bus_fixture_join (UsherBusFixture *self, const char *client)
{
  return self->kind->join (self->server, client);
}

void
usher_bus_fixture_leave (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;

  usher_bus_close (bus, G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (bus);
}

void
usher_bus_fixture_restart (UsherBusFixture *self)
{
  if (!self->kind->outlives_server)
    {
      usher_bus_fixture_reopen (self);
      return;
    }

  usher_bus_fixture_stop (self);
  usher_bus_fixture_start (self);
}

void
usher_bus_fixture_reopen (UsherBusFixture *self)
{
  usher_bus_fixture_leave (self->bus);
  usher_bus_fixture_stop (self);
  usher_bus_fixture_start (self);
  self->bus = usher_bus_fixture_join (self, "first");
}

static void
set_up (UsherBusFixture *self, gconstpointer data)
{
  self->kind = data;
  self->publisher = usher_test_publisher_new ();
  self->server = self->kind->make ();
  self->bus = usher_bus_fixture_join (self, "first");
}

static void
tear_down (UsherBusFixture *self, gconstpointer data)
{
  if (self->bus != NULL)
    usher_bus_fixture_leave (self->bus);
  self->kind->free (self->server);
  usher_test_publisher_free (self->publisher);
}

void
usher_bus_fixture_settle (UsherBusFixture *self, UsherBus *bus)
{
  self->kind->settle (self->server, bus);
}

void
usher_bus_fixture_publish (UsherBusFixture *self, const char *channel, guint n)
{
  usher_test_publisher_publish (self->publisher, self->bus, channel, n);
}

UsherBusFigures *
usher_bus_fixture_get_figures (UsherBusFixture *self, UsherBusParts parts)
{
  g_autoptr (GError) error = NULL;
  UsherBusFigures *figures = usher_bus_get_figures (self->bus, parts, &error);

  g_assert_no_error (error);

  return figures;
}

GPtrArray *
usher_bus_fixture_list_parked (UsherBusFixture *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *parked = usher_bus_list_parked (self->bus, NULL, 0, G_MAXUINT, &error);

  g_assert_no_error (error);

  return parked;
}

GPtrArray *
usher_bus_fixture_await_parked (UsherBusFixture *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  /* an event is parked when that is durable */
  while (TRUE)
    {
      g_autoptr (GPtrArray) parked = usher_bus_fixture_list_parked (self);

      if (parked->len == n)
        return g_steal_pointer (&parked);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

void
usher_bus_fixture_assert_quiet (UsherBusFixture *self, UsherTestListener *listener)
{
  usher_bus_fixture_settle (self, listener->bus);
  usher_test_listener_assert_quiet (listener);
}

void
usher_bus_fixture_assert_run (UsherBusFixture *self,
                              UsherTestListener *listener,
                              guint64 first,
                              guint n)
{
  usher_test_listener_await (listener, n);
  usher_bus_fixture_settle (self, listener->bus);
  usher_test_listener_assert_run (listener, first, n);
}

void
usher_bus_suite_add_test (const UsherBusKind *kind, const char *name, UsherBusTest test)
{
  g_autofree char *path = g_strdup_printf ("/bus/%s/%s", kind->name, name);

  g_test_add (path, UsherBusFixture, kind, set_up, test, tear_down);
}

void
usher_bus_suite_add (const UsherBusKind *kind)
{
  usher_bus_suite_add_groups (kind);
  usher_bus_suite_add_channels (kind);
  usher_bus_suite_add_events (kind);
  usher_bus_suite_add_parked (kind);
  usher_bus_suite_add_replay (kind);
  usher_bus_suite_add_members (kind);
  usher_bus_suite_add_restart (kind);
  usher_bus_suite_add_waits (kind);
  usher_bus_suite_add_figures (kind);
  usher_bus_suite_add_invalid (kind);
}

void
usher_bus_fixture_await_done (UsherBusFixture *self)
{
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;
  guint64 lag = 1;

  while (lag != 0)
    {
      g_autoptr (UsherBusFigures) figures =
          usher_bus_fixture_get_figures (self, USHER_BUS_PART_GROUPS);

      g_assert_cmpuint (figures->groups->len, ==, 1);
      lag = ((const UsherGroupFigures *) g_ptr_array_index (figures->groups, 0))->lag;
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}
