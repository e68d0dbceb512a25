/* test-races.c: many ask for the same at once
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-checker.h"
#include "usher-test-race.h"
#include "usher-test-shop.h"

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  UsherTestClient *seller;
  UsherTestClient *runners[USHER_TEST_MAX_RUNNERS];
} Fixture;

/* @data: how many people run */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  const char *const settings[] = { "orders.hold-seconds=900", NULL };

  fixture->process = usher_test_process_new (settings);
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
  fixture->seller = usher_test_sign_up (fixture->process, "seller@example.com");
  for (guint i = 0; i < GPOINTER_TO_UINT (data); i++)
    {
      g_autofree char *email = g_strdup_printf ("runner%u@example.com", i);

      fixture->runners[i] = usher_test_sign_up (fixture->process, email);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);

  for (guint i = 0; i < USHER_TEST_MAX_RUNNERS; i++)
    g_clear_pointer (&fixture->runners[i], usher_test_client_free);
  usher_test_client_free (fixture->seller);
  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
}

static void
order (UsherTestClient *client, guint index, gpointer user_data)
{
  usher_test_client_sendf (
      client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", (const char *) user_data);
}

static void
test_orders (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (200);

  g_test_summary ("Of eight who order one ticket at once exactly one gets it, each time");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");

      usher_test_race (fixture->runners, 8, order, ticket_id);
      g_assert_cmpuint (usher_test_race_count (fixture->runners, 8, 201), ==, 1);
      g_assert_cmpuint (usher_test_race_count (fixture->runners, 8, 400), ==, 7);
    }
}

static void
sign_up (UsherTestClient *client, guint index, gpointer user_data)
{
  usher_test_client_sendf (client,
                           "POST",
                           "/api/users/signup",
                           "{\"email\":\"%s\",\"password\":\"correct horse\"}",
                           index % 2 == 0 ? "twice@example.com" : "Twice@Example.COM");
}

static void
test_sign_ups (Fixture *fixture, gconstpointer data)
{
  UsherTestClient *clients[USHER_TEST_MAX_RUNNERS];

  g_test_summary ("Of ten who sign up with one e-mail at once exactly one may");

  for (guint i = 0; i < USHER_TEST_MAX_RUNNERS; i++)
    clients[i] = usher_test_client_new (fixture->process);
  usher_test_race (clients, USHER_TEST_MAX_RUNNERS, sign_up, NULL);
  g_assert_cmpuint (usher_test_race_count (clients, USHER_TEST_MAX_RUNNERS, 201), ==, 1);
  g_assert_cmpuint (usher_test_race_count (clients, USHER_TEST_MAX_RUNNERS, 400),
                    ==,
                    USHER_TEST_MAX_RUNNERS - 1);
  for (guint i = 0; i < USHER_TEST_MAX_RUNNERS; i++)
    usher_test_client_free (clients[i]);
}

static void
pay (UsherTestClient *client, guint index, gpointer user_data)
{
  usher_test_pay (client, user_data, "tok_visa");
}

static void
test_payments (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (25);
  UsherTestClient *clients[8];

  g_test_summary ("Of eight payments of one order at once exactly one is charged");

  for (guint i = 0; i < 8; i++)
    clients[i] = usher_test_client_copy (fixture->runners[0]);
  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      g_autofree char *order_id = usher_test_order (fixture->runners[0], ticket_id);

      usher_test_race (clients, 8, pay, order_id);
      g_assert_cmpuint (usher_test_race_count (clients, 8, 201), ==, 1);
      g_assert_cmpuint (
          usher_test_race_count (clients, 8, 400) + usher_test_race_count (clients, 8, 409), ==, 7);
      usher_test_await_order (fixture->runners[0], order_id, "complete");
    }
  for (guint i = 0; i < 8; i++)
    usher_test_client_free (clients[i]);

  g_assert_cmpint (usher_test_checker_query (fixture->checker, "SELECT count(*) FROM charge"),
                   ==,
                   n_rounds);
}

typedef struct
{
  const char *ticket_id;
  guint delay; /* how many requests the owner makes first */
  const char *method;
  const char *body; /* (nullable) */
} Change;

static void
change_or_order (UsherTestClient *client, guint index, gpointer user_data)
{
  const Change *change = user_data;
  g_autofree char *path = g_strconcat ("/api/tickets/", change->ticket_id, NULL);

  if (index != 0)
    {
      order (client, index, (gpointer) change->ticket_id);
      return;
    }

  for (guint i = 0; i < change->delay; i++)
    usher_test_client_send (client, "GET", path, NULL);
  usher_test_client_send (client, change->method, path, change->body);
}

static void
test_price (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (100);
  UsherTestClient *clients[] = { fixture->seller, fixture->runners[0] };
  static const char refused[] = "SELECT count(*) FROM \"order\" WHERE status = 'cancelled'";
  guint n_edited = 0;
  gint64 n_refused = 0;

  g_test_summary ("No ticket is sold at a price that was edited before, however close they come");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      Change edit = {
        ticket_id, i % 12 * 10, "PUT", "{\"title\":\"Concert\",\"price\":\"99.99\"}"
      };

      usher_test_race (clients, 2, change_or_order, &edit);
      g_assert_cmpuint (usher_test_client_get_status (fixture->runners[0]), ==, 201);
      if (usher_test_client_get_status (fixture->seller) == 200)
        n_edited++;
      else
        g_assert_cmpuint (usher_test_client_get_status (fixture->seller), ==, 400);
    }

  usher_test_checker_await_settled (fixture->checker);
  n_refused = usher_test_checker_query (fixture->checker, refused);
  g_test_message ("%u of %u edits came before the order held the ticket, %" G_GINT64_FORMAT
                  " after it was placed",
                  n_edited,
                  n_rounds,
                  n_refused);
}

static void
test_withdrawals (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (100);
  UsherTestClient *clients[] = { fixture->seller, fixture->runners[0] };
  static const char refused[] = "SELECT count(*) FROM \"order\" WHERE reason = 'withdrawn'";
  guint n_withdrawn = 0;
  guint n_too_late = 0;

  g_test_summary ("A ticket is sold or withdrawn, never both, however close they come");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      Change withdrawal = { ticket_id, i % 12 * 10, "DELETE", NULL };

      usher_test_race (clients, 2, change_or_order, &withdrawal);
      if (usher_test_client_get_status (fixture->seller) == 204)
        n_withdrawn++;
      else
        usher_test_assert_refused (fixture->seller, 400, "Cannot withdraw a reserved ticket");
      if (usher_test_client_get_status (fixture->runners[0]) != 201)
        {
          usher_test_assert_refused (fixture->runners[0], 400, "Ticket is not for sale");
          n_too_late++;
        }
    }

  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_checker_query (fixture->checker, refused),
                   ==,
                   n_withdrawn - n_too_late);
  g_test_message ("%u of %u were withdrawn, %u before they were ordered",
                  n_withdrawn,
                  n_rounds,
                  n_too_late);
}

static void
test_fresh_ticket (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (200);

  g_test_summary ("A ticket can be ordered straight after it was made");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      g_autofree char *order_id = usher_test_order (fixture->runners[0], ticket_id);

      g_assert_nonnull (order_id);
    }
}

static void
test_fresh_order (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (50);

  g_test_summary ("An order can be paid straight after it was placed");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      g_autofree char *order_id = usher_test_order (fixture->runners[0], ticket_id);

      g_assert_cmpuint (usher_test_pay (fixture->runners[0], order_id, "tok_visa"), ==, 201);
    }
}

static void
cancel_or_order (UsherTestClient *client, guint index, gpointer user_data)
{
  char **ids = user_data;

  if (index == 0)
    usher_test_cancel (client, ids[1]);
  else
    order (client, index, ids[0]);
}

static void
test_cancels (Fixture *fixture, gconstpointer data)
{
  guint n_rounds = usher_test_scale (50);

  g_test_summary ("A ticket that changes hands as fast as it can is held by its last order");

  for (guint i = 0; i < n_rounds; i++)
    {
      g_autofree char *ticket_id = usher_test_create_ticket (fixture->seller, "Concert", "10");
      g_autofree char *order_id = usher_test_order (fixture->runners[0], ticket_id);
      char *ids[] = { ticket_id, order_id };

      usher_test_race (fixture->runners, 4, cancel_or_order, ids);
      g_assert_cmpuint (usher_test_client_get_status (fixture->runners[0]), ==, 204);
      g_assert_cmpuint (usher_test_race_count (fixture->runners + 1, 3, 201), <=, 1);
    }
}

#define add(path, n_runners, func) \
  g_test_add ("/races/" path, Fixture, GUINT_TO_POINTER (n_runners), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("orders", 8, test_orders);
  add ("sign-ups", 0, test_sign_ups);
  add ("payments", 1, test_payments);
  add ("price", 1, test_price);
  add ("withdrawals", 1, test_withdrawals);
  add ("fresh-ticket", 1, test_fresh_ticket);
  add ("fresh-order", 1, test_fresh_order);
  add ("cancels", 4, test_cancels);

  return g_test_run ();
}
