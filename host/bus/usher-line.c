/* usher-line.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-line-private.h"

#include <string.h>

#include "usher-greeting-private.h"
#include "usher-link-private.h"
#include "usher-socket-private.h"

/* messages that are taken in before other things get their turn */
#define DRAIN         1024
#define HELLO_PAUSE   (100 * G_TIME_SPAN_MILLISECOND)
#define REFUSED_PAUSE (300 * G_TIME_SPAN_MILLISECOND)
#define PING_PAUSE    G_TIME_SPAN_SECOND
/* how long the hub may be away before the log is told */
#define HUB_PATIENCE G_TIME_SPAN_SECOND
#define MAX_PINGS    5 /* without an answer */
/* milliseconds that the thread sleeps at most, with a hub and without */
#define POLL_PAUSE       500
#define HELLO_POLL_PAUSE 50
/* live events that wait in a socket: what there is no room for is fetched */
#define LIVE_ROOM 10000

struct _UsherLine
{
  char *endpoint;   /* (owned) */
  char *client;     /* (owned) */
  guint64 instance; /* tells it from the one that had its name before */
  UsherWake *wake;  /* (owned) */
  const UsherLineFuncs *funcs;
  gpointer user_data;

  UsherLink *link;     /* (owned) */
  zsock_t *pull;       /* (owned) (nullable): over tcp all comes by the link */
  zsock_t *live;       /* (owned) (nullable): so it is with this */
  const char *trouble; /* (nullable): that was told */
  guint session;       /* counts what begins with a hello */
  gboolean is_up;      /* the hub knows us */
  gboolean told;       /* the log knows that it does not */
  gboolean leaving;    /* has said good-bye */
  gint64 lost;         /* monotonic: since when the hub does not */
  gint64 next_hello;   /* monotonic */
  gint64 next_ping;    /* monotonic */
  guint n_unanswered;  /* pings since the hub was heard */
  UsherReach known;    /* what the hub's log has at least */
};

UsherLine *
usher_line_new (const char *endpoint,
                const char *client,
                const char *keys,
                UsherWake *wake,
                GError **error)
{
  UsherLink *link = usher_link_new (endpoint, keys, error);
  UsherLine *self = NULL;

  if (link == NULL)
    return NULL;

  self = g_new0 (UsherLine, 1);
  self->endpoint = g_strdup (endpoint);
  self->client = g_strdup (client);
  self->instance = (guint64) g_random_int () << 32 | g_random_int ();
  self->wake = usher_wake_ref (wake);
  self->link = link;
  self->lost = g_get_monotonic_time ();

  return self;
}

void
usher_line_set_funcs (UsherLine *self, const UsherLineFuncs *funcs, gpointer user_data)
{
  self->funcs = funcs;
  self->user_data = user_data;
}

void
usher_line_free (UsherLine *self)
{
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  usher_link_free (self->link);
  usher_wake_unref (self->wake);
  g_free (self->endpoint);
  g_free (self->client);
  g_free (self);
}

gboolean
usher_line_is_up (UsherLine *self)
{
  return self->is_up;
}

guint
usher_line_get_session (UsherLine *self)
{
  return self->session;
}

void
usher_line_send (GByteArray *frame, gpointer user_data)
{
  UsherLine *self = user_data;

  zmq_send (zsock_resolve (self->link->dealer), frame->data, frame->len, ZMQ_DONTWAIT);
  g_byte_array_unref (frame);
}

void
usher_line_set_known (UsherLine *self, const UsherReach *known)
{
  self->known = *known;
}

void
usher_line_leave (UsherLine *self)
{
  self->leaving = TRUE;
}

void
usher_line_follow (UsherLine *self, const char *channel)
{
  /* the NUL ends the topic, so that no channel is the beginning of another */
  if (self->live != NULL)
    zmq_setsockopt (zsock_resolve (self->live), ZMQ_SUBSCRIBE, channel, strlen (channel) + 1);
}

static void
say_hello (UsherLine *self, gint64 now)
{
  const UsherHello hello = { .client = self->client,
                             .endpoint = self->endpoint,
                             .session = self->session,
                             .instance = self->instance,
                             .version = USHER_WIRE_VERSION,
                             .known = self->known };

  if (self->is_up || now < self->next_hello)
    return;

  self->next_hello = now + HELLO_PAUSE;
  usher_line_send (usher_hello_write (&hello), self);
}

/* The hub has forgotten us, or is another one: begin anew. */
static void
lose_hub (UsherLine *self)
{
  if (!self->is_up)
    return;

  self->is_up = FALSE;
  self->lost = g_get_monotonic_time ();
  self->session++;
  self->next_hello = 0;
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);
  self->funcs->was_lost (self->user_data);
}

/* It is tried again with each answer to a hello. */
static void
tell_unreached (UsherLine *self, int reason)
{
  if (!self->told)
    g_message ("the sockets of the hub at “%s” cannot be reached: %s",
               self->endpoint,
               zmq_strerror (reason));
  self->told = TRUE;
}

/* The hub's sockets for deliveries and channels. */
static gboolean
open_ways (UsherLine *self, const char *push, const char *live)
{
  self->pull = usher_socket_new (ZMQ_PULL);
  self->live = usher_socket_new (ZMQ_SUB);
  if (self->pull != NULL && self->live != NULL)
    {
      zsock_set_rcvhwm (self->pull, 0);
      zsock_set_rcvhwm (self->live, LIVE_ROOM);
      if (zsock_connect (self->pull, "%s", push) == 0 &&
          zsock_connect (self->live, "%s", live) == 0)
        return TRUE;
    }

  tell_unreached (self, zmq_errno ());
  zsock_destroy (&self->pull);
  zsock_destroy (&self->live);

  return FALSE;
}

/* The hub does not let us in, or we cannot talk to it: we ask again now and then. */
static void
note_refusal (UsherLine *self, const GError *error)
{
  self->next_hello = g_get_monotonic_time () + REFUSED_PAUSE;
  if (!self->told)
    g_message ("the hub at “%s” refuses member “%s”: %s",
               self->endpoint,
               self->client,
               error->message);
  self->told = TRUE;
  self->funcs->was_refused (error, self->user_data);
}

static void
take_welcome (UsherLine *self, UsherFrameReader *reader)
{
  g_auto (UsherWelcome) welcome = { 0 };
  g_autoptr (GError) error = NULL;

  if (!usher_welcome_read (&welcome, reader) || self->is_up || welcome.session != self->session)
    return;

  if (!usher_greeting_check_versions (welcome.version, USHER_WIRE_VERSION, &error))
    {
      note_refusal (self, error);
      return;
    }
  if (welcome.push != NULL && welcome.live != NULL && !open_ways (self, welcome.push, welcome.live))
    return;

  if (self->told)
    g_message ("the hub at “%s” is there", self->endpoint);
  self->is_up = TRUE;
  self->told = FALSE;
  self->link->trouble = NULL;
  self->funcs->came_up (&welcome.reach, self->user_data);
}

static void
take_refusal (UsherLine *self, UsherFrameReader *reader)
{
  g_autoptr (GError) error = usher_refusal_read (reader);

  if (error != NULL)
    note_refusal (self, error);
}

/* The hub learns that we have come so far. */
static void
give_back (UsherLine *self, const guint8 *data, gsize size)
{
  GByteArray *mark = g_byte_array_new ();

  g_byte_array_append (mark, data, (guint) size);
  usher_line_send (mark, self);
}

static void
take_frame (UsherLine *self, gconstpointer data, gsize size)
{
  UsherFrameReader reader;
  UsherFrameType type = 0;

  self->n_unanswered = 0;
  usher_frame_reader_init (&reader, data, size);
  type = usher_frame_read_u8 (&reader);
  if (type == USHER_FRAME_WELCOME)
    take_welcome (self, &reader);
  else if (type == USHER_FRAME_REFUSED)
    take_refusal (self, &reader);
  else if (type == USHER_FRAME_MARK)
    give_back (self, data, size);
  /* what else may still come is of an earlier session */
  else if (!self->is_up)
    return;
  else if (type == USHER_FRAME_AGAIN)
    lose_hub (self);
  else if (type == USHER_FRAME_PING)
    usher_line_send (usher_frame_new (USHER_FRAME_PING), self);
  else
    self->funcs->got_frame (type, &reader, self->user_data);
}

/* behind the channel's name and its NUL */
static void
take_topic (UsherLine *self, const char *data, gsize size)
{
  const char *end = memchr (data, '\0', size);
  UsherFrameReader reader;

  if (end == NULL)
    return;

  usher_frame_reader_init (&reader, end + 1, size - (gsize) (end + 1 - data));
  self->funcs->got_live (data, &reader, self->user_data);
}

/* Takes in what a socket has; the socket may go meanwhile, with its hub. */
static void
drain (UsherLine *self, zsock_t **socket)
{
  for (guint i = 0; i < DRAIN && *socket != NULL; i++)
    {
      zmq_msg_t message;

      zmq_msg_init (&message);
      if (zmq_msg_recv (&message, zsock_resolve (*socket), ZMQ_DONTWAIT) < 0)
        {
          zmq_msg_close (&message);
          return;
        }
      if (socket == &self->live)
        take_topic (self, zmq_msg_data (&message), zmq_msg_size (&message));
      else
        take_frame (self, zmq_msg_data (&message), zmq_msg_size (&message));
      zmq_msg_close (&message);
    }
}

/* Tells why there is no hub, once. */
static void
tell_trouble (UsherLine *self)
{
  const char *trouble = self->link->trouble;

  if (trouble == self->trouble)
    return;

  self->trouble = trouble;
  if (trouble != NULL)
    g_message ("the hub at “%s” cannot be joined: %s", self->endpoint, trouble);
  self->funcs->was_troubled (trouble, self->user_data);
}

void
usher_line_drain (UsherLine *self)
{
  if (usher_link_watch (self->link, g_get_monotonic_time ()))
    {
      lose_hub (self);
      self->next_hello = 0;
    }
  /* what was said before fell on deaf ears */
  if (self->link->came_up && !self->is_up)
    self->next_hello = 0;
  self->link->came_up = FALSE;
  tell_trouble (self);

  drain (self, &self->link->dealer);
  drain (self, &self->pull);
  drain (self, &self->live);
}

static void
ping (UsherLine *self, gint64 now)
{
  self->next_ping = now + PING_PAUSE;
  usher_line_send (usher_frame_new (USHER_FRAME_PING), self);
  /* a count: time may have passed in a subscriber */
  if (++self->n_unanswered <= MAX_PINGS)
    return;

  g_message ("the hub at “%s” is silent", self->endpoint);
  lose_hub (self);
  usher_link_give_up (self->link, now);
}

void
usher_line_tend (UsherLine *self, gint64 now)
{
  if (self->leaving)
    return;

  say_hello (self, now);
  if (!self->is_up && !self->told && now - self->lost > HUB_PATIENCE)
    {
      g_message ("the hub at “%s” is not there: member “%s” waits for it",
                 self->endpoint,
                 self->client);
      self->told = TRUE;
    }
  if (self->is_up && now >= self->next_ping)
    ping (self, now);
}

void
usher_line_wait (UsherLine *self)
{
  zmq_pollitem_t items[5] = {
    { NULL, usher_wake_get_fd (self->wake), ZMQ_POLLIN, 0 },
    { zsock_resolve (self->link->dealer), 0, ZMQ_POLLIN, 0 },
  };
  int n = 2;

  if (self->link->monitor != NULL)
    items[n++] = (zmq_pollitem_t){ zsock_resolve (self->link->monitor), 0, ZMQ_POLLIN, 0 };
  if (self->pull != NULL)
    {
      items[n++] = (zmq_pollitem_t){ zsock_resolve (self->pull), 0, ZMQ_POLLIN, 0 };
      items[n++] = (zmq_pollitem_t){ zsock_resolve (self->live), 0, ZMQ_POLLIN, 0 };
    }
  zmq_poll (items, n, self->is_up ? POLL_PAUSE : HELLO_POLL_PAUSE);
}
