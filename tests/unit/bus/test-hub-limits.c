/* test-hub-limits.c: where a hub ends
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-manual-clock.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL "order:created"
/* questions of one member that wait */
#define MAX_WAITS 16
/* 2026-01-01 */
#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets" };

typedef struct
{
  UsherManualClock *clock;       /* (owned) */
  UsherTestHub *hub;             /* (owned) */
  UsherBus *bus;                 /* (owned) (nullable) */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = usher_manual_clock_new (START);
  self->hub = usher_test_hub_new (USHER_TEST_HUB_INPROC, USHER_CLOCK (self->clock));
  self->bus = usher_test_hub_join (self->hub, "first");
  self->publisher = usher_test_publisher_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->bus != NULL)
    usher_test_hub_leave (self->bus);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
  g_assert_finalize_object (self->clock);
}

static void
publish (Fixture *self, const char *channel, guint n)
{
  usher_test_publisher_publish (self->publisher, self->bus, channel, n);
}

/* Starts the hub again, with other limits or another time. */
static void
reopen (Fixture *self)
{
  usher_test_hub_leave (self->bus);
  usher_test_hub_restart (self->hub);
  self->bus = usher_test_hub_join (self->hub, "first");
}

static void
turn (Fixture *self, gint64 microseconds)
{
  usher_test_hub_settle (self->bus);
  usher_manual_clock_advance (self->clock, microseconds);
  usher_test_hub_settle (self->bus);
}

static void
assert_run (UsherTestListener *listener, guint64 first, guint n)
{
  usher_test_listener_await (listener, n);
  usher_test_hub_settle (listener->bus);
  usher_test_listener_assert_run (listener, first, n);
}

/* (transfer full) */
static UsherBusFigures *
get_figures (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  UsherBusFigures *figures = usher_bus_get_figures (self->bus, 0, &error);

  g_assert_no_error (error);

  return figures;
}

static guint64
count_events (Fixture *self)
{
  g_autoptr (UsherBusFigures) figures = get_figures (self);

  return figures->n_events;
}

static guint64
count_bytes (Fixture *self)
{
  g_autoptr (UsherBusFigures) figures = get_figures (self);

  return figures->n_bytes;
}

static void
test_max_messages (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;

  g_test_summary ("A full channel refuses, in order, and lets no event go; others do not mind");

  self->hub->limits.max_messages = 100;
  reopen (self);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 150);
  usher_test_publisher_await (self->publisher, 150);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 100);
  g_assert_cmpuint (self->publisher->n_refused, ==, 50);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_FULL);
  assert_run (listener, 1, 100);
  usher_test_publisher_post (self->publisher, self->bus, "other", 1);
  usher_test_publisher_await (self->publisher, 151);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 101);
}

static void
test_full_duplicate (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self->publisher, CHANNEL);

  g_test_summary ("A full channel confirms what it has already");

  self->hub->limits.max_messages = 1;
  reopen (self);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_post_event (self->publisher, self->bus, event);
  usher_test_publisher_await (self->publisher, 2);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 2);
}

static void
test_max_bytes (Fixture *self, gconstpointer data)
{
  g_test_summary ("A channel is full by its bytes too");

  self->hub->limits.max_bytes = 10000;
  reopen (self);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 1000);
  usher_test_publisher_await (self->publisher, 1000);
  g_assert_cmpuint (self->publisher->n_confirmed, >, 10);
  g_assert_cmpuint (self->publisher->n_refused, >, 500);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_FULL);
  g_assert_cmpuint (count_bytes (self), <=, 10000);
}

static void
test_full_order (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;
  g_autofree char *filler = g_strnfill (3000, ' ');
  g_autoptr (UsherEvent) large = NULL;
  g_autofree char *id = NULL;

  g_test_summary (
      "Behind an event that was refused nothing is stored, though there is room for it, until its "
      "publisher knows");

  self->hub->limits.max_bytes = 2000;
  reopen (self);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  usher_test_listener_shut (listener);
  publish (self, CHANNEL, 1);
  usher_test_listener_await_held (listener);

  /* the thread of the bus is held: nobody can know yet */
  id = usher_uuid_new (self->hub->clock);
  large = usher_event_new (id, CHANNEL, 0, filler, -1);
  usher_test_publisher_post_event (self->publisher, self->bus, large);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 5);
  usher_test_publisher_post (self->publisher, self->bus, "other", 5);
  usher_test_listener_release (listener);
  usher_test_publisher_await (self->publisher, 12);
  g_assert_cmpuint (self->publisher->n_refused, ==, 6);
  g_assert_cmpint (self->publisher->code, ==, USHER_ERROR_FULL);

  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 1);
  usher_test_publisher_await (self->publisher, 13);
  g_assert_cmpuint (self->publisher->n_refused, ==, 6);
  assert_run (listener, 1, 2);
}

static void
test_max_age (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = NULL;
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_test_summary ("What is too old is dropped, and makes room");

  self->hub->limits.max_age = G_TIME_SPAN_HOUR;
  self->hub->limits.max_bytes = 1000;
  reopen (self);
  publish (self, CHANNEL, 5);
  turn (self, G_TIME_SPAN_MINUTE);
  publish (self, CHANNEL, 5);
  turn (self, 59 * G_TIME_SPAN_MINUTE + G_TIME_SPAN_SECOND);
  while (count_events (self) != 5)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  assert_run (listener, 6, 5);
  publish (self, CHANNEL, 3);
  assert_run (listener, 6, 8);

  /* the numbers go on where they were when all is gone, for the next hub too */
  turn (self, 2 * G_TIME_SPAN_HOUR);
  while (count_events (self) != 0)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  g_assert_cmpuint (count_bytes (self), ==, 0);
  g_clear_pointer (&listener, usher_test_listener_free);
  reopen (self);
  publish (self, CHANNEL, 2);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  assert_run (listener, 14, 2);
}

static const UsherHubLasting lasting[] = { { "user:banned", 0 },
                                           { "session:ended", G_TIME_SPAN_DAY } };

static guint64
count_kept (Fixture *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (self->bus, USHER_BUS_PART_CHANNELS, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);

      if (g_str_equal (channel->name, name))
        return channel->n_events;
    }

  return 0;
}

static void
test_lasting (Fixture *self, gconstpointer data)
{
  g_test_summary ("No limit concerns a channel that lasts, but an age of its own");

  self->hub->limits = (UsherHubLimits){ .max_messages = 3,
                                        .max_bytes = 1000,
                                        .max_age = G_TIME_SPAN_HOUR,
                                        .lasting = lasting,
                                        .n_lasting = G_N_ELEMENTS (lasting) };
  reopen (self);
  publish (self, "user:banned", 40);
  publish (self, "session:ended", 40);
  publish (self, CHANNEL, 3);
  turn (self, 2 * G_TIME_SPAN_HOUR);
  usher_test_until (count_kept (self, CHANNEL) == 0);
  g_assert_cmpuint (count_kept (self, "user:banned"), ==, 40);
  g_assert_cmpuint (count_kept (self, "session:ended"), ==, 40);

  /* for the next hub, too */
  reopen (self);
  publish (self, "user:banned", 40);
  turn (self, G_TIME_SPAN_DAY);
  usher_test_until (count_kept (self, "session:ended") == 0);
  g_assert_cmpuint (count_kept (self, "user:banned"), ==, 80);
}

static void
test_lasting_alone (Fixture *self, gconstpointer data)
{
  g_test_summary ("A channel has an age of its own where no other has one");

  self->hub->limits = (UsherHubLimits){ .lasting = lasting, .n_lasting = G_N_ELEMENTS (lasting) };
  reopen (self);
  publish (self, "session:ended", 5);
  publish (self, CHANNEL, 5);
  turn (self, 2 * G_TIME_SPAN_DAY);
  usher_test_until (count_kept (self, "session:ended") == 0);
  g_assert_cmpuint (count_kept (self, CHANNEL), ==, 5);
}

static void
drop_all (Fixture *self)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  turn (self, 2 * G_TIME_SPAN_HOUR);
  while (count_events (self) != 0)
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
}

static guint64
count_missed (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (self->bus, USHER_BUS_PART_GROUPS, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (figures->groups->len, ==, 1);

  return ((UsherGroupFigures *) g_ptr_array_index (figures->groups, 0))->n_missed;
}

static void
test_max_age_group (Fixture *self, gconstpointer data)
{
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (self->bus, &wish, TRUE);

  g_test_summary ("A group whose next events are too old goes on with those that are kept, and "
                  "counts what it missed");

  self->hub->limits.max_age = G_TIME_SPAN_HOUR;
  publish (self, CHANNEL, 2);
  usher_test_listener_await (listener, 2);
  g_clear_pointer (&listener, usher_test_listener_free);
  reopen (self);
  publish (self, CHANNEL, 5);
  drop_all (self);
  publish (self, CHANNEL, 3);
  g_assert_cmpuint (count_missed (self), ==, 5);

  /* the next hub does not count them again */
  reopen (self);
  listener = usher_test_listener_new (self->bus, &wish, TRUE);
  assert_run (listener, 8, 3);
  g_assert_cmpuint (count_missed (self), ==, 0);
}

static void
test_max_age_parked (Fixture *self, gconstpointer data)
{
  const UsherSubscription once = {
    .channel = CHANNEL, .group = "tickets", .durable = "tickets", .max_deliver = 1
  };
  g_autoptr (UsherTestListener) listener = NULL;
  g_autoptr (UsherDelivery) delivery = NULL;
  g_autoptr (GPtrArray) parked = NULL;
  g_autoptr (GError) error = NULL;
  const UsherParkedEvent *event = NULL;

  g_test_summary ("A parked event that is too old cannot be replayed, and says so");

  self->hub->limits.max_age = G_TIME_SPAN_HOUR;
  reopen (self);
  listener = usher_test_listener_new (self->bus, &once, FALSE);
  publish (self, CHANNEL, 1);
  delivery = usher_test_listener_take (listener);
  usher_delivery_nak (delivery, 0, "it cannot be done");
  drop_all (self);
  parked = usher_bus_list_parked (self->bus, NULL, 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (parked->len, ==, 1);
  event = g_ptr_array_index (parked, 0);
  g_assert_false (usher_bus_replay_parked (self->bus, event->id, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "bus.max-age has dropped it"));
  g_clear_error (&error);
  usher_bus_drop_parked (self->bus, event->id, &error);
  g_assert_no_error (error);
}

/* Questions that are out, to be answered with one event each, and refused. */
typedef struct
{
  int n_answered; /* (atomic) */
  int n_refused;  /* (atomic) */
} Answers;

static void
on_events (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  Answers *answers = user_data;

  if (events == NULL)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
      g_atomic_int_inc (&answers->n_refused);
      return;
    }

  g_assert_cmpuint (events->events->len, ==, 1);
  usher_bus_events_free (events);
  g_atomic_int_inc (&answers->n_answered);
}

static void
await_number (int *number, int n)
{
  gint64 deadline = g_get_monotonic_time () + G_TIME_SPAN_MINUTE;

  while (g_atomic_int_get (number) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
  g_assert_cmpint (g_atomic_int_get (number), ==, n);
}

static void
test_waits (Fixture *self, gconstpointer data)
{
  const UsherEventsQuery query = {
    .after = -1, .limit = 100, .wait = G_TIME_SPAN_MINUTE, .patience = 2 * G_TIME_SPAN_MINUTE
  };
  Answers answers = { 0, 0 };

  g_test_summary ("A member has so many questions that wait, the next one is refused");

  for (guint i = 0; i < MAX_WAITS + 1; i++)
    usher_bus_read_events (self->bus, &query, on_events, &answers, NULL);
  await_number (&answers.n_refused, 1);
  publish (self, CHANNEL, 1);
  await_number (&answers.n_answered, MAX_WAITS);
}

static void
on_page (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_async_queue_push (user_data, events);
}

static void
test_page (Fixture *self, gconstpointer data)
{
  const UsherEventsQuery query = { .limit = 1000, .patience = G_TIME_SPAN_MINUTE };
  g_autoptr (GAsyncQueue) pages = g_async_queue_new ();
  g_autoptr (UsherBusEvents) page = NULL;

  g_test_summary ("A page has at most 100 events");

  publish (self, CHANNEL, 150);
  usher_bus_read_events (self->bus, &query, on_page, pages, NULL);
  page = g_async_queue_pop (pages);
  g_assert_cmpuint (page->events->len, ==, 100);
  g_assert_cmpstr (page->cursor, ==, "order%3Acreated:100");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/hub/limit/" path, Fixture, NULL, set_up, func, tear_down)
  add ("messages", test_max_messages);
  add ("duplicate", test_full_duplicate);
  add ("bytes", test_max_bytes);
  add ("order", test_full_order);
  add ("age", test_max_age);
  add ("lasting", test_lasting);
  add ("lasting-alone", test_lasting_alone);
  add ("age/group", test_max_age_group);
  add ("age/parked", test_max_age_parked);
  add ("waits", test_waits);
  add ("page", test_page);
#undef add

  return g_test_run ();
}
