/* usher-connection-request.c: a request on its way from a socket to the router
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-connection-private.h"
#include "usher-error.h"
#include "usher-exchange-private.h"
#include "usher-origin-private.h"
#include "usher-reply-head-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"

/* A body that is refused is read up to here, so that the connection goes on and the client sees the answer. */
#define MAX_DISCARD 8388608
/* of the room for a body before it has come */
#define FIRST_ROOM 4096

/* On any thread. The connection cannot be gone: it is referenced for this call. An exchange that the router had is ours
 * again, so that it outlives whatever we still do with it. */
static void
on_finished (UsherExchange *exchange, gpointer user_data)
{
  UsherConnection *self = user_data;

  if (self->is_given)
    g_object_ref (exchange);

  if (usher_loop_get_current () == self->thread->loop && self->in_router)
    self->is_done = TRUE;
  else if (usher_loop_post (self->thread->loop, &self->done))
    return;
  else
    g_clear_object (&self->exchange);

  usher_connection_unref (self);
}

static void
open_exchange (UsherConnection *self)
{
  self->is_open = TRUE;
  g_atomic_int_inc (&self->thread->n_open);
  self->thread->n_requests++;
  self->is_done = FALSE;
  self->is_given = FALSE;
  self->is_refused = FALSE;

  g_atomic_ref_count_inc (&self->ref_count);
  self->exchange = usher_server_thread_take_exchange (self->thread);
  usher_exchange_begin (self->exchange, on_finished, self, usher_loop_get_now (self->thread->loop));
  self->request = usher_exchange_get_request (self->exchange);
  self->reply = usher_exchange_get_reply (self->exchange);
}

/* The reply is set, and the router does not see the request. */
static void
refuse_request (UsherConnection *self)
{
  self->is_refused = TRUE;
  self->in_router = TRUE;
  usher_exchange_finish (self->exchange);
  self->in_router = FALSE;
}

/* Nobody is answered. */
static void
drop_exchange (UsherConnection *self)
{
  usher_exchange_set_route (self->exchange, NULL);
  if (!self->is_refused)
    refuse_request (self);
  usher_connection_forget_request (self);
}

void
usher_connection_abandon (UsherConnection *self)
{
  if (self->exchange != NULL && self->is_given)
    usher_exchange_leave (self->exchange);
  else if (self->exchange != NULL)
    drop_exchange (self);

  if (self->stream != NULL)
    usher_stream_detach (self->stream);
  usher_connection_forget_stream (self);
  if (self->is_open)
    usher_connection_end_request (self);
}

void
usher_connection_refuse (UsherConnection *self, UsherRefusal refusal)
{
  usher_connection_abandon (self);
  usher_connection_forget_request (self);
  usher_refusals_count (self->thread->serving->refusals, refusal, self->address);
  usher_refusal_append_answer (refusal,
                               usher_server_thread_get_date (self->thread),
                               usher_send_queue_open (&self->out, self->thread->buffers));
  self->state = USHER_CONNECTION_LINGER;
}

static void
set_origin (UsherConnection *self)
{
  if (self->is_proxy)
    usher_proxies_set_origin (self->thread->serving->proxies,
                              self->request,
                              self->address,
                              self->is_secure);
  else
    usher_request_set_origin (self->request, self->address, self->is_secure);
}

/* Who has a network of IPv6 counts once. */
static char *
make_key (const char *address)
{
  g_autoptr (GInetAddress) inet =
      strchr (address, ':') != NULL ? g_inet_address_new_from_string (address) : NULL;
  const guint8 *bytes = inet != NULL ? g_inet_address_to_bytes (inet) : NULL;

  if (bytes == NULL || g_inet_address_get_native_size (inet) != 16)
    return g_strdup (address);

  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64",
                          bytes[0],
                          bytes[1],
                          bytes[2],
                          bytes[3],
                          bytes[4],
                          bytes[5],
                          bytes[6],
                          bytes[7]);
}

/* Whether it is one too many of its client; the reply is set then. */
static gboolean
is_limited (UsherConnection *self)
{
  UsherServing *serving = self->thread->serving;
  const char *address = usher_request_get_address (self->request);
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  g_autofree char *seconds = NULL;
  gint64 retry_after = 0;

  /* 0: any rate */
  if (serving->limiter == NULL || self->is_local || usher_limiter_get_max (serving->limiter) == 0)
    return FALSE;

  key = make_key (address);
  if (usher_limiter_reserve (serving->limiter, key, &retry_after, &error))
    return FALSE;

  seconds =
      g_strdup_printf ("%" G_GINT64_FORMAT, (retry_after + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  usher_refusals_count (serving->refusals, USHER_REFUSAL_RATE, address);
  usher_router_miss (serving->router, self->exchange);
  usher_reply_set_error (self->reply, error, NULL);
  usher_reply_set_header (self->reply, "Retry-After", seconds);

  return TRUE;
}

/* The router and the guard refuse nothing else with 403. */
static void
count_foreign (UsherConnection *self)
{
  UsherServing *serving = self->thread->serving;
  g_autofree char *why = NULL;

  if (usher_reply_get_status (self->reply) != usher_refusal_get_status (USHER_REFUSAL_ORIGIN))
    return;

  why = usher_origin_explain (self->request,
                              self->is_proxy || !serving->trusts_paths ? NULL : serving->proxies);
  usher_refusals_tell (serving->refusals,
                       USHER_REFUSAL_ORIGIN,
                       usher_request_get_address (self->request),
                       why);
}

/* What the head alone says. FALSE: the reply is set. */
static gboolean
admit (UsherConnection *self)
{
  UsherServing *serving = self->thread->serving;

  /* it came in the last moment: nobody has run it */
  if (usher_loop_is_ending (self->thread->loop))
    {
      usher_router_miss (serving->router, self->exchange);
      usher_reply_refuse (self->reply, 503, "The server is stopping, try again");
      usher_reply_set_header (self->reply, USHER_DRAINING, "1");
      return FALSE;
    }
  if (is_limited (self))
    return FALSE;
  if (serving->guard != NULL && !serving->guard (self->exchange, serving->guard_data))
    {
      count_foreign (self);
      usher_router_miss (serving->router, self->exchange);
      return FALSE;
    }

  if (usher_router_admit (serving->router, self->exchange, self->head.length))
    return TRUE;

  count_foreign (self);
  if (usher_reply_get_status (self->reply) == usher_refusal_get_status (USHER_REFUSAL_BODY_SIZE))
    usher_refusals_count (serving->refusals, USHER_REFUSAL_BODY_SIZE, self->address);

  return FALSE;
}

/* Most answers are there when the router returns: those never leave the thread. */
static void
run (UsherConnection *self)
{
  if (self->body != NULL)
    {
      g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&self->body));

      usher_request_set_body (self->request, body);
    }

  self->state = USHER_CONNECTION_RUN;
  self->is_given = TRUE;
  self->in_router = TRUE;
  usher_router_run (self->thread->serving->router, self->exchange);
  self->in_router = FALSE;

  if (self->is_done)
    usher_connection_answer (self);
}

/* The whole request is there. */
static void
go_ahead (UsherConnection *self)
{
  if (self->is_refused)
    usher_connection_answer (self);
  else
    run (self);
}

/* A client that waits to be asked for its body, or has too much of it, is answered at once. */
static void
expect_body (UsherConnection *self, gboolean has_come)
{
  if (self->is_refused &&
      (self->head.expects || self->must_close || self->head.length > MAX_DISCARD))
    {
      self->must_close = TRUE;
      usher_connection_answer (self);
      return;
    }

  self->state = USHER_CONNECTION_BODY;
  if (self->head.expects && !has_come)
    usher_connection_append_interim (self);
  if (self->is_refused)
    return;

  self->body = g_string_sized_new (
      self->head.length > 0 ? (gsize) MIN (self->head.length, FIRST_ROOM) : FIRST_ROOM);
  self->parser.body = self->body;
}

static void
begin (UsherConnection *self, const char *head, gsize length, gboolean has_more)
{
  const UsherServing *serving = self->thread->serving;
  UsherRefusal refusal = USHER_REFUSAL_NONE;

  self->has_moved = TRUE;
  self->n_left--;
  self->n_requests++;
  open_exchange (self);
  if (!usher_request_read_head (self->request, &self->parser, head, length, &self->head, &refusal))
    {
      usher_connection_refuse (self, refusal);
      return;
    }

  usher_request_adopt_id (self->request);
  set_origin (self);
  self->must_close = !self->head.keeps_alive ||
                     (serving->max_requests > 0 && self->n_requests >= serving->max_requests);
  if (!admit (self))
    refuse_request (self);

  if (self->parser.is_over)
    go_ahead (self);
  else
    expect_body (self, has_more);
}

gsize
usher_connection_feed_head (UsherConnection *self, const char *data, gsize length)
{
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  gssize n = usher_http_parser_find_head (&self->parser, data, length, &refusal);

  if (n < 0)
    {
      usher_connection_refuse (self, refusal);
      return length;
    }

  if (n > 0)
    begin (self, data, (gsize) n, (gsize) n < length);

  return (gsize) n;
}

/* What is wrong with the body is told, unless something else is being told already. */
static void
give_up (UsherConnection *self, UsherRefusal refusal)
{
  if (!self->is_refused)
    {
      usher_connection_refuse (self, refusal);
      return;
    }

  self->must_close = TRUE;
  usher_connection_answer (self);
}

void
usher_connection_end_body (UsherConnection *self)
{
  give_up (self, USHER_REFUSAL_BODY_TIMEOUT);
}

static void
refuse_body (UsherConnection *self)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_TOO_LARGE, "too large");

  usher_refusals_count (self->thread->serving->refusals, USHER_REFUSAL_BODY_SIZE, self->address);
  usher_reply_set_error (self->reply, error, NULL);
  self->parser.body = NULL;
  g_string_free (g_steal_pointer (&self->body), TRUE);
  refuse_request (self);
}

gsize
usher_connection_feed_body (UsherConnection *self, const char *data, gsize length)
{
  gssize n = usher_http_parser_read_body (&self->parser, data, length);
  guint64 n_announced = 0;

  if (n < 0)
    {
      give_up (self, USHER_REFUSAL_MALFORMED);
      return length;
    }

  n_announced = MAX (self->parser.n_body, self->parser.n_announced);
  if (!self->is_refused && n_announced > usher_router_get_max_body (self->thread->serving->router))
    refuse_body (self);

  if (self->parser.is_over)
    go_ahead (self);
  else if (n_announced > MAX_DISCARD && self->is_refused)
    give_up (self, USHER_REFUSAL_BODY_SIZE);

  return (gsize) n;
}
