/* test-expiration.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"
#include "usher-expiration-contract.h"

#define ONE   "111111111111111111111111"
#define OTHER "222222222222222222222222"
#define HOLD  (900 * G_TIME_SPAN_SECOND)

#define CREATED(id)                                                                        \
  "{\"id\":\"" id "\",\"version\":0,\"status\":\"created\",\"userId\":\"" USHER_TEST_BOB   \
  "\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING \
  "\",\"price\":19.99,\"version\":0}}"
#define CANCELLED(id) \
  "{\"id\":\"" id "\",\"version\":1,\"ticket\":{\"id\":\"" USHER_TEST_NOTHING "\"}}"

static void
give (UsherTestHost *host, const char *channel, const char *payload)
{
  usher_test_host_give (host, "expiration", NULL, channel, payload);
}

static void
turn (UsherTestHost *host, gint64 microseconds)
{
  usher_test_host_turn (host, microseconds);
}

static void
assert_fires (UsherTestHost *host, const char *order_id)
{
  g_autoptr (UsherEvent) event =
      usher_test_host_take_event (host, "expiration", USHER_EXPIRATION_COMPLETE);
  g_autofree char *found = usher_test_dup_event_member (event, "orderId");

  g_assert_cmpstr (found, ==, order_id);
}

static void
assert_quiet (UsherTestHost *host)
{
  usher_test_assert_quiet (host, "expiration");
}

static void
test_fires (UsherTestHost *host)
{
  g_test_summary ("An order's time is over at its expiresAt, not a millisecond before, and once.");

  give (host, "order:created", CREATED (ONE));
  turn (host, HOLD - G_TIME_SPAN_MILLISECOND);
  assert_quiet (host);

  turn (host, G_TIME_SPAN_MILLISECOND);
  assert_fires (host, ONE);

  turn (host, HOLD);
  assert_quiet (host);
}

static void
test_fires_each (UsherTestHost *host)
{
  g_autoptr (GPtrArray) events = NULL;

  g_test_summary ("Each order has a timer of its own.");

  give (host, "order:created", CREATED (ONE));
  give (host, "order:created", CREATED (OTHER));
  turn (host, HOLD);

  events = usher_test_host_take_events (host, "expiration");
  g_assert_cmpuint (events->len, ==, 2);
}

static void
test_twice (UsherTestHost *host)
{
  g_autoptr (UsherEvent) event = usher_test_host_make_event (host, "order:created", CREATED (ONE));

  g_test_summary ("An order that is told twice, by one event or by two, has one timer.");

  for (guint i = 0; i < 2; i++)
    usher_test_host_deliver (host, "expiration", NULL, event);
  give (host, "order:created", CREATED (ONE));
  turn (host, HOLD);

  assert_fires (host, ONE);
  turn (host, HOLD);
  assert_quiet (host);
}

static void
test_same_event_later (UsherTestHost *host)
{
  g_autoptr (UsherEvent) event = usher_test_host_make_event (host, "order:created", CREATED (ONE));

  g_test_summary ("Delivered again after it has fired, an event sets no other timer.");

  usher_test_host_deliver (host, "expiration", NULL, event);
  turn (host, HOLD);
  assert_fires (host, ONE);

  usher_test_host_deliver (host, "expiration", NULL, event);
  turn (host, HOLD);
  assert_quiet (host);
}

static void
test_cancelled (UsherTestHost *host)
{
  g_test_summary ("The timer of a cancelled order is dropped, and only that one.");

  give (host, "order:created", CREATED (ONE));
  give (host, "order:created", CREATED (OTHER));
  give (host, "order:cancelled", CANCELLED (ONE));
  give (host, "order:cancelled", CANCELLED (ONE));
  turn (host, HOLD);

  assert_fires (host, OTHER);
  turn (host, HOLD);
  assert_quiet (host);
}

static void
test_cancelled_first (UsherTestHost *host)
{
  g_test_summary ("A cancel before its create is no error; what fires then orders does not heed.");

  give (host, "order:cancelled", CANCELLED (ONE));
  give (host, "order:created", CREATED (ONE));
  turn (host, HOLD);

  assert_fires (host, ONE);
}

static void
test_restart (UsherTestHost *host)
{
  g_test_summary ("A timer that fell due while the host was down fires at the next start.");

  give (host, "order:created", CREATED (ONE));
  usher_test_host_restart (host);
  turn (host, HOLD);

  assert_fires (host, ONE);
  usher_test_host_restart (host);
  turn (host, HOLD);
  assert_quiet (host);
}

static void
test_past (UsherTestHost *host)
{
  g_test_summary ("An order whose time was over before it was told of fires at once.");

  turn (host, 2 * HOLD);
  give (host, "order:created", CREATED (ONE));
  turn (host, 0);

  assert_fires (host, ONE);
}

static void
test_bad_events (UsherTestHost *host)
{
  static const UsherTestBadEvent bad[] = {
    { NULL, "order:created", "{}", USHER_ERROR_INVALID },
    { NULL, "order:created", "[]", USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"" ONE "\"}", USHER_ERROR_INVALID },
    { NULL,
      "order:created",
      "{\"id\":\"x\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\"}",
      USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"" ONE "\",\"expiresAt\":\"soon\"}", USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"" ONE "\",\"expiresAt\":900}", USHER_ERROR_INVALID },
    { NULL, "order:cancelled", "{}", USHER_ERROR_INVALID },
    { NULL, "order:cancelled", "{\"id\":7}", USHER_ERROR_INVALID },
  };

  g_test_summary ("§3.11: a bad event is an error with a reason, and sets no timer.");

  usher_test_host_assert_bad (host, "expiration", bad, G_N_ELEMENTS (bad));
  turn (host, 2 * HOLD);
  assert_quiet (host);
}

#define add(path, func) usher_test_add (path, "expiration", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/expiration/fires/on-time", test_fires);
  add ("/expiration/fires/each", test_fires_each);
  add ("/expiration/fires/past", test_past);
  add ("/expiration/created/twice", test_twice);
  add ("/expiration/created/same-event-later", test_same_event_later);
  add ("/expiration/cancelled/dropped", test_cancelled);
  add ("/expiration/cancelled/first", test_cancelled_first);
  add ("/expiration/restart", test_restart);
  add ("/expiration/events/bad", test_bad_events);

  return g_test_run ();
}
