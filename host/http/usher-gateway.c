/* usher-gateway.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-gateway.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-gateway-private.h"
#include "usher-pulse-private.h"
#include "usher-router.h"

#define GROUP         "http"
#define SCAN_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)
#define RETRY_MS      10
#define MAX_IDLE      (10 * G_TIME_SPAN_SECOND)
#define N_EVENTS      64

/**
 * UsherGateway:
 *
 * One public listener before many host processes.
 *
 * It watches the run directory, in which hosts tell where they listen and what they serve, and gives each request as
 * a whole to a copy of the service that has its route: the least busy one, in turn. A request that no copy has run
 * goes to the next copy. One that a copy may have run goes to the next only when that does no harm: `GET`, `HEAD`, and
 * whatever has an `Idempotency-Key`; else the answer is 503. Where no copy is left a request waits for 800 ms.
 *
 * Limits, deadlines and trusted proxies are those of its [class@Front]. One thread speaks with all copies.
 */
G_DEFINE_FINAL_TYPE (UsherGateway, usher_gateway, G_TYPE_OBJECT)

static void
usher_gateway_dispose (GObject *object)
{
  usher_gateway_stop (USHER_GATEWAY (object), 0);

  G_OBJECT_CLASS (usher_gateway_parent_class)->dispose (object);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
usher_gateway_finalize (GObject *object)
{
  UsherGateway *self = USHER_GATEWAY (object);

  /* the exchanges are gone with the front */
  g_clear_object (&self->front);
  g_clear_object (&self->router);
  g_clear_object (&self->operators);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->copies, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  close_fd (&self->epoll_fd);
  close_fd (&self->wake_fd);
  close_fd (&self->notify_fd);
  g_mutex_clear (&self->inbox_mutex);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_gateway_parent_class)->finalize (object);
}

static void
usher_gateway_class_init (UsherGatewayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_gateway_dispose;
  object_class->finalize = usher_gateway_finalize;
}

static void
unref_copy (gpointer copy)
{
  usher_copy_unref (copy);
}

static void
usher_gateway_init (UsherGateway *self)
{
  self->epoll_fd = -1;
  self->wake_fd = -1;
  self->notify_fd = -1;
  g_mutex_init (&self->inbox_mutex);
  g_mutex_init (&self->mutex);
  self->copies = g_ptr_array_new_with_free_func (unref_copy);
  self->routes = g_ptr_array_new_with_free_func (usher_gateway_route_free);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * usher_gateway_new:
 * @run_directory: where hosts tell of themselves
 * @settings: settings on which [func@Front.declare_settings] was called
 * @clock: the clock
 *
 * Makes a gateway that does not listen yet.
 *
 * Returns: (transfer full): the gateway
 */
UsherGateway *
usher_gateway_new (const char *run_directory, UsherSettings *settings, UsherClock *clock)
{
  UsherGateway *self = NULL;

  g_return_val_if_fail (run_directory != NULL, NULL);
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  self = g_object_new (USHER_TYPE_GATEWAY, NULL);
  self->directory = g_strdup (run_directory);
  self->settings = g_object_ref (settings);
  self->timeout = usher_settings_get_integer (settings, GROUP, "forward-timeout") * 1000;
  self->router =
      usher_router_new (NULL, (gsize) usher_settings_get_integer (settings, GROUP, "max-body"));
  self->front = usher_front_new (self->router, NULL, settings, clock);

  return self;
}

/**
 * usher_gateway_serve_operators:
 * @self: a gateway that has not started
 * @router: the router of an [class@AdminListener]
 *
 * Lets operators ask at one admin listener what the services of all hosts offer on theirs. Routes that the router has itself
 * come first.
 */
void
usher_gateway_serve_operators (UsherGateway *self, UsherRouter *router)
{
  g_return_if_fail (USHER_IS_GATEWAY (self));
  g_return_if_fail (USHER_IS_ROUTER (router));
  g_return_if_fail (self->thread == NULL);

  g_set_object (&self->operators, router);
}

static void
take_inbox (UsherGateway *self)
{
  GQueue inbox = G_QUEUE_INIT;
  guint64 count = 0;
  GList *node = NULL;
  gboolean is_over = g_atomic_int_get (&self->stopping);

  if (!g_atomic_int_get (&self->woken))
    return;

  if (read (self->wake_fd, &count, sizeof count) < 0)
    g_debug ("woken without a reason");
  g_atomic_int_set (&self->woken, 0);

  g_mutex_lock (&self->inbox_mutex);
  inbox = self->inbox;
  g_queue_init (&self->inbox);
  g_mutex_unlock (&self->inbox_mutex);

  while ((node = g_queue_pop_head_link (&inbox)) != NULL)
    {
      UsherForward *forward = node->data;

      forward->deadline = self->now + self->timeout;
      g_queue_push_tail_link (&self->open, node);
      if (!is_over)
        usher_gateway_dispatch (self, forward);
    }
}

/* What changed is seen by looking, so that nothing is missed. */
static void
take_notices (UsherGateway *self)
{
  char buffer[4096];

  while (read (self->notify_fd, buffer, sizeof buffer) > 0)
    self->next_scan = self->now;
}

static void
scan_when_due (UsherGateway *self)
{
  if (self->next_scan > self->now)
    return;

  usher_gateway_scan (self);
  for (guint i = 0; i < self->copies->len; i++)
    {
      usher_gateway_link_close_idle (g_ptr_array_index (self->copies, i), self->now - MAX_IDLE);
      usher_gateway_probe (self, g_ptr_array_index (self->copies, i));
    }
  self->next_scan = self->now + SCAN_INTERVAL;
}

static void
free_dead (UsherGateway *self)
{
  GList *node = NULL;

  while ((node = g_queue_pop_head_link (&self->dead)) != NULL)
    usher_gateway_link_free (node->data);
}

static void
run_batch (UsherGateway *self, const struct epoll_event *events, int n)
{
  self->now = g_get_monotonic_time ();
  for (int i = 0; i < n; i++)
    {
      UsherGatewayLink *link = events[i].data.ptr;

      if (events[i].data.ptr == &self->notify_fd)
        take_notices (self);
      else if (events[i].data.ptr != &self->wake_fd && link->fd >= 0)
        usher_gateway_settle (self, link, usher_gateway_link_go_on (link, events[i].events));
    }

  scan_when_due (self);
  take_inbox (self);
  usher_gateway_retry_waiting (self);
  usher_gateway_cut_late (self);
  free_dead (self);
}

static int
get_timeout (UsherGateway *self)
{
  UsherForward *first = g_queue_peek_head (&self->open);
  gint64 until = self->next_scan;

  if (first != NULL)
    until = MIN (until, first->deadline);
  if (self->waiting.length > 0)
    return RETRY_MS;

  return (int) (MAX (0, until - self->now) / 1000) + 1;
}

static gpointer
run (gpointer data)
{
  UsherGateway *self = data;
  g_autoptr (UsherPulse) pulse = usher_pulse_new ("the gateway");
  struct epoll_event events[N_EVENTS];

  g_mutex_lock (&self->mutex);
  while (!g_atomic_int_get (&self->stopping))
    {
      int timeout = get_timeout (self);
      int n = 0;

      g_mutex_unlock (&self->mutex);
      n = epoll_wait (self->epoll_fd, events, N_EVENTS, timeout);
      g_mutex_lock (&self->mutex);
      usher_pulse_begin (pulse);
      run_batch (self, events, n);
      usher_pulse_end (pulse);
    }

  take_inbox (self);
  usher_gateway_fail_all (self);
  for (guint i = self->copies->len; i > 0; i--)
    usher_gateway_link_close_idle (g_ptr_array_index (self->copies, i - 1), G_MAXINT64);
  free_dead (self);
  g_mutex_unlock (&self->mutex);

  return NULL;
}

static gboolean
watch (UsherGateway *self, int *fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

  return *fd >= 0 && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0;
}

/* What the kernel has no watch left for is seen a little later, by looking. */
static void
watch_directory (UsherGateway *self)
{
  self->notify_fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (watch (self, &self->notify_fd) &&
      inotify_add_watch (self->notify_fd,
                         self->directory,
                         IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR) >=
          0)
    return;

  g_message ("run directory “%s” is looked at each %d ms, as it cannot be watched: %s",
             self->directory,
             (int) (SCAN_INTERVAL / G_TIME_SPAN_MILLISECOND),
             g_strerror (errno));
}

static gboolean
open_watches (UsherGateway *self, GError **error)
{
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  if (self->epoll_fd >= 0 && watch (self, &self->wake_fd) &&
      g_mkdir_with_parents (self->directory, 0700) == 0)
    {
      watch_directory (self);
      return TRUE;
    }

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "run directory “%s” cannot be made or looked at: %s",
               self->directory,
               g_strerror (errno));

  return FALSE;
}

/**
 * usher_gateway_start:
 * @self: a gateway
 * @listen: (nullable): where, as [method@Front.start] has it; `NULL`: it watches alone
 * @error: return location for a [error@Error]
 *
 * Looks who is there and begins to answer.
 *
 * Returns: whether it runs; errors are those of [method@Front.start], and `USHER_ERROR_UNAVAILABLE` when the run
 *   directory cannot be made
 */
gboolean
usher_gateway_start (UsherGateway *self, const char *listen, GError **error)
{
  g_return_val_if_fail (USHER_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (self->epoll_fd < 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!open_watches (self, error))
    return FALSE;

  self->now = g_get_monotonic_time ();
  self->next_scan = self->now;
  scan_when_due (self);
  free_dead (self);
  self->thread = g_thread_try_new ("usher-gateway", run, self, error);

  return self->thread != NULL && (listen == NULL || usher_gateway_listen (self, listen, error));
}

/**
 * usher_gateway_listen:
 * @self: a gateway that was started without an address
 * @listen: where, as [method@Front.start] has it
 * @error: return location for a [error@Error]
 *
 * Begins to answer. Before that whoever starts the hosts can wait until they are there.
 *
 * Returns: whether it listens; errors are those of [method@Front.start]
 */
gboolean
usher_gateway_listen (UsherGateway *self, const char *listen, GError **error)
{
  g_return_val_if_fail (USHER_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (listen != NULL, FALSE);
  g_return_val_if_fail (self->thread != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return usher_front_start (self->front, listen, error);
}

/**
 * usher_gateway_get_uri:
 * @self: a gateway
 *
 * Gets where it listens.
 *
 * Returns: (nullable): the address, `NULL` when it does not listen
 */
const char *
usher_gateway_get_uri (UsherGateway *self)
{
  g_return_val_if_fail (USHER_IS_GATEWAY (self), NULL);

  return usher_front_get_uri (self->front);
}

static void
copy_info_free (gpointer data)
{
  UsherGatewayCopy *info = data;

  g_free (info->name);
  g_free (info->listen);
  g_free (info->admin);
  g_strfreev (info->services);
  g_free (info);
}

static char **
dup_services (UsherRegistration *registration)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < registration->services->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (registration->services, i));

  return g_strv_builder_end (builder);
}

static UsherGatewayCopy *
copy_info_new (const UsherCopy *copy, gint64 now)
{
  UsherGatewayCopy *info = g_new0 (UsherGatewayCopy, 1);

  info->name = g_strdup (copy->registration->name);
  info->pid = copy->registration->pid;
  info->listen = g_strdup (copy->registration->listen);
  info->admin = g_strdup (copy->registration->admin);
  info->services = dup_services (copy->registration);
  info->state = "ready";
  if (copy->is_away || copy->rest_until > now)
    info->state = "away";
  else if (copy->doubt_until > now)
    info->state = "doubtful";
  info->n_in_flight = copy->n_in_flight;
  info->n_requests = copy->n_requests;
  info->n_errors = copy->n_errors;

  return info;
}

/**
 * usher_gateway_list: (skip)
 * @self: a gateway
 *
 * Lists the host processes that are registered. Any thread.
 *
 * Returns: (transfer full) (element-type UsherGatewayCopy): the copies
 */
GPtrArray *
usher_gateway_list (UsherGateway *self)
{
  GPtrArray *list = NULL;
  gint64 now = g_get_monotonic_time ();

  g_return_val_if_fail (USHER_IS_GATEWAY (self), NULL);

  list = g_ptr_array_new_with_free_func (copy_info_free);
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->copies->len; i++)
    {
      const UsherCopy *copy = g_ptr_array_index (self->copies, i);

      if (!copy->is_broken)
        g_ptr_array_add (list, copy_info_new (copy, now));
    }
  g_mutex_unlock (&self->mutex);

  return list;
}

static gboolean
has_service (UsherGateway *self, const char *name, gint64 now)
{
  for (guint i = 0; i < self->copies->len; i++)
    {
      UsherCopy *copy = g_ptr_array_index (self->copies, i);

      if (!copy->is_away && copy->rest_until <= now &&
          g_ptr_array_find_with_equal_func (copy->registration->services, name, g_str_equal, NULL))
        return TRUE;
    }

  return FALSE;
}

/**
 * usher_gateway_has_services:
 * @self: a gateway
 * @names: (array zero-terminated=1): names of services
 *
 * Tells whether each of them is served by a registered host that is not known to be away. Any thread.
 *
 * Returns: whether all are served
 */
gboolean
usher_gateway_has_services (UsherGateway *self, const char *const *names)
{
  gint64 now = g_get_monotonic_time ();
  gboolean all = TRUE;

  g_return_val_if_fail (USHER_IS_GATEWAY (self), FALSE);
  g_return_val_if_fail (names != NULL, FALSE);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; names[i] != NULL && all; i++)
    all = has_service (self, names[i], now);
  g_mutex_unlock (&self->mutex);

  return all;
}

/**
 * usher_gateway_drain:
 * @self: a gateway
 *
 * Closes the listening socket. What is under way goes on; each connection is closed after its next answer.
 */
void
usher_gateway_drain (UsherGateway *self)
{
  g_return_if_fail (USHER_IS_GATEWAY (self));

  usher_front_drain (self->front);
}

/**
 * usher_gateway_stop:
 * @self: a gateway
 * @timeout: how many microseconds to wait for what is under way
 *
 * Drains, waits for what is under way, then closes all. May be called twice.
 */
void
usher_gateway_stop (UsherGateway *self, gint64 timeout)
{
  g_return_if_fail (USHER_IS_GATEWAY (self));

  if (self->front != NULL)
    usher_front_stop (self->front, timeout);
  if (self->thread == NULL)
    return;

  g_atomic_int_set (&self->stopping, 1);
  usher_gateway_wake (self);
  g_thread_join (g_steal_pointer (&self->thread));
}
