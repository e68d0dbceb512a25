/* test-tickets-races.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"
#include "usher-tickets-contract.h"

#define ALICE  USHER_TEST_ALICE
#define ORDER  "111111111111111111111111"
#define ROUNDS 200

typedef struct
{
  UsherTestHost *host;
  UsherTestGate gate;
  char *path;      /* (owned): of the round's ticket */
  char *ticket_id; /* (owned) */
  guint status;    /* of the edit */
} Race;

static gpointer
edit (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (UsherReply) reply = NULL;

      usher_test_gate_pass (&race->gate);
      reply = usher_test_host_call (
          race->host, "PUT", race->path, ALICE, "{\"title\":\"Concert\",\"price\":50}");
      race->status = usher_reply_get_status (reply);
      usher_test_gate_pass (&race->gate);
    }

  return NULL;
}

static void
make_ticket (Race *race)
{
  g_free (race->ticket_id);
  g_free (race->path);
  race->ticket_id = ticket_stage_make (race->host, GOOD_TICKET);
  race->path = g_strconcat ("/api/tickets/", race->ticket_id, NULL);
}

static void
assert_last_event (Race *race, guint n_events, const char *channel)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (race->host, "tickets");

  g_assert_cmpuint (events->len, ==, n_events);
  g_assert_cmpstr (usher_event_get_channel (g_ptr_array_index (events, n_events - 1)), ==, channel);
}

/* whether the ticket was reserved at the old price */
static gboolean
assert_one_outcome (Race *race)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (race->host, "GET", race->path, NULL, NULL);

  usher_test_assert_member (reply, "version", "1");
  if (race->status == 200)
    {
      usher_test_assert_member (reply, "orderId", NULL);
      g_assert_cmpint (usher_test_get_money (reply, "price"), ==, 5000);
      assert_last_event (race, 2, USHER_TICKETS_RESERVATION_FAILED);
      return FALSE;
    }

  g_assert_cmpuint (race->status, ==, 400);
  usher_test_assert_member (reply, "orderId", ORDER);
  g_assert_cmpint (usher_test_get_money (reply, "price"), ==, 1999);
  assert_last_event (race, 1, USHER_TICKETS_UPDATED);

  return TRUE;
}

static void
test_edit_and_reserve (void)
{
  Race race = { 0 };
  guint n_reserved = 0;
  GThread *thread;

  g_test_summary ("§3.10: of an edit and a reservation that race exactly one is made.");

  race.host = usher_test_host_new ("tickets", USHER_TEST_BY_HAND);
  usher_test_gate_init (&race.gate, 2);
  thread = g_thread_new ("edit", edit, &race);
  for (guint round = 0; round < ROUNDS; round++)
    {
      make_ticket (&race);
      usher_test_gate_pass (&race.gate);
      service_stage_dawdle (race.host, race.path, round);
      ticket_stage_reserve (race.host, race.ticket_id, ORDER);
      usher_test_gate_pass (&race.gate);
      n_reserved += assert_one_outcome (&race) ? 1 : 0;
    }

  g_test_message ("%u of %d were reserved first", n_reserved, ROUNDS);
  g_thread_join (thread);
  usher_test_gate_clear (&race.gate);
  g_object_unref (race.host);
  g_free (race.ticket_id);
  g_free (race.path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/tickets/races/edit-and-reserve", test_edit_and_reserve);

  return g_test_run ();
}
