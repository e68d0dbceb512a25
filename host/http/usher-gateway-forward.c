/* usher-gateway-forward.c: which copy gets a request, and what if it does not answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-gateway-private.h"
#include "usher-request-private.h"

/* how long a copy is left alone: that refuses connections, that has no room for one, that is stopping */
#define REST_REFUSED (200 * G_TIME_SPAN_MILLISECOND)
#define REST_FULL    (20 * G_TIME_SPAN_MILLISECOND)
#define REST_STOPS   G_TIME_SPAN_SECOND
/* for how long others are asked first when one let a request time out */
#define DOUBT (5 * G_TIME_SPAN_SECOND)
/* how long a request waits for a copy to ask */
#define PATIENCE (800 * G_TIME_SPAN_MILLISECOND)
/* copies that may be lost over one request */
#define MAX_LOST 3

static void
forward_free (UsherForward *forward)
{
  g_clear_object (&forward->exchange);
  g_string_free (forward->head, TRUE);
  g_free (forward);
}

void
usher_gateway_wake (UsherGateway *self)
{
  guint64 one = 1;

  if (g_atomic_int_exchange (&self->woken, 1) != 0)
    return;
  if (write (self->wake_fd, &one, sizeof one) < 0)
    g_critical ("the gateway was not woken: %s", g_strerror (errno));
}

static gboolean
can_repeat (UsherRequest *request)
{
  const char *method = usher_request_get_method (request);

  return strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0 ||
         usher_request_peek_header (request, USHER_HEADER_IDEMPOTENCY_KEY) != NULL;
}

/* Made here, so that the one thread of the gateway has less to do. A HEAD is asked for as the GET that answers it: the
 * listener leaves out the body and keeps its length. */
void
usher_gateway_take (UsherExchange *exchange, gpointer data)
{
  UsherGatewayRoute *route = data;
  UsherGateway *self = route->gateway;
  g_autoptr (UsherExchange) owned = exchange;
  UsherRequest *request = usher_exchange_get_request (exchange);
  GString *head = usher_forward_make_head (request, route->method);
  UsherForward *forward = NULL;

  if (head == NULL)
    {
      g_autoptr (GError) error = g_error_new_literal (USHER_ERROR,
                                                      USHER_ERROR_INVALID,
                                                      "The value of a header is malformed");

      usher_exchange_fail (owned, error);
      return;
    }

  forward = g_new0 (UsherForward, 1);
  forward->exchange = g_steal_pointer (&owned);
  forward->route = route;
  forward->head = head;
  forward->body = usher_request_get_body (request);
  forward->can_repeat = can_repeat (request);
  forward->in_open.data = forward;
  forward->in_waiting.data = forward;

  g_mutex_lock (&self->inbox_mutex);
  g_queue_push_tail_link (&self->inbox, &forward->in_open);
  g_mutex_unlock (&self->inbox_mutex);
  usher_gateway_wake (self);
}

static void
leave (UsherGateway *self, UsherForward *forward)
{
  if (forward->is_waiting)
    g_queue_unlink (&self->waiting, &forward->in_waiting);
  g_queue_unlink (&self->open, &forward->in_open);
}

static void
fail (UsherGateway *self, UsherForward *forward, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, message);

  leave (self, forward);
  usher_exchange_fail (forward->exchange, error);
  forward_free (forward);
}

static void
await_copy (UsherGateway *self, UsherForward *forward)
{
  if (forward->wait_until == 0)
    forward->wait_until = self->now + PATIENCE;
  if (forward->is_waiting)
    return;

  forward->is_waiting = TRUE;
  g_queue_push_tail_link (&self->waiting, &forward->in_waiting);
}

static gboolean
is_gone (int reason)
{
  return reason == ECONNREFUSED || reason == ENOENT || reason == ECONNRESET;
}

/* (nullable) */
static UsherGatewayLink *
take_link (UsherGateway *self, UsherCopy *copy)
{
  UsherGatewayLink *link = usher_gateway_link_take (copy);

  if (link != NULL)
    {
      copy->is_away = FALSE;
      return link;
    }

  copy->is_away = is_gone (errno);
  copy->rest_until = self->now + (copy->is_away ? REST_REFUSED : REST_FULL);

  return NULL;
}

/* With a connection that is open we hear at once when the process ends. */
void
usher_gateway_probe (UsherGateway *self, UsherCopy *copy)
{
  UsherGatewayLink *link = NULL;

  if (copy->length == 0 || copy->idle.length > 0 || copy->n_in_flight > 0 ||
      copy->rest_until > self->now)
    return;

  link = take_link (self, copy);
  if (link != NULL)
    usher_gateway_link_keep (link);
}

/* Gives it to a copy. FALSE: nobody has run it, and it is to be tried again. */
static gboolean
give (UsherGateway *self, UsherForward *forward, UsherCopy *copy)
{
  UsherGatewayLink *link = take_link (self, copy);
  UsherGatewayLinkState state = USHER_GATEWAY_LINK_BUSY;
  gboolean was_fresh = FALSE;

  if (link == NULL)
    return FALSE;

  was_fresh = link->is_fresh;
  state = usher_gateway_link_send (link, forward);
  if (state == USHER_GATEWAY_LINK_UNSENT)
    {
      usher_gateway_link_release (link, FALSE);
      copy->is_away = was_fresh;
      if (was_fresh)
        copy->rest_until = self->now + REST_REFUSED;
      return FALSE;
    }

  if (forward->is_waiting)
    g_queue_unlink (&self->waiting, &forward->in_waiting);
  forward->is_waiting = FALSE;
  forward->link = link;
  copy->n_in_flight++;

  return TRUE;
}

void
usher_gateway_dispatch (UsherGateway *self, UsherForward *forward)
{
  UsherCopy *copy = NULL;

  while ((copy = usher_gateway_choose (self, forward->route)) != NULL)
    if (give (self, forward, copy))
      return;

  await_copy (self, forward);
}

static void
answer (UsherGateway *self, UsherForward *forward, UsherGatewayLink *link)
{
  usher_gateway_answer_fill (&link->answer, link->in, usher_exchange_get_reply (forward->exchange));
  leave (self, forward);
  usher_gateway_link_release (link, TRUE);
  usher_exchange_finish (forward->exchange);
  forward_free (forward);
}

void
usher_gateway_settle (UsherGateway *self, UsherGatewayLink *link, UsherGatewayLinkState state)
{
  UsherForward *forward = link->forward;
  UsherCopy *copy = link->copy;
  gboolean was_fresh = link->is_fresh;

  if (state == USHER_GATEWAY_LINK_BUSY)
    return;

  forward->link = NULL;
  copy->n_in_flight--;
  if (state == USHER_GATEWAY_LINK_ANSWERED && !link->answer.is_draining)
    {
      copy->n_requests++;
      copy->doubt_until = 0;
      answer (self, forward, link);
      return;
    }

  usher_gateway_link_release (link, FALSE);
  if (state == USHER_GATEWAY_LINK_ANSWERED)
    copy->rest_until = self->now + REST_STOPS;
  else if (state == USHER_GATEWAY_LINK_UNSENT && was_fresh)
    {
      copy->is_away = TRUE;
      copy->rest_until = self->now + REST_REFUSED;
    }
  else if (state == USHER_GATEWAY_LINK_LOST)
    {
      copy->n_errors++;
      if (!forward->can_repeat || ++forward->n_lost >= MAX_LOST)
        {
          fail (self,
                forward,
                "The service was lost while it worked on this, look before you try again");
          return;
        }
    }

  usher_gateway_dispatch (self, forward);
}

void
usher_gateway_retry_waiting (UsherGateway *self)
{
  GList *next = NULL;

  for (GList *node = self->waiting.head; node != NULL; node = next)
    {
      UsherForward *forward = node->data;

      next = node->next;
      usher_gateway_dispatch (self, forward);
      if (forward->is_waiting && forward->wait_until <= self->now)
        fail (self, forward, "The service is not there, try again");
    }
}

static void
cut (UsherGateway *self, UsherForward *forward, const char *message)
{
  UsherGatewayLink *link = g_steal_pointer (&forward->link);

  if (link != NULL)
    {
      link->copy->n_in_flight--;
      link->copy->n_errors++;
      link->copy->doubt_until = self->now + DOUBT;
      usher_gateway_link_release (link, FALSE);
    }

  fail (self, forward, message);
}

void
usher_gateway_cut_late (UsherGateway *self)
{
  UsherForward *forward = NULL;

  while ((forward = g_queue_peek_head (&self->open)) != NULL && forward->deadline <= self->now)
    cut (self, forward, "The service takes too long, look before you try again");
}

void
usher_gateway_fail_all (UsherGateway *self)
{
  UsherForward *forward = NULL;

  while ((forward = g_queue_peek_head (&self->open)) != NULL)
    cut (self, forward, "The server is stopping, try again");
}
