/* test-machines.c: two machines that have nothing in common but a bus and a server of databases
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-children.h"
#include "usher-test-market.h"
#include "usher-test-race.h"
#include "usher-test-shop.h"

#define N_RUNNERS 8
#define N_ROUNDS  20
/* USHER_TEST_SEEDS says how many seeds, USHER_TEST_SEED which one alone */
#define N_SEEDS 1
#define N_KILLS 10
/* what people are answered between two kills */
#define MIN_LIFE 20
#define MAX_LIFE 100

typedef struct
{
  UsherTestProcess *first;  /* with the hub, and two copies of each service */
  UsherTestProcess *second; /* with one more of each */
  UsherTestChecker *checker;
  UsherTestClient *seller;             /* at the first */
  UsherTestClient *runners[N_RUNNERS]; /* at both in turn */
} Fixture;

/* the ledger of the processor for tests is a file, so one machine alone asks it */
static const char *const services[] = { "auth", "tickets", "orders", "expiration", NULL };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const settings[] = { "orders.hold-seconds=900", NULL };

  fixture->first = usher_test_process_new_placed (USHER_TEST_PAIRS, settings);
  usher_test_process_start (fixture->first);
  fixture->second = usher_test_process_new_joined (fixture->first, services);
  usher_test_process_start (fixture->second);
  fixture->checker = usher_test_checker_new (fixture->first);
  fixture->seller = usher_test_sign_up (fixture->first, "seller@example.com");
  for (guint i = 0; i < N_RUNNERS; i++)
    {
      g_autofree char *email = g_strdup_printf ("runner%u@example.com", i);

      fixture->runners[i] =
          usher_test_sign_up (i % 2 == 0 ? fixture->first : fixture->second, email);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->second), ==, 0);
  g_assert_cmpint (usher_test_process_stop (fixture->first), ==, 0);

  for (guint i = 0; i < N_RUNNERS; i++)
    usher_test_client_free (fixture->runners[i]);
  usher_test_client_free (fixture->seller);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->second);
  usher_test_process_free (fixture->first);
}

static void
test_purchase (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "19.99");
  g_autofree char *path = g_strconcat ("/api/tickets/", ticket_id, NULL);
  UsherTestClient *buyer = fixture->runners[1];
  g_autoptr (UsherTestClient) payer = usher_test_client_new (fixture->first);
  g_autofree char *order_id = NULL;

  g_test_summary ("What one machine sells is ordered at the other one, and paid at the first");

  order_id = usher_test_order_when_free (buyer, ticket_id);
  usher_test_await_order (buyer, order_id, "awaiting:payment");
  usher_test_await_string (fixture->seller, path, "orderId", order_id);
  usher_test_client_set_session (payer, usher_test_client_get_session (buyer));
  g_assert_cmpuint (usher_test_pay (payer, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (buyer, order_id, "complete");
}

static void
order (UsherTestClient *client, guint index, gpointer ticket_id)
{
  usher_test_client_sendf (
      client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", (const char *) ticket_id);
}

static void
test_orders (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of eight who order one ticket at once, at two machines, exactly one gets it");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      UsherTestClient **runners = fixture->runners;

      usher_test_race (runners, N_RUNNERS, order, ticket_id);
      g_assert_cmpuint (usher_test_race_count (runners, N_RUNNERS, 201), ==, 1);
      g_assert_cmpuint (usher_test_race_count (runners, N_RUNNERS, 400), ==, N_RUNNERS - 1);
    }
}

static void
sign_up (UsherTestClient *client, guint index, gpointer user_data)
{
  usher_test_client_send (client,
                          "POST",
                          "/api/users/signup",
                          "{\"email\":\"twice@example.com\",\"password\":\"correct horse\"}");
}

static void
test_sign_ups (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of eight who sign up with one e-mail at once, at two machines, one may");

  usher_test_race (fixture->runners, N_RUNNERS, sign_up, NULL);
  g_assert_cmpuint (usher_test_race_count (fixture->runners, N_RUNNERS, 201), ==, 1);
}

static void
kill_one (Fixture *fixture, GRand *dice)
{
  if (g_rand_boolean (dice))
    {
      usher_test_process_kill (fixture->second);
      usher_test_process_start (fixture->second);
    }
  else
    usher_test_children_signal (fixture->first,
                                services[g_rand_int_range (dice, 0, 4)],
                                (guint) g_rand_int_range (dice, 0, 2),
                                SIGKILL);
}

static void
trade (Fixture *fixture, guint32 seed)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (seed);
  g_autoptr (UsherTestMarket) market =
      usher_test_market_new (fixture->first, fixture->checker, seed);

  for (guint i = 0; i < usher_test_scale (N_KILLS); i++)
    {
      usher_test_market_await_answers (market, (guint) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
      kill_one (fixture, dice);
    }
  usher_test_market_await_answers (market, MIN_LIFE);
  usher_test_market_close (market);
}

static void
test_crash (gconstpointer data)
{
  Fixture fixture = { 0 };

  g_test_summary ("Machines take over each other's events and timers when one dies");

  set_up (&fixture, NULL);
  trade (&fixture, GPOINTER_TO_UINT (data));
  tear_down (&fixture, NULL);
}

#define add(path, func) g_test_add ("/machines/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("purchase", test_purchase);
  add ("races/orders", test_orders);
  add ("races/sign-ups", test_sign_ups);
  usher_test_add_seeds ("/machines/crash", N_SEEDS, test_crash);

  return g_test_run ();
}
