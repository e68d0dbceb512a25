/* usher-connection.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-connection-private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "usher-proxy-protocol-private.h"

/* readings and requests of a turn, after which it is the others' */
#define MAX_READINGS 4
#define MAX_BEGUN    8
/* answers to requests that came at once are sent together, up to here */
#define MAX_TOGETHER 16384
/* for how long, and for how much, a client that was told all is listened to */
#define LINGER      (2 * G_TIME_SPAN_SECOND)
#define MAX_DROPPED 8388608
/* for how long an answer may take before its client is asked whether it is still there */
#define PROBE (G_TIME_SPAN_SECOND / 4)
#define INPUT (EPOLLIN | EPOLLRDHUP)

/* What was to be sent is out, or never will be. */
static void
settle_open (UsherConnection *self)
{
  if (self->n_unsent > 0)
    g_atomic_int_add (&self->thread->n_open, -(int) self->n_unsent);
  if (self->n_stuck > 0)
    g_atomic_int_add (&self->thread->n_lasting, -(int) self->n_stuck);
  self->n_unsent = 0;
  self->n_stuck = 0;
}

/* It is the client's turn: a stop does not wait for him as it does for us. */
static void
set_blocked (UsherConnection *self)
{
  self->is_blocked = TRUE;
  g_atomic_int_add (&self->thread->n_open, -(int) self->n_unsent);
  g_atomic_int_add (&self->thread->n_lasting, (int) self->n_unsent);
  self->n_stuck += self->n_unsent;
  self->n_unsent = 0;
}

static void
close_connection (UsherConnection *self)
{
  UsherServerThread *thread = self->thread;

  if (self->state == USHER_CONNECTION_CLOSED)
    return;

  usher_connection_abandon (self);
  self->state = USHER_CONNECTION_CLOSED;
  settle_open (self);
  usher_loop_clear_deadline (thread->loop, &self->deadline);
  usher_loop_remove (thread->loop, &self->watch);
  usher_send_queue_clear (&self->out, thread->buffers);
  usher_buffers_give (thread->buffers, g_steal_pointer (&self->in));
  g_atomic_int_add (&thread->n_connections, -1);
  usher_acceptor_release (thread->serving->acceptor, &self->incoming.address);
  usher_connection_unref (self);
}

/* So that the end is no end of an answer. */
static void
cut (UsherConnection *self)
{
  const struct linger none = { .l_onoff = 1, .l_linger = 0 };

  if (setsockopt (self->watch.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) != 0)
    g_debug ("an option of a socket was not set: %s", g_strerror (errno));
  close_connection (self);
}

static void
count (UsherConnection *self, UsherRefusal refusal)
{
  usher_refusals_count (self->thread->serving->refusals, refusal, self->address);
}

static gboolean
is_reading (UsherConnection *self)
{
  return self->state <= USHER_CONNECTION_BODY || self->state == USHER_CONNECTION_LINGER;
}

/* All was said: the client is told that, and listened to for a moment. Closing with bytes that were not read would
 * take the answer from it. */
static void
linger (UsherConnection *self)
{
  if (self->is_half || shutdown (self->watch.fd, SHUT_WR) != 0)
    {
      close_connection (self);
      return;
    }

  self->has_moved = TRUE;
}

/* Tells the loop what is waited for now. */
static gboolean
listen_on (UsherConnection *self)
{
  guint events = EPOLLRDHUP;

  if (!self->is_deaf)
    events |= EPOLLIN;
  if (self->is_blocked)
    events |= EPOLLOUT;

  if (usher_loop_change (self->thread->loop, &self->watch, events))
    return TRUE;

  close_connection (self);

  return FALSE;
}

static void
flush (UsherConnection *self)
{
  gsize n_sent = 0;
  UsherSendResult result = USHER_SEND_DONE;

  if (self->is_blocked)
    set_blocked (self);
  if (self->is_blocked || usher_send_queue_is_empty (&self->out))
    return;

  result = usher_send_queue_flush (&self->out, self->watch.fd, self->thread->buffers, &n_sent);
  if (result == USHER_SEND_FAILED)
    {
      close_connection (self);
      return;
    }

  /* who takes at least a bufferful in its time is not slow */
  self->n_taken += n_sent;
  if (self->n_taken >= MAX_TOGETHER)
    {
      self->n_taken = 0;
      self->has_moved = TRUE;
    }

  if (result == USHER_SEND_BLOCKED)
    {
      set_blocked (self);
      listen_on (self);
      return;
    }

  self->n_taken = 0;
  settle_open (self);
  if (self->state == USHER_CONNECTION_LINGER)
    linger (self);
}

/* A client that only ends its half looks like one that left. */
static gboolean
wants_probe (UsherConnection *self)
{
  return self->is_half && !self->is_probed && !self->is_local &&
         self->state == USHER_CONNECTION_RUN && !self->head.is_old;
}

static UsherConnectionWait
choose_wait (UsherConnection *self)
{
  if (!usher_send_queue_is_empty (&self->out))
    return USHER_WAIT_SEND;
  if (self->state == USHER_CONNECTION_LINGER)
    return USHER_WAIT_LINGER;
  if (self->state == USHER_CONNECTION_BODY)
    return USHER_WAIT_BODY;
  if (wants_probe (self))
    return USHER_WAIT_PROBE;
  if (self->state > USHER_CONNECTION_HEAD)
    return USHER_WAIT_NONE;

  return self->state == USHER_CONNECTION_HEAD && self->in == NULL && self->n_requests > 0
             ? USHER_WAIT_IDLE
             : USHER_WAIT_HEAD;
}

/* It moves to the next kind once a turn, however much happened in it. */
static void
settle_deadline (UsherConnection *self)
{
  const UsherServing *serving = self->thread->serving;
  const gint64 durations[] = {
    [USHER_WAIT_NONE] = 0,
    [USHER_WAIT_IDLE] = serving->idle_timeout,
    [USHER_WAIT_HEAD] = serving->head_timeout,
    [USHER_WAIT_BODY] = serving->body_timeout,
    [USHER_WAIT_SEND] = serving->idle_timeout,
    [USHER_WAIT_LINGER] = LINGER,
    [USHER_WAIT_PROBE] = PROBE,
  };
  UsherConnectionWait wait = choose_wait (self);

  if (self->state == USHER_CONNECTION_CLOSED || (wait == self->wait && !self->has_moved))
    return;

  self->wait = wait;
  self->has_moved = FALSE;
  if (wait == USHER_WAIT_NONE)
    usher_loop_clear_deadline (self->thread->loop, &self->deadline);
  else
    usher_loop_set_deadline (self->thread->loop, &self->deadline, durations[wait]);
}

/* Whose connection it is; limits of an address concern him from now on. */
static gboolean
take_source (UsherConnection *self, const UsherProxySource *source)
{
  UsherServing *serving = self->thread->serving;
  g_autoptr (GInetAddress) address = NULL;

  if (source->is_local)
    return TRUE;
  if (!usher_acceptor_move (serving->acceptor, &self->incoming.address, &source->address))
    {
      usher_connection_refuse (self, USHER_REFUSAL_CONNECTIONS);
      return FALSE;
    }

  self->incoming.address = source->address;
  self->is_local = FALSE;
  self->is_secure = source->is_secure;
  address = usher_proxies_make_address (&source->address);
  g_free (self->address);
  self->address = g_inet_address_to_string (address);
  self->is_proxy = usher_proxies_contains (serving->proxies, address);

  return TRUE;
}

static gsize
feed_proxy (UsherConnection *self, const char *data, gsize length)
{
  UsherProxySource source;
  gssize n = usher_proxy_protocol_read (data, length, &source);

  if (n < 0)
    {
      count (self, USHER_REFUSAL_PROXY);
      close_connection (self);
      return length;
    }

  if (n > 0 && take_source (self, &source))
    self->state = USHER_CONNECTION_HEAD;

  return (gsize) n;
}

static gsize
drop (UsherConnection *self, gsize length)
{
  self->n_dropped += length;
  if (self->n_dropped > MAX_DROPPED)
    close_connection (self);

  return length;
}

static gboolean
can_begin (UsherConnection *self)
{
  return self->n_left > 0 && !self->is_blocked && self->out.bytes == NULL &&
         usher_send_queue_get_length (&self->out) < MAX_TOGETHER;
}

/* Returns how much of it is used up. */
static gsize
feed (UsherConnection *self, const char *data, gsize length)
{
  gsize used = 0;
  gsize n = length;

  while (used < length && n > 0 && is_reading (self) && can_begin (self))
    {
      if (self->state == USHER_CONNECTION_PROXY)
        n = feed_proxy (self, data + used, length - used);
      else if (self->state == USHER_CONNECTION_HEAD)
        n = usher_connection_feed_head (self, data + used, length - used);
      else if (self->state == USHER_CONNECTION_BODY)
        n = usher_connection_feed_body (self, data + used, length - used);
      else
        n = drop (self, length - used);
      used += n;
    }

  return used;
}

/* Returns whether any of it was used up. */
static gboolean
feed_kept (UsherConnection *self)
{
  gsize used = feed (self, self->in->str, self->in->len);

  /* it may be closed now, and the rest with it */
  if (self->in == NULL)
    return TRUE;
  if (used < self->in->len)
    g_string_erase (self->in, 0, (gssize) used);
  else
    usher_buffers_give (self->thread->buffers, g_steal_pointer (&self->in));

  return used > 0;
}

static void
feed_new (UsherConnection *self, const char *data, gsize length)
{
  gsize used = 0;

  if (self->in != NULL)
    {
      g_string_append_len (self->in, data, (gssize) length);
      feed_kept (self);
      return;
    }

  used = feed (self, data, length);
  if (used == length || self->state == USHER_CONNECTION_CLOSED)
    return;

  self->in = usher_buffers_take (self->thread->buffers);
  g_string_append_len (self->in, data + used, (gssize) (length - used));
}

static void
on_end (UsherConnection *self)
{
  self->is_half = TRUE;
  self->is_readable = FALSE;
  /* what is under way is answered */
  if (is_reading (self) && usher_send_queue_is_empty (&self->out))
    close_connection (self);
  else if (is_reading (self))
    self->state = USHER_CONNECTION_LINGER;
}

static void
receive (UsherConnection *self)
{
  gssize n = recv (self->watch.fd, self->thread->room, USHER_SERVER_READ, MSG_DONTWAIT);

  if (n > 0)
    {
      /* what comes later is told anew; an end is told once */
      if (n < USHER_SERVER_READ && !self->is_half)
        self->is_readable = FALSE;
      feed_new (self, self->thread->room, (gsize) n);
    }
  else if (n == 0)
    on_end (self);
  else if (errno == EAGAIN)
    self->is_readable = FALSE;
  else if (errno != EINTR)
    close_connection (self);
}

/* One that left lets the system say so when it is sent something: this, which is no answer yet. */
static void
probe (UsherConnection *self)
{
  self->is_probed = TRUE;
  usher_connection_append_interim (self);
  flush (self);
}

static gboolean
can_read (UsherConnection *self)
{
  return is_reading (self) && can_begin (self);
}

/* Once round: what was kept, what is new, and out with the answers. Returns whether that led anywhere. */
static gboolean
work_once (UsherConnection *self, guint *n_readings)
{
  gboolean did = FALSE;

  if (self->in != NULL && can_read (self))
    did = feed_kept (self);
  while (self->is_readable && can_read (self) && *n_readings > 0)
    {
      --*n_readings;
      did = TRUE;
      receive (self);
    }
  if (self->state == USHER_CONNECTION_STREAM)
    usher_connection_pump (self);
  if (self->is_cut)
    cut (self);
  if (self->state != USHER_CONNECTION_CLOSED)
    flush (self);

  return did && is_reading (self) && (self->in != NULL || self->is_readable);
}

/* Reads, runs and answers, until there is nothing to do or it is the others' turn. It may be closed then: who calls this
 * holds a reference. */
static void
work (UsherConnection *self)
{
  guint n_readings = MAX_READINGS;
  gboolean goes_on = TRUE;

  self->n_left = MAX_BEGUN;
  while (goes_on)
    goes_on = work_once (self, &n_readings) && n_readings > 0 && self->n_left > 0;

  if (is_reading (self) && !self->is_blocked && !self->is_later &&
      ((self->in != NULL && self->n_left == 0) || self->is_readable))
    {
      self->is_later = TRUE;
      g_atomic_ref_count_inc (&self->ref_count);
      usher_loop_defer (self->thread->loop, &self->later);
    }
  if (self->is_deaf && is_reading (self))
    {
      self->is_deaf = FALSE;
      listen_on (self);
    }
  settle_deadline (self);
}

static void
on_later (UsherTask *task)
{
  UsherConnection *self = task->data;

  self->is_later = FALSE;
  if (self->state != USHER_CONNECTION_CLOSED)
    work (self);
  usher_connection_unref (self);
}

/* There is something to read. Who is not to be read now is not told of more, but that it is the last. */
static void
note_input (UsherConnection *self, guint events)
{
  gboolean tells_again = self->is_readable && !is_reading (self);

  self->is_readable = TRUE;
  if ((events & EPOLLRDHUP) != 0)
    self->is_half = TRUE;
  if (self->is_deaf == (tells_again && !self->is_half))
    return;

  self->is_deaf = tells_again && !self->is_half;
  listen_on (self);
}

/* What came just now is told to come again, rather than nothing. */
static void
say_goodbye (UsherConnection *self)
{
  self->is_readable = TRUE;
  work (self);
}

static void
take_room (UsherConnection *self)
{
  self->is_blocked = FALSE;
  if (listen_on (self))
    flush (self);
}

static void
take_events (UsherConnection *self, guint events)
{
  if ((events & USHER_WATCH_ENDS) != 0 && self->state == USHER_CONNECTION_HEAD)
    say_goodbye (self);
  if (events == EPOLLHUP && self->is_readable)
    count (self, USHER_REFUSAL_STUCK);
  if ((events & (EPOLLERR | EPOLLHUP | USHER_WATCH_ENDS)) != 0)
    close_connection (self);

  if (self->state != USHER_CONNECTION_CLOSED && (events & EPOLLOUT) != 0 && self->is_blocked)
    take_room (self);
  if (self->state != USHER_CONNECTION_CLOSED && (events & INPUT) != 0)
    note_input (self, events);
  if (self->state != USHER_CONNECTION_CLOSED)
    work (self);
}

static gboolean
on_events (UsherWatch *watch, guint events)
{
  UsherConnection *self = watch->data;

  g_atomic_ref_count_inc (&self->ref_count);
  take_events (self, events);
  usher_connection_unref (self);

  return TRUE;
}

/* A request may have come while others of its turn were run: who sent it is not cut off as idle. */
static gboolean
has_come (UsherConnection *self)
{
  char byte = 0;

  return self->wait == USHER_WAIT_IDLE &&
         recv (self->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Its time is over. FALSE: it goes on with something to do. */
static gboolean
is_over (UsherConnection *self)
{
  if (has_come (self))
    self->is_readable = TRUE;
  else if (self->wait == USHER_WAIT_HEAD && self->state == USHER_CONNECTION_HEAD &&
           self->in != NULL)
    usher_connection_refuse (self, USHER_REFUSAL_HEAD_TIMEOUT);
  else if (self->wait == USHER_WAIT_BODY)
    usher_connection_end_body (self);
  else if (self->wait == USHER_WAIT_PROBE)
    probe (self);
  else
    return TRUE;

  return self->state == USHER_CONNECTION_CLOSED;
}

static void
on_deadline (UsherDeadline *deadline)
{
  UsherConnection *self = deadline->data;

  g_atomic_ref_count_inc (&self->ref_count);
  if (is_over (self))
    {
      if (self->wait == USHER_WAIT_SEND)
        count (self, USHER_REFUSAL_SLOW_READER);
      close_connection (self);
    }
  else
    {
      self->wait = USHER_WAIT_NONE;
      work (self);
    }
  usher_connection_unref (self);
}

static void
on_done (UsherTask *task)
{
  UsherConnection *self = task->data;

  if (self->state == USHER_CONNECTION_RUN)
    {
      usher_connection_answer (self);
      work (self);
    }
  else
    usher_connection_forget_request (self);
  usher_connection_unref (self);
}

static void
on_written (UsherTask *task)
{
  UsherConnection *self = task->data;

  if (self->state == USHER_CONNECTION_STREAM)
    work (self);
  usher_connection_unref (self);
}

static void
set_peer (UsherConnection *self)
{
  UsherServing *serving = self->thread->serving;
  g_autoptr (GInetAddress) address = usher_proxies_make_address (&self->incoming.address);

  self->address = address != NULL ? g_inet_address_to_string (address) : g_strdup ("");
  self->is_local = self->incoming.address.ss_family == AF_UNIX;
  self->is_proxy = (self->is_local && serving->trusts_paths) ||
                   (address != NULL && usher_proxies_contains (serving->proxies, address));
}

static UsherConnection *
connection_new (UsherServerThread *thread, const UsherIncoming *incoming)
{
  UsherConnection *self = g_new0 (UsherConnection, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->thread = usher_server_thread_ref (thread);
  self->incoming = *incoming;
  self->watch.fd = incoming->fd;
  self->watch.func = on_events;
  self->watch.data = self;
  self->deadline.func = on_deadline;
  self->deadline.data = self;
  self->done.func = on_done;
  self->done.data = self;
  self->written.func = on_written;
  self->written.data = self;
  self->later.func = on_later;
  self->later.data = self;
  self->is_readable = TRUE;
  set_peer (self);
  self->state = thread->serving->proxy_protocol ? USHER_CONNECTION_PROXY : USHER_CONNECTION_HEAD;
  usher_http_parser_init (&self->parser,
                          HTTP_REQUEST,
                          self->is_local ? &thread->serving->path_limits
                                         : &thread->serving->limits);

  return self;
}

void
usher_connection_start (UsherServerThread *thread, const UsherIncoming *incoming)
{
  g_autoptr (UsherConnection) self = connection_new (thread, incoming);

  errno = ESHUTDOWN;
  if (usher_loop_is_ending (thread->loop) || !usher_loop_add (thread->loop, &self->watch, INPUT))
    {
      g_info ("a connection was not taken: %s", g_strerror (errno));
      close (incoming->fd);
      g_atomic_int_add (&thread->n_connections, -1);
      usher_acceptor_release (thread->serving->acceptor, &incoming->address);
      return;
    }

  /* the socket's */
  g_atomic_ref_count_inc (&self->ref_count);
  /* with the protocol of proxies nobody else is answered */
  if (self->state == USHER_CONNECTION_PROXY && !self->is_proxy)
    {
      count (self, USHER_REFUSAL_PROXY);
      close_connection (self);
      return;
    }

  work (self);
}
