/* test-orders-races.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "order-stage.h"
#include "usher-orders-contract.h"

#define RACERS 8
#define ROUNDS 200

typedef struct
{
  UsherTestHost *host;
  UsherTestGate gate;
  char *body;             /* (owned): of the round */
  char *path;             /* (owned): of an order */
  guint statuses[RACERS]; /* of the round */
} Race;

typedef struct
{
  Race *race;
  guint index;
} Racer;

static void
race_init (Race *race, guint n_racers)
{
  usher_test_gate_init (&race->gate, n_racers);
  race->host = usher_test_host_new ("orders", USHER_TEST_BY_HAND);
}

static void
race_clear (Race *race)
{
  g_object_unref (race->host);
  g_free (race->body);
  g_free (race->path);
  usher_test_gate_clear (&race->gate);
}

static char *
give_ticket (Race *race, guint round)
{
  char *ticket_id = g_strdup_printf ("%024u", round + 1);

  order_stage_give_ticket (race->host, ticket_id, "1");
  g_free (race->body);
  race->body = order_stage_make_body (ticket_id);

  return ticket_id;
}

static gpointer
order (gpointer data)
{
  Racer *racer = data;
  Race *race = racer->race;
  g_autofree char *user = g_strdup_printf ("b0b%021u", racer->index);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (UsherReply) reply = NULL;

      usher_test_gate_pass (&race->gate);
      reply = usher_test_host_call (race->host, "POST", "/api/orders", user, race->body);
      race->statuses[racer->index] = usher_reply_get_status (reply);
      if (usher_reply_get_status (reply) != 201)
        usher_test_assert_refused (reply, 400, NULL, "Ticket is already reserved");
      usher_test_gate_pass (&race->gate);
    }

  return NULL;
}

/* Lets RACERS run @racer beside each other, a ticket a round; @judge looks at what came of it. */
static void
run_races (GThreadFunc racer, void (*judge) (Race *race, const char *ticket_id))
{
  Race race = { 0 };
  Racer racers[RACERS];
  GThread *threads[RACERS];

  race_init (&race, RACERS + 1);
  for (guint i = 0; i < RACERS; i++)
    {
      racers[i] = (Racer){ &race, i };
      threads[i] = g_thread_new ("racer", racer, &racers[i]);
    }

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *ticket_id = give_ticket (&race, round);

      usher_test_gate_pass (&race.gate);
      usher_test_gate_pass (&race.gate);
      judge (&race, ticket_id);
    }

  for (guint i = 0; i < RACERS; i++)
    g_thread_join (threads[i]);
  race_clear (&race);
}

static guint
count_answers (Race *race, guint status)
{
  guint n = 0;

  for (guint i = 0; i < RACERS; i++)
    n += race->statuses[i] == status ? 1 : 0;

  return n;
}

static void
assert_one_made (Race *race, const char *ticket_id)
{
  g_autoptr (UsherEvent) event = NULL;

  g_assert_cmpuint (count_answers (race, 201), ==, 1);
  event = usher_test_host_take_event (race->host, "orders", USHER_ORDERS_CREATED);
  usher_test_assert_event_member (event, "ticket.id", ticket_id);
}

static void
test_one_ticket (void)
{
  g_test_summary ("§3.1: of 8 orders that race for a ticket one is made, 200 times.");

  run_races (order, assert_one_made);
}

static gpointer
cancel (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (UsherReply) reply = NULL;

      usher_test_gate_pass (&race->gate);
      reply = usher_test_host_call (race->host, "DELETE", race->path, USHER_TEST_BOB, NULL);
      race->statuses[0] = usher_reply_get_status (reply);
      usher_test_gate_pass (&race->gate);
    }

  return NULL;
}

/* the event that Bob's order of the round is paid; @race->path becomes the order's */
static char *
place_order (Race *race, const char *ticket_id)
{
  g_autofree char *id = usher_test_user_create (usher_test_host_as (race->host, USHER_TEST_BOB),
                                                "/api/orders",
                                                race->body);

  g_free (race->path);
  race->path = g_strconcat ("/api/orders/", id, NULL);

  return g_strdup_printf ("{\"id\":\"%s\",\"orderId\":\"%s\",\"stripeId\":\"ch_1\"}",
                          ticket_id,
                          id);
}

static void
test_cancel_and_pay (void)
{
  Race race = { 0 };
  GThread *thread;
  guint n_paid = 0;

  g_test_summary ("§3.4: of a cancel and a payment that race one wins, and the answer says which.");

  race_init (&race, 2);
  thread = g_thread_new ("cancel", cancel, &race);
  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autofree char *ticket_id = give_ticket (&race, round);
      g_autofree char *paid = place_order (&race, ticket_id);
      g_autoptr (UsherReply) shown = NULL;

      usher_test_gate_pass (&race.gate);
      service_stage_dawdle (race.host, race.path, round);
      usher_test_host_give (race.host, "orders", NULL, "payment:created", paid);
      usher_test_gate_pass (&race.gate);

      shown = usher_test_host_call (race.host, "GET", race.path, USHER_TEST_BOB, NULL);
      usher_test_assert_member (shown, "version", "1");
      usher_test_assert_member (shown,
                                "status",
                                race.statuses[0] == 204 ? "cancelled" : "complete");
      n_paid += race.statuses[0] == 400 ? 1 : 0;
    }

  g_test_message ("%u of %d were paid first", n_paid, ROUNDS);
  g_thread_join (thread);
  race_clear (&race);
}

static gpointer
order_again (gpointer data)
{
  Racer *racer = data;
  Race *race = racer->race;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autofree char *key = NULL;
      g_autoptr (UsherReply) reply = NULL;

      usher_test_gate_pass (&race->gate);
      key = g_strdup_printf ("Idempotency-Key: round-%u", i);
      reply = usher_test_user_call (
          usher_test_host_as (race->host, USHER_TEST_BOB), "POST", "/api/orders", race->body, key);
      race->statuses[racer->index] = usher_reply_get_status (reply);
      usher_test_gate_pass (&race->gate);
    }

  return NULL;
}

/* the first answer again, or 409 while the first still runs */
static void
assert_one_order (Race *race, const char *ticket_id)
{
  guint n_answered = count_answers (race, 201);

  g_assert_cmpuint (n_answered, >=, 1);
  g_assert_cmpuint (n_answered + count_answers (race, 409), ==, RACERS);
  usher_test_assert_event (race->host, "orders", USHER_ORDERS_CREATED);
}

static void
test_one_key (void)
{
  g_test_summary ("Of 8 requests that race with one Idempotency-Key one order is made.");

  run_races (order_again, assert_one_order);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/orders/races/one-ticket", test_one_ticket);
  g_test_add_func ("/orders/races/one-key", test_one_key);
  g_test_add_func ("/orders/races/cancel-and-pay", test_cancel_and_pay);

  return g_test_run ();
}
