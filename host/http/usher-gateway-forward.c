/* usher-gateway-forward.c: which copy gets a request, and what if it does not answer
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <string.h>

#include "usher-error.h"
#include "usher-gateway-private.h"
#include "usher-request-private.h"

/* how long a copy is left alone: that refuses connections, that has no room for one, that is stopping */
#define REST_REFUSED (200 * G_TIME_SPAN_MILLISECOND)
#define REST_FULL    (20 * G_TIME_SPAN_MILLISECOND)
#define REST_STOPS   G_TIME_SPAN_SECOND
/* for how long others are asked first when one let a request time out */
#define DOUBT (5 * G_TIME_SPAN_SECOND)
/* how long a request waits for a copy to ask, and how often it looks */
#define PATIENCE (800 * G_TIME_SPAN_MILLISECOND)
#define RETRY    (10 * G_TIME_SPAN_MILLISECOND)
/* for how long a connection is kept without a request */
#define MAX_IDLE (10 * G_TIME_SPAN_SECOND)
/* copies that may be lost over one request: it may be what they die of */
#define MAX_LOST 2

typedef struct _UsherForward UsherForward;

/* One thread's connections to all copies: a request is passed on by the thread that has its client. */
typedef struct
{
  UsherGateway *gateway; /* (unowned) */
  UsherLoop *loop;       /* (unowned) */
  GQueue idle;           /* (element-type Line): the last used first */
} UsherGatewayDesk;

/* A connection to a copy. */
typedef struct
{
  UsherGatewayDesk *desk; /* (unowned) */
  UsherCopy *copy;        /* (owned) */
  UsherHttpLink *link;    /* (owned) */
  UsherForward *forward;  /* (unowned) (nullable) */
  UsherDeadline too_old;
  GList node; /* in the desk's idle */
  gboolean is_idle;
} Line;

/* A request on its way to a copy. */
struct _UsherForward
{
  UsherGatewayDesk *desk;   /* (unowned) */
  UsherExchange *exchange;  /* (owned) */
  UsherGatewayRoute *route; /* (unowned) */
  GString *head;            /* (owned) */
  gboolean can_repeat;
  guint n_lost;
  UsherCopy *lost;   /* (owned) (nullable): the last one */
  gint64 wait_until; /* for a copy; 0: it never waited */
  UsherDeadline late;
  UsherDeadline retry;
  Line *line; /* (unowned) (nullable): while a copy has it */
};

static void dispatch (UsherForward *forward);

static void
leave_idle (Line *line)
{
  if (line->is_idle)
    g_queue_unlink (&line->desk->idle, &line->node);
  line->is_idle = FALSE;
  usher_loop_clear_deadline (line->desk->loop, &line->too_old);
}

static void
line_free (Line *line)
{
  leave_idle (line);
  usher_http_link_free (line->link);
  usher_copy_unref (line->copy);
  g_free (line);
}

/* Its request is answered, or it has ended. */
static void
on_idle (UsherHttpLink *link, gboolean is_over, gpointer user_data)
{
  Line *line = user_data;

  if (is_over || !line->copy->is_listed)
    {
      line_free (line);
      return;
    }

  line->is_idle = TRUE;
  g_queue_push_head_link (&line->desk->idle, &line->node);
  usher_loop_set_deadline (line->desk->loop, &line->too_old, MAX_IDLE);
}

static void
on_too_old (UsherDeadline *deadline)
{
  line_free (deadline->data);
}

/* (nullable): NULL when the copy takes no connection, errno tells */
static Line *
open_line (UsherGatewayDesk *desk, UsherCopy *copy)
{
  Line *line = g_new0 (Line, 1);

  line->link = usher_http_link_new (
      desk->loop, copy->registration->name, &copy->address, copy->length, on_idle, line);
  if (line->link == NULL)
    {
      g_free (line);
      return NULL;
    }

  line->desk = desk;
  line->copy = usher_copy_ref (copy);
  line->too_old.func = on_too_old;
  line->too_old.data = line;
  line->node.data = line;

  return line;
}

static Line *
take_line (UsherGatewayDesk *desk, UsherCopy *copy)
{
  GList *next = NULL;

  for (GList *node = desk->idle.head; node != NULL; node = next)
    {
      Line *line = node->data;

      next = node->next;
      if (line->copy != copy)
        continue;
      if (usher_http_link_is_usable (line->link))
        {
          leave_idle (line);
          return line;
        }
      line_free (line);
    }

  return open_line (desk, copy);
}

static void
forward_free (UsherForward *forward)
{
  usher_loop_clear_deadline (forward->desk->loop, &forward->late);
  usher_loop_clear_deadline (forward->desk->loop, &forward->retry);
  g_clear_object (&forward->exchange);
  g_clear_pointer (&forward->lost, usher_copy_unref);
  g_string_free (forward->head, TRUE);
  g_free (forward);
}

static void
finish (UsherForward *forward)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&forward->exchange);

  usher_exchange_set_gone_func (exchange, NULL, NULL, NULL);
  forward_free (forward);
  usher_exchange_finish (exchange);
}

static void
fail (UsherForward *forward, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, message);

  usher_reply_set_error (usher_exchange_get_reply (forward->exchange), error, NULL);
  finish (forward);
}

/* Nobody waits for the copy's answer any more: its connection is closed, so that it knows. */
static void
hang_up (UsherForward *forward)
{
  Line *line = g_steal_pointer (&forward->line);

  if (line != NULL)
    line_free (line);
}

static void
await_copy (UsherForward *forward)
{
  gint64 now = usher_loop_get_now (forward->desk->loop);

  if (forward->wait_until == 0)
    forward->wait_until = now + PATIENCE;
  if (forward->wait_until <= now)
    fail (forward, "The service is not there, try again");
  else
    usher_loop_set_deadline (forward->desk->loop, &forward->retry, RETRY);
}

static gboolean
is_gone (int reason)
{
  return reason == ECONNREFUSED || reason == ENOENT || reason == ECONNRESET;
}

/* It has not run the request, and is not asked for a while. */
static void
rest (UsherCopy *copy, gboolean is_away, gint64 until)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&copy->gateway->mutex);

  copy->n_in_flight--;
  copy->is_away = is_away;
  copy->rest_until = MAX (copy->rest_until, until);
}

static void
note_loss (UsherForward *forward, UsherCopy *copy)
{
  forward->n_lost++;
  g_clear_pointer (&forward->lost, usher_copy_unref);
  forward->lost = usher_copy_ref (copy);
}

static void
on_result (UsherHttpLink *link, UsherHttpLinkResult result, gpointer user_data)
{
  Line *line = user_data;
  UsherForward *forward = g_steal_pointer (&line->forward);
  UsherCopy *copy = line->copy;
  gboolean is_refused = result == USHER_HTTP_LINK_UNSENT && usher_http_link_is_fresh (link);
  gint64 now = usher_loop_get_now (line->desk->loop);

  forward->line = NULL;
  g_mutex_lock (&copy->gateway->mutex);
  copy->n_in_flight--;
  if (result == USHER_HTTP_LINK_ANSWERED)
    {
      copy->n_requests++;
      copy->doubt_until = 0;
      copy->is_away = FALSE;
    }
  else if (result == USHER_HTTP_LINK_DRAINING)
    copy->rest_until = now + REST_STOPS;
  else if (is_refused)
    {
      copy->is_away = TRUE;
      copy->rest_until = now + REST_REFUSED;
    }
  else if (result == USHER_HTTP_LINK_LOST)
    copy->n_errors++;
  g_mutex_unlock (&copy->gateway->mutex);

  if (result == USHER_HTTP_LINK_LOST)
    note_loss (forward, copy);
  if (result == USHER_HTTP_LINK_ANSWERED)
    finish (forward);
  else if (result == USHER_HTTP_LINK_LOST && (!forward->can_repeat || forward->n_lost >= MAX_LOST))
    fail (forward, "The service was lost while it worked on this, look before you try again");
  else
    dispatch (forward);
}

/* Gives it to a copy. FALSE: nobody has run it, and it is to be tried again. */
static gboolean
give (UsherForward *forward, UsherCopy *copy)
{
  UsherGatewayDesk *desk = forward->desk;
  Line *line = take_line (desk, copy);
  gint64 now = usher_loop_get_now (desk->loop);
  UsherRequest *request = usher_exchange_get_request (forward->exchange);
  gboolean was_fresh = FALSE;

  if (line == NULL)
    {
      gboolean is_away = is_gone (errno);

      rest (copy, is_away, now + (is_away ? REST_REFUSED : REST_FULL));
      return FALSE;
    }

  line->forward = forward;
  forward->line = line;
  if (usher_http_link_send (line->link,
                            forward->head,
                            usher_request_get_body (request),
                            usher_exchange_get_reply (forward->exchange),
                            on_result,
                            line))
    return TRUE;

  was_fresh = usher_http_link_is_fresh (line->link);
  forward->line = NULL;
  line_free (line);
  rest (copy, was_fresh, was_fresh ? now + REST_REFUSED : 0);

  return FALSE;
}

static UsherCopy *
choose (UsherForward *forward)
{
  UsherGateway *gateway = forward->desk->gateway;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&gateway->mutex);

  return usher_gateway_choose (gateway,
                               forward->route,
                               forward->lost,
                               usher_loop_get_now (forward->desk->loop));
}

static void
dispatch (UsherForward *forward)
{
  UsherCopy *copy = NULL;
  gboolean is_given = FALSE;

  while (!is_given && (copy = choose (forward)) != NULL)
    {
      is_given = give (forward, copy);
      usher_copy_unref (copy);
    }

  if (!is_given)
    await_copy (forward);
}

static void
on_retry (UsherDeadline *deadline)
{
  dispatch (deadline->data);
}

/* Takes a request away from the copy that has it. */
static void
give_up (UsherForward *forward, gboolean is_late)
{
  UsherCopy *copy = forward->line != NULL ? forward->line->copy : NULL;
  gint64 now = usher_loop_get_now (forward->desk->loop);

  if (copy != NULL)
    {
      g_mutex_lock (&copy->gateway->mutex);
      copy->n_in_flight--;
      if (is_late)
        {
          copy->n_errors++;
          copy->doubt_until = now + DOUBT;
        }
      g_mutex_unlock (&copy->gateway->mutex);
    }
  hang_up (forward);
}

static void
on_late (UsherDeadline *deadline)
{
  UsherForward *forward = deadline->data;

  give_up (forward, TRUE);
  fail (forward, "The service takes too long, look before you try again");
}

static void
on_client_gone (UsherExchange *exchange, gpointer user_data)
{
  UsherForward *forward = user_data;

  give_up (forward, FALSE);
  fail (forward, "The client has left");
}

static gboolean
can_repeat (UsherRequest *request)
{
  const char *method = usher_request_get_method (request);

  return strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0 ||
         usher_request_peek_header (request, USHER_HEADER_IDEMPOTENCY_KEY) != NULL;
}

static UsherGatewayDesk *
get_desk (UsherGateway *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  UsherLoop *loop = usher_loop_get_current ();
  UsherGatewayDesk *desk = NULL;

  for (guint i = 0; i < self->desks->len; i++)
    {
      desk = g_ptr_array_index (self->desks, i);
      if (desk->loop == loop)
        return desk;
    }

  desk = g_new0 (UsherGatewayDesk, 1);
  desk->gateway = self;
  desk->loop = loop;
  g_ptr_array_add (self->desks, desk);

  return desk;
}

/* Its connections have ended with the loop. */
void
usher_gateway_desk_free (gpointer desk)
{
  g_free (desk);
}

/* A HEAD is asked for as the GET that answers it: the listener leaves out the body and keeps its length. */
void
usher_gateway_take (UsherExchange *exchange, gpointer data)
{
  UsherGatewayRoute *route = data;
  UsherForward *forward = g_new0 (UsherForward, 1);
  UsherRequest *request = usher_exchange_get_request (exchange);

  forward->desk = get_desk (route->gateway);
  forward->exchange = exchange;
  forward->route = route;
  forward->head =
      usher_request_make_passed_head (request, usher_route_get_method (route->route), NULL);
  forward->can_repeat = can_repeat (request);
  forward->late.func = on_late;
  forward->late.data = forward;
  forward->retry.func = on_retry;
  forward->retry.data = forward;
  usher_loop_set_deadline (forward->desk->loop, &forward->late, route->gateway->timeout);

  usher_exchange_set_gone_func (exchange, on_client_gone, forward, NULL);
  dispatch (forward);
}
