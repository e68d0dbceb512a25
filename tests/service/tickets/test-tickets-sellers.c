/* test-tickets-sellers.c: what a banned user sells is not for sale
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"
#include "usher-tickets-contract.h"

#define ALICE  USHER_TEST_ALICE
#define BOB    USHER_TEST_BOB
#define ORDER  "111111111111111111111111"
#define MANY   300
#define ROUNDS 20

static void
assert_n_listed (UsherTestHost *host, guint n_tickets)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);

  usher_test_assert_status (reply, 200);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, n_tickets);
}

static void
assert_ticket (UsherTestHost *host, const char *id, const char *hidden, const char *version)
{
  g_autofree char *path = g_strconcat ("/api/tickets/", id, NULL);
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", path, NULL, NULL);

  usher_test_assert_status (reply, 200);
  usher_test_assert_member (reply, "hidden", hidden);
  usher_test_assert_member (reply, "version", version);
}

/* what is told of the ticket is one event, of its next version */
static void
assert_told (UsherTestHost *host, const char *id, const char *hidden, const char *version)
{
  g_autoptr (UsherEvent) event =
      usher_test_host_take_event (host, "tickets", USHER_TICKETS_UPDATED);

  usher_test_assert_event_member (event, "id", id);
  usher_test_assert_event_member (event, "hidden", hidden);
  usher_test_assert_event_member (event, "version", version);
  usher_test_assert_event_member (event, "title", "Concert");
}

static void
test_ban (UsherTestHost *host)
{
  g_autofree char *hers = ticket_stage_make (host, GOOD_TICKET);
  g_autofree char *his =
      usher_test_user_create (usher_test_host_as (host, BOB), "/api/tickets", GOOD_TICKET);

  g_test_summary ("Her tickets leave the list and come back; his stay.");

  usher_test_host_skip_events (host, "tickets");
  assert_n_listed (host, 2);

  ticket_stage_tell_ban (host, TRUE, 1);
  assert_n_listed (host, 1);
  assert_ticket (host, hers, "true", "1");
  assert_ticket (host, his, NULL, "0");
  assert_told (host, hers, "true", "1");

  ticket_stage_tell_ban (host, FALSE, 2);
  assert_n_listed (host, 2);
  assert_ticket (host, hers, NULL, "2");
  assert_told (host, hers, NULL, "2");
}

static void
test_latest (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD_TICKET);

  g_test_summary (
      "The latest version of the user decides, whatever comes later, and versions have gaps.");

  ticket_stage_tell_ban (host, FALSE, 5);
  ticket_stage_tell_ban (host, TRUE, 4);
  ticket_stage_tell_ban (host, TRUE, 5);
  assert_ticket (host, id, NULL, "0");
  usher_test_assert_quiet (host, "tickets");

  ticket_stage_tell_ban (host, TRUE, 9);
  ticket_stage_tell_ban (host, FALSE, 8);
  ticket_stage_tell_ban (host, TRUE, 9);
  assert_ticket (host, id, "true", "1");
  assert_told (host, id, "true", "1");
}

static void
test_reserved (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD_TICKET);
  g_autofree char *path = g_strconcat ("/api/tickets/", id, NULL);
  g_autofree char *cancel =
      g_strdup_printf ("{\"id\":\"" ORDER "\",\"ticket\":{\"id\":\"%s\"}}", id);
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("A reserved ticket stays so, and is not listed when it is freed.");

  ticket_stage_settle (host, id, ORDER);
  ticket_stage_tell_ban (host, TRUE, 1);
  shown = usher_test_host_call (host, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "orderId", ORDER);

  usher_test_host_give (host, "tickets", NULL, "order:cancelled", cancel);
  assert_ticket (host, id, "true", "3");
  assert_n_listed (host, 0);

  ticket_stage_tell_ban (host, FALSE, 2);
  assert_n_listed (host, 1);
}

static void
test_withdrawn (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD_TICKET);
  g_autofree char *path = g_strconcat ("/api/tickets/", id, NULL);

  g_test_summary ("A withdrawn ticket changes no more, and is not shown by an unban.");

  usher_test_host_assert_call (host, "DELETE", path, ALICE, NULL, 204);
  ticket_stage_tell_ban (host, TRUE, 1);
  ticket_stage_tell_ban (host, FALSE, 2);
  assert_ticket (host, id, NULL, "1");
  assert_n_listed (host, 0);
}

static void
test_create (UsherTestHost *host)
{
  g_autofree char *id = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary (
      "What she lists with a session that outlived the ban is sold to nobody, and hidden soon.");

  ticket_stage_tell_ban (host, TRUE, 1);
  id = ticket_stage_make (host, GOOD_TICKET);
  ticket_stage_reserve (host, id, ORDER);
  event = usher_test_host_take_event (host, "tickets", USHER_TICKETS_RESERVATION_FAILED);
  usher_test_assert_event_member (event, "reason", "seller-banned");

  usher_test_host_turn (host, 2 * G_TIME_SPAN_SECOND);
  assert_ticket (host, id, "true", "1");
  assert_n_listed (host, 0);

  ticket_stage_tell_ban (host, FALSE, 2);
  assert_n_listed (host, 1);
}

static void
test_late (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD_TICKET);

  g_test_summary ("A ticket that was committed behind two rounds is found by the last one.");

  ticket_stage_tell_ban (host, TRUE, 1);
  usher_test_host_turn (host, 2 * G_TIME_SPAN_SECOND);
  /* as a request would have left it that saw her before the ban */
  service_stage_execute (host,
                         "tickets",
                         "UPDATE \"c:tickets\" SET body = json_remove (body, '$.hidden'),"
                         " private = NULL, \"f:unlisted\" = NULL");
  usher_test_host_restart (host);
  usher_test_host_turn (host, 0);
  assert_n_listed (host, 1);

  usher_test_host_turn (host, G_TIME_SPAN_MINUTE);
  assert_n_listed (host, 0);
  assert_ticket (host, id, "true", "2");
}

static void
test_many (UsherTestHost *host)
{
  g_test_summary (
      "However many they are, and however quickly she is banned and let in again, all end alike.");

  for (guint i = 0; i < MANY; i++)
    g_free (ticket_stage_make (host, GOOD_TICKET));

  ticket_stage_tell_ban (host, TRUE, 1);
  assert_n_listed (host, 0);

  for (gint64 version = 2; version < 12; version++)
    {
      g_autofree char *payload =
          g_strdup_printf ("{\"id\":\"" ALICE "\",\"version\":%" G_GINT64_FORMAT "}", version);

      usher_test_host_give (
          host, "tickets", NULL, version % 2 == 1 ? "user:banned" : "user:unbanned", payload);
    }
  usher_test_host_restart (host);
  usher_test_host_turn (host, 0);
  assert_n_listed (host, 0);

  ticket_stage_tell_ban (host, FALSE, 12);
  assert_n_listed (host, 100);
  ticket_stage_tell_ban (host, TRUE, 13);
  assert_n_listed (host, 0);
}

typedef struct
{
  UsherTestHost *host; /* (unowned) */
  UsherTestGate gate;
} Race;

static gpointer
list_tickets (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      usher_test_gate_pass (&race->gate);
      for (guint j = 0; j < 4; j++)
        g_free (usher_test_user_create (usher_test_host_as (race->host, ALICE),
                                        "/api/tickets",
                                        GOOD_TICKET));
      usher_test_gate_pass (&race->gate);
    }

  return NULL;
}

static void
test_race (UsherTestHost *host)
{
  Race race = { .host = host };
  GThread *thread;

  g_test_summary ("What she lists while she is banned, or let in again, is as it should be.");

  usher_test_gate_init (&race.gate, 2);
  thread = g_thread_new ("seller", list_tickets, &race);
  for (guint round = 0; round < ROUNDS; round++)
    {
      gboolean banned = round % 2 == 0;

      usher_test_gate_pass (&race.gate);
      service_stage_dawdle (race.host, "/api/tickets", round);
      ticket_stage_tell_ban (race.host, banned, round + 1);
      usher_test_gate_pass (&race.gate);
      usher_test_host_turn (race.host, G_TIME_SPAN_MINUTE);
      assert_n_listed (race.host, banned ? 0 : MIN (100, 4 * (round + 1)));
    }
  g_thread_join (thread);
  usher_test_gate_clear (&race.gate);
}

#define add(path, func) usher_test_add (path, "tickets", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/sellers/ban", test_ban);
  add ("/tickets/sellers/latest", test_latest);
  add ("/tickets/sellers/reserved", test_reserved);
  add ("/tickets/sellers/withdrawn", test_withdrawn);
  add ("/tickets/sellers/create", test_create);
  add ("/tickets/sellers/late", test_late);
  add ("/tickets/sellers/many", test_many);
  add ("/tickets/sellers/race", test_race);

  return g_test_run ();
}
