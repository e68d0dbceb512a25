/* usher-test-till.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-till.h"

#include <sqlite3.h>

#include "usher-payment.h"
#include "usher-payments-contract.h"
#include "usher-test-processor.h"

void
usher_test_till_set_up (UsherTestTill *self, gconstpointer data)
{
  self->host =
      usher_test_host_new ("payments payments.complete-milliseconds=0", USHER_TEST_BY_HAND);
}

static void
reserve (UsherTestTill *self)
{
  usher_test_till_give_created (self, USHER_TEST_ORDER, "19.99");
  usher_test_till_give_updated (self, USHER_TEST_ORDER, 1, "awaiting:payment");
}

void
usher_test_till_set_up_waiting (UsherTestTill *self, gconstpointer data)
{
  self->host = usher_test_host_new ("payments", USHER_TEST_BY_HAND);
  reserve (self);
}

void
usher_test_till_set_up_reserved (UsherTestTill *self, gconstpointer data)
{
  usher_test_till_set_up (self, data);
  reserve (self);
}

void
usher_test_till_tear_down (UsherTestTill *self, gconstpointer data)
{
  g_object_unref (self->host);
}

void
usher_test_till_add (const char *path, void (*func) (UsherTestTill *till, gconstpointer data))
{
  g_test_add (path, UsherTestTill, NULL, usher_test_till_set_up, func, usher_test_till_tear_down);
}

void
usher_test_till_add_reserved (const char *path,
                              void (*func) (UsherTestTill *till, gconstpointer data))
{
  g_test_add (
      path, UsherTestTill, NULL, usher_test_till_set_up_reserved, func, usher_test_till_tear_down);
}

void
usher_test_till_give_created (UsherTestTill *self, const char *order_id, const char *price)
{
  g_autofree char *expires_at = usher_time_format (USHER_TEST_TIME + USHER_TEST_HOLD);
  g_autofree char *payload = g_strdup_printf (
      "{\"id\":\"%s\",\"version\":0,\"status\":\"created\",\"userId\":\"" USHER_TEST_ALICE
      "\",\"expiresAt\":\"%s\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING
      "\",\"price\":%s,\"version\":0}}",
      order_id,
      expires_at,
      price);

  usher_test_host_give (self->host, "payments", NULL, "order:created", payload);
}

void
usher_test_till_give_updated (UsherTestTill *self,
                              const char *order_id,
                              int version,
                              const char *status)
{
  g_autofree char *payload = g_strdup_printf ("{\"id\":\"%s\",\"version\":%d,\"status\":\"%s\"}",
                                              order_id,
                                              version,
                                              status);

  usher_test_host_give (self->host, "payments", NULL, "order:updated", payload);
}

void
usher_test_till_give_cancelled (UsherTestTill *self, const char *order_id, int version)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":%d,\"ticket\":{\"id\":\"" USHER_TEST_NOTHING
                       "\"}}",
                       order_id,
                       version);

  usher_test_host_give (self->host, "payments", NULL, "order:cancelled", payload);
}

UsherReply *
usher_test_till_pay (UsherTestTill *self, const char *token)
{
  g_autofree char *body =
      g_strdup_printf ("{\"orderId\":\"" USHER_TEST_ORDER "\",\"token\":\"%s\"}", token);

  return usher_test_host_call (self->host, "POST", "/api/payments", USHER_TEST_ALICE, body);
}

void
usher_test_till_assert_paid (UsherTestTill *self, const char *token)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (self, token);

  usher_test_assert_status (reply, 201);
  usher_test_assert_event (self->host, "payments", USHER_PAYMENTS_CREATED);
}

void
usher_test_till_assert_refused (UsherTestTill *self,
                                const char *token,
                                guint status,
                                const char *message)
{
  g_autoptr (UsherReply) reply = usher_test_till_pay (self, token);

  usher_test_assert_refused (reply, status, NULL, message);
}

typedef struct
{
  UsherTestTill *till; /* (unowned) */
  char *token;         /* (owned) */
} Purchase;

static gpointer
pay_on_thread (gpointer data)
{
  Purchase *purchase = data;
  UsherReply *reply = usher_test_till_pay (purchase->till, purchase->token);

  g_free (purchase->token);
  g_free (purchase);

  return reply;
}

GThread *
usher_test_till_start_paying (UsherTestTill *self, const char *token)
{
  Purchase *purchase = g_new0 (Purchase, 1);

  purchase->till = self;
  purchase->token = g_strdup (token);

  return g_thread_new ("purchase", pay_on_thread, purchase);
}

UsherReply *
usher_test_till_finish_paying (GThread *thread)
{
  return g_thread_join (thread);
}

char *
usher_test_till_dup_field (UsherTestTill *self, const char *field)
{
  g_autofree char *text = NULL;
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (GError) error = NULL;

  text = usher_test_host_dup_document (self->host,
                                       "payments",
                                       USHER_PAYMENT_COLLECTION,
                                       USHER_TEST_ORDER);
  g_assert_no_error (error);
  json = usher_json_parse (text, -1, &error);
  g_assert_no_error (error);

  if (usher_json_get_kind (json, field) == USHER_JSON_STRING)
    return g_strdup (usher_json_get_string (json, field));

  return usher_json_dup_text (json, field);
}

void
usher_test_till_assert_state (UsherTestTill *self, const char *state)
{
  g_autofree char *found = usher_test_till_dup_field (self, USHER_PAYMENT_STATE);

  g_assert_cmpstr (found, ==, state);
}

static sqlite3 *
open_ledger (UsherTestTill *self)
{
  g_autofree char *path = g_build_filename (usher_test_host_get_directory (self->host),
                                            "payments",
                                            USHER_TEST_PROCESSOR_LEDGER,
                                            NULL);
  sqlite3 *ledger = NULL;

  g_assert_cmpint (sqlite3_open (path, &ledger), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_busy_timeout (ledger, USHER_TEST_PATIENCE / 1000), ==, SQLITE_OK);

  return ledger;
}

static gint64
ask_ledger (UsherTestTill *self, const char *sql)
{
  sqlite3 *ledger = open_ledger (self);
  sqlite3_stmt *select = NULL;
  gint64 answer;

  g_assert_cmpint (sqlite3_prepare_v2 (ledger, sql, -1, &select, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (select), ==, SQLITE_ROW);
  answer = sqlite3_column_int64 (select, 0);
  sqlite3_finalize (select);
  sqlite3_close (ledger);

  return answer;
}

GThread *
usher_test_till_start_held (UsherTestTill *self)
{
  GThread *thread = usher_test_till_start_paying (self, "tok_held");

  usher_test_until (ask_ledger (self, "SELECT count(*) FROM held") > 0);

  return thread;
}

UsherReply *
usher_test_till_finish_held (UsherTestTill *self, GThread *thread)
{
  sqlite3 *ledger = open_ledger (self);

  g_assert_cmpint (sqlite3_exec (ledger, "DELETE FROM held", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (ledger);

  return usher_test_till_finish_paying (thread);
}

guint
usher_test_till_count_paid (UsherTestTill *self)
{
  return (guint) ask_ledger (self, "SELECT count(*) FROM charges WHERE id IS NOT NULL");
}

guint
usher_test_till_count_unpaid (UsherTestTill *self)
{
  return (guint) ask_ledger (self, "SELECT count(*) FROM charges WHERE id IS NULL");
}

guint
usher_test_till_count_refunds (UsherTestTill *self)
{
  return (guint) ask_ledger (self, "SELECT count(*) FROM refunds");
}

gint64
usher_test_till_get_balance (UsherTestTill *self)
{
  return ask_ledger (self,
                     "SELECT coalesce(sum(amount), 0) FROM charges WHERE id IS NOT NULL"
                     " AND id NOT IN (SELECT charge FROM refunds)");
}
