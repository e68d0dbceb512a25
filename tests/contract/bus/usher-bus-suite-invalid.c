/* usher-bus-suite-invalid.c: what no bus takes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"

static void
on_nothing (UsherDelivery *delivery, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_bad_names (UsherBusFixture *self, gconstpointer data)
{
  static const UsherSubscription wishes[] = {
    { .channel = "" },
    { .channel = "a\nb", .group = "c" },
    { .channel = "a", .group = "b\nc" },
    { .channel = "\xff", .group = "c" },
  };

  g_autoptr (UsherBusFigures) figures = NULL;

  g_test_summary ("A subscription that no bus can keep is refused at once");

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (usher_bus_subscribe (self->bus, &wishes[i], on_nothing, NULL, NULL, &error),
                        ==,
                        0);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
  figures = usher_bus_fixture_get_figures (self, 0);
  g_assert_cmpuint (figures->n_subscriptions, ==, 0);
}

static void
test_bad_events (UsherBusFixture *self, gconstpointer data)
{
  static const char *const channels[] = { "", "a\nb", "\xff" };

  g_test_summary ("An event that no bus can keep is refused, and those behind it are not");

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, channels[i]);

      usher_test_publisher_post_event (self->publisher, self->bus, event);
    }
  {
    g_autoptr (UsherEvent) nameless = usher_event_new ("no uuid", CHANNEL, 0, "{}", -1);
    g_autofree char *id = g_strdup (self->publisher->ids->pdata[0]);
    g_autoptr (UsherEvent) garbled =
        usher_event_new_full (id, CHANNEL, 0, 0, "\xff\xfe", NULL, NULL, "{}", -1);

    usher_test_publisher_post_event (self->publisher, self->bus, nameless);
    usher_test_publisher_post_event (self->publisher, self->bus, garbled);
  }
  usher_test_publisher_await (self->publisher, 5);
  g_assert_cmpuint (self->publisher->n_refused, ==, 5);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_INVALID);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 1);
  usher_test_publisher_await (self->publisher, 6);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 1);
}

void
usher_bus_suite_add_invalid (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "invalid/subscription", test_bad_names);
  usher_bus_suite_add_test (kind, "invalid/event", test_bad_events);
}
