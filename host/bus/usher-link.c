/* usher-link.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-link-private.h"

#include "usher-error.h"
#include "usher-frame-private.h"
#include "usher-socket-events-private.h"
#include "usher-socket-private.h"

/* milliseconds: a silent peer is given up after an interval and a timeout */
#define HEARTBEAT_INTERVAL 2000
#define HEARTBEAT_TIMEOUT  4000
#define HANDSHAKE_LIMIT    3000
#define CONNECT_LIMIT      3000
/* a hub that is started again is found soon; one that is away for long costs little */
#define RECONNECT_FIRST 20
#define RECONNECT_LAST  400

#define LOSS_PAUSE    (100 * G_TIME_SPAN_MILLISECOND)
#define REFUSAL_PAUSE G_TIME_SPAN_SECOND
/* a hub that goes, and a network that is away, break some too */
#define MAX_BROKEN 20

#define REFUSALS (ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
#define LOSSES   (ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | REFUSALS)

void
usher_link_set_limits (zsock_t *socket)
{
  zsock_set_heartbeat_ivl (socket, HEARTBEAT_INTERVAL);
  zsock_set_heartbeat_timeout (socket, HEARTBEAT_TIMEOUT);
  zsock_set_heartbeat_ttl (socket, HEARTBEAT_INTERVAL + HEARTBEAT_TIMEOUT);
  zsock_set_handshake_ivl (socket, HANDSHAKE_LIMIT);
  zsock_set_maxmsgsize (socket, USHER_FRAME_MAX_SIZE);
}

void
usher_link_set_family (zsock_t *socket, const char *endpoint)
{
  zsock_set_ipv6 (socket, g_str_has_prefix (endpoint, "tcp://[") ? 1 : 0);
}

void
usher_link_free (UsherLink *self)
{
  usher_socket_events_free (self->monitor, self->dealer);
  zsock_destroy (&self->dealer);
  g_clear_pointer (&self->keys, usher_keys_free);
  g_free (self->endpoint);
  g_free (self);
}

static gboolean
prepare (UsherLink *self, zsock_t *dealer, zsock_t **monitor)
{
  /* what is not confirmed is sent again, so nothing waits here for a hub that is away */
  zsock_set_immediate (dealer, 1);
  zsock_set_sndhwm (dealer, 0);
  zsock_set_rcvhwm (dealer, 0);
  zsock_set_linger (dealer, 1000);
  zsock_set_connect_timeout (dealer, CONNECT_LIMIT);
  zsock_set_reconnect_ivl (dealer, RECONNECT_FIRST);
  zsock_set_reconnect_ivl_max (dealer, RECONNECT_LAST);
  usher_link_set_limits (dealer);
  usher_link_set_family (dealer, self->endpoint);
  if (self->keys != NULL && !usher_keys_present (self->keys, dealer))
    return FALSE;
  if (g_str_has_prefix (self->endpoint, "inproc://"))
    return TRUE;

  *monitor = usher_socket_events_new (dealer, LOSSES | ZMQ_EVENT_HANDSHAKE_SUCCEEDED);

  return *monitor != NULL;
}

static gboolean
open_dealer (UsherLink *self, GError **error)
{
  zsock_t *dealer = usher_socket_new (ZMQ_DEALER);
  zsock_t *monitor = NULL;

  if (dealer == NULL || !prepare (self, dealer, &monitor))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "no socket is left for a member of the bus: %s",
                 zmq_strerror (zmq_errno ()));
  else if (zsock_connect (dealer, "%s", self->endpoint) < 0)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "“%s” is no endpoint of a bus: %s",
                 self->endpoint,
                 zmq_strerror (zmq_errno ()));
  else
    {
      usher_socket_events_free (self->monitor, self->dealer);
      zsock_destroy (&self->dealer);
      self->dealer = dealer;
      self->monitor = monitor;
      self->opened = g_get_monotonic_time ();
      return TRUE;
    }

  usher_socket_events_free (monitor, dealer);
  zsock_destroy (&dealer);

  return FALSE;
}

UsherLink *
usher_link_new (const char *endpoint, const char *keys, GError **error)
{
  g_autoptr (UsherLink) self = g_new0 (UsherLink, 1);

  self->endpoint = g_strdup (endpoint);
  if (keys == NULL && !usher_keys_may_miss (endpoint, error))
    return NULL;
  /* other ways do not leave the machine, and have file modes */
  if (keys != NULL && g_str_has_prefix (endpoint, "tcp://"))
    {
      self->keys = usher_keys_new_for_member (keys, error);
      if (self->keys == NULL)
        return NULL;
    }

  return open_dealer (self, error) ? g_steal_pointer (&self) : NULL;
}

static void
note_trouble (UsherLink *self, guint events)
{
  if ((events & ZMQ_EVENT_HANDSHAKE_SUCCEEDED) != 0)
    {
      self->n_broken = 0;
      self->came_up = TRUE;
    }
  if ((events & ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) != 0)
    self->n_broken++;

  if ((events & ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) != 0)
    self->trouble =
        "the hub does not know this member's key: its public half, “member.key”, belongs "
        "into “members” among the hub's keys";
  else if ((events & ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL) != 0)
    self->trouble = self->keys != NULL
                        ? "who is there has no keys, or is no hub"
                        : "who is there wants keys, see setting bus.keys, or is no hub";
  else if (self->keys != NULL && self->n_broken >= MAX_BROKEN)
    self->trouble = "no handshake comes to its end: “hub.key” may be another hub's";
}

/* libzmq connects again by itself, but not where a peer broke the protocol, and never with an empty pipe. */
static void
renew (UsherLink *self, gint64 now)
{
  g_autoptr (GError) error = NULL;

  self->renew_at = 0;
  /* what waits in it is of an old session */
  zsock_set_linger (self->dealer, 0);
  if (open_dealer (self, &error))
    return;

  self->renew_at = now + REFUSAL_PAUSE;
  g_message ("the connection to the hub is not renewed yet: %s", error->message);
}

gboolean
usher_link_watch (UsherLink *self, gint64 now)
{
  guint events = 0;
  guint event = 0;
  gboolean is_lost = FALSE;

  if (self->monitor == NULL)
    return FALSE;

  while ((event = usher_socket_events_take (self->monitor)) != 0)
    events |= event;
  note_trouble (self, events);
  is_lost = (events & LOSSES) != 0;
  if (is_lost)
    {
      gboolean is_refused = (events & REFUSALS) != 0 || self->n_broken >= MAX_BROKEN;

      /* when it is tried again is decided here */
      zsock_disconnect (self->dealer, "%s", self->endpoint);
      self->renew_at = is_refused ? now + REFUSAL_PAUSE : MAX (now, self->opened + LOSS_PAUSE);
    }
  if (self->renew_at == 0 || now < self->renew_at)
    return is_lost;

  renew (self, now);

  return TRUE;
}

void
usher_link_give_up (UsherLink *self, gint64 now)
{
  if (self->monitor != NULL)
    renew (self, now);
}
