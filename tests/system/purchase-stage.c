/* purchase-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "purchase-stage.h"

#include <string.h>

#include "usher-test-log-reader.h"
#include "usher-test-shop.h"

void
purchase_set_up (Purchase *self, gconstpointer data)
{
  g_autofree char *hold = g_strdup_printf ("orders.hold-seconds=%u", GPOINTER_TO_UINT (data));
  /* a charge that a test holds is not settled meanwhile, and a slow machine is waited for */
  const char *const settings[] = {
    hold, "payments.settle-seconds=3600", "payments.complete-milliseconds=5000", NULL
  };

  self->hold = GPOINTER_TO_UINT (data);
  self->process = usher_test_process_new (settings);
  usher_test_process_start (self->process);
  self->checker = usher_test_checker_new (self->process);
  self->seller = usher_test_sign_up (self->process, "seller@example.com");
  self->buyer = usher_test_sign_up (self->process, "buyer@example.com");
  self->rival = usher_test_sign_up (self->process, "rival@example.com");
  self->ticket_id = usher_test_create_ticket (self->seller, "Concert", "19.99");
  self->ticket_path = g_strconcat ("/api/tickets/", self->ticket_id, NULL);
}

void
purchase_tear_down (Purchase *self, gconstpointer data)
{
  g_autofree char *fault = NULL;

  usher_test_checker_await_settled (self->checker);
  usher_test_note_events (self->process);
  g_assert_cmpint (usher_test_process_stop (self->process), ==, 0);
  fault = usher_test_checker_find_fault (self->checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);

  usher_test_client_free (self->seller);
  usher_test_client_free (self->buyer);
  usher_test_client_free (self->rival);
  usher_test_checker_free (self->checker);
  usher_test_process_free (self->process);
  g_free (self->ticket_id);
  g_free (self->ticket_path);
}

void
purchase_kill_and_start (Purchase *self)
{
  usher_test_process_kill (self->process);
  usher_test_process_start (self->process);
}

void
purchase_set_hold (Purchase *self, guint seconds)
{
  g_autofree char *setting = g_strdup_printf ("orders.hold-seconds=%u", seconds);

  self->hold = seconds;
  usher_test_process_add_setting (self->process, setting);
  g_assert_cmpint (usher_test_process_stop (self->process), ==, 0);
  usher_test_process_start (self->process);
}

char *
purchase_reserve (Purchase *self, UsherTestClient *client)
{
  char *order_id = usher_test_order_when_free (client, self->ticket_id);

  usher_test_await_order (client, order_id, "awaiting:payment");

  return order_id;
}

static gboolean
is_judged (UsherTestClient *client, gpointer order_id)
{
  g_autofree char *path = g_strconcat ("/api/orders/", order_id, NULL);

  g_assert_cmpuint (usher_test_client_send (client, "GET", path, NULL), ==, 200);

  return g_strcmp0 (usher_test_client_get_string (client, "status"), "created") != 0;
}

char *
purchase_reserve_briefly (Purchase *self)
{
  while (TRUE)
    {
      g_autofree char *order_id = usher_test_order_when_free (self->buyer, self->ticket_id);

      usher_test_client_until (self->buyer, is_judged, order_id);
      if (g_str_equal (usher_test_client_get_string (self->buyer, "status"), "awaiting:payment"))
        return g_steal_pointer (&order_id);
      purchase_set_hold (self, 2 * self->hold);
    }
}

void
purchase_assert_pays (UsherTestClient *client, const char *order_id)
{
  g_assert_cmpuint (usher_test_pay (client, order_id, "tok_visa"), ==, 201);
  usher_test_await_order (client, order_id, "complete");
}

void
purchase_assert_cannot_pay (UsherTestClient *client, const char *order_id, const char *message)
{
  usher_test_pay (client, order_id, "tok_visa");
  usher_test_assert_refused (client, 400, message);
}

void
purchase_assert_taken (Purchase *self, UsherTestClient *client)
{
  usher_test_client_sendf (client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", self->ticket_id);
  usher_test_assert_refused (client, 400, "Ticket is already reserved");
}

gboolean
purchase_is_listed (Purchase *self, UsherTestClient *client)
{
  g_assert_cmpuint (usher_test_client_send (client, "GET", "/api/tickets", NULL), ==, 200);

  return strstr (usher_test_client_get_body (client), self->ticket_id) != NULL;
}

void
purchase_assert_cancelled_by_time (Purchase *self, const char *order_id)
{
  usher_test_await_order (self->buyer, order_id, "cancelled");
  usher_test_await_free (self->buyer, self->ticket_id);
}

gint64
purchase_count_charges (Purchase *self, const char *order_id, const char *state)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT count(*) FROM charge WHERE order_id = '%s' AND state = '%s'",
                       order_id,
                       state);

  return usher_test_checker_query (self->checker, sql);
}

gint64
purchase_count_cents (Purchase *self)
{
  return usher_test_checker_query (
      self->checker, "SELECT coalesce(sum(cents), 0) FROM charge WHERE state = 'charged'");
}

UsherTestPayer *
purchase_pay_briefly (Purchase *self, char **order_id)
{
  while (TRUE)
    {
      g_autofree char *reserved = purchase_reserve_briefly (self);
      g_autoptr (UsherTestPayer) payer =
          usher_test_payer_new (self->process, self->buyer, reserved);

      if (usher_test_payer_is_held (payer))
        {
          *order_id = g_steal_pointer (&reserved);
          return g_steal_pointer (&payer);
        }
      purchase_set_hold (self, 2 * self->hold);
    }
}
