/* test-hub-pressure.c: peers that ask for more than they take
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "raw-peer.h"
#include "usher-error.h"
#include "usher-greeting-private.h"
#include "usher-id.h"
#include "usher-test-base.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define GROUP "tickets"
/* of an event */
#define SIZE     (128 * 1024)
#define N_EVENTS 80
/* what one peer, and all, may leave unread */
#define MAX_QUEUED (1024 * 1024)
#define MAX_ALL    (2 * 1024 * 1024)
/* that one may leave unread where all together leave too much, with one message */
#define A_LITTLE (256 * 1024 + SIZE + 1024)
#define N_DEAF   8
/* whose answers are more than what fits between a hub and its member */
#define N_PINGS 150000
/* nothing more comes: the hub has answered a question since */
#define SILENCE 300 /* milliseconds */

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned): a good member */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  usher_test_allow_many_files ();
  self->hub = usher_test_hub_new (GPOINTER_TO_INT (data), NULL);
  usher_test_hub_stop (self->hub);
  self->hub->limits.max_queued = MAX_QUEUED;
  self->hub->limits.max_queued_all = MAX_ALL;
  usher_test_hub_start (self->hub);
  self->bus = usher_test_hub_join (self->hub, "good");
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
}

static void
publish_large (Fixture *self, guint n)
{
  g_autofree char *payload = g_strnfill (SIZE, 'x');

  payload[0] = payload[SIZE - 1] = '"';
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = usher_uuid_new (self->hub->clock);
      g_autoptr (UsherEvent) event = usher_event_new (id, RAW_PEER_CHANNEL, 0, payload, SIZE);

      usher_test_publisher_post_event (self->publisher, self->bus, event);
    }
  usher_test_publisher_await (self->publisher, n);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, n);
}

static void
fetch (zsock_t *dealer, guint id, guint64 from)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_FETCH);

  usher_frame_add_u32 (frame, id);
  usher_frame_add_u64 (frame, from);
  raw_peer_say (dealer, frame);
}

/* A peer that fetches all, again and again, and reads nothing of it. */
static zsock_t *
fetch_deaf (Fixture *self, guint number, guint n, guint *id)
{
  zsock_t *dealer = raw_peer_new (self->hub);

  g_assert_null (raw_peer_say_hello (dealer, self->hub, number));
  *id = raw_peer_subscribe (dealer, NULL, 0);
  for (guint i = 0; i < n; i++)
    fetch (dealer, *id, 1);

  return dealer;
}

/* Reads what has come until nothing does, without a word to the hub; @mark: (out): the last one */
static gsize
read_all (zsock_t *dealer, UsherFrameType type, guint64 *mark)
{
  gint64 last = g_get_monotonic_time ();
  gsize n_bytes = 0;
  zmq_msg_t message;
  UsherFrameReader reader;
  guint8 got = 0;

  *mark = 0;
  zsock_set_rcvtimeo (dealer, SILENCE);
  /* the hub finds out by PONG whether the connection lasts */
  while (g_get_monotonic_time () - last < SILENCE * 1000 &&
         raw_peer_hear (dealer, &message, &reader, &got))
    {
      if (got != USHER_FRAME_PONG)
        last = g_get_monotonic_time ();
      if (got == type)
        n_bytes += zmq_msg_size (&message);
      if (got == USHER_FRAME_MARK)
        *mark = usher_frame_read_u64 (&reader);
      zmq_msg_close (&message);
    }
  zsock_set_rcvtimeo (dealer, RAW_PEER_PATIENCE);

  return n_bytes;
}

static void
give_back (zsock_t *dealer, guint64 mark)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_MARK);

  usher_frame_add_u64 (frame, mark);
  raw_peer_say (dealer, frame);
}

/* Reads on from where it is, and says so; returns the last sequence that came. */
static guint64
fetch_rest (zsock_t *dealer, guint id, guint64 mark)
{
  guint64 last = 0;

  give_back (dealer, mark);
  fetch (dealer, id, 1);
  while (last < N_EVENTS)
    {
      zmq_msg_t message;
      UsherFrameReader reader;
      guint8 type = 0;

      g_assert_true (raw_peer_hear (dealer, &message, &reader, &type));
      if (type == USHER_FRAME_MARK)
        give_back (dealer, usher_frame_read_u64 (&reader));
      else if (type == USHER_FRAME_FETCHED)
        {
          gboolean more = FALSE;
          guint64 base = 0;

          usher_frame_read_u32 (&reader);
          usher_frame_read_u64 (&reader);
          more = usher_frame_read_u8 (&reader) != 0;
          base = usher_frame_read_u64 (&reader);
          last = base + usher_frame_read_u16 (&reader) - 1;
          if (!more && last < N_EVENTS)
            fetch (dealer, id, last + 1);
        }
      zmq_msg_close (&message);
    }

  return last;
}

static void
test_fetch (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = NULL;
  guint64 mark = 0;
  gsize n_bytes = 0;
  guint id = 0;

  g_test_summary ("Who fetches and does not read gets so much, and the rest when he has read");

  publish_large (self, N_EVENTS);
  dealer = fetch_deaf (self, 1, 2000, &id);
  usher_test_hub_settle (self->bus);
  n_bytes = read_all (dealer, USHER_FRAME_FETCHED, &mark);
  g_assert_cmpuint (n_bytes, >, MAX_QUEUED / 2);
  g_assert_cmpuint (n_bytes, <=, MAX_QUEUED + 2 * SIZE);
  g_assert_cmpuint (mark, !=, 0);

  /* a guess is not worth anything */
  give_back (dealer, mark + 1);
  give_back (dealer, 0);
  usher_test_hub_settle (self->bus);
  g_assert_cmpuint (read_all (dealer, USHER_FRAME_FETCHED, &mark), ==, 0);
  zsock_destroy (&dealer);

  dealer = fetch_deaf (self, 2, 2000, &id);
  read_all (dealer, USHER_FRAME_FETCHED, &mark);
  g_assert_cmpuint (fetch_rest (dealer, id, mark), ==, N_EVENTS);
  zsock_destroy (&dealer);
}

static void
test_hello_again (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = NULL;
  guint64 mark = 0;
  guint id = 0;

  g_test_summary ("To say hello again gives no new credit to who has not read");

  publish_large (self, N_EVENTS);
  dealer = fetch_deaf (self, 1, 1, &id);
  for (guint i = 2; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("raw-%u", i);
      const UsherHello hello = { .client = name,
                                 .endpoint = self->hub->endpoint,
                                 .session = i,
                                 .instance = i,
                                 .version = USHER_WIRE_VERSION };

      raw_peer_say (dealer, usher_hello_write (&hello));
      raw_peer_say (dealer, raw_peer_make_wish (NULL, 0));
      fetch (dealer, id + i - 1, 1);
    }
  usher_test_hub_settle (self->bus);
  g_assert_cmpuint (read_all (dealer, USHER_FRAME_FETCHED, &mark), <=, MAX_QUEUED + 2 * SIZE);
  zsock_destroy (&dealer);
}

static void
test_fetch_all (Fixture *self, gconstpointer data)
{
  zsock_t *dealers[N_DEAF];
  gsize n_bytes = 0;

  g_test_summary ("All together get so much, and each a little");

  publish_large (self, N_EVENTS);
  for (guint i = 0; i < N_DEAF; i++)
    {
      guint id = 0;

      dealers[i] = fetch_deaf (self, i + 1, 10, &id);
      usher_test_hub_settle (self->bus);
    }
  for (guint i = 0; i < N_DEAF; i++)
    {
      guint64 mark = 0;
      gsize n = read_all (dealers[i], USHER_FRAME_FETCHED, &mark);

      g_assert_cmpuint (n, >=, SIZE);
      n_bytes += n;
    }
  g_assert_cmpuint (n_bytes, <=, MAX_ALL + N_DEAF * A_LITTLE);
  for (guint i = 0; i < N_DEAF; i++)
    zsock_destroy (&dealers[i]);
}

static void
test_echo (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = raw_peer_new (self->hub);
  GByteArray *frame = usher_frame_new (USHER_FRAME_ASK);
  g_autofree char *cursor = g_strnfill (MAX_QUEUED, '9');
  gsize size = 0;

  g_test_summary ("The answer to a question that is wrong is short, however long that was");

  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  usher_frame_add_u32 (frame, 1);
  usher_frame_add_u8 (frame, USHER_ASK_EVENTS);
  usher_frame_add_text (frame, RAW_PEER_CHANNEL);
  usher_frame_add_text (frame, cursor);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u32 (frame, 1);
  usher_frame_add_u64 (frame, 0);
  raw_peer_say (dealer, frame);
  while (size == 0)
    {
      zmq_msg_t message;
      UsherFrameReader reader;
      guint8 type = 0;

      g_assert_true (raw_peer_hear (dealer, &message, &reader, &type));
      if (type == USHER_FRAME_REPLY)
        size = zmq_msg_size (&message);
      zmq_msg_close (&message);
    }
  g_assert_cmpuint (size, <, 4096);
  zsock_destroy (&dealer);
}

/* Behind all that it has said so far. */
static void
publish_behind (Fixture *self, zsock_t *dealer)
{
  g_autofree char *id = usher_uuid_new (self->hub->clock);
  g_autoptr (UsherEvent) event = usher_event_new (id, RAW_PEER_CHANNEL, 0, "{}", 2);
  GByteArray *frame = usher_frame_new (USHER_FRAME_PUBLISH);

  usher_frame_add_text (frame, RAW_PEER_CHANNEL);
  usher_frame_add_u64 (frame, 1);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u16 (frame, 1);
  usher_frame_add_event (frame, event);
  raw_peer_say (dealer, frame);
}

static void
test_full (Fixture *self, gconstpointer data)
{
  const UsherSubscription wish = { .channel = RAW_PEER_CHANNEL };
  zsock_t *dealer = raw_peer_new (self->hub);
  g_autoptr (UsherTestListener) listener = NULL;
  guint id = 0;

  g_test_summary ("A fetch by who has no room left, as he reads no answers, keeps nobody waiting");

  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  id = raw_peer_subscribe (dealer, NULL, 0);
  /* some hide in the kernel */
  for (guint i = 0; i < N_PINGS; i++)
    raw_peer_say (dealer, usher_frame_new (USHER_FRAME_PING));
  fetch (dealer, id, 1);
  publish_behind (self, dealer);
  /* the hub has come to it */
  usher_test_listener_await (listener, 2);
  usher_test_hub_settle (self->bus);
  zsock_destroy (&dealer);
}

static void
test_deliveries (Fixture *self, gconstpointer data)
{
  const UsherSubscription wish = { .channel = RAW_PEER_CHANNEL, .group = GROUP, .durable = GROUP };
  zsock_t *dealer = raw_peer_new (self->hub);
  g_autoptr (UsherTestListener) listener = NULL;
  guint64 mark = 0;

  g_test_summary (
      "Of a group's events who does not read gets so much, and the others get the rest");

  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  raw_peer_subscribe (dealer, GROUP, 1000);
  publish_large (self, N_EVENTS);
  usher_test_hub_settle (self->bus);
  g_assert_cmpuint (read_all (dealer, USHER_FRAME_DELIVER, &mark), <=, MAX_QUEUED + 2 * SIZE);

  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_test_listener_await (listener, N_EVENTS - MAX_QUEUED / SIZE - 2);
  zsock_destroy (&dealer);
  usher_test_listener_await (listener, N_EVENTS);
}

static void
test_confirms (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = raw_peer_new (self->hub);
  guint8 type = 0;

  g_test_summary ("Who does not read what became of his events is to begin anew");

  g_assert_null (raw_peer_say_hello (dealer, self->hub, 1));
  /* each one is told that it is malformed; some hide in the kernel */
  for (guint i = 1; i <= 60000; i++)
    {
      GByteArray *frame = usher_frame_new (USHER_FRAME_PUBLISH);

      usher_frame_add_text (frame, RAW_PEER_CHANNEL);
      usher_frame_add_u64 (frame, i);
      usher_frame_add_u64 (frame, 0);
      usher_frame_add_u16 (frame, 1);
      raw_peer_say (dealer, frame);
    }
  usher_test_hub_settle (self->bus);
  while (type != USHER_FRAME_AGAIN)
    {
      zmq_msg_t message;
      UsherFrameReader reader;

      raw_peer_say (dealer, usher_frame_new (USHER_FRAME_PING));
      g_assert_true (raw_peer_hear (dealer, &message, &reader, &type));
      zmq_msg_close (&message);
    }
  usher_test_publisher_publish (self->publisher, self->bus, RAW_PEER_CHANNEL, 1);
  zsock_destroy (&dealer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, way, func)                          \
  g_test_add ("/hub/pressure/" path,                  \
              Fixture,                                \
              GINT_TO_POINTER (USHER_TEST_HUB_##way), \
              set_up,                                 \
              func,                                   \
              tear_down)
  add ("fetch/ipc", IPC, test_fetch);
  add ("fetch/tcp", TCP, test_fetch);
  add ("fetch/hello", TCP, test_hello_again);
  add ("fetch/all", IPC, test_fetch_all);
  add ("fetch/full", IPC, test_full);
  add ("deliveries", TCP, test_deliveries);
  add ("confirms", IPC, test_confirms);
  add ("echo", IPC, test_echo);
#undef add

  return g_test_run ();
}
