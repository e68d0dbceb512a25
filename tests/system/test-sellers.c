/* test-sellers.c: what becomes of the tickets of who is banned, however many, whoever dies
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-log-reader.h"
#include "usher-test-shop.h"

#define N_TICKETS 1000
#define N_TURNS   20
/* less than the last round over a seller's tickets waits */
#define AT_ONCE (50 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *admin;
  UsherTestClient *seller;
  UsherTestClient *other; /* who sells too, and buys */
  char *seller_id;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const settings[] = { "orders.hold-seconds=900", NULL };

  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->admin = usher_test_client_new_admin (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  fixture->seller_id = g_strdup (usher_test_client_get_string (fixture->seller, "id"));
  fixture->other = usher_test_sign_up (fixture->process, "other@example.com");
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_checker_await_settled (fixture->checker);
  usher_test_note_events (fixture->process);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);

  usher_test_client_free (fixture->admin);
  usher_test_client_free (fixture->seller);
  usher_test_client_free (fixture->other);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
  g_free (fixture->seller_id);
}

static void
treat (Fixture *fixture, const char *verb)
{
  g_autofree char *path = g_strdup_printf ("/admin/users/%s/%s", fixture->seller_id, verb);

  g_assert_cmpuint (usher_test_client_send (fixture->admin, "POST", path, NULL), ==, 200);
}

static gint64
count_hidden (Fixture *fixture)
{
  return usher_test_checker_query (fixture->checker, "SELECT sum (hidden) FROM ticket");
}

static void
fill (Fixture *fixture, guint n_tickets)
{
  for (guint i = 0; i < n_tickets; i++)
    g_free (usher_test_create_ticket (fixture->seller, "Concert", "10"));
}

static gboolean
is_listed (Fixture *fixture, const char *id)
{
  g_assert_cmpuint (usher_test_client_send (fixture->other, "GET", "/api/tickets", NULL), ==, 200);

  return strstr (usher_test_client_get_body (fixture->other), id) != NULL;
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reserved = usher_test_create_ticket (fixture->seller, "Concert", "10");
  g_autofree char *free_one = usher_test_create_ticket (fixture->seller, "Opera", "10");
  g_autofree char *others = usher_test_create_ticket (fixture->other, "Ballet", "10");
  g_autofree char *order_id = usher_test_order (fixture->other, reserved);
  g_autofree char *next_id = NULL;
  gint64 start = 0;

  g_test_summary ("A banned seller sells no more but what is reserved, until he is let in again");

  usher_test_await_order (fixture->other, order_id, "awaiting:payment");
  start = g_get_monotonic_time ();
  treat (fixture, "ban");
  usher_test_until (count_hidden (fixture) == 2);
  g_assert_cmpint (g_get_monotonic_time () - start, <, AT_ONCE);
  g_assert_false (is_listed (fixture, free_one));
  g_assert_true (is_listed (fixture, others));
  usher_test_checker_await_settled (fixture->checker);
  usher_test_client_sendf (
      fixture->other, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", free_one);
  usher_test_assert_refused (fixture->other, 400, "Ticket is not for sale");
  g_assert_cmpuint (usher_test_pay (fixture->other, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (fixture->other, order_id, "complete");

  treat (fixture, "unban");
  usher_test_until (count_hidden (fixture) == 0);
  g_assert_true (is_listed (fixture, free_one));
  g_assert_false (is_listed (fixture, reserved));
  next_id = usher_test_order_when_free (fixture->other, free_one);
  usher_test_await_order (fixture->other, next_id, "awaiting:payment");
}

/* the round is begun, and not over */
static void
await_middle (Fixture *fixture, gint64 n_tickets)
{
  usher_test_until (count_hidden (fixture) > n_tickets / 10);
  g_test_message ("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " were hidden at the kill",
                  count_hidden (fixture),
                  n_tickets);
}

static void
test_killed (Fixture *fixture, gconstpointer data)
{
  guint n_tickets = usher_test_scale (N_TICKETS);

  g_test_summary ("kill -9 in the middle of a round: it goes on, and all are hidden");

  fill (fixture, n_tickets);
  treat (fixture, "ban");
  await_middle (fixture, n_tickets);
  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);

  usher_test_until (count_hidden (fixture) == n_tickets);
  g_assert_cmpuint (usher_test_client_send (fixture->other, "GET", "/api/tickets", NULL), ==, 200);
  g_assert_cmpstr (usher_test_client_get_body (fixture->other), ==, "[]");
}

static void
test_turns (Fixture *fixture, gconstpointer data)
{
  guint n_tickets = usher_test_scale (N_TICKETS) / 2;

  g_test_summary ("Banned and let in again in quick turn: the last word counts for every ticket");

  fill (fixture, n_tickets);
  for (guint i = 0; i < N_TURNS; i++)
    {
      treat (fixture, i % 2 == 0 ? "ban" : "unban");
      if (i % 4 == 0)
        usher_test_until (count_hidden (fixture) > 0);
    }
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (count_hidden (fixture), ==, 0);

  treat (fixture, "ban");
  usher_test_until (count_hidden (fixture) == n_tickets);
}

static gpointer
sell (gpointer data)
{
  UsherTestClient *client = data;
  guint n_sold = 0;

  while (usher_test_client_send (
             client, "POST", "/api/tickets", "{\"title\":\"Concert\",\"price\":10}") == 201)
    n_sold++;

  return GUINT_TO_POINTER (n_sold);
}

static void
test_while_selling (Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new ("seller", sell, fixture->seller);
  gint64 n_sold = 0;

  g_test_summary ("What he lists until his session is refused is hidden all the same");

  usher_test_until (usher_test_checker_query (fixture->checker, "SELECT count (*) FROM ticket") >
                    20);
  treat (fixture, "ban");
  n_sold = GPOINTER_TO_UINT (g_thread_join (thread));
  g_assert_cmpuint (usher_test_client_get_status (fixture->seller), ==, 401);

  usher_test_until (count_hidden (fixture) == n_sold);
  usher_test_checker_await_settled (fixture->checker);
}

#define add(path, func) g_test_add ("/sellers/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("whole", test_whole);
  add ("killed", test_killed);
  add ("turns", test_turns);
  add ("while-selling", test_while_selling);

  return g_test_run ();
}
