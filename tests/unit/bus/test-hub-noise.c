/* test-hub-noise.c: peers that do not behave like members
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <czmq.h>

#include "usher-greeting-private.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL  "order:created"
#define GROUP    "tickets"
#define N_SEEDS  20
#define N_FRAMES 200
#define N_EVENTS 100

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned): a good member */
  UsherTestListener *listener;   /* (owned): its part of the group */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  const UsherSubscription wish = { .channel = CHANNEL, .group = GROUP, .durable = GROUP };

  self->hub = usher_test_hub_new (USHER_TEST_HUB_IPC, NULL);
  self->bus = usher_test_hub_join (self->hub, "good");
  self->listener = usher_test_listener_new (self->bus, &wish, TRUE);
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_test_listener_free (self->listener);
  usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
}

/* The good member can publish, and gets all of it. */
static void
assert_served (Fixture *self)
{
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, N_EVENTS);
  usher_test_listener_await (self->listener, N_EVENTS);
  usher_test_hub_settle (self->bus);
  usher_test_listener_assert_run (self->listener, 1, N_EVENTS);
}

static zsock_t *
knock (Fixture *self)
{
  zsock_t *dealer = zsock_new (ZMQ_DEALER);

  zsock_set_linger (dealer, 0);
  g_assert_cmpint (zsock_connect (dealer, "%s", self->hub->endpoint), ==, 0);

  return dealer;
}

/* Sends a frame, and waits for an answer of that type; takes ownership of @frame. */
static void
ask (zsock_t *dealer, GByteArray *frame, UsherFrameType type)
{
  guint8 answer[1024] = { 0 };

  g_assert_cmpint (zmq_send (zsock_resolve (dealer), frame->data, frame->len, 0), ==, frame->len);
  g_byte_array_unref (frame);
  while (answer[0] != type)
    g_assert_cmpint (zmq_recv (zsock_resolve (dealer), answer, sizeof answer, 0), >, 0);
}

static void
say_hello (Fixture *self, zsock_t *dealer, guint number)
{
  g_autofree char *name = g_strdup_printf ("bad-%u", number);
  const UsherHello hello = { .client = name,
                             .endpoint = self->hub->endpoint,
                             .session = 1,
                             .instance = number,
                             .version = USHER_WIRE_VERSION };

  ask (dealer, usher_hello_write (&hello), USHER_FRAME_WELCOME);
}

/* To the group of the good member, all else as it is. */
static void
subscribe (zsock_t *dealer)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_SUBSCRIBE);

  usher_frame_add_u32 (frame, 1);
  usher_frame_add_text (frame, CHANNEL);
  usher_frame_add_text (frame, GROUP);
  usher_frame_add_text (frame, GROUP);
  usher_frame_add_u8 (frame, 0);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u32 (frame, 0);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u32 (frame, 0);
  usher_frame_add_u64 (frame, 0);
  ask (dealer, frame, USHER_FRAME_REPLY);
}

/* One of the types that members send and whatever behind it; now and then in several parts. */
static void
send_noise (zsock_t *dealer, GRand *rand)
{
  guint8 bytes[200];
  gsize size = (gsize) g_rand_int_range (rand, 0, sizeof bytes);
  int flags = g_rand_int_range (rand, 0, 10) == 0 ? ZMQ_SNDMORE : 0;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 4 : 256);
  if (size > 0)
    bytes[0] = (guint8) g_rand_int_range (rand, USHER_FRAME_HELLO, USHER_FRAME_MARK + 1);
  g_assert_cmpint (zmq_send (zsock_resolve (dealer), bytes, size, flags), ==, size);
}

static void
test_noise (Fixture *self, gconstpointer data)
{
  gboolean is_member = data != NULL;
  zsock_t *dealers[N_SEEDS];

  g_test_summary ("Whoever sends noise, known to the hub or not, does not hurt others");

  for (guint seed = 0; seed < N_SEEDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

      dealers[seed] = knock (self);
      if (is_member)
        {
          say_hello (self, dealers[seed], seed);
          subscribe (dealers[seed]);
        }
      for (guint i = 0; i < N_FRAMES; i++)
        send_noise (dealers[seed], rand);
    }

  assert_served (self);
  for (guint i = 0; i < N_SEEDS; i++)
    zsock_destroy (&dealers[i]);
}

static void
count_line (const char *domain, GLogLevelFlags level, const char *message, gpointer n)
{
  if (g_str_has_prefix (message, "member “bad-") && strstr (message, "unknown type") != NULL)
    g_atomic_int_inc ((int *) n);
}

static void
send_unknown (zsock_t *dealer, guint n)
{
  static const guint8 unknown[] = { USHER_FRAME_MARK + 1, 0, 0 };

  for (guint i = 0; i < n; i++)
    g_assert_cmpint (zmq_send (zsock_resolve (dealer), unknown, sizeof unknown, 0),
                     ==,
                     sizeof unknown);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = knock (self);
  zsock_t *again = knock (self);
  int n_lines = 0; /* (atomic) */
  guint handler = 0;

  g_test_summary ("Who sends what no member sends is cut off with one line, until it comes anew");

  handler = g_log_set_handler ("usher-bus", G_LOG_LEVEL_MESSAGE, count_line, &n_lines);
  say_hello (self, dealer, 1);
  subscribe (dealer);
  send_unknown (dealer, 1);
  ask (dealer, usher_frame_new (USHER_FRAME_PING), USHER_FRAME_REFUSED);
  send_unknown (dealer, N_FRAMES);
  assert_served (self);
  g_assert_cmpint (g_atomic_int_get (&n_lines), ==, 1);

  say_hello (self, again, 2);
  ask (again, usher_frame_new (USHER_FRAME_PING), USHER_FRAME_PONG);
  g_assert_cmpint (g_atomic_int_get (&n_lines), ==, 1);
  g_log_remove_handler ("usher-bus", handler);
  zsock_destroy (&dealer);
  zsock_destroy (&again);
}

static void
test_deaf (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = knock (self);

  g_test_summary ("A member that subscribes and never listens gets nothing, so others get it");

  say_hello (self, dealer, 1);
  subscribe (dealer);
  assert_served (self);
  zsock_destroy (&dealer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)
  add ("/hub/noise/stranger", NULL, test_noise);
  add ("/hub/noise/member", "member", test_noise);
  add ("/hub/noise/unknown", NULL, test_unknown);
  add ("/hub/noise/deaf", NULL, test_deaf);
#undef add

  return g_test_run ();
}
