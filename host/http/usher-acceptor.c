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
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-listen-address-private.h"

/* descriptors that are left to everybody else: stores, logs, the bus */
#define RESERVE      256
#define MAX_RLIMIT   1048576
#define PAUSE_MS     100
#define REFUSAL_BODY "{\"errors\":[{\"message\":\"Too many connections, try again\"}]}"

static const char refusal[] = "HTTP/1.1 503 Service Unavailable\r\n"
                              "Content-Type: application/json\r\n"
                              "Content-Length: 58\r\n"
                              "Cache-Control: no-store\r\n"
                              "Retry-After: 1\r\n"
                              "Connection: close\r\n\r\n" REFUSAL_BODY;

G_STATIC_ASSERT (sizeof REFUSAL_BODY - 1 == 58);

/* What is counted as one address: an IPv4 address, or an IPv6 network of 64 bits. */
typedef guint64 Place;

struct _UsherAcceptor
{
  UsherProxies *proxies; /* (unowned) */
  guint max;
  guint max_per_address;

  GSocket *socket; /* (owned) (nullable) */
  char *uri;       /* (owned) (nullable) */
  GThread *thread; /* (owned) (nullable) */
  int wake_fd;
  int spare_fd; /* given up for a moment to refuse somebody when no descriptor is left */
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

  wanted = MIN (limit.rlim_max, (rlim_t) MIN (MAX_RLIMIT, (guint64) max + 4 * RESERVE));
  if (limit.rlim_cur < wanted)
    {
      limit.rlim_cur = wanted;
      if (setrlimit (RLIMIT_NOFILE, &limit) != 0 || getrlimit (RLIMIT_NOFILE, &limit) != 0)
        g_info ("the limit of open files was not raised: %s", g_strerror (errno));
    }

  if ((guint64) limit.rlim_cur >= (guint64) max + RESERVE)
    return max;

  return limit.rlim_cur > 2 * RESERVE ? (guint) (limit.rlim_cur - RESERVE)
                                      : (guint) (limit.rlim_cur / 2);
}

UsherAcceptor *
usher_acceptor_new (guint max, guint max_per_address, UsherProxies *proxies)
{
  UsherAcceptor *self = g_new0 (UsherAcceptor, 1);

  self->proxies = proxies;
  self->max = raise_limit (max);
  self->max_per_address = max_per_address;
  self->wake_fd = -1;
  self->spare_fd = -1;
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
  if (self->wake_fd >= 0)
    close (self->wake_fd);
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

static gboolean
reserve (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  Place place = get_place (address);
  guint n = 0;
  gboolean ok = FALSE;

  g_mutex_lock (&self->mutex);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->places, &place));
  ok = self->n_connections < self->max && (n < self->max_per_address || is_proxy (self, address));
  if (ok)
    {
      self->n_connections++;
      g_hash_table_replace (self->places,
                            g_memdup2 (&place, sizeof place),
                            GUINT_TO_POINTER (n + 1));
    }
  g_mutex_unlock (&self->mutex);

  return ok;
}

void
usher_acceptor_release (UsherAcceptor *self, const struct sockaddr_storage *address)
{
  Place place = get_place (address);
  guint n = 0;

  g_mutex_lock (&self->mutex);
  self->n_connections--;
  n = GPOINTER_TO_UINT (g_hash_table_lookup (self->places, &place));
  if (n > 1)
    g_hash_table_replace (self->places, g_memdup2 (&place, sizeof place), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->places, &place);
  g_mutex_unlock (&self->mutex);
}

/* Nobody is left to wonder. What the client has sent is read first, else closing would reset the connection
 * before the answer is seen. */
static void
refuse (int fd)
{
  char buffer[4096];
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  n = send (fd, refusal, sizeof refusal - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0)
    g_debug ("a refusal was not sent: %s", g_strerror (errno));
  shutdown (fd, SHUT_WR);
  close (fd);
}

/* With no descriptor left the connection would stay in the queue and wake us for ever. Returns whether it helped. */
static gboolean
refuse_without_descriptor (UsherAcceptor *self, int listen_fd)
{
  int fd = -1;

  if (self->spare_fd < 0)
    return FALSE;

  close (self->spare_fd);
  fd = accept4 (listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0)
    refuse (fd);
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  return fd >= 0;
}

typedef enum
{
  ACCEPT_MORE,
  ACCEPT_NONE,
  ACCEPT_PAUSE,
} AcceptResult;

static AcceptResult
accept_one (UsherAcceptor *self, int listen_fd)
{
  UsherIncoming incoming = { .length = sizeof incoming.address };
  int one = 1;

  incoming.fd = accept4 (listen_fd,
                         (struct sockaddr *) &incoming.address,
                         &incoming.length,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (incoming.fd < 0)
    {
      if (errno == EAGAIN)
        return ACCEPT_NONE;
      if (errno == EMFILE || errno == ENFILE)
        return refuse_without_descriptor (self, listen_fd) ? ACCEPT_MORE : ACCEPT_PAUSE;
      if (errno == ENOBUFS || errno == ENOMEM)
        return ACCEPT_PAUSE;
      /* that connection was over before it began */
      return ACCEPT_MORE;
    }

  if (!reserve (self, &incoming.address))
    {
      refuse (incoming.fd);
      return ACCEPT_MORE;
    }

  if (incoming.address.ss_family != AF_UNIX &&
      setsockopt (incoming.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
    g_debug ("TCP_NODELAY was not set: %s", g_strerror (errno));
  self->func (&incoming, self->user_data);

  return ACCEPT_MORE;
}

static gpointer
run (gpointer data)
{
  UsherAcceptor *self = data;
  int listen_fd = g_socket_get_fd (self->socket);
  struct pollfd fds[2] = { { .fd = self->wake_fd, .events = POLLIN },
                           { .fd = listen_fd, .events = POLLIN } };
  AcceptResult result = ACCEPT_NONE;

  while (fds[0].revents == 0)
    {
      /* while it is paused, only the order to stop wakes it */
      int n = poll (fds, result == ACCEPT_PAUSE ? 1 : 2, result == ACCEPT_PAUSE ? PAUSE_MS : -1);

      if (n < 0 && errno != EINTR)
        break;
      do
        result = accept_one (self, listen_fd);
      while (result == ACCEPT_MORE);
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
  self->socket = usher_listen_address_open (listen, error);
  if (self->socket == NULL)
    return FALSE;

  self->uri = usher_listen_address_make_uri (self->socket);
  self->func = func;
  self->user_data = user_data;
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  self->thread = g_thread_try_new ("usher-acceptor", run, self, error);

  return self->thread != NULL;
}

void
usher_acceptor_close (UsherAcceptor *self)
{
  guint64 one = 1;

  if (self->socket != NULL)
    usher_listen_address_forget (self->socket);
  if (self->thread != NULL)
    {
      if (write (self->wake_fd, &one, sizeof one) < 0)
        g_critical ("the acceptor was not woken: %s", g_strerror (errno));
      g_thread_join (g_steal_pointer (&self->thread));
    }

  g_clear_object (&self->socket);
}
