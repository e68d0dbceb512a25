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
#include "usher-limiters-private.h"
#include "usher-settings-private.h"

/**
 * UsherContext:
 *
 * All that a service gets from the host: its own store, its routes, the bus, timers,
 * clock and settings.
 *
 * A service declares what it has in its configure() and uses the rest from its
 * handlers. The context belongs to the host and lives as long as the service does.
 */
struct _UsherContext
{
  GObject parent_instance;

  UsherDeclarations *declarations; /* (owned) */
  char *directory;                 /* (owned): the host's data directory */
  UsherSettings *settings;         /* (owned) */
  UsherSessions *sessions;         /* (owned) */
  UsherClock *clock;               /* (owned) */
  UsherLimiters *limiters;         /* (owned) */
  GError *error;                   /* (owned) (nullable): the first declaration that was wrong */
  gboolean is_frozen;              /* nothing but the limiters changes any more */
};

G_DEFINE_FINAL_TYPE (UsherContext, usher_context, G_TYPE_OBJECT)

static void
usher_context_finalize (GObject *object)
{
  UsherContext *self = USHER_CONTEXT (object);

  g_clear_pointer (&self->declarations, usher_declarations_unref);
  g_clear_pointer (&self->limiters, usher_limiters_free);
  g_clear_pointer (&self->directory, g_free);
  g_clear_object (&self->settings);
  g_clear_object (&self->sessions);
  g_clear_object (&self->clock);
  g_clear_error (&self->error);

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
}

UsherContext *
usher_context_new (const char *name,
                   const char *directory,
                   UsherSettings *settings,
                   UsherSessions *sessions,
                   UsherClock *clock)
{
  UsherContext *self = g_object_new (USHER_TYPE_CONTEXT, NULL);

  self->declarations = usher_declarations_new (name);
  self->directory = g_strdup (directory);
  self->settings = g_object_ref (settings);
  self->sessions = g_object_ref (sessions);
  self->clock = g_object_ref (clock);
  self->limiters = usher_limiters_new (clock);

  return self;
}

gboolean
usher_context_freeze (UsherContext *self, GError **error)
{
  self->is_frozen = TRUE;
  if (self->error == NULL)
    return usher_declarations_check_remarks (self->declarations, error);

  g_propagate_error (error, g_steal_pointer (&self->error));

  return FALSE;
}

UsherDeclarations *
usher_context_get_declarations (UsherContext *self)
{
  return self->declarations;
}

static const char *
get_name (UsherContext *self)
{
  return usher_declarations_get_service (self->declarations);
}

void
usher_context_fail (UsherContext *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

gboolean
usher_context_may_declare (UsherContext *self, const char *what)
{
  if (self->is_frozen)
    g_critical ("service “%s” declares %s after it was configured", get_name (self), what);

  return !self->is_frozen;
}

/**
 * usher_context_add_settings:
 * @self: a context
 * @settings: (array length=n_settings): the settings; their group is the service's name, which they may leave out
 * @n_settings: how many
 *
 * Declares settings of the service. In configure() only; a setting of another group, one that
 * is declared already, and differently, or whose value does not fit, fails the configuration.
 * A key has letters from `a` to `z`, digits and `-`. A service whose name is a group of the
 * host's, such as `http`, can have no settings.
 */
void
usher_context_add_settings (UsherContext *self, const UsherSetting *settings, guint n_settings)
{
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (settings != NULL || n_settings == 0);

  if (!usher_context_may_declare (self, "settings"))
    return;

  if (!usher_settings_declare_own (self->settings, get_name (self), settings, n_settings, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_use_pool:
 * @self: a context
 * @n_threads: how many threads, 1 to 64, unless the setting `threads` of the service says otherwise
 *
 * Has all handlers of the service run on its own pool, those of events and timers too, and none on a thread of the host's: for who
 * cannot promise that they are short. A binding whose interpreter runs one thread at a time wants one. In configure() only.
 */
void
usher_context_use_pool (UsherContext *self, guint n_threads)
{
  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (n_threads > 0 && n_threads <= 64);

  if (usher_context_may_declare (self, "a pool"))
    usher_declarations_set_pool (self->declarations, n_threads);
}

static const char *
or_nothing (const char *text)
{
  return text != NULL ? text : "";
}

/* What lacks something fails the configuration, which names it by what it has. */
static gboolean
is_whole (UsherContext *self,
          const char *kind,
          const char *name,
          const char *more,
          gboolean has_handler)
{
  g_autoptr (GError) error = NULL;

  if (name != NULL && more != NULL && has_handler)
    return TRUE;

  usher_refuse (&error,
                USHER_ERROR_INVALID,
                "%s “%s%s%s” wants a name and a handler",
                kind,
                or_nothing (name),
                more == NULL || *more != '\0' ? " " : "",
                or_nothing (more));
  usher_context_fail (self, g_steal_pointer (&error));

  return FALSE;
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
  UsherRoute *route = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));

  if (!usher_context_may_declare (self, "a route") ||
      !is_whole (self, "route", method, pattern, handler != NULL))
    return;

  route = usher_route_new (get_name (self), method, pattern, flags);
  usher_declarations_add_endpoint (self->declarations,
                                   usher_endpoint_new (route, handler, user_data, destroy));
}

/**
 * usher_context_add_listener:
 * @self: a context
 * @channel: the channel of the events
 * @group: (nullable): the queue group, which begins with the service's name and `-service`, and goes on with a `.`
 *   where the service has more than one; `NULL` is the first
 * @handler: (scope notified) (closure user_data) (destroy destroy): the handler
 * @user_data: data for @handler
 * @destroy: (nullable): frees @user_data
 *
 * Declares a listener. In configure() only.
 *
 * The group is the durable name and the inbox's subscriber too. Its position begins with the
 * first event that is kept. A group of another service, whose events it would take, fails the
 * configuration.
 */
void
usher_context_add_listener (UsherContext *self,
                            const char *channel,
                            const char *group,
                            UsherEventHandler handler,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  g_autofree char *own = NULL;
  UsherListener *listener = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));

  if (!usher_context_may_declare (self, "a listener") ||
      !is_whole (self, "the listener on", channel, "", handler != NULL))
    return;

  own = usher_declarations_make_group (self->declarations);
  listener = usher_listener_new (channel, group != NULL ? group : own, handler, user_data, destroy);
  if (!usher_declarations_add_listener (self->declarations, listener, &error))
    usher_context_fail (self, error);
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
 * A timer that fell due while the host was down fires at the next start. One of which its process dies again and again is parked
 * until an operator retries or drops it, or the service sets it anew.
 */
void
usher_context_add_timer (UsherContext *self,
                         const char *name,
                         UsherTimerHandler handler,
                         gpointer user_data,
                         GDestroyNotify destroy)
{
  UsherAlarm *alarm = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));

  if (!usher_context_may_declare (self, "a timer") ||
      !is_whole (self, "timer", name, "", handler != NULL))
    return;

  alarm = usher_alarm_new (name, handler, user_data, destroy);
  if (!usher_declarations_add_alarm (self->declarations, alarm, &error))
    usher_context_fail (self, error);
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

  return get_name (self);
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

  path = g_build_filename (self->directory, get_name (self), NULL);
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

  return usher_settings_get_string (self->settings, get_name (self), key);
}

/**
 * usher_context_dup_secret:
 * @self: a context
 * @key: a setting that the service declared, a string
 *
 * Gets a setting of the group named like the service that is for no eye, such as the key of an outside API, as it is now. Ask each
 * time that it is needed and keep no copy: where the setting refers to a secret (`secret:NAME`) that was changed while the
 * host runs, this is the new one. Never waits for a keyring. Any thread.
 *
 * Returns: (transfer full) (nullable): the secret, `NULL` where none is set
 */
UsherSecret *
usher_context_dup_secret (UsherContext *self, const char *key)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  return usher_settings_dup_secret (self->settings, get_name (self), key);
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

  return usher_settings_get_integer (self->settings, get_name (self), key);
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

  return usher_settings_get_boolean (self->settings, get_name (self), key);
}

/**
 * usher_context_get_limiter:
 * @self: a context
 * @name: what is limited
 * @max: how many tries a key has
 * @window: in how many microseconds
 *
 * Gets a limiter that the host keeps for the service in memory, a process its own. The first call with @name
 * makes it. Any thread.
 *
 * Returns: (transfer none): the limiter
 */
UsherLimiter *
usher_context_get_limiter (UsherContext *self, const char *name, guint max, gint64 window)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return usher_limiters_ensure (self->limiters, name, max, window);
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

  return usher_sessions_begin (self->sessions, user_id, email);
}
