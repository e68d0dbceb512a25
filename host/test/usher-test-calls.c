/* usher-test-calls.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-calls.h"

#include "usher-test-host-private.h"
#include "usher-test-reply.h"
#include "usher-test-user.h"
#include "usher-test-wait.h"

/* what an answer may take that must not come; one that does is seen then, or by the next test that looks */
#define A_WHILE (50 * G_TIME_SPAN_MILLISECOND)

struct _UsherTestCalls
{
  UsherTestUser *user;  /* (unowned) */
  char *target;         /* (owned) */
  char *body;           /* (owned) */
  GAsyncQueue *answers; /* (owned) (element-type UsherReply) */
  GThread *threads[2];  /* (owned) */
};

static gpointer
call (gpointer data)
{
  UsherTestCalls *self = data;

  g_async_queue_push (
      self->answers,
      usher_test_user_call (self->user, "POST", self->target, self->body, "Idempotency-Key: k1"));

  return NULL;
}

/**
 * usher_test_calls_new: (skip)
 * @user: who asks
 * @target: path and query
 * @body: the body, sent as `application/json`
 *
 * Sends a `POST` twice, and waits until one of them was refused, because the other one is under way.
 *
 * Returns: (transfer full): the request
 */
UsherTestCalls *
usher_test_calls_new (UsherTestUser *user, const char *target, const char *body)
{
  UsherTestCalls *self = g_new0 (UsherTestCalls, 1);
  g_autoptr (UsherReply) refused = NULL;

  self->user = user;
  self->target = g_strdup (target);
  self->body = g_strdup (body);
  self->answers = g_async_queue_new_full (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->threads); i++)
    self->threads[i] = g_thread_new ("call", call, self);

  refused = usher_test_pop (self->answers);
  usher_test_assert_status (refused, 409);

  return self;
}

/**
 * usher_test_calls_pop: (skip)
 * @self: a request that is under way
 *
 * Waits for its answer.
 *
 * Returns: (transfer full): the answer
 */
UsherReply *
usher_test_calls_pop (UsherTestCalls *self)
{
  return usher_test_pop (self->answers);
}

static UsherManualClock *
get_clock (UsherTestCalls *self)
{
  return usher_test_host_get_clock (usher_test_user_get_host (self->user));
}

static UsherReply *
turn (UsherTestCalls *self)
{
  usher_manual_clock_advance (get_clock (self), G_TIME_SPAN_MILLISECOND);

  return g_async_queue_try_pop (self->answers);
}

/**
 * usher_test_calls_expire: (skip)
 * @self: a request that is under way
 * @microseconds: how long it waits at least
 *
 * Turns the clock until the answer comes; that it comes before @microseconds are over is a failure of the test.
 *
 * Returns: (transfer full): the answer
 */
UsherReply *
usher_test_calls_expire (UsherTestCalls *self, gint64 microseconds)
{
  UsherReply *reply = NULL;

  /* the request may begin to wait when the clock was turned already */
  usher_manual_clock_advance (get_clock (self), microseconds - G_TIME_SPAN_MILLISECOND);
  g_assert_null (g_async_queue_timeout_pop (self->answers, A_WHILE));
  usher_test_until ((reply = turn (self)) != NULL);

  return reply;
}

/**
 * usher_test_calls_free: (skip)
 * @self: a request whose answer was taken
 *
 * Frees it.
 */
void
usher_test_calls_free (UsherTestCalls *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->threads); i++)
    g_thread_join (self->threads[i]);
  g_async_queue_unref (self->answers);
  g_free (self->target);
  g_free (self->body);
  g_free (self);
}
