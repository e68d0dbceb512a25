/* usher-guard.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-guard-private.h"

#include <errno.h>

#include "usher-acl-private.h"
#include "usher-descriptors-private.h"
#include "usher-error.h"
#include "usher-socket-events-private.h"
#include "usher-socket-private.h"

#define ZAP_ENDPOINT  "inproc://zeromq.zap.01"
#define BIND_PATIENCE (300 * G_TIME_SPAN_MILLISECOND)
#define TEST_PATIENCE 3000 /* milliseconds */
#define RESTART_PAUSE (100 * G_TIME_SPAN_MILLISECOND)
#define WORD_PAUSE    (10 * G_TIME_SPAN_SECOND)
#define REFUSALS      (ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)

/* zauth ends the process where somebody else has its endpoint, be it one that is just being closed. */
static gboolean
is_endpoint_free (void)
{
  gint64 deadline = g_get_monotonic_time () + BIND_PATIENCE;
  zsock_t *probe = usher_socket_new (ZMQ_REP);
  gboolean is_free = FALSE;

  while (probe != NULL && !is_free && g_get_monotonic_time () < deadline)
    {
      is_free = zsock_bind (probe, ZAP_ENDPOINT) == 0;
      if (!is_free)
        g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }
  /* at once, while closing takes a moment */
  if (is_free)
    zsock_unbind (probe, ZAP_ENDPOINT);
  zsock_destroy (&probe);

  return is_free;
}

static gpointer
return_at_once (gpointer data)
{
  return NULL;
}

/* zactor_new() does not look whether it got a thread, and waits for what that would say; so one is made to try. */
static gboolean
can_make_thread (GError **error)
{
  g_autoptr (GError) cause = NULL;
  GThread *thread = g_thread_try_new ("usher-trial", return_at_once, NULL, &cause);

  if (thread != NULL)
    g_thread_join (thread);
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "no thread is left that asks for keys: %s",
                 cause->message);

  return thread != NULL;
}

static gboolean
start_actor (UsherGuard *self, GError **error)
{
  /* the actor makes sockets of its own, and would end the process */
  if (!usher_descriptors_are_left ())
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "nobody can ask for keys: no file descriptors are left");
      return FALSE;
    }
  if (!is_endpoint_free ())
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "nobody can ask for keys: another hub of this process does");
      return FALSE;
    }
  if (!can_make_thread (error))
    return FALSE;

  self->actor = zactor_new (zauth, NULL);
  if (self->actor == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "nobody can ask for keys: no actor can be made");
      return FALSE;
    }

  zstr_sendx (self->actor, "CURVE", self->keys->members, NULL);
  zsock_wait (self->actor);

  return TRUE;
}

/* A peer without keys, or with ones that nobody knows. */
static zsock_t *
send_stranger (const UsherKeys *keys, const char *endpoint, gboolean has_keys)
{
  zsock_t *stranger = usher_socket_new (ZMQ_DEALER);
  zcert_t *cert = NULL;

  if (stranger == NULL)
    return NULL;

  cert = has_keys ? zcert_new () : NULL;
  if (cert != NULL)
    {
      zcert_apply (cert, stranger);
      zsock_set_curve_serverkey (stranger, zcert_public_txt (keys->own));
    }
  zcert_destroy (&cert);
  zsock_set_linger (stranger, 0);
  if (zsock_connect (stranger, "%s", endpoint) != 0)
    zsock_destroy (&stranger);

  return stranger;
}

/* Returns the events that are worth to be told of, of those that have come. */
static guint
take_events (zsock_t *monitor)
{
  guint events = 0;
  guint event = 0;

  while ((event = usher_socket_events_take (monitor)) != 0)
    events |= event;

  return events;
}

/* Whether a door that is guarded in the same way is shut for strangers: libzmq fails open where something is amiss. */
static gboolean
is_shut (UsherGuard *self)
{
  zsock_t *door = usher_socket_new (ZMQ_ROUTER);
  zsock_t *monitor = door != NULL
                         ? usher_socket_events_new (door, REFUSALS | ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
                         : NULL;
  gint64 deadline = g_get_monotonic_time () + TEST_PATIENCE * G_TIME_SPAN_MILLISECOND;
  zsock_t *unknown = NULL;
  zsock_t *plain = NULL;
  guint events = 0;

  if (monitor != NULL && usher_keys_protect (self->keys, door, TRUE) &&
      zsock_bind (door, "tcp://127.0.0.1:*") > 0)
    {
      unknown = send_stranger (self->keys, zsock_endpoint (door), TRUE);
      plain = send_stranger (self->keys, zsock_endpoint (door), FALSE);
    }
  while (unknown != NULL && plain != NULL && (events & REFUSALS) != REFUSALS &&
         (events & ZMQ_EVENT_HANDSHAKE_SUCCEEDED) == 0 && g_get_monotonic_time () < deadline)
    {
      zmq_pollitem_t item = { zsock_resolve (monitor), 0, ZMQ_POLLIN, 0 };

      zmq_poll (&item, 1, TEST_PATIENCE);
      events |= take_events (monitor);
    }
  zsock_destroy (&unknown);
  zsock_destroy (&plain);
  usher_socket_events_free (monitor, door);
  zsock_destroy (&door);

  return events == REFUSALS;
}

UsherGuard *
usher_guard_new (const char *directory, GError **error)
{
  g_autoptr (UsherGuard) self = g_new0 (UsherGuard, 1);

  self->keys = usher_keys_new_for_hub (directory, error);
  if (self->keys == NULL || !usher_acl_check_all (directory, error))
    return NULL;

  if (!start_actor (self, error))
    return NULL;

  if (!is_shut (self))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FORBIDDEN,
                   "the keys in “%s” do not keep strangers out: no port is opened",
                   directory);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
usher_guard_free (UsherGuard *self)
{
  usher_socket_events_free (self->monitor, self->guarded);
  zactor_destroy (&self->actor);
  g_clear_pointer (&self->keys, usher_keys_free);
  g_free (self);
}

gboolean
usher_guard_set (UsherGuard *self, zsock_t *socket, gboolean protects)
{
  if (protects && self->monitor == NULL)
    {
      self->monitor = usher_socket_events_new (socket, REFUSALS);
      self->guarded = socket;
    }

  return usher_keys_protect (self->keys, socket, protects);
}

/* Meanwhile nobody new is let in. */
static void
watch_actor (UsherGuard *self, gint64 now)
{
  g_autoptr (GError) error = NULL;

  /* it says nothing but that it has ended */
  if (self->actor != NULL && (zsock_events (zactor_sock (self->actor)) & ZMQ_POLLIN) == 0)
    return;
  if (now < self->next_start)
    return;

  self->next_start = now + RESTART_PAUSE;
  zactor_destroy (&self->actor);
  if (start_actor (self, &error))
    g_message ("who asks members for their keys has ended: it was started again");
  else if (now >= self->next_trouble)
    {
      self->next_trouble = now + WORD_PAUSE;
      g_message ("who asks members for their keys has ended, nobody new is let in: %s",
                 error->message);
    }
}

static void
watch_refusals (UsherGuard *self, gint64 now)
{
  while (self->monitor != NULL && usher_socket_events_take (self->monitor) != 0)
    self->n_refused++;
  if (self->n_refused == 0 || now < self->next_word)
    return;

  self->next_word = now + WORD_PAUSE;
  g_message ("the bus refused %u %s of somebody who has no key in “%s”",
             self->n_refused,
             self->n_refused == 1 ? "connection" : "connections",
             self->keys->members);
  self->n_refused = 0;
}

void
usher_guard_watch (UsherGuard *self)
{
  gint64 now = g_get_monotonic_time ();

  watch_actor (self, now);
  watch_refusals (self, now);
}
