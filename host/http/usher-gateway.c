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
#include <sys/inotify.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-gateway-private.h"
#include "usher-router.h"

#define GROUP         "http"
#define SCAN_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)
/* between a notice and the look at what it is about */
#define SOON G_TIME_SPAN_MILLISECOND

/**
 * UsherGateway:
 *
 * One public listener before many host processes.
 *
 * It watches the run directory, in which hosts tell where they listen and what they serve, and gives each request as
 * a whole to a copy of the service that has its route: the least busy one, in turn. A request that no copy has run
 * goes to the next copy. One that a copy may have run goes to one other only when that does no harm: `GET`, `HEAD`, and
 * whatever has an `Idempotency-Key`; else, and when that is lost too, the answer is 503. Where no copy is left a request waits
 * for 800 ms.
 *
 * Limits, deadlines and trusted proxies are those of its [class@Front], each of whose threads speaks with all copies.
 */
typedef enum
{
  PROP_TROUBLE = 1,
} UsherGatewayProperty;

static GParamSpec *properties[PROP_TROUBLE + 1];

G_DEFINE_FINAL_TYPE (UsherGateway, usher_gateway, G_TYPE_OBJECT)

static void
usher_gateway_dispose (GObject *object)
{
  usher_gateway_stop (USHER_GATEWAY (object), 0);

  G_OBJECT_CLASS (usher_gateway_parent_class)->dispose (object);
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
  g_clear_pointer (&self->trouble, g_free);
  g_clear_pointer (&self->collision, g_free);
  g_clear_pointer (&self->copies, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  g_clear_pointer (&self->desks, g_ptr_array_unref);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_gateway_parent_class)->finalize (object);
}

static void
usher_gateway_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  UsherGateway *self = USHER_GATEWAY (object);

  switch ((UsherGatewayProperty) id)
    {
    case PROP_TROUBLE:
      g_value_take_string (value, usher_gateway_dup_trouble (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
      break;
    }
}

static void
usher_gateway_class_init (UsherGatewayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_gateway_dispose;
  object_class->finalize = usher_gateway_finalize;
  object_class->get_property = usher_gateway_get_property;

  /**
   * UsherGateway:trouble: (getter dup_trouble)
   *
   * Why the gateway is not ready. It changes on a thread of the gateway's.
   */
  properties[PROP_TROUBLE] =
      g_param_spec_string ("trouble", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
usher_gateway_init (UsherGateway *self)
{
  g_mutex_init (&self->mutex);
  self->copies = g_ptr_array_new_with_free_func (usher_copy_unref);
  self->desks = g_ptr_array_new_with_free_func (usher_gateway_desk_free);
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
  self->trouble = g_strdup ("the gateway has not started");
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
  g_return_if_fail (self->loop == NULL);

  g_set_object (&self->operators, router);
}

/* It has closed a connection on which nothing is said, perhaps because it ended. */
static gboolean
on_probe (UsherWatch *watch, guint events)
{
  UsherCopy *copy = watch->data;
  UsherGateway *self = copy->gateway;

  g_mutex_lock (&self->mutex);
  usher_loop_remove (self->loop, watch);
  if ((events & USHER_WATCH_ENDS) == 0)
    {
      copy->is_away = (events & EPOLLERR) != 0;
      usher_loop_set_deadline (self->loop, &self->next_scan, SOON);
    }
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

/* With a connection that is open we hear at once when the process ends. */
static void
probe (UsherGateway *self, UsherCopy *copy)
{
  int fd = -1;
  gboolean is_refused = FALSE;

  if (copy->length == 0 || copy->probe.fd >= 0 ||
      copy->rest_until > usher_loop_get_now (self->loop))
    return;

  fd = socket (copy->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return;

  copy->probe.fd = fd;
  copy->probe.func = on_probe;
  copy->probe.data = copy;
  if ((connect (fd, (struct sockaddr *) &copy->address, copy->length) == 0 ||
       errno == EINPROGRESS) &&
      usher_loop_add (self->loop, &copy->probe, EPOLLRDHUP))
    {
      copy->is_away = copy->is_away && errno == EINPROGRESS;
      return;
    }

  is_refused = errno == ECONNREFUSED || errno == ENOENT;
  close (fd);
  copy->probe.fd = -1;
  copy->is_away = is_refused;
}

static void
scan (UsherGateway *self)
{
  gboolean is_other = FALSE;

  g_mutex_lock (&self->mutex);
  is_other = usher_gateway_scan (self);
  for (guint i = 0; i < self->copies->len; i++)
    probe (self, g_ptr_array_index (self->copies, i));
  usher_loop_set_deadline (self->loop, &self->next_scan, SCAN_INTERVAL);
  g_mutex_unlock (&self->mutex);

  if (is_other)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
}

static void
on_next_scan (UsherDeadline *deadline)
{
  scan (deadline->data);
}

/* What changed is seen by looking, so that nothing is missed. */
static gboolean
on_notices (UsherWatch *watch, guint events)
{
  UsherGateway *self = watch->data;
  char buffer[4096];

  if ((events & USHER_WATCH_ENDS) != 0)
    {
      usher_loop_remove (self->loop, watch);
      return TRUE;
    }

  while (read (watch->fd, buffer, sizeof buffer) > 0)
    continue;
  scan (self);

  return TRUE;
}

/* What the kernel has no watch left for is seen a little later, by looking. */
static void
on_begin (UsherTask *task)
{
  UsherGateway *self = task->data;
  int fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  guint mask = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

  self->notices.fd = fd;
  self->notices.func = on_notices;
  self->notices.data = self;
  self->next_scan.func = on_next_scan;
  self->next_scan.data = self;
  if (fd < 0 || inotify_add_watch (fd, self->directory, mask) < 0 ||
      !usher_loop_add (self->loop, &self->notices, EPOLLIN))
    {
      g_message ("run directory “%s” is looked at each %d ms, as it cannot be watched: %s",
                 self->directory,
                 (int) (SCAN_INTERVAL / G_TIME_SPAN_MILLISECOND),
                 g_strerror (errno));
      if (fd >= 0)
        close (fd);
    }
  scan (self);
}

static gboolean
make_directory (UsherGateway *self, GError **error)
{
  if (g_mkdir_with_parents (self->directory, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "run directory “%s” cannot be made: %s",
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
  g_return_val_if_fail (self->loop == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!make_directory (self, error))
    return FALSE;

  if (usher_gateway_scan (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
  self->loop = usher_loop_new ("usher-gateway", NULL, NULL, error);
  if (self->loop == NULL)
    return FALSE;

  self->begin.func = on_begin;
  self->begin.data = self;
  usher_loop_post (self->loop, &self->begin);

  return listen == NULL || usher_gateway_listen (self, listen, error);
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
  g_return_val_if_fail (self->loop != NULL, FALSE);
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

/**
 * usher_gateway_get_router:
 * @self: a gateway
 *
 * Gets what its requests go through, for who counts them.
 *
 * Returns: (transfer none): the router
 */
UsherRouter *
usher_gateway_get_router (UsherGateway *self)
{
  g_return_val_if_fail (USHER_IS_GATEWAY (self), NULL);

  return self->router;
}

/**
 * usher_gateway_dup_trouble:
 * @self: a gateway
 *
 * Gets why the gateway is not ready: it has not started or is stopping, the run directory cannot be read, no host is registered
 * there, or two services have one route, of which the message names both. Any thread.
 *
 * Returns: (transfer full) (nullable): the reason, `NULL` when there is none
 */
char *
usher_gateway_dup_trouble (UsherGateway *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (USHER_IS_GATEWAY (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (self->trouble);
}

static void
note_drain (UsherGateway *self)
{
  gboolean is_other = FALSE;

  g_mutex_lock (&self->mutex);
  self->is_draining = TRUE;
  is_other = usher_gateway_look_for_trouble (self, NULL);
  g_mutex_unlock (&self->mutex);

  if (is_other)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
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

  note_drain (self);
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

  note_drain (self);
  if (self->front != NULL)
    usher_front_stop (self->front, timeout);
  if (self->loop != NULL)
    usher_loop_free (self->loop);
  self->loop = NULL;
}

/**
 * usher_gateway_add_metrics:
 * @self: a gateway
 * @metrics: where to
 *
 * Adds how many clients there are, and what was refused. Any thread.
 */
void
usher_gateway_add_metrics (UsherGateway *self, UsherMetrics *metrics)
{
  g_return_if_fail (USHER_IS_GATEWAY (self));
  g_return_if_fail (USHER_IS_METRICS (metrics));

  usher_front_add_metrics (self->front, metrics);
}
