/* usher-context.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-context.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "usher-context-private.h"
#include "usher-error.h"
#include "usher-job-private.h"
#include "usher-sqlite-store.h"
#include "usher-workers-private.h"

/**
 * UsherContext:
 *
 * All that a service gets from the host: its own store, its routes, the bus, timers,
 * clock and settings.
 *
 * A service declares what it has in its configure() and uses the rest from its
 * handlers. The context belongs to the host and lives as long as the service does.
 */
G_DEFINE_FINAL_TYPE (UsherContext, usher_context, G_TYPE_OBJECT)

static void
free_endpoint (gpointer data)
{
  UsherEndpoint *endpoint = data;

  if (endpoint->destroy != NULL)
    endpoint->destroy (endpoint->user_data);
  usher_route_unref (endpoint->route);
  g_free (endpoint);
}

static void
free_listener (gpointer data)
{
  UsherListener *listener = data;

  if (listener->destroy != NULL)
    listener->destroy (listener->user_data);
  g_free (listener->channel);
  g_free (listener->group);
  usher_tally_free (listener->tally);
  g_free (listener);
}

static void
free_alarm (gpointer data)
{
  UsherAlarm *alarm = data;

  if (alarm->destroy != NULL)
    alarm->destroy (alarm->user_data);
  g_free (alarm->name);
  g_free (alarm);
}

static void
usher_context_finalize (GObject *object)
{
  UsherContext *self = USHER_CONTEXT (object);

  g_clear_pointer (&self->relay, usher_relay_free);
  g_clear_pointer (&self->pool, usher_workers_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->endpoints, g_ptr_array_unref);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->alarms, g_ptr_array_unref);
  g_clear_pointer (&self->schemas, g_ptr_array_unref);
  g_clear_pointer (&self->limiters, g_hash_table_unref);
  g_clear_pointer (&self->waiters, g_hash_table_unref);
  g_clear_pointer (&self->alarms_out, g_hash_table_unref);
  g_clear_object (&self->service);
  g_clear_object (&self->settings);
  g_clear_object (&self->sessions);
  g_clear_object (&self->clock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->tally, usher_tally_free);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_context_parent_class)->finalize (object);
}

static void
usher_context_class_init (UsherContextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_context_finalize;
}

static void
usher_context_init (UsherContext *self)
{
  g_mutex_init (&self->mutex);
  self->tally = usher_tally_new (USHER_N_COUNTS);
  g_queue_init (&self->deferred);
  self->schemas = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_schema_unref);
  self->endpoints = g_ptr_array_new_with_free_func (free_endpoint);
  self->listeners = g_ptr_array_new_with_free_func (free_listener);
  self->alarms = g_ptr_array_new_with_free_func (free_alarm);
  self->limiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->waiters =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_queue_free);
  self->alarms_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

UsherContext *
usher_context_new (const char *name,
                   UsherService *service,
                   const char *directory,
                   UsherSettings *settings,
                   UsherClock *clock)
{
  UsherContext *self = g_object_new (USHER_TYPE_CONTEXT, NULL);

  self->name = g_strdup (name);
  self->service = g_object_ref (service);
  self->directory = g_strdup (directory);
  self->settings = g_object_ref (settings);
  self->clock = g_object_ref (clock);

  return self;
}

/* Keeps the first thing that was wrong; takes ownership of @error. */
static void
take_error (UsherContext *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static gboolean
may_declare (UsherContext *self, const char *what)
{
  if (self->configured)
    g_critical ("service “%s” declares %s after it was configured", self->name, what);

  return !self->configured;
}

/**
 * usher_context_add_settings:
 * @self: a context
 * @settings: (array length=n_settings): the settings; their group is the service's name
 * @n_settings: how many
 *
 * Declares settings of the service. In configure() only; a setting that is declared
 * already, or whose value does not fit, fails the configuration.
 */
void
usher_context_add_settings (UsherContext *self, const UsherSetting *settings, guint n_settings)
{
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (settings != NULL || n_settings == 0);

  if (!may_declare (self, "settings"))
    return;

  if (!usher_settings_declare (self->settings, settings, n_settings, &error))
    take_error (self, error);
}

/**
 * usher_context_add_collection:
 * @self: a context
 * @collection: the name of the collection
 * @fields: (array length=n_fields): its fields
 * @n_fields: how many
 *
 * Declares a collection of the service's store. In configure() only.
 */
void
usher_context_add_collection (UsherContext *self,
                              const char *collection,
                              const UsherField *fields,
                              guint n_fields)
{
  UsherSchema *schema = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (collection != NULL);

  if (!may_declare (self, "a collection"))
    return;

  if (usher_context_get_schema (self, collection) != NULL)
    {
      take_error (self,
                  g_error_new (USHER_ERROR,
                               USHER_ERROR_CONFLICT,
                               "collection “%s” is declared twice",
                               collection));
      return;
    }

  schema = usher_schema_new (collection, fields, n_fields, &error);
  if (schema == NULL)
    take_error (self, error);
  else
    g_ptr_array_add (self->schemas, schema);
}

/**
 * usher_context_add_route:
 * @self: a context
 * @method: the HTTP method
 * @pattern: the path, `:name` stands for one segment
 * @flags: what is asked of the request, and where the handler runs
 * @handler: (scope notified) (closure user_data) (destroy destroy): the handler
 * @user_data: data for @handler
 * @destroy: (nullable): frees @user_data
 *
 * Declares a route. In configure() only.
 */
void
usher_context_add_route (UsherContext *self,
                         const char *method,
                         const char *pattern,
                         UsherRouteFlags flags,
                         UsherRequestHandler handler,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  UsherEndpoint *endpoint = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (method != NULL);
  g_return_if_fail (pattern != NULL);
  g_return_if_fail (handler != NULL);

  if (!may_declare (self, "a route"))
    return;

  endpoint = g_new0 (UsherEndpoint, 1);
  endpoint->context = self;
  endpoint->route = usher_route_new (self->name, method, pattern, flags);
  endpoint->handler = handler;
  endpoint->user_data = user_data;
  endpoint->destroy = destroy;
  g_ptr_array_add (self->endpoints, endpoint);
}

/**
 * usher_context_add_listener:
 * @self: a context
 * @channel: the channel of the events
 * @group: (nullable): the queue group; `NULL` is the service's name and `-service`
 * @handler: (scope notified) (closure user_data) (destroy destroy): the handler
 * @user_data: data for @handler
 * @destroy: (nullable): frees @user_data
 *
 * Declares a listener. In configure() only.
 *
 * The group is the durable name and the inbox's subscriber too. Its position begins with the
 * first event that is kept.
 */
void
usher_context_add_listener (UsherContext *self,
                            const char *channel,
                            const char *group,
                            UsherEventHandler handler,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  UsherListener *listener = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (channel != NULL);
  g_return_if_fail (handler != NULL);

  if (!may_declare (self, "a listener"))
    return;

  listener = g_new0 (UsherListener, 1);
  listener->context = self;
  listener->channel = g_strdup (channel);
  listener->group = group != NULL ? g_strdup (group) : g_strconcat (self->name, "-service", NULL);
  listener->tally = usher_tally_new (USHER_N_EVENT_COUNTS);
  listener->handler = handler;
  listener->user_data = user_data;
  listener->destroy = destroy;

  if (usher_context_find_listener (self, channel, listener->group) != NULL)
    take_error (self,
                g_error_new (USHER_ERROR,
                             USHER_ERROR_CONFLICT,
                             "channel “%s” has two listeners in group “%s”",
                             channel,
                             listener->group));
  g_ptr_array_add (self->listeners, listener);
}

/**
 * usher_context_add_timer:
 * @self: a context
 * @name: the name of the timers, as given to [method@Unit.schedule]
 * @handler: (scope notified) (closure user_data) (destroy destroy): the handler
 * @user_data: data for @handler
 * @destroy: (nullable): frees @user_data
 *
 * Declares what is done when timers of a name are due. In configure() only.
 *
 * A timer that fell due while the host was down fires at the next start.
 */
void
usher_context_add_timer (UsherContext *self,
                         const char *name,
                         UsherTimerHandler handler,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  UsherAlarm *alarm = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (handler != NULL);

  if (!may_declare (self, "a timer"))
    return;

  if (usher_context_find_alarm (self, name) != NULL)
    take_error (
        self,
        g_error_new (USHER_ERROR, USHER_ERROR_CONFLICT, "timer “%s” is declared twice", name));

  alarm = g_new0 (UsherAlarm, 1);
  alarm->name = g_strdup (name);
  alarm->handler = handler;
  alarm->user_data = user_data;
  alarm->destroy = destroy;
  g_ptr_array_add (self->alarms, alarm);
}

/**
 * usher_context_get_name:
 * @self: a context
 *
 * Gets the name of the service. Any thread.
 *
 * Returns: the name
 */
const char *
usher_context_get_name (UsherContext *self)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  return self->name;
}

/**
 * usher_context_get_clock:
 * @self: a context
 *
 * Gets the host's clock. Any thread.
 *
 * Returns: (transfer none): the clock
 */
UsherClock *
usher_context_get_clock (UsherContext *self)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  return self->clock;
}

/**
 * usher_context_dup_directory:
 * @self: a context
 * @error: return location for a [error@Error]
 *
 * Gets a folder of the service's own in the data directory, for what is no document, and
 * makes it with mode 0700 when it is missing. Any thread.
 *
 * Returns: (transfer full): the path, or `NULL` with `USHER_ERROR_UNAVAILABLE`
 */
char *
usher_context_dup_directory (UsherContext *self, GError **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  path = g_build_filename (self->directory, self->name, NULL);
  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "cannot make folder “%s”: %s",
                   path,
                   g_strerror (errno));
      return NULL;
    }

  return g_steal_pointer (&path);
}

/**
 * usher_context_get_string:
 * @self: a context
 * @key: a setting that the service declared
 *
 * Gets a setting of the group named like the service. Any thread.
 *
 * Returns: (nullable): the value
 */
const char *
usher_context_get_string (UsherContext *self, const char *key)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  return usher_settings_get_string (self->settings, self->name, key);
}

/**
 * usher_context_get_integer:
 * @self: a context
 * @key: a setting that the service declared
 *
 * Gets a setting of the group named like the service. Any thread.
 *
 * Returns: the value
 */
gint64
usher_context_get_integer (UsherContext *self, const char *key)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), 0);

  return usher_settings_get_integer (self->settings, self->name, key);
}

/**
 * usher_context_get_boolean:
 * @self: a context
 * @key: a setting that the service declared
 *
 * Gets a setting of the group named like the service. Any thread.
 *
 * Returns: the value
 */
gboolean
usher_context_get_boolean (UsherContext *self, const char *key)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), FALSE);

  return usher_settings_get_boolean (self->settings, self->name, key);
}

/**
 * usher_context_get_limiter:
 * @self: a context
 * @name: what is limited
 * @max: how many tries a key has
 * @window: in how many microseconds
 *
 * Gets a limiter that the host keeps for the service in memory. The first call with @name
 * makes it. Any thread.
 *
 * Returns: (transfer none): the limiter
 */
UsherLimiter *
usher_context_get_limiter (UsherContext *self, const char *name, guint max, gint64 window)
{
  g_autoptr (GMutexLocker) locker = NULL;
  UsherLimiter *limiter = NULL;

  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  locker = g_mutex_locker_new (&self->mutex);
  limiter = g_hash_table_lookup (self->limiters, name);
  if (limiter == NULL)
    {
      limiter = usher_limiter_new (self->clock, max, window);
      g_hash_table_insert (self->limiters, g_strdup (name), limiter);
    }

  return limiter;
}

/**
 * usher_context_begin_session:
 * @self: a context
 * @user_id: the user's id
 * @email: the user's e-mail address
 *
 * Makes a session that begins now, for [method@Reply.set_session]. Any thread.
 *
 * Returns: (transfer full): the session
 */
UsherSession *
usher_context_begin_session (UsherContext *self, const char *user_id, const char *email)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);
  g_return_val_if_fail (self->sessions != NULL, NULL);

  return usher_sessions_begin (self->sessions, user_id, email);
}

/**
 * usher_context_get_schema:
 * @self: a context
 * @collection: the name of a collection
 *
 * Gets the schema of a collection that the service declared. Any thread.
 *
 * Returns: (transfer none) (nullable): the schema
 */
UsherSchema *
usher_context_get_schema (UsherContext *self, const char *collection)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  for (guint i = 0; i < self->schemas->len; i++)
    {
      UsherSchema *schema = g_ptr_array_index (self->schemas, i);

      if (g_str_equal (usher_schema_get_collection (schema), collection))
        return schema;
    }

  return NULL;
}

/* @group: NULL stands for the default */
const UsherListener *
usher_context_find_listener (UsherContext *self, const char *channel, const char *group)
{
  g_autofree char *by_default = g_strconcat (self->name, "-service", NULL);

  for (guint i = 0; i < self->listeners->len; i++)
    {
      const UsherListener *listener = g_ptr_array_index (self->listeners, i);

      if (g_str_equal (listener->channel, channel) &&
          g_str_equal (listener->group, group != NULL ? group : by_default))
        return listener;
    }

  return NULL;
}

const UsherAlarm *
usher_context_find_alarm (UsherContext *self, const char *name)
{
  for (guint i = 0; i < self->alarms->len; i++)
    {
      const UsherAlarm *alarm = g_ptr_array_index (self->alarms, i);

      if (g_str_equal (alarm->name, name))
        return alarm;
    }

  return NULL;
}
