/* test-bus-network.c: a publisher and a member of a group behind a network that breaks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-id.h"
#include "usher-json.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-proxy.h"

#define CHANNEL  "order:created"
#define PATIENCE (40 * G_TIME_SPAN_SECOND)

/* what a test waits for at most; a machine that is busy gets twice as much as is promised */
#define SILENCE_LIMIT (14 * G_TIME_SPAN_SECOND)
#define CUT_LIMIT     (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherTestHub *hub;
  UsherTestProxy *near; /* the publisher's network */
  UsherTestProxy *far;  /* the member's */
  UsherBus *publisher;
  UsherBus *member;

  GMutex mutex;
  GCond cond;
  guint n_published;
  guint n_confirmed;  /* (mutex mutex) */
  guint n_refused;    /* (mutex mutex) */
  guint n_again;      /* (mutex mutex): deliveries of what was delivered before */
  guint n_unsaid;     /* (mutex mutex): of these, without a word about it */
  GHashTable *ledger; /* (mutex mutex): ids that were delivered */
} Fixture;

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    self->n_confirmed++;
  else
    self->n_refused++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  Fixture *self = user_data;
  const char *id = usher_event_get_id (usher_delivery_get_event (delivery));

  g_mutex_lock (&self->mutex);
  if (!g_hash_table_add (self->ledger, g_strdup (id)))
    {
      self->n_again++;
      if (!usher_delivery_is_redelivered (delivery))
        self->n_unsaid++;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

static UsherBus *
join (Fixture *self, UsherTestProxy *proxy, const char *client)
{
  g_autofree char *endpoint =
      g_strdup_printf ("tcp://127.0.0.1:%u", usher_test_proxy_get_port (proxy));
  g_autoptr (GError) error = NULL;
  UsherBus *bus = usher_bus_open (endpoint, client, self->hub->clock, self->hub->keys, &error);

  g_assert_no_error (error);

  return bus;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  const UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "tickets" };
  g_autoptr (GError) error = NULL;
  guint16 port = 0;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->ledger = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->hub = usher_test_hub_new (data != NULL ? USHER_TEST_HUB_CURVE : USHER_TEST_HUB_TCP, NULL);
  port = (guint16) g_ascii_strtoull (strrchr (self->hub->endpoint, ':') + 1, NULL, 10);

  self->near = usher_test_proxy_new (port);
  self->far = usher_test_proxy_new (port);
  self->publisher = join (self, self->near, "publisher");
  self->member = join (self, self->far, "member");
  usher_bus_subscribe (self->member, &wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_bus_close (self->publisher, G_USEC_PER_SEC, NULL);
  g_assert_finalize_object (self->publisher);
  usher_bus_close (self->member, G_USEC_PER_SEC, NULL);
  g_assert_finalize_object (self->member);
  usher_test_hub_free (self->hub);
  usher_test_proxy_free (self->near);
  usher_test_proxy_free (self->far);
  g_hash_table_unref (self->ledger);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

static void
publish (Fixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = usher_uuid_new (self->hub->clock);
      g_autoptr (UsherEvent) event = usher_event_new (id, CHANNEL, 0, "{\"n\":1}", -1);

      usher_bus_publish (self->publisher, event, on_published, self, NULL);
    }
  self->n_published += n;
}

/* Waits until at least @n are confirmed and handled; returns how long it took. */
static gint64
await (Fixture *self, guint n, gint64 patience)
{
  gint64 start = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  while (self->n_confirmed < n || g_hash_table_size (self->ledger) < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, start + patience));
  g_mutex_unlock (&self->mutex);

  return g_get_monotonic_time () - start;
}

/* (transfer full) */
static UsherBusFigures *
get_figures (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;
  UsherBusFigures *figures = usher_bus_get_figures (bus, 0, &error);

  g_assert_no_error (error);

  return figures;
}

static guint
count_clients (UsherBus *bus)
{
  g_autoptr (UsherBusFigures) figures = get_figures (bus);

  return figures->n_clients;
}

/* All that was published is in the log once, confirmed and handled; what came twice was said to. */
static void
assert_whole (Fixture *self)
{
  g_autoptr (UsherBusFigures) figures = NULL;

  await (self, self->n_published, PATIENCE);
  g_assert_cmpuint (self->n_confirmed, ==, self->n_published);
  g_assert_cmpuint (g_hash_table_size (self->ledger), ==, self->n_published);
  g_assert_cmpuint (self->n_refused, ==, 0);
  g_assert_cmpuint (self->n_unsaid, ==, 0);
  figures = get_figures (self->publisher);
  g_assert_cmpuint (figures->n_events, ==, self->n_published);
}

static void
test_cut (Fixture *self, gconstpointer data)
{
  g_test_summary ("Connections that are cut in the middle of a stream lose nothing");

  for (guint i = 0; i < 8; i++)
    {
      publish (self, 5000);
      await (self, i * 5000 + 1000, PATIENCE);
      usher_test_proxy_cut (i % 2 == 0 ? self->far : self->near);
      if (i % 4 == 3)
        usher_test_proxy_cut (self->far);
    }

  assert_whole (self);
}

static void
test_cut_idle (Fixture *self, gconstpointer data)
{
  gint64 took = 0;

  g_test_summary ("After a cut publisher and member are back at once");

  publish (self, 1);
  await (self, 1, PATIENCE);
  usher_test_proxy_cut (self->near);
  usher_test_proxy_cut (self->far);
  publish (self, 1);
  took = await (self, 2, CUT_LIMIT);
  g_test_message ("back after %" G_GINT64_FORMAT " ms", took / 1000);

  assert_whole (self);
}

static void
test_half_open (Fixture *self, gconstpointer data)
{
  gint64 took = 0;

  g_test_summary ("Where both ends hear nothing more, a connection is given up within seconds");

  publish (self, 100);
  await (self, 100, PATIENCE);
  usher_test_proxy_stall (self->near);
  usher_test_proxy_stall (self->far);
  publish (self, 100);
  took = await (self, 200, SILENCE_LIMIT);
  g_test_message ("back after %" G_GINT64_FORMAT " ms", took / 1000);

  assert_whole (self);
}

/* The hub has the member twice for a while: with a connection that says nothing, and with a new one. */
static void
test_half_open_loaded (Fixture *self, gconstpointer data)
{
  g_test_summary ("A connection that goes silent in the middle of a stream loses nothing");

  publish (self, 20000);
  await (self, 5000, PATIENCE);
  usher_test_proxy_stall (self->far);
  publish (self, 20000);
  usher_test_proxy_stall (self->near);

  assert_whole (self);
}

static void
test_delay (Fixture *self, gconstpointer data)
{
  g_test_summary ("A long way costs time, and nothing comes twice");

  usher_test_proxy_delay (self->near, 100 * G_TIME_SPAN_MILLISECOND);
  usher_test_proxy_delay (self->far, 100 * G_TIME_SPAN_MILLISECOND);
  publish (self, 20000);

  assert_whole (self);
  g_assert_cmpuint (self->n_again, ==, 0);
}

static void
test_storm (Fixture *self, gconstpointer data)
{
  g_test_summary ("Members that come back again and again leave nothing behind at the hub");

  for (guint i = 0; i < 40; i++)
    {
      guint n_near = usher_test_proxy_count (self->near);
      guint n_far = usher_test_proxy_count (self->far);

      publish (self, 100);
      usher_test_proxy_cut (self->near);
      usher_test_proxy_cut (self->far);
      usher_test_until (usher_test_proxy_count (self->near) != n_near &&
                        usher_test_proxy_count (self->far) != n_far);
    }

  assert_whole (self);
  /* the hub looks after who is gone by itself */
  usher_test_until (count_clients (self->publisher) == 2);
}

static void
test_away (Fixture *self, gconstpointer data)
{
  g_test_summary ("What is published while the network is away is confirmed when it is back");

  usher_test_proxy_shut (self->near, TRUE);
  usher_test_proxy_shut (self->far, TRUE);
  usher_test_proxy_cut (self->near);
  usher_test_proxy_cut (self->far);
  publish (self, 1000);
  usher_test_until (!usher_bus_is_connected (self->publisher));
  g_assert_cmpuint (self->n_confirmed, ==, 0);
  usher_test_proxy_shut (self->near, FALSE);
  usher_test_proxy_shut (self->far, FALSE);
  await (self, 1000, CUT_LIMIT);

  assert_whole (self);
}

static void
test_garbage (Fixture *self, gconstpointer data)
{
  guint8 garbage[1024];

  g_test_summary ("Bytes that a network makes up break a connection, and nothing else");

  for (guint i = 0; i < 4; i++)
    {
      for (gsize j = 0; j < sizeof garbage; j++)
        garbage[j] = (guint8) g_test_rand_int ();
      publish (self, 1000);
      await (self, i * 1000 + 100, PATIENCE);
      usher_test_proxy_inject (self->near, garbage, sizeof garbage);
      usher_test_proxy_inject (self->far, garbage, sizeof garbage);
    }

  assert_whole (self);
}

static void
test_repeat (Fixture *self, gconstpointer data)
{
  g_test_summary ("What was overheard and is sent once more on another connection changes nothing");

  publish (self, 100);
  await (self, 100, PATIENCE);
  for (guint i = 0; i < 5; i++)
    {
      usher_test_proxy_repeat (self->near);
      usher_test_proxy_repeat (self->far);
    }
  publish (self, 100);

  assert_whole (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func)                                                        \
  g_test_add ("/network/plain/" path, Fixture, NULL, set_up, func, tear_down); \
  g_test_add ("/network/keys/" path, Fixture, "keys", set_up, func, tear_down)
  add ("cut", test_cut);
  add ("cut/idle", test_cut_idle);
  add ("half-open", test_half_open);
  add ("half-open/loaded", test_half_open_loaded);
  add ("delay", test_delay);
  add ("storm", test_storm);
  add ("away", test_away);
  add ("garbage", test_garbage);
  add ("repeat", test_repeat);
#undef add

  return g_test_run ();
}
