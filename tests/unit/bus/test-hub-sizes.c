/* test-hub-sizes.c: how large an event may be, all the way
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <czmq.h>
#include <string.h>

#include "usher-error.h"
#include "usher-greeting-private.h"
#include "usher-id.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL  "order:created"
#define PATIENCE G_TIME_SPAN_MINUTE
/* of the parked ones: three are more than a message has */
#define LARGE (6 * 1024 * 1024)

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets",
                                        .max_deliver = 1 };

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned) */
  UsherTestListener *listener;   /* (owned) */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->hub = usher_test_hub_new (GPOINTER_TO_INT (data), NULL);
  self->bus = usher_test_hub_join (self->hub, "good");
  self->listener = usher_test_listener_new (self->bus, &wish, FALSE);
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

/* A string of so many bytes as a JSON value. */
static char *
make_payload (gsize size)
{
  char *payload = g_strnfill (size, 'x');

  payload[0] = payload[size - 1] = '"';

  return payload;
}

static UsherEvent *
make_event (Fixture *self, gsize size)
{
  g_autofree char *id = usher_uuid_new (self->hub->clock);
  g_autofree char *payload = make_payload (size);

  return usher_event_new (id, CHANNEL, 0, payload, (gssize) size);
}

static void
post (Fixture *self, gsize size)
{
  g_autoptr (UsherEvent) event = make_event (self, size);

  usher_test_publisher_post_event (self->publisher, self->bus, event);
}

static void
assert_size (UsherEvent *event, gsize size)
{
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);

  g_assert_cmpuint (length, ==, size);
  g_assert_true (payload[size - 1] == '"');
}

static void
expect (Fixture *self, guint64 sequence, gsize size)
{
  g_autoptr (UsherDelivery) delivery = usher_test_listener_expect (self->listener, sequence);

  assert_size (usher_delivery_get_event (delivery), size);
  usher_delivery_nak (delivery, 0, "too heavy");
}

/* (transfer full): once there are @n */
static GPtrArray *
await_parked (Fixture *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (TRUE)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) list = usher_bus_list_parked (self->bus, NULL, 0, 100, &error);

      g_assert_no_error (error);
      if (list->len == n)
        return g_steal_pointer (&list);
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    }
}

static void
on_page (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_async_queue_push (user_data, events);
}

/* What a page that begins behind @after has last. */
static void
assert_page (Fixture *self, gint64 after, gsize size)
{
  const UsherEventsQuery query = {
    .channel = CHANNEL, .after = after, .limit = 100, .patience = PATIENCE
  };
  g_autoptr (GAsyncQueue) pages = g_async_queue_new ();
  g_autoptr (UsherBusEvents) page = NULL;

  usher_bus_read_events (self->bus, &query, on_page, pages, NULL);
  page = g_async_queue_pop (pages);
  g_assert_cmpuint (page->events->len, >, 0);
  assert_size (g_ptr_array_index (page->events, page->events->len - 1), size);
}

static void
test_largest (Fixture *self, gconstpointer data)
{
  const gsize size = USHER_EVENT_MAX_PAYLOAD;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (UsherParkedEvent) parked = NULL;
  g_autoptr (GError) error = NULL;
  const UsherParkedEvent *head = NULL;

  g_test_summary (
      "The largest event is stored, delivered, parked, shown, replayed and found again");

  post (self, 60000);
  post (self, size);
  usher_test_publisher_await (self->publisher, 2);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 2);
  usher_test_listener_expect_ack (self->listener, 1);
  expect (self, 2, size);
  list = await_parked (self, 1);
  head = g_ptr_array_index (list, 0);
  g_assert_cmpuint (head->n_bytes, ==, size);
  g_assert_null (head->event);
  parked = usher_bus_find_parked (self->bus, head->id, &error);
  g_assert_no_error (error);
  assert_size (parked->event, size);
  assert_page (self, 0, size);

  g_clear_pointer (&self->listener, usher_test_listener_free);
  usher_test_hub_leave (self->bus);
  usher_test_hub_restart (self->hub);
  self->bus = usher_test_hub_join (self->hub, "good");
  self->listener = usher_test_listener_new (self->bus, &wish, FALSE);
  g_assert_true (usher_bus_replay_parked (self->bus, head->id, &error));
  g_assert_no_error (error);
  expect (self, 2, size);
}

static void
test_over (Fixture *self, gconstpointer data)
{
  g_test_summary ("One byte more is refused, and what is published beside it is not");

  post (self, USHER_EVENT_MAX_PAYLOAD + 1);
  post (self, 10);
  usher_test_publisher_await (self->publisher, 2);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 1);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_TOO_LARGE);
  usher_test_listener_expect_ack (self->listener, 1);
}

static void
test_parked (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  g_test_summary ("Parked events that are more than a message has are listed, by their heads");

  for (guint i = 1; i <= 3; i++)
    {
      post (self, LARGE);
      expect (self, i, LARGE);
    }
  list = await_parked (self, 3);
  for (guint i = 0; i < list->len; i++)
    {
      const UsherParkedEvent *parked = g_ptr_array_index (list, i);
      g_autoptr (UsherParkedEvent) whole = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (parked->n_bytes, ==, LARGE);
      g_assert_cmpstr (parked->reasons[0], ==, "too heavy");
      whole = usher_bus_find_parked (self->bus, parked->id, &error);
      g_assert_no_error (error);
      assert_size (whole->event, LARGE);
    }
}

/* A member that says what a publisher of ours does not. */
static zsock_t *
knock (Fixture *self)
{
  zsock_t *dealer = zsock_new (ZMQ_DEALER);
  const UsherHello hello = { .client = (char *) "bad",
                             .endpoint = self->hub->endpoint,
                             .session = 1,
                             .instance = 1,
                             .version = USHER_WIRE_VERSION };
  g_autoptr (GByteArray) frame = usher_hello_write (&hello);
  guint8 answer[1024] = { 0 };

  zsock_set_linger (dealer, 0);
  zsock_set_rcvtimeo (dealer, 20000);
  g_assert_cmpint (zsock_connect (dealer, "%s", self->hub->endpoint), ==, 0);
  zmq_send (zsock_resolve (dealer), frame->data, frame->len, 0);
  while (answer[0] != USHER_FRAME_WELCOME)
    g_assert_cmpint (zmq_recv (zsock_resolve (dealer), answer, sizeof answer, 0), >, 0);

  return dealer;
}

static void
send_event (Fixture *self, zsock_t *dealer, guint64 number, gsize size)
{
  g_autoptr (GByteArray) frame = usher_frame_new (USHER_FRAME_PUBLISH);
  g_autoptr (UsherEvent) event = make_event (self, size);

  usher_frame_add_text (frame, CHANNEL);
  usher_frame_add_u64 (frame, number);
  usher_frame_add_u64 (frame, number - 1);
  usher_frame_add_u16 (frame, 1);
  usher_frame_add_event (frame, event);
  g_assert_cmpint (zmq_send (zsock_resolve (dealer), frame->data, frame->len, 0), ==, frame->len);
}

/* The code of the next confirmation; 0: all is well. */
static guint8
await_confirm (zsock_t *dealer)
{
  guint8 answer[1024] = { 0 };
  UsherFrameReader reader;
  UsherReach reach;
  int size = 0;

  while (answer[0] != USHER_FRAME_CONFIRM)
    {
      size = zmq_recv (zsock_resolve (dealer), answer, sizeof answer, 0);
      g_assert_cmpint (size, >, 0);
    }
  usher_frame_reader_init (&reader, answer + 1, (gsize) size - 1);
  usher_frame_read_u32 (&reader);
  usher_frame_read_reach (&reader, &reach);
  usher_frame_read_u64 (&reader);
  if (usher_frame_read_u16 (&reader) == 0)
    return 0;
  usher_frame_read_u64 (&reader);

  return usher_frame_read_u8 (&reader);
}

static void
test_wire (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = knock (self);

  g_test_summary ("The hub refuses what is too large by its own, whoever sent it");

  send_event (self, dealer, 1, USHER_EVENT_MAX_PAYLOAD + 1);
  g_assert_cmpuint (await_confirm (dealer), ==, 1 + USHER_ERROR_TOO_LARGE);
  send_event (self, dealer, 2, 10);
  g_assert_cmpuint (await_confirm (dealer), ==, 0);
  usher_test_listener_expect_ack (self->listener, 1);
  zsock_destroy (&dealer);
}

static void
test_message (Fixture *self, gconstpointer data)
{
  zsock_t *dealer = knock (self);
  zactor_t *monitor = zactor_new (zmonitor, dealer);
  g_autofree char *event = NULL;

  g_test_summary ("A message over the limit ends the connection that it came by, and no other");

  zstr_sendx (monitor, "LISTEN", "DISCONNECTED", NULL);
  zstr_sendx (monitor, "START", NULL);
  zsock_wait (monitor);
  send_event (self, dealer, 1, USHER_FRAME_MAX_SIZE);
  event = zstr_recv (monitor);
  g_assert_cmpstr (event, ==, "DISCONNECTED");
  post (self, 10);
  usher_test_listener_expect_ack (self->listener, 1);
  zactor_destroy (&monitor);
  zsock_destroy (&dealer);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    UsherTestHubWay way;
  } ways[] = {
    { "inproc", USHER_TEST_HUB_INPROC },
    { "ipc", USHER_TEST_HUB_IPC },
    { "tcp", USHER_TEST_HUB_TCP },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      gconstpointer way = GINT_TO_POINTER (ways[i].way);
      g_autofree char *largest = g_strconcat ("/hub/size/largest/", ways[i].name, NULL);
      g_autofree char *over = g_strconcat ("/hub/size/over/", ways[i].name, NULL);
      g_autofree char *parked = g_strconcat ("/hub/size/parked/", ways[i].name, NULL);
      g_autofree char *wire = g_strconcat ("/hub/size/wire/", ways[i].name, NULL);

      g_test_add (largest, Fixture, way, set_up, test_largest, tear_down);
      g_test_add (over, Fixture, way, set_up, test_over, tear_down);
      g_test_add (parked, Fixture, way, set_up, test_parked, tear_down);
      g_test_add (wire, Fixture, way, set_up, test_wire, tear_down);
    }
  g_test_add ("/hub/size/message",
              Fixture,
              GINT_TO_POINTER (USHER_TEST_HUB_TCP),
              set_up,
              test_message,
              tear_down);

  return g_test_run ();
}
