/* usher-test-counter.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-counter.h"

#include <string.h>

static void
open_till (UsherTestCounter *self)
{
  g_autofree char *contents = NULL;

  contents = g_strdup_printf ("payments payments.complete-milliseconds=0 payments.processor=stripe "
                              "payments.stripe-api=%s "
                              "payments.stripe-key=" USHER_TEST_STRIPE_KEY
                              " payments.stripe-webhook-secret=" USHER_TEST_STRIPE_SECRET,
                              usher_test_stripe_get_uri (self->stripe));
  self->till.host = usher_test_host_new (contents, USHER_TEST_BY_HAND);
  usher_test_till_give_created (&self->till, USHER_TEST_ORDER, "19.99");
  usher_test_till_give_updated (&self->till, USHER_TEST_ORDER, 1, "awaiting:payment");
}

static void
set_up (UsherTestCounter *self, gconstpointer data)
{
  self->stripe = usher_test_stripe_new ();
  open_till (self);
}

static void
set_up_checked (UsherTestCounter *self, gconstpointer data)
{
  self->stripe = usher_test_stripe_new_checked ();
  if (self->stripe != NULL)
    open_till (self);
}

static void
tear_down (UsherTestCounter *self, gconstpointer data)
{
  if (self->stripe == NULL)
    return;

  usher_test_till_tear_down (&self->till, data);
  usher_test_stripe_free (self->stripe);
}

void
usher_test_counter_add (const char *path,
                        void (*func) (UsherTestCounter *counter, gconstpointer data))
{
  usher_test_counter_add_row (path, NULL, func);
}

void
usher_test_counter_add_checked (const char *path,
                                void (*func) (UsherTestCounter *counter, gconstpointer data))
{
  g_test_add (path, UsherTestCounter, NULL, set_up_checked, func, tear_down);
}

void
usher_test_counter_add_row (const char *path,
                            gconstpointer row,
                            void (*func) (UsherTestCounter *counter, gconstpointer data))
{
  g_test_add (path, UsherTestCounter, row, set_up, func, tear_down);
}

void
usher_test_counter_pay_and_die (UsherTestCounter *self, const char *token)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (&self->till, token);

  g_assert_null (reply);
  g_assert_cmpuint (usher_test_host_count_crashes (self->till.host), ==, 1);
  usher_test_host_restart (self->till.host);
}

UsherReply *
usher_test_counter_begin (UsherTestCounter *self)
{
  UsherReply *reply = usher_test_till_pay (&self->till, "tok_threeDSecure");
  g_autofree char *secret = NULL;

  usher_test_assert_status (reply, 202);
  usher_test_assert_member (reply, "status", "requires_action");
  secret = usher_test_dup_member (reply, "clientSecret");
  g_assert_true (g_str_has_suffix (secret, "_secret_fake"));
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 3);
  usher_test_till_assert_state (&self->till, "open");

  return reply;
}

UsherReply *
usher_test_counter_tell (UsherTestCounter *self, const char *event, const char *signature)
{
  g_autoptr (UsherRequest) request = usher_request_new ("POST", "/api/payments/webhook");
  g_autoptr (GBytes) body = g_bytes_new (event, strlen (event));

  usher_request_add_header (request, "Content-Type", "application/json; charset=utf-8");
  if (signature != NULL)
    usher_request_add_header (request, "Stripe-Signature", signature);
  usher_request_set_body (request, body);

  return usher_test_host_ask (self->till.host, request, FALSE);
}

void
usher_test_counter_tell_signed (UsherTestCounter *self, const char *event)
{
  UsherClock *clock = USHER_CLOCK (usher_test_host_get_clock (self->till.host));
  gint64 now = usher_clock_get_time (clock) / G_USEC_PER_SEC;
  g_autofree char *signature = usher_test_stripe_sign (event, USHER_TEST_STRIPE_SECRET, now);
  g_autoptr (UsherReply) reply = usher_test_counter_tell (self, event, signature);

  usher_test_assert_status (reply, 200);
}

void
usher_test_counter_tell_all (UsherTestCounter *self, gboolean backwards)
{
  g_auto (GStrv) events = usher_test_stripe_dup_events (self->stripe);
  guint n = g_strv_length (events);

  for (guint i = 0; i < n; i++)
    usher_test_counter_tell_signed (self, events[backwards ? n - 1 - i : i]);
}

void
usher_test_counter_assert_books (UsherTestCounter *self, gint64 n_paid, gint64 cents)
{
  g_assert_cmpint (usher_test_stripe_count (self->stripe, "paid"), ==, n_paid);
  g_assert_cmpint (usher_test_stripe_count (self->stripe, "cents"), ==, cents);
}
