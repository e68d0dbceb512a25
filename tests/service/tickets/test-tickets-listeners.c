/* test-tickets-listeners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-test-host.h"
#include "usher-tickets-contract.h"

#define ALICE USHER_TEST_ALICE
#define ONE   "111111111111111111111111"
#define OTHER "222222222222222222222222"

#define GOOD "{\"title\":\"Concert\",\"price\":19.99}"

typedef struct
{
  UsherTestHost *host;
  char *ticket_id;
  char *path;
} Fixture;

static void
take_all (Fixture *fixture)
{
  usher_test_host_skip_events (fixture->host, "tickets");
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  fixture->host = usher_test_host_new ("tickets", NULL);
  reply = usher_test_host_call (fixture->host, "POST", "/api/tickets", ALICE, GOOD);
  usher_test_assert_status (reply, 201);
  fixture->ticket_id = usher_test_dup_member (reply, "id");
  fixture->path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
  take_all (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
  g_free (fixture->ticket_id);
  g_free (fixture->path);
}

static UsherEvent *
order_created (Fixture *fixture, const char *order_id, guint seen)
{
  g_autofree char *payload = g_strdup_printf (
      "{\"id\":\"%s\",\"version\":0,\"status\":\"created\",\"userId\":\"" USHER_TEST_BOB
      "\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\","
      "\"ticket\":{\"id\":\"%s\",\"price\":19.99,\"version\":%u}}",
      order_id,
      fixture->ticket_id,
      seen);

  return usher_test_event_new (fixture->host, "order:created", payload);
}

static UsherEvent *
order_cancelled (Fixture *fixture, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":1,\"ticket\":{\"id\":\"%s\"}}",
                       order_id,
                       fixture->ticket_id);

  return usher_test_event_new (fixture->host, "order:cancelled", payload);
}

static gboolean
feed (Fixture *fixture, UsherEvent *event, GError **error)
{
  return usher_test_host_feed (fixture->host, "tickets", NULL, event, error);
}

static void
give_created (Fixture *fixture, const char *order_id, guint seen)
{
  g_autoptr (UsherEvent) event = order_created (fixture, order_id, seen);
  g_autoptr (GError) error = NULL;

  feed (fixture, event, &error);
  g_assert_no_error (error);
}

static void
give_cancelled (Fixture *fixture, const char *order_id)
{
  g_autoptr (UsherEvent) event = order_cancelled (fixture, order_id);
  g_autoptr (GError) error = NULL;

  feed (fixture, event, &error);
  g_assert_no_error (error);
}

static void
edit (Fixture *fixture)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (
      fixture->host, "PUT", fixture->path, ALICE, "{\"title\":\"Concert\",\"price\":50}");

  usher_test_assert_status (reply, 200);
}

static void
assert_ticket (Fixture *fixture, const char *order_id, const char *version)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", fixture->path, NULL, NULL);

  usher_test_assert_member (reply, "orderId", order_id);
  usher_test_assert_member (reply, "version", version);
}

static void
assert_member (UsherEvent *event, const char *path, const char *expected)
{
  g_autofree char *found = usher_test_dup_event_member (event, path);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("An order gets a free ticket; the ticket says so.");

  give_created (fixture, ONE, 0);

  assert_ticket (fixture, ONE, "1");
  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_UPDATED);
  assert_member (event, "id", fixture->ticket_id);
  assert_member (event, "orderId", ONE);
  assert_member (event, "version", "1");
  assert_member (event, "price", "19.99");
  assert_member (event, "title", "Concert");
  assert_member (event, "userId", ALICE);
}

static void
test_reserve_same_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = order_created (fixture, ONE, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event that is delivered twice is applied once.");

  feed (fixture, event, &error);
  g_assert_no_error (error);
  take_all (fixture);
  feed (fixture, event, &error);
  g_assert_no_error (error);

  assert_ticket (fixture, ONE, "1");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_reserve_same_event_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = order_created (fixture, ONE, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Delivered again after its order was cancelled, the inbox keeps it from reserving.");

  feed (fixture, event, &error);
  g_assert_no_error (error);
  give_cancelled (fixture, ONE);
  take_all (fixture);
  feed (fixture, event, &error);
  g_assert_no_error (error);

  assert_ticket (fixture, NULL, "2");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_reserve_forgotten (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What the inbox has forgotten is done already by the state of the ticket.");

  give_created (fixture, ONE, 0);
  take_all (fixture);
  give_created (fixture, ONE, 0);

  assert_ticket (fixture, ONE, "1");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_reserve_held (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) second = order_created (fixture, OTHER, 0);
  g_autoptr (GError) early = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("An order waits for the cancel of the one before it, then gets the ticket.");

  give_created (fixture, ONE, 0);
  g_assert_false (feed (fixture, second, &early));
  g_assert_error (early, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (early->message, ONE));
  g_assert_nonnull (strstr (early->message, OTHER));
  assert_ticket (fixture, ONE, "1");

  give_cancelled (fixture, ONE);
  feed (fixture, second, &error);
  g_assert_no_error (error);
  assert_ticket (fixture, OTHER, "3");
}

static void
test_reserve_edited (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("§3.10: nothing is sold at a price that was edited before the order came.");

  edit (fixture);
  take_all (fixture);
  give_created (fixture, ONE, 0);

  assert_ticket (fixture, NULL, "1");
  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_RESERVATION_FAILED);
  assert_member (event, "orderId", ONE);
  assert_member (event, "ticket.id", fixture->ticket_id);
  assert_member (event, "ticket.version", "1");
  assert_member (event, "reason", "The ticket has been edited");
}

static void
test_reserve_after_edit (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An order that saw the edit gets the ticket.");

  edit (fixture);
  give_created (fixture, ONE, 1);

  assert_ticket (fixture, ONE, "2");
}

static void
test_reserve_after_release (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A reservation is no edit: an order that saw an older version gets the ticket.");

  give_created (fixture, ONE, 0);
  give_cancelled (fixture, ONE);
  give_created (fixture, OTHER, 0);

  assert_ticket (fixture, OTHER, "3");
}

static void
test_release (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("A cancel frees the ticket of its order, once.");

  give_created (fixture, ONE, 0);
  take_all (fixture);
  give_cancelled (fixture, ONE);

  assert_ticket (fixture, NULL, "2");
  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_UPDATED);
  assert_member (event, "orderId", NULL);
  assert_member (event, "version", "2");

  give_cancelled (fixture, ONE);
  assert_ticket (fixture, NULL, "2");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_release_late (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("§3.6: a late cancel frees nothing that a newer order holds.");

  give_created (fixture, ONE, 0);
  give_cancelled (fixture, ONE);
  give_created (fixture, OTHER, 0);
  take_all (fixture);
  give_cancelled (fixture, ONE);

  assert_ticket (fixture, OTHER, "3");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_release_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("A cancel before its create frees nothing; the create then tells who holds it.");

  give_cancelled (fixture, ONE);
  usher_test_host_assert_quiet (fixture->host, "tickets");
  give_created (fixture, ONE, 0);

  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_UPDATED);
  assert_member (event, "orderId", ONE);
}

static void
test_edit_after_release (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A freed ticket may be edited again.");

  give_created (fixture, ONE, 0);
  give_cancelled (fixture, ONE);
  edit (fixture);

  assert_ticket (fixture, NULL, "3");
}

static void
test_bad_events (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *channel;
    const char *payload;
    int code;
  } rows[] = {
    { "order:created", "{}", USHER_ERROR_INVALID },
    { "order:created", "{\"id\":\"x\"}", USHER_ERROR_INVALID },
    { "order:created", "{\"id\":\"" ONE "\"}", USHER_ERROR_INVALID },
    { "order:created", "{\"id\":\"" ONE "\",\"ticket\":7}", USHER_ERROR_INVALID },
    { "order:created", "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"x\"}}", USHER_ERROR_INVALID },
    { "order:created",
      "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING "\",\"version\":0}}",
      USHER_ERROR_NOT_FOUND },
    { "order:cancelled", "{}", USHER_ERROR_INVALID },
    { "order:cancelled", "[]", USHER_ERROR_INVALID },
    { "order:cancelled", "{\"id\":\"" ONE "\"}", USHER_ERROR_INVALID },
    { "order:cancelled",
      "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING "\"}}",
      USHER_ERROR_NOT_FOUND },
  };

  g_test_summary ("§3.11: a bad event is an error with a reason, and changes nothing.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UsherEvent) event =
          usher_test_event_new (fixture->host, rows[i].channel, rows[i].payload);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", rows[i].channel, rows[i].payload);
      g_assert_false (feed (fixture, event, &error));
      g_assert_error (error, USHER_ERROR, rows[i].code);
    }

  assert_ticket (fixture, NULL, "0");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_no_version (Fixture *fixture, gconstpointer data)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"%s\"}}", fixture->ticket_id);
  g_autoptr (UsherEvent) event = usher_test_event_new (fixture->host, "order:created", payload);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An order that does not say which version it saw gets nothing.");

  g_assert_false (feed (fixture, event, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  assert_ticket (fixture, NULL, "0");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/reserve/free", test_reserve);
  add ("/tickets/reserve/same-event", test_reserve_same_event);
  add ("/tickets/reserve/same-event-later", test_reserve_same_event_later);
  add ("/tickets/reserve/forgotten", test_reserve_forgotten);
  add ("/tickets/reserve/held", test_reserve_held);
  add ("/tickets/reserve/edited", test_reserve_edited);
  add ("/tickets/reserve/after-edit", test_reserve_after_edit);
  add ("/tickets/reserve/after-release", test_reserve_after_release);
  add ("/tickets/release/own", test_release);
  add ("/tickets/release/late", test_release_late);
  add ("/tickets/release/first", test_release_first);
  add ("/tickets/release/edit", test_edit_after_release);
  add ("/tickets/events/bad", test_bad_events);
  add ("/tickets/events/no-version", test_no_version);

  return g_test_run ();
}
