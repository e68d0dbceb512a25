/* usher-acceptor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-acceptor-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-listen-address-private.h"
#include "usher-reply-head-private.h"
#include "usher-wake-private.h"

/* descriptors that are left to everybody else: stores, logs, the bus */
#define RESERVE    256
#define MAX_RLIMIT 1048576
/* for other listeners of the process */
#define OTHERS   8192
#define PAUSE_MS 100
/* connections that are taken before it is asked again whether to stop */
#define MAX_AT_ONCE 64
/* bytes that the system keeps of what a client has no room for */
#define UNSENT_MARK 65536

/* What is counted as one address: an IPv4 address, or an IPv6 network of 64 bits. */
typedef guint64 Place;

struct _UsherAcceptor
{
  UsherProxies *proxies;   /* (unowned) */
  UsherRefusals *refusals; /* (unowned) */
  guint max;
  guint max_per_address;

  GSocket *socket; /* (owned) (nullable) */
  char *uri;       /* (owned) (nullable) */
  gboolean is_local;
  GThread *thread; /* (owned) (nullable) */
  UsherWake *wake; /* (owned) (nullable): told to stop */
  int spare_fd;    /* given up for a moment to refuse somebody when no descriptor is left */
  UsherAcceptorFunc func;
  gpointer user_data; /* (unowned) */

  GMutex mutex;
  guint n_connections; /* (mutex mutex) */
  GHashTable *places;  /* (owned) (mutex mutex) (element-type Place guint) */
};

/* The operator's soft limit is for programs that do not know better. Returns how many connections fit. */
static guint
raise_limit (guint max)
{
  struct rlimit limit;
  rlim_t wanted = 0;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return max;

  wanted = MIN (limit.rlim_max, (rlim_t) MIN (MAX_RLIMIT, (guint64) max + OTHERS + 4 * RESERVE));
  if (limit.rlim_cur < wanted)
    {
      limit.rlim_cur = wanted;
      if (setrlimit (RLIMIT_NOFILE, &limit) != 0 || getrlimit (RLIMIT_NOFILE, &limit) != 0)
        g_info ("the limit of open files was not raised: %s", g_strerror (errno));
    }

  if ((guint64) limit.rlim_cur >= (guint64) max + OTHERS + RESERVE)
    return max;

  /* where there are too few for all, one listener does not take those of another */
  return (guint) MIN ((guint64) max,
                      limit.rlim_cur > 4 * RESERVE ? (limit.rlim_cur - RESERVE) / 2
                                                   : limit.rlim_cur / 4);
}

UsherAcceptor *
usher_acceptor_new (guint max,
                    guint max_per_address,
                    UsherProxies *proxies,
                    UsherRefusals *refusals)
{
  UsherAcceptor *self = g_new0 (UsherAcceptor, 1);

  self->proxies = proxies;
  self->refusals = refusals;
  self->max = raise_limit (max);
  self->max_per_address = max_per_address;
  self->wake = usher_wake_new ();
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  g_mutex_init (&self->mutex);
  self->places = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (self->max < max)
    g_message ("the limit of open files allows %u connections, not %u", self->max, max);

  return self;
}

void
usher_acceptor_free (UsherAcceptor *self)
{
  usher_acceptor_close (self);
  g_clear_pointer (&self->wake, usher_wake_unref);
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  g_free (self->uri);
  g_hash_table_unref (self->places);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const char *
usher_acceptor_get_uri (UsherAcceptor *self)
{
  return self->uri;
}

gboolean
usher_acceptor_is_local (UsherAcceptor *self)
{
  return self->is_local;
}

/* Whoever comes by a path has no address. */
static Place
get_place (const struct sockaddr_storage *address)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
  Place place = 0;

  if (address->ss_family == AF_UNIX)
    return 0;

  if (address->ss_family == AF_INET)
    memcpy (&place, &v4->sin_addr, 4);
  else if (IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr))
    memcpy (&place, v6->sin6_addr.s6_addr + 12, 4);
  else
    memcpy (&place, v6->sin6_addr.s6_addr, 8);

  return place;
}

static gboolean
is_proxy (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  g_autoptr (GInetAddress) inet = NULL;

  if (address->ss_family == AF_UNIX)
    return TRUE;

  inet = usher_proxies_make_address (address);

  return inet != NULL && usher_proxies_contains (self->proxies, inet);
}

/* Counts one more or less of a place; the mutex is held. */
static void
count (UsherAcceptor *self, Place place, int more)
{
  int n = GPOINTER_TO_INT (g_hash_table_lookup (self->places, &place)) + more;

  if (n > 0)
    g_hash_table_replace (self->places, g_memdup2 (&place, sizeof place), GINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->places, &place);
}

/* The mutex is held. */
static gboolean
has_room (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  Place place = get_place (address);

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->places, &place)) < self->max_per_address ||
         is_proxy (self, address);
}

static gboolean
reserve (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->n_connections >= self->max || !has_room (self, address))
    return FALSE;

  self->n_connections++;
  count (self, get_place (address), 1);

  return TRUE;
}

void
usher_acceptor_release (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_connections--;
  count (self, get_place (address), -1);
}

gboolean
usher_acceptor_move (UsherAcceptor *self,
                     const struct sockaddr_storage *from,
                     const struct sockaddr_storage *to)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!has_room (self, to))
    return FALSE;

  count (self, get_place (from), -1);
  count (self, get_place (to), 1);

  return TRUE;
}

/* Nobody is left to wonder. What the client has sent is read first, else closing would reset the connection
 * before the answer is seen. */
static void
refuse (UsherAcceptor *self, int fd)
{
  char buffer[4096];
  g_autoptr (GString) answer = g_string_new (NULL);
  char date[USHER_HTTP_DATE];

  if (recv (fd, buffer, sizeof buffer, MSG_DONTWAIT) < 0)
    g_debug ("one who is refused has said nothing: %s", g_strerror (errno));
  usher_http_date_write (date);
  usher_refusals_count (self->refusals, USHER_REFUSAL_CONNECTIONS, "");
  usher_refusal_append_answer (USHER_REFUSAL_CONNECTIONS, date, answer);
  if (send (fd, answer->str, answer->len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("a refusal was not sent: %s", g_strerror (errno));
  shutdown (fd, SHUT_WR);
  close (fd);
}

/* With no descriptor left the connection would stay in the queue and wake us for ever. Returns whether it helped. */
static gboolean
refuse_without_descriptor (UsherAcceptor *self, int listen_fd)
{
  int fd = -1;

  /* somebody else may have been quicker the last time */
  if (self->spare_fd < 0)
    self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (self->spare_fd < 0)
    return FALSE;

  close (self->spare_fd);
  fd = accept4 (listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0)
    refuse (self, fd);
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  return fd >= 0;
}

typedef enum
{
  ACCEPT_MORE,
  ACCEPT_NONE,
  ACCEPT_PAUSE,
} AcceptResult;

/* What is wrong with the connection is over with it; what is wrong with the socket stays, as when whoever gave it to us has
 * shut it down. */
static AcceptResult
judge (UsherAcceptor *self, int listen_fd, int reason)
{
  switch (reason)
    {
    case EAGAIN:
      return ACCEPT_NONE;

    case EMFILE:
    case ENFILE:
      return refuse_without_descriptor (self, listen_fd) ? ACCEPT_MORE : ACCEPT_PAUSE;

    case ENOBUFS:
    case ENOMEM:
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
      return ACCEPT_PAUSE;

    default:
      return ACCEPT_MORE;
    }
}

/* Without a mark the system says only when a third of its buffer, which may be megabytes, is free again: a client that takes
 * little at a time would look like one that takes nothing. */
static void
set_options (int fd)
{
  int one = 1;
  int mark = UNSENT_MARK;

  if (setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
    g_debug ("TCP_NODELAY was not set: %s", g_strerror (errno));
  if (setsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &mark, sizeof mark) != 0)
    g_debug ("TCP_NOTSENT_LOWAT was not set: %s", g_strerror (errno));
}

static AcceptResult
accept_one (UsherAcceptor *self, int listen_fd)
{
  UsherIncoming incoming = { .length = sizeof incoming.address };

  incoming.fd = accept4 (listen_fd,
                         (struct sockaddr *) &incoming.address,
                         &incoming.length,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (incoming.fd < 0)
    return judge (self, listen_fd, errno);

  if (!reserve (self, &incoming.address))
    {
      refuse (self, incoming.fd);
      return ACCEPT_MORE;
    }

  if (incoming.address.ss_family != AF_UNIX)
    set_options (incoming.fd);
  self->func (&incoming, self->user_data);

  return ACCEPT_MORE;
}

static gpointer
run (gpointer data)
{
  UsherAcceptor *self = data;
  int listen_fd = g_socket_get_fd (self->socket);
  struct pollfd fds[2] = { { .fd = usher_wake_get_fd (self->wake), .events = POLLIN },
                           { .fd = listen_fd, .events = POLLIN } };
  AcceptResult result = ACCEPT_NONE;

  while (fds[0].revents == 0)
    {
      /* while it is paused, only the order to stop wakes it */
      int n = poll (fds, result == ACCEPT_PAUSE ? 1 : 2, result == ACCEPT_PAUSE ? PAUSE_MS : -1);

      if (n < 0 && errno != EINTR)
        break;
      result = ACCEPT_MORE;
      for (guint i = 0; i < MAX_AT_ONCE && result == ACCEPT_MORE; i++)
        result = accept_one (self, listen_fd);
    }

  return NULL;
}

gboolean
usher_acceptor_start (UsherAcceptor *self,
                      const char *listen,
                      UsherAcceptorFunc func,
                      gpointer user_data,
                      GError **error)
{
  g_autoptr (GError) cause = NULL;
  self->socket = usher_listen_address_open (listen, error);
  if (self->socket == NULL)
    return FALSE;

  self->uri = usher_listen_address_make_uri (self->socket);
  self->is_local = usher_listen_address_is_local (self->socket);
  self->func = func;
  self->user_data = user_data;
  if (self->wake == NULL || self->spare_fd < 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "cannot listen on “%s”: %s",
                   listen,
                   g_strerror (errno));
      return FALSE;
    }

  self->thread = g_thread_try_new ("usher-acceptor", run, self, &cause);
  if (self->thread != NULL)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "cannot listen on “%s”: %s",
               listen,
               cause->message);

  return FALSE;
}

void
usher_acceptor_close (UsherAcceptor *self)
{
  if (self->socket != NULL)
    usher_listen_address_forget (self->socket);
  if (self->thread != NULL)
    {
      usher_wake_signal (self->wake);
      g_thread_join (g_steal_pointer (&self->thread));
    }

  g_clear_object (&self->socket);
}
