/* usher-bus-suite-figures.c: what a bus tells of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL "order:created"
#define ALL                                                                   \
  (USHER_BUS_PART_CHANNELS | USHER_BUS_PART_GROUPS | USHER_BUS_PART_CLIENTS | \
   USHER_BUS_PART_SUBSCRIPTIONS)

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

static void
test_whole (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_autoptr (UsherBusFigures) figures = NULL;

  g_test_summary ("The whole is counted, and has no parts that were not asked for");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  figures = usher_bus_fixture_get_figures (self, 0);
  g_assert_nonnull (figures->id);
  g_assert_false (figures->is_failing);
  g_assert_cmpint (figures->time, >, 0);
  g_assert_cmpuint (figures->n_clients, ==, 1);
  g_assert_cmpuint (figures->n_subscriptions, ==, 1);
  g_assert_cmpuint (figures->n_channels, ==, 1);
  g_assert_cmpuint (figures->n_events, ==, 3);
  g_assert_cmpuint (figures->channels->len, ==, 0);
  g_assert_cmpuint (figures->groups->len, ==, 0);
  g_assert_cmpuint (figures->clients->len, ==, 0);
}

static void
test_channels (UsherBusFixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL };
  const UsherSubscription durable = { .channel = CHANNEL, .durable = "copy" };
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherTestListener) follower = usher_test_listener_new (self->bus, &plain, TRUE);
  g_autoptr (UsherTestListener) copier = usher_test_listener_new (self->bus, &durable, TRUE);
  g_autoptr (UsherBusFigures) figures = NULL;
  const UsherChannelFigures *another = NULL;
  const UsherChannelFigures *channel = NULL;

  g_test_summary ("Channels are listed by name, with each subscription once");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_fixture_publish (self, "another \"one\"", 1);
  figures =
      usher_bus_fixture_get_figures (self, USHER_BUS_PART_CHANNELS | USHER_BUS_PART_SUBSCRIPTIONS);
  g_assert_cmpuint (figures->channels->len, ==, 2);
  another = g_ptr_array_index (figures->channels, 0);
  channel = g_ptr_array_index (figures->channels, 1);
  g_assert_cmpstr (another->name, ==, "another \"one\"");
  g_assert_cmpuint (another->n_subscriptions, ==, 0);
  g_assert_cmpstr (channel->name, ==, CHANNEL);
  g_assert_cmpuint (channel->n_events, ==, 3);
  g_assert_cmpuint (channel->first, ==, 1);
  g_assert_cmpuint (channel->last, ==, 3);
  g_assert_cmpuint (channel->n_subscriptions, ==, 3);
  g_assert_cmpuint (channel->subscriptions->len, ==, 3);
}

static void
test_groups (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherBusFigures) figures = NULL;
  const UsherGroupFigures *group = NULL;

  g_test_summary ("A group tells what it has before it, and what is out");

  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_test_listener_expect_ack (listener, 1);
  usher_test_listener_await (listener, 3);
  usher_bus_fixture_settle (self, self->bus);
  figures = usher_bus_fixture_get_figures (self, USHER_BUS_PART_GROUPS);
  g_assert_cmpuint (figures->groups->len, ==, 1);
  group = g_ptr_array_index (figures->groups, 0);
  g_assert_cmpstr (group->channel, ==, CHANNEL);
  g_assert_cmpstr (group->name, ==, "tickets");
  g_assert_true (group->is_durable);
  g_assert_cmpuint (group->n_members, ==, 1);
  g_assert_cmpuint (group->last, ==, 3);
  g_assert_cmpuint (group->lag, ==, 2);
  g_assert_cmpuint (group->n_out, ==, 2);
  g_assert_cmpuint (group->n_parked, ==, 0);
}

static void
test_clients (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherBusFigures) figures = NULL;
  const UsherClientFigures *client = NULL;
  const UsherSubscriptionFigures *subscription = NULL;

  g_test_summary ("Members are listed with what they have subscribed to");

  figures =
      usher_bus_fixture_get_figures (self, USHER_BUS_PART_CLIENTS | USHER_BUS_PART_SUBSCRIPTIONS);
  g_assert_cmpuint (figures->clients->len, ==, 1);
  client = g_ptr_array_index (figures->clients, 0);
  g_assert_cmpstr (client->name, ==, "first");
  g_assert_cmpuint (client->subscriptions->len, ==, 1);
  subscription = g_ptr_array_index (client->subscriptions, 0);
  g_assert_cmpstr (subscription->channel, ==, CHANNEL);
  g_assert_cmpstr (subscription->client, ==, "first");
  g_assert_cmpstr (subscription->group, ==, "tickets");
  g_assert_true (subscription->is_shared);
}

static void
test_offline (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_autoptr (UsherBusFigures) figures = NULL;
  const UsherChannelFigures *channel = NULL;
  const UsherSubscriptionFigures *subscription = NULL;

  g_test_summary ("A durable group without members is listed");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  g_clear_pointer (&listener, usher_test_listener_free);
  figures = usher_bus_fixture_get_figures (self, ALL);
  channel = g_ptr_array_index (figures->channels, 0);
  g_assert_cmpuint (channel->subscriptions->len, ==, 1);
  subscription = g_ptr_array_index (channel->subscriptions, 0);
  g_assert_cmpstr (subscription->group, ==, "tickets");
  g_assert_null (subscription->client);
}

static void
test_last_sequence (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 last = 1;

  g_test_summary ("A channel tells how far it is, also one that is not there yet");

  g_assert_true (usher_bus_get_last_sequence (self->bus, CHANNEL, &last, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, 0);
  usher_bus_fixture_publish (self, CHANNEL, 100);
  usher_bus_fixture_publish (self, "another", 1);
  g_assert_true (usher_bus_get_last_sequence (self->bus, CHANNEL, &last, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, 100);
}

void
usher_bus_suite_add_figures (const UsherBusKind *kind)
{
  usher_bus_suite_add_test (kind, "figures/whole", test_whole);
  usher_bus_suite_add_test (kind, "figures/channels", test_channels);
  usher_bus_suite_add_test (kind, "figures/groups", test_groups);
  usher_bus_suite_add_test (kind, "figures/clients", test_clients);
  usher_bus_suite_add_test (kind, "figures/offline", test_offline);
  usher_bus_suite_add_test (kind, "figures/last-sequence", test_last_sequence);
}
