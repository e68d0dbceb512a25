/* usher-front-thread.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-front-thread-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-front-connection-private.h"

/* beside the head, the library's pool of a connection holds its notes on the headers and the head of the answer */
#define POOL_EXTRA 6144

void
usher_front_thread_unref (UsherFrontThread *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_array_unref (self->incoming);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
wake (UsherFrontThread *self)
{
  guint64 one = 1;

  if (g_atomic_int_exchange (&self->woken, 1) != 0)
    return;
  if (write (self->wake_fd, &one, sizeof one) < 0)
    g_critical ("a listener thread was not woken: %s", g_strerror (errno));
}

void
usher_front_thread_resume (UsherFrontThread *self, UsherFrontConnection *connection)
{
  gboolean is_closed = FALSE;

  g_mutex_lock (&self->mutex);
  is_closed = self->is_closed;
  if (!is_closed)
    {
      connection->next_finished = self->finished;
      self->finished = connection;
    }
  g_mutex_unlock (&self->mutex);

  if (is_closed)
    usher_front_connection_unref (connection);
  else
    wake (self);
}

static void
cut_late (UsherFrontThread *self)
{
  for (guint kind = 0; kind < QUEUE_BUSY; kind++)
    {
      UsherFrontConnection *connection = NULL;

      while ((connection = g_queue_peek_head (&self->queues[kind])) != NULL &&
             connection->deadline <= self->now)
        usher_front_connection_cut_late (connection);
    }
}

static void
on_connection (void *cls,
               struct MHD_Connection *mhd,
               void **socket_context,
               enum MHD_ConnectionNotificationCode code)
{
  UsherFrontThread *self = cls;
  UsherFrontConnection *connection = *socket_context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      *socket_context = usher_front_connection_new (self, mhd);
      self->adding = NULL;
      return;
    }

  if (connection == NULL)
    return;

  *socket_context = NULL;
  usher_front_connection_leave_queue (connection);
  g_atomic_int_add (&self->n_connections, -1);
  usher_acceptor_release (self->shared->acceptor, &connection->incoming.address);
  usher_front_connection_unref (connection);
}

/* Escapes stay as they are: we decode ourselves, when we know what is a path and what is a value. */
static size_t
keep_escapes (void *cls, struct MHD_Connection *mhd, char *text)
{
  return strlen (text);
}

static void
add_connection (UsherFrontThread *self, const UsherIncoming *incoming)
{
  self->adding = incoming;
  if (MHD_add_connection (self->daemon,
                          incoming->fd,
                          (const struct sockaddr *) &incoming->address,
                          incoming->length) != MHD_YES)
    g_message ("a connection was not taken: %s", g_strerror (errno));

  /* not even started: the library has closed the descriptor */
  if (self->adding != NULL)
    {
      self->adding = NULL;
      g_atomic_int_add (&self->n_connections, -1);
      usher_acceptor_release (self->shared->acceptor, &incoming->address);
    }
}

static void
resume_finished (UsherFrontConnection *finished)
{
  while (finished != NULL)
    {
      UsherFrontConnection *connection = finished;

      finished = connection->next_finished;
      connection->is_done = TRUE;
      MHD_resume_connection (connection->mhd);
      usher_front_connection_unref (connection);
    }
}

/* Takes what other threads have left. */
static void
take_messages (UsherFrontThread *self)
{
  g_autoptr (GArray) incoming = NULL;
  UsherFrontConnection *finished = NULL;
  guint64 count = 0;

  if (!g_atomic_int_get (&self->woken))
    return;

  if (read (self->wake_fd, &count, sizeof count) < 0)
    g_debug ("woken without a reason");
  g_atomic_int_set (&self->woken, 0);

  g_mutex_lock (&self->mutex);
  finished = g_steal_pointer (&self->finished);
  if (self->incoming->len > 0)
    {
      incoming = self->incoming;
      self->incoming = g_array_new (FALSE, FALSE, sizeof (UsherIncoming));
    }
  g_mutex_unlock (&self->mutex);

  resume_finished (finished);
  for (guint i = 0; incoming != NULL && i < incoming->len; i++)
    add_connection (self, &g_array_index (incoming, UsherIncoming, i));
}

static int
get_timeout (UsherFrontThread *self)
{
  unsigned long long milliseconds = 0;
  gint64 timeout = G_MAXINT;

  if (MHD_get_timeout (self->daemon, &milliseconds) == MHD_YES)
    timeout = (gint64) MIN (milliseconds, G_MAXINT);

  for (guint kind = 0; kind < QUEUE_BUSY; kind++)
    {
      UsherFrontConnection *connection = g_queue_peek_head (&self->queues[kind]);

      if (connection != NULL)
        timeout = MIN (timeout, MAX (0, (connection->deadline - self->now + 999) / 1000));
    }

  return timeout == G_MAXINT ? -1 : (int) timeout;
}

static void
run_batch (UsherFrontThread *self)
{
  UsherFrontShared *shared = self->shared;

  self->n_requests = 0;
  take_messages (self);
  MHD_run (self->daemon);
  cut_late (self);
  if (self->n_requests > 0 && shared->idle_func != NULL)
    shared->idle_func (shared->idle_data);
}

/* Stopping with suspended connections is the library's end: they are resumed, and refused when it asks us. */
static void
close_all (UsherFrontThread *self)
{
  for (GList *link = self->queues[QUEUE_BUSY].head; link != NULL; link = link->next)
    {
      UsherFrontConnection *connection = link->data;

      if (connection->step == STEP_RUN)
        MHD_resume_connection (connection->mhd);
    }
  MHD_run (self->daemon);
  MHD_stop_daemon (g_steal_pointer (&self->daemon));
}

static void
drop_messages (UsherFrontThread *self)
{
  UsherFrontConnection *finished = NULL;

  g_mutex_lock (&self->mutex);
  self->is_closed = TRUE;
  finished = g_steal_pointer (&self->finished);
  g_mutex_unlock (&self->mutex);

  while (finished != NULL)
    {
      UsherFrontConnection *connection = finished;

      finished = connection->next_finished;
      usher_front_connection_unref (connection);
    }

  for (guint i = 0; i < self->incoming->len; i++)
    {
      UsherIncoming *incoming = &g_array_index (self->incoming, UsherIncoming, i);

      close (incoming->fd);
      usher_acceptor_release (self->shared->acceptor, &incoming->address);
    }
}

static gpointer
run (gpointer data)
{
  UsherFrontThread *self = data;
  struct epoll_event events[2];

  while (!g_atomic_int_get (&self->stopping))
    {
      /* after a batch the next one is likely there: the library looks itself */
      if (self->n_requests == 0 &&
          epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), get_timeout (self)) < 0 &&
          errno != EINTR)
        {
          g_critical ("a listener thread cannot wait: %s", g_strerror (errno));
          break;
        }
      self->now = g_get_monotonic_time ();
      run_batch (self);
    }

  drop_messages (self);
  close_all (self);
  usher_front_thread_unref (self);

  return NULL;
}

static gboolean
watch (UsherFrontThread *self, int fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  return fd >= 0 && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static gboolean
start_daemon (UsherFrontThread *self)
{
  UsherFrontShared *shared = self->shared;
  const union MHD_DaemonInfo *info = NULL;

  self->daemon = MHD_start_daemon (MHD_USE_NO_LISTEN_SOCKET | MHD_USE_EPOLL |
                                       MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO,
                                   0,
                                   NULL,
                                   NULL,
                                   usher_front_connection_on_access,
                                   self,
                                   MHD_OPTION_CONNECTION_LIMIT,
                                   shared->max_connections,
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                   shared->max_head + POOL_EXTRA,
                                   MHD_OPTION_CONNECTION_TIMEOUT,
                                   0U,
                                   MHD_OPTION_NOTIFY_COMPLETED,
                                   usher_front_connection_on_completed,
                                   self,
                                   MHD_OPTION_NOTIFY_CONNECTION,
                                   on_connection,
                                   self,
                                   MHD_OPTION_URI_LOG_CALLBACK,
                                   usher_front_connection_on_target,
                                   self,
                                   MHD_OPTION_UNESCAPE_CALLBACK,
                                   keep_escapes,
                                   self,
                                   MHD_OPTION_STRICT_FOR_CLIENT,
                                   1,
                                   MHD_OPTION_STRICT_FOR_CLIENT,
                                   1,
                                   MHD_OPTION_END);
  if (self->daemon == NULL)
    return FALSE;

  info = MHD_get_daemon_info (self->daemon, MHD_DAEMON_INFO_EPOLL_FD);

  return info != NULL && watch (self, info->epoll_fd);
}

UsherFrontThread *
usher_front_thread_new (UsherFrontShared *shared, guint number, GError **error)
{
  UsherFrontThread *self = g_new0 (UsherFrontThread, 1);
  g_autofree char *name = g_strdup_printf ("usher-front-%u", number);

  g_atomic_ref_count_init (&self->ref_count);
  self->shared = shared;
  self->now = g_get_monotonic_time ();
  self->incoming = g_array_new (FALSE, FALSE, sizeof (UsherIncoming));
  g_mutex_init (&self->mutex);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  if (self->epoll_fd < 0 || !watch (self, self->wake_fd) || !start_daemon (self))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "a listener thread did not start: %s",
                   g_strerror (errno));
      g_clear_pointer (&self->daemon, MHD_stop_daemon);
      usher_front_thread_unref (self);
      return NULL;
    }

  g_atomic_ref_count_inc (&self->ref_count);
  self->thread = g_thread_try_new (name, run, self, error);
  if (self->thread == NULL)
    {
      MHD_stop_daemon (g_steal_pointer (&self->daemon));
      usher_front_thread_unref (self);
      usher_front_thread_unref (self);
      return NULL;
    }

  return self;
}

void
usher_front_thread_add (UsherFrontThread *self, const UsherIncoming *incoming)
{
  g_atomic_int_inc (&self->n_connections);
  g_mutex_lock (&self->mutex);
  g_array_append_vals (self->incoming, incoming, 1);
  g_mutex_unlock (&self->mutex);
  wake (self);
}

guint
usher_front_thread_get_n_connections (UsherFrontThread *self)
{
  return (guint) g_atomic_int_get (&self->n_connections);
}

guint
usher_front_thread_get_n_open (UsherFrontThread *self)
{
  return (guint) g_atomic_int_get (&self->n_open);
}

void
usher_front_thread_stop (UsherFrontThread *self)
{
  g_atomic_int_set (&self->stopping, 1);
  wake (self);
  g_thread_join (self->thread);
  usher_front_thread_unref (self);
}
