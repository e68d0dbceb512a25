/* usher-test-proxy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK    65536
#define MAX_HELD (1024 * 1024) /* bytes that wait in one direction */
#define RECORD   (64 * 1024)   /* bytes that are kept of what a client has sent */

/* Bytes on their way. */
typedef struct
{
  gint64 due;
  guint8 *bytes; /* (owned) */
  gsize size;
  gsize sent;
} Chunk;

/* One direction. */
typedef struct
{
  GQueue chunks; /* (element-type Chunk) */
  gsize held;
  gboolean is_at_end; /* nothing more comes */
} Flow;

/* Two sockets: 0 the client's, 1 the target's; flow 0 is what the client sends. */
typedef struct
{
  int fds[2];
  int spare; /* the other end of the client's, where there is none */
  Flow flows[2];
  GByteArray *record; /* (owned) */
  gboolean is_stalled;
} Pair;

typedef void (*Verb) (UsherTestProxy *self, gconstpointer data, gsize size);

struct _UsherTestProxy
{
  GThread *thread; /* (owned) */
  guint16 target;
  guint16 port;
  int listener;
  int wake;

  GMutex mutex;
  GCond cond;
  Verb verb;          /* (mutex mutex) (nullable) */
  gconstpointer data; /* (mutex mutex) (unowned) */
  gsize size;         /* (mutex mutex) */

  /* the thread alone */
  GPtrArray *pairs; /* (owned) (element-type Pair) */
  gint64 delay;
  gboolean is_shut;
  gboolean stops;
  int n_accepted; /* (atomic) */
};

static void
free_chunk (gpointer data)
{
  g_free (((Chunk *) data)->bytes);
  g_free (data);
}

static void
free_pair (gpointer data)
{
  Pair *pair = data;

  for (guint i = 0; i < 2; i++)
    {
      g_queue_clear_full (&pair->flows[i].chunks, free_chunk);
      close (pair->fds[i]);
    }
  if (pair->spare >= 0)
    close (pair->spare);
  g_byte_array_unref (pair->record);
  g_free (pair);
}

static void
push (UsherTestProxy *self, Flow *flow, gconstpointer bytes, gsize size)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  chunk->due = g_get_monotonic_time () + self->delay;
  chunk->bytes = g_memdup2 (bytes, size);
  chunk->size = size;
  flow->held += size;
  g_queue_push_tail (&flow->chunks, chunk);
}

static int
connect_target (UsherTestProxy *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (self->target) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;

  g_assert_cmpint (fd, >=, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0 &&
      g_unix_set_fd_nonblocking (fd, TRUE, NULL))
    {
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      return fd;
    }
  close (fd);

  return -1;
}

static Pair *
add_pair (UsherTestProxy *self, int client, int target)
{
  Pair *pair = g_new0 (Pair, 1);
  int one = 1;

  setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  pair->fds[0] = client;
  pair->fds[1] = target;
  pair->spare = -1;
  g_queue_init (&pair->flows[0].chunks);
  g_queue_init (&pair->flows[1].chunks);
  pair->record = g_byte_array_new ();
  g_ptr_array_add (self->pairs, pair);

  return pair;
}

static void
accept_client (UsherTestProxy *self)
{
  int client = accept (self->listener, NULL, NULL);
  int target = -1;

  if (client < 0)
    return;
  g_unix_set_fd_nonblocking (client, TRUE, NULL);

  g_atomic_int_inc (&self->n_accepted);
  if (!self->is_shut)
    target = connect_target (self);
  if (target >= 0)
    add_pair (self, client, target);
  else
    close (client);
}

/* FALSE when the connection is broken. */
static gboolean
take (UsherTestProxy *self, Pair *pair, guint from)
{
  guint8 bytes[CHUNK];
  gssize n = read (pair->fds[from], bytes, sizeof bytes);

  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  if (n == 0)
    pair->flows[from].is_at_end = TRUE;
  else
    push (self, &pair->flows[from], bytes, (gsize) n);
  if (n > 0 && from == 0 && pair->record->len < RECORD)
    g_byte_array_append (pair->record, bytes, (guint) n);

  return TRUE;
}

/* Sends what is due; FALSE when the connection is at its end. */
static gboolean
give (Pair *pair, guint from, gint64 now)
{
  Flow *flow = &pair->flows[from];
  Chunk *chunk = NULL;

  while ((chunk = g_queue_peek_head (&flow->chunks)) != NULL && chunk->due <= now)
    {
      gssize n = send (pair->fds[1 - from],
                       chunk->bytes + chunk->sent,
                       chunk->size - chunk->sent,
                       MSG_NOSIGNAL | MSG_DONTWAIT);

      if (n < 0)
        return errno == EAGAIN || errno == EINTR;
      chunk->sent += (gsize) n;
      flow->held -= (gsize) n;
      if (chunk->sent < chunk->size)
        return TRUE;
      free_chunk (g_queue_pop_head (&flow->chunks));
    }

  return chunk != NULL || !flow->is_at_end;
}

static short
get_wishes (const Pair *pair, guint side, gint64 now)
{
  const Flow *in = &pair->flows[side];
  const Flow *out = &pair->flows[1 - side];
  const Chunk *chunk = g_queue_peek_head ((GQueue *) &out->chunks);
  short wishes = 0;

  if (!in->is_at_end && in->held < MAX_HELD)
    wishes |= POLLIN;
  if (chunk != NULL && chunk->due <= now)
    wishes |= POLLOUT;

  return wishes;
}

/* When the next bytes are due, in milliseconds. */
static int
get_sleep (UsherTestProxy *self, gint64 now)
{
  gint64 next = now + G_TIME_SPAN_SECOND;

  for (guint i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = g_ptr_array_index (self->pairs, i);

      for (guint from = 0; from < 2 && !pair->is_stalled; from++)
        {
          const Chunk *chunk = g_queue_peek_head ((GQueue *) &pair->flows[from].chunks);

          if (chunk != NULL && chunk->due > now)
            next = MIN (next, chunk->due);
        }
    }

  return (int) ((next - now + 999) / 1000);
}

/* Moves the bytes of a pair; FALSE when it is at its end. */
static gboolean
serve_pair (UsherTestProxy *self, Pair *pair, const struct pollfd *polled)
{
  gint64 now = g_get_monotonic_time ();

  for (guint side = 0; side < 2; side++)
    {
      gboolean is_broken = (polled[side].revents & (POLLERR | POLLNVAL)) != 0;
      gboolean has_some = (polled[side].revents & (POLLIN | POLLHUP)) != 0;

      if (is_broken || (has_some && !take (self, pair, side)))
        return FALSE;
    }

  return give (pair, 0, now) && give (pair, 1, now);
}

static void
run_verb (UsherTestProxy *self)
{
  guint64 ignored = 0;

  if (read (self->wake, &ignored, sizeof ignored) < 0)
    return;

  g_mutex_lock (&self->mutex);
  if (self->verb != NULL)
    self->verb (self, self->data, self->size);
  self->verb = NULL;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gpointer
run (gpointer data)
{
  UsherTestProxy *self = data;

  while (!self->stops)
    {
      gint64 now = g_get_monotonic_time ();
      guint n = self->pairs->len;
      g_autofree struct pollfd *polled = g_new0 (struct pollfd, 2 + 2 * n);

      polled[0] = (struct pollfd){ self->wake, POLLIN, 0 };
      polled[1] = (struct pollfd){ self->listener, POLLIN, 0 };
      for (guint i = 0; i < n; i++)
        {
          const Pair *pair = g_ptr_array_index (self->pairs, i);

          for (guint side = 0; side < 2; side++)
            polled[2 + 2 * i + side] = (struct pollfd){ pair->is_stalled ? -1 : pair->fds[side],
                                                        get_wishes (pair, side, now),
                                                        0 };
        }
      poll (polled, 2 + 2 * n, get_sleep (self, now));

      for (guint i = n; i > 0; i--)
        {
          Pair *pair = g_ptr_array_index (self->pairs, i - 1);

          if (!pair->is_stalled && !serve_pair (self, pair, &polled[2 + 2 * (i - 1)]))
            g_ptr_array_remove_index (self->pairs, i - 1);
        }
      if ((polled[1].revents & POLLIN) != 0)
        accept_client (self);
      if ((polled[0].revents & POLLIN) != 0)
        run_verb (self);
    }

  return NULL;
}

UsherTestProxy *
usher_test_proxy_new (guint16 target)
{
  UsherTestProxy *self = g_new0 (UsherTestProxy, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t size = sizeof address;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->target = target;
  self->pairs = g_ptr_array_new_with_free_func (free_pair);
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, size), ==, 0);
  g_assert_cmpint (listen (self->listener, 128), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &size), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("test-proxy", run, self);

  return self;
}

/* Lets the thread do something, and waits until it is done. */
static void
call (UsherTestProxy *self, Verb verb, gconstpointer data, gsize size)
{
  guint64 one = 1;

  g_mutex_lock (&self->mutex);
  self->verb = verb;
  self->data = data;
  self->size = size;
  g_assert_cmpint (write (self->wake, &one, sizeof one), ==, sizeof one);
  while (self->verb != NULL)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

static void
stop (UsherTestProxy *self, gconstpointer data, gsize size)
{
  self->stops = TRUE;
}

void
usher_test_proxy_free (UsherTestProxy *self)
{
  call (self, stop, NULL, 0);
  g_thread_join (self->thread);
  g_ptr_array_unref (self->pairs);
  close (self->listener);
  close (self->wake);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint16
usher_test_proxy_get_port (UsherTestProxy *self)
{
  return self->port;
}

guint
usher_test_proxy_count (UsherTestProxy *self)
{
  return (guint) g_atomic_int_get (&self->n_accepted);
}

static void
cut (UsherTestProxy *self, gconstpointer data, gsize size)
{
  /* closed with a reset, not in good order */
  const struct linger hard = { .l_onoff = 1, .l_linger = 0 };

  for (guint i = 0; i < self->pairs->len; i++)
    {
      const Pair *pair = g_ptr_array_index (self->pairs, i);

      for (guint side = 0; side < 2; side++)
        setsockopt (pair->fds[side], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
  g_ptr_array_set_size (self->pairs, 0);
}

void
usher_test_proxy_cut (UsherTestProxy *self)
{
  call (self, cut, NULL, 0);
}

static void
stall (UsherTestProxy *self, gconstpointer data, gsize size)
{
  for (guint i = 0; i < self->pairs->len; i++)
    ((Pair *) g_ptr_array_index (self->pairs, i))->is_stalled = TRUE;
}

void
usher_test_proxy_stall (UsherTestProxy *self)
{
  call (self, stall, NULL, 0);
}

static void
set_shut (UsherTestProxy *self, gconstpointer data, gsize size)
{
  self->is_shut = size != 0;
}

void
usher_test_proxy_shut (UsherTestProxy *self, gboolean shut)
{
  call (self, set_shut, NULL, shut ? 1 : 0);
}

static void
set_delay (UsherTestProxy *self, gconstpointer data, gsize size)
{
  self->delay = (gint64) size;
}

void
usher_test_proxy_delay (UsherTestProxy *self, gint64 microseconds)
{
  call (self, set_delay, NULL, (gsize) microseconds);
}

static void
inject (UsherTestProxy *self, gconstpointer data, gsize size)
{
  for (guint i = 0; i < self->pairs->len; i++)
    push (self, &((Pair *) g_ptr_array_index (self->pairs, i))->flows[0], data, size);
}

void
usher_test_proxy_inject (UsherTestProxy *self, gconstpointer bytes, gsize size)
{
  call (self, inject, bytes, size);
}

static void
repeat (UsherTestProxy *self, gconstpointer data, gsize size)
{
  int target = connect_target (self);
  const Pair *last = NULL;
  Pair *pair = NULL;
  int ends[2];

  g_assert_cmpuint (self->pairs->len, >, 0);
  g_assert_cmpint (target, >=, 0);
  last = g_ptr_array_index (self->pairs, self->pairs->len - 1);
  /* nobody listens to the answers */
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), ==, 0);
  pair = add_pair (self, ends[0], target);
  pair->spare = ends[1];
  push (self, &pair->flows[0], last->record->data, last->record->len);
}

void
usher_test_proxy_repeat (UsherTestProxy *self)
{
  call (self, repeat, NULL, 0);
}
