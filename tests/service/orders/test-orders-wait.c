/* test-orders-wait.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-test-host.h"

#define BOB USHER_TEST_BOB

typedef struct
{
  UsherTestHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("orders", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
}

static void
give_copy (Fixture *fixture, const char *ticket_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"title\":\"Concert\",\"price\":19.99,"
                       "\"userId\":\"" USHER_TEST_ALICE "\"}",
                       ticket_id);

  usher_test_host_give (fixture->host, "orders", NULL, "ticket:created", payload);
}

/* one order that waits, made on a thread of its own */
typedef struct
{
  UsherTestHost *host;  /* (unowned) */
  char *body;           /* (owned) */
  GAsyncQueue *answers; /* (owned) (element-type UsherReply) */
  GThread *threads[2];  /* (owned) */
} Calls;

static gpointer
order_on_thread (gpointer data)
{
  Calls *calls = data;
  UsherReply *reply = usher_test_host_call_with (
      calls->host, "POST", "/api/orders", BOB, calls->body, "Idempotency-Key: k1");

  g_async_queue_push (calls->answers, reply);

  return NULL;
}

/* Of two requests with one key the second is refused as long as the first is not answered: its 409 tells
 * that the other one waits. */
static void
calls_begin (Calls *calls, Fixture *fixture, const char *ticket_id)
{
  g_autoptr (UsherReply) refused = NULL;

  calls->host = fixture->host;
  calls->body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  calls->answers = g_async_queue_new_full (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (calls->threads); i++)
    calls->threads[i] = g_thread_new ("order", order_on_thread, calls);

  refused = g_async_queue_pop (calls->answers);
  usher_test_assert_status (refused, 409);
}

static void
calls_end (Calls *calls)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls->threads); i++)
    g_thread_join (calls->threads[i]);
  g_async_queue_unref (calls->answers);
  g_free (calls->body);
}

static void
test_wait_for_copy (Fixture *fixture, gconstpointer data)
{
  g_autofree char *ticket_id =
      usher_id_new (USHER_CLOCK (usher_test_host_get_clock (fixture->host)));
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a ticket can be ordered before its copy has come.");

  calls_begin (&calls, fixture, ticket_id);

  give_copy (fixture, ticket_id);
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "ticket.id", ticket_id);

  calls_end (&calls);
}

static void
test_wait_in_vain (Fixture *fixture, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (fixture->host);
  g_autofree char *ticket_id = usher_id_new (USHER_CLOCK (clock));
  Calls calls;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a copy that does not come within 2 seconds is 404.");

  calls_begin (&calls, fixture, ticket_id);

  usher_manual_clock_advance (clock, 1999 * G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_async_queue_timeout_pop (calls.answers, 50 * G_TIME_SPAN_MILLISECOND));
  usher_manual_clock_advance (clock, G_TIME_SPAN_MILLISECOND);
  reply = g_async_queue_pop (calls.answers);
  usher_test_assert_refused (reply, 404, NULL, "Not Found");

  calls_end (&calls);
}

static void
test_wait_for_nothing (Fixture *fixture, gconstpointer data)
{
  UsherManualClock *clock = usher_test_host_get_clock (fixture->host);
  g_autofree char *ticket_id = usher_id_new (USHER_CLOCK (clock));
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: a ticket of more than 10 seconds ago is not waited for.");

  usher_manual_clock_advance (clock, 11 * G_TIME_SPAN_SECOND);
  reply = usher_test_host_call (fixture->host, "POST", "/api/orders", BOB, body);

  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

static void
test_wait_is_bounded (void)
{
  g_autoptr (UsherTestHost) host = usher_test_host_new ("orders", "host.waiters=0", NULL);
  g_autofree char *ticket_id = usher_id_new (USHER_CLOCK (usher_test_host_get_clock (host)));
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("§3.9: where no more may wait the answer is 404 at once.");

  reply = usher_test_host_call (host, "POST", "/api/orders", BOB, body);

  usher_test_assert_refused (reply, 404, NULL, "Not Found");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/orders/wait/copy-comes", test_wait_for_copy);
  add ("/orders/wait/in-vain", test_wait_in_vain);
  add ("/orders/wait/old-id", test_wait_for_nothing);
  g_test_add_func ("/orders/wait/bounded", test_wait_is_bounded);

  return g_test_run ();
}
