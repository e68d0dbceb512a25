/* usher-test-calls.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-calls.h"

#include "usher-test.h"

/* what an answer may take that must not come; one that does is seen then, or by the next test that looks */
#define A_WHILE (50 * G_TIME_SPAN_MILLISECOND)

struct _UsherTestCalls
{
  UsherTestHost *host;  /* (unowned) */
  char *path;           /* (owned) */
  char *user_id;        /* (owned) */
  char *body;           /* (owned) */
  GAsyncQueue *answers; /* (owned) (element-type UsherReply) */
  GThread *threads[2];  /* (owned) */
};

static gpointer
call (gpointer data)
{
  UsherTestCalls *self = data;

  g_async_queue_push (self->answers,
                      usher_test_host_call_with (self->host,
                                                 "POST",
                                                 self->path,
                                                 self->user_id,
                                                 self->body,
                                                 "Idempotency-Key: k1"));

  return NULL;
}

UsherTestCalls *
usher_test_calls_new (UsherTestHost *host, const char *path, const char *user_id, const char *body)
{
  UsherTestCalls *self = g_new0 (UsherTestCalls, 1);
  g_autoptr (UsherReply) refused = NULL;

  self->host = host;
  self->path = g_strdup (path);
  self->user_id = g_strdup (user_id);
  self->body = g_strdup (body);
  self->answers = g_async_queue_new_full (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->threads); i++)
    self->threads[i] = g_thread_new ("call", call, self);

  refused = usher_test_pop (self->answers);
  usher_test_assert_status (refused, 409);

  return self;
}

UsherReply *
usher_test_calls_pop (UsherTestCalls *self)
{
  return usher_test_pop (self->answers);
}

static UsherReply *
turn (UsherTestCalls *self)
{
  usher_manual_clock_advance (usher_test_host_get_clock (self->host), G_TIME_SPAN_MILLISECOND);

  return g_async_queue_try_pop (self->answers);
}

/* The request may begin to wait when the clock was turned already. */
UsherReply *
usher_test_calls_expire (UsherTestCalls *self, gint64 microseconds)
{
  UsherReply *reply = NULL;

  usher_manual_clock_advance (usher_test_host_get_clock (self->host),
                              microseconds - G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_async_queue_timeout_pop (self->answers, A_WHILE));
  usher_test_until ((reply = turn (self)) != NULL);

  return reply;
}

void
usher_test_calls_free (UsherTestCalls *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->threads); i++)
    g_thread_join (self->threads[i]);
  g_async_queue_unref (self->answers);
  g_free (self->path);
  g_free (self->user_id);
  g_free (self->body);
  g_free (self);
}
