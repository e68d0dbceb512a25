/* usher-host.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-class.h"

#include "usher-directory-lock-private.h"
#include "usher-error.h"
#include "usher-health-private.h"
#include "usher-host-private.h"
#include "usher-host-secrets-private.h"
#include "usher-host-trace-private.h"
#include "usher-registration-private.h"
#include "usher-sessions-private.h"

#define LOCK_FILE "lock"
/* not beside the services' files: any name there may be a service's */
#define REVOCATIONS_FILE "host/sessions.db"
/* how long a host that was registered serves on after it began to stop */
#define LAME_DUCK (200 * G_TIME_SPAN_MILLISECOND)

/**
 * UsherHost:
 *
 * Services, their stores, the bus and the listeners, as one.
 *
 * Build it, add services, start it with a bus, let it listen, and stop it. The life-cycle
 * methods are called from one thread, which is none of the host's own.
 */
G_DEFINE_FINAL_TYPE (UsherHost, usher_host, G_TYPE_OBJECT)

typedef enum
{
  PROP_READY = 1,
  PROP_DRAINING,
  N_PROPERTIES,
} UsherHostProperty;

static GParamSpec *properties[N_PROPERTIES];

typedef enum
{
  DRAINED,
  BUS_CLOSED,
  SERVICE_CHANGED,
  N_SIGNALS,
} UsherHostSignal;

static guint signals[N_SIGNALS];

static void
usher_host_dispose (GObject *object)
{
  UsherHost *self = USHER_HOST (object);

  if (self->started)
    usher_host_stop (self, 0, NULL);

  G_OBJECT_CLASS (usher_host_parent_class)->dispose (object);
}

static void
usher_host_finalize (GObject *object)
{
  UsherHost *self = USHER_HOST (object);

  g_clear_object (&self->front);
  g_clear_object (&self->admin);
  g_clear_object (&self->probe);
  g_clear_pointer (&self->revocations, usher_revocations_free);
  g_clear_object (&self->router);
  g_clear_object (&self->admin_router);
  /* what is under way nevertheless ends with its service, and uses these until then */
  if (self->workers != NULL)
    usher_workers_end (self->workers);
  g_clear_pointer (&self->tenants, usher_tenants_free);
  g_clear_pointer (&self->workers, usher_workers_free);
  g_clear_pointer (&self->solitude, usher_solitude_free);
  g_clear_pointer (&self->readiness, usher_readiness_free);
  g_clear_pointer (&self->tracer, usher_tracer_unref);
  if (self->open_store_destroy != NULL)
    self->open_store_destroy (self->open_store_data);
  g_clear_object (&self->bus);
  g_clear_object (&self->sessions);
  g_clear_object (&self->settings);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->directory, g_free);
  g_clear_pointer (&self->registered, g_free);
  g_clear_pointer (&self->lock, usher_directory_lock_free);

  G_OBJECT_CLASS (usher_host_parent_class)->finalize (object);
}

static void
usher_host_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  UsherHost *self = USHER_HOST (object);

  switch ((UsherHostProperty) id)
    {
    case PROP_READY:
      g_value_set_boolean (value, usher_host_is_ready (self, NULL));
      break;
    case PROP_DRAINING:
      g_value_set_boolean (value, usher_readiness_is_draining (self->readiness));
      break;
    case N_PROPERTIES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
make_signals (void)
{
  /**
   * UsherHost::drained:
   * @self: the host
   *
   * Nothing is under way any more and the admin listener closes next: who keeps a request of it answers that now. On the
   * thread that stops the host.
   */
  signals[DRAINED] = g_signal_new (
      "drained", USHER_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * UsherHost::bus-closed:
   * @self: the host
   *
   * The bus is closed, and the stores close next: whoever looks at them on a thread of his own comes to an end before
   * he returns. On the thread that stops the host.
   */
  signals[BUS_CLOSED] = g_signal_new (
      "bus-closed", USHER_TYPE_HOST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * UsherHost::service-changed:
   * @self: the host
   * @name: the name of a service, which is the detail, too
   *
   * [method@Host.get_service_state] tells something else of a service than before. On the thread of the life-cycle method that
   * did it.
   */
  signals[SERVICE_CHANGED] = g_signal_new ("service-changed",
                                           USHER_TYPE_HOST,
                                           G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                                           0,
                                           NULL,
                                           NULL,
                                           NULL,
                                           G_TYPE_NONE,
                                           1,
                                           G_TYPE_STRING);
}

static void
usher_host_class_init (UsherHostClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_host_dispose;
  object_class->finalize = usher_host_finalize;
  object_class->get_property = usher_host_get_property;

  /**
   * UsherHost:ready:
   *
   * Whether requests will be served, as [method@Host.is_ready] tells it. What the host or the program around it
   * changes is notified, on the thread that does so; a bus or a database that comes and goes is not.
   */
  properties[PROP_READY] =
      g_param_spec_boolean ("ready",
                            NULL,
                            NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * UsherHost:draining:
   *
   * Whether [method@Host.stop] has begun.
   */
  properties[PROP_DRAINING] =
      g_param_spec_boolean ("draining",
                            NULL,
                            NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  make_signals ();
}

static void
on_service_moved (const char *service, gpointer host)
{
  g_signal_emit (host, signals[SERVICE_CHANGED], g_quark_from_string (service), service);
}

static void
usher_host_init (UsherHost *self)
{
  self->tenants = usher_tenants_new (on_service_moved, self);
  self->readiness = usher_readiness_new ();
  self->solitude = usher_solitude_new ();
}

/* (transfer full) (nullable): why it is not ready */
static char *
dup_reason (gpointer host)
{
  char *reason = NULL;

  usher_host_is_ready (host, &reason);

  return reason;
}

/* (transfer full) (nullable) */
static char *
dup_doubt (UsherLane *lane)
{
  g_autofree char *full = NULL;

  if (!usher_lane_takes_changes (lane))
    return g_strdup_printf ("the database of service “%s” takes no changes, the log says why",
                            usher_lane_get_name (lane));

  full = usher_lane_dup_full_channel (lane);

  return full == NULL ? NULL
                      : g_strdup_printf ("channel “%s” of the bus is full, events of service “%s” "
                                         "wait in its database",
                                         full,
                                         usher_lane_get_name (lane));
}

/* (transfer full) (nullable): what it cannot do although it is ready: reads go on */
static char *
dup_degraded (gpointer data)
{
  UsherHost *self = data;
  char *doubt = NULL;

  for (guint i = 0; doubt == NULL && i < usher_tenants_get_n (self->tenants); i++)
    doubt = dup_doubt (usher_tenants_get_lane (self->tenants, i));
  if (doubt == NULL && self->revocations != NULL && !usher_revocations_are_kept (self->revocations))
    doubt = g_strdup ("“" REVOCATIONS_FILE "” takes no changes, the log says why: what is known of "
                      "refused sessions is in memory alone");

  return doubt;
}

static gboolean
prepare (UsherHost *self, GError **error)
{
  UsherSessionSource *keys = NULL;

  if (!usher_host_open_tracer (self->settings, &self->tracer, error))
    return FALSE;

  keys = usher_host_open_session_keys (self->directory, self->settings, error);
  if (keys == NULL)
    return FALSE;

  self->sessions =
      usher_sessions_open (keys,
                           usher_settings_get_integer (self->settings, "session", "lifetime") *
                               G_USEC_PER_SEC,
                           self->clock,
                           error);
  if (self->sessions == NULL)
    return FALSE;

  self->router =
      usher_router_new (self->sessions,
                        (gsize) usher_settings_get_integer (self->settings, "http", "max-body"));
  self->admin_router =
      usher_router_new (self->sessions,
                        (gsize) usher_settings_get_integer (self->settings, "http", "max-body"));
  self->workers =
      usher_workers_new ("usher-workers",
                         (guint) usher_settings_get_integer (self->settings, "host", "workers"),
                         error);

  return self->workers != NULL &&
         usher_health_add_routes (self->admin_router, dup_reason, dup_degraded, self, error);
}

/* A restore that was broken off has left some files of before and some of the backup. */
static gboolean
check_restored (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, USHER_DIRECTORY_RESTORING, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "data directory “%s” is half restored: run “usher restore --force” again",
               directory);

  return FALSE;
}

static UsherHost *
make (const char *directory,
      UsherSettings *settings,
      UsherClock *clock,
      gboolean is_shared,
      GError **error)
{
  g_autoptr (UsherHost) self = g_object_new (USHER_TYPE_HOST, NULL);

  self->directory = g_canonicalize_filename (directory, NULL);
  self->settings = g_object_ref (settings);
  self->clock = g_object_ref (clock);
  self->is_shared = is_shared;

  self->lock = usher_directory_lock_new (self->directory,
                                         LOCK_FILE,
                                         "data directory",
                                         is_shared ? USHER_DIRECTORY_SHARED : USHER_DIRECTORY_ALONE,
                                         error);
  if (self->lock == NULL || !check_restored (self->directory, error) || !prepare (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * usher_host_new:
 * @directory: the data directory, made with mode 0700 when it is missing
 * @settings: settings on which [func@Host.declare_settings] was called
 * @clock: the clock
 * @error: return location for a [error@Error]
 *
 * Makes a host and locks its data directory, until the host is gone.
 *
 * Returns: (transfer full): the host, or `NULL`: `USHER_ERROR_BUSY` names the processes that have
 *   the directory, `USHER_ERROR_UNAVAILABLE` and `USHER_ERROR_FULL` say what cannot be written,
 *   `USHER_ERROR_CORRUPT` that a restore was broken off
 */
UsherHost *
usher_host_new (const char *directory, UsherSettings *settings, UsherClock *clock, GError **error)
{
  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return make (directory, settings, clock, FALSE, error);
}

/**
 * usher_host_new_shared:
 * @directory: the data directory, made with mode 0700 when it is missing
 * @settings: settings on which [func@Host.declare_settings] was called
 * @clock: the clock
 * @error: return location for a [error@Error]
 *
 * Makes a host on a data directory that other processes use at the same time, all by this function. They must
 * be members of one bus.
 *
 * Returns: (transfer full): the host, or `NULL`: `USHER_ERROR_BUSY` names a process that has the directory
 *   for itself, `USHER_ERROR_UNAVAILABLE` and `USHER_ERROR_FULL` say what cannot be written
 */
UsherHost *
usher_host_new_shared (const char *directory,
                       UsherSettings *settings,
                       UsherClock *clock,
                       GError **error)
{
  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (USHER_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return make (directory, settings, clock, TRUE, error);
}

/**
 * usher_host_share:
 * @self: a host without services that has its directory alone
 * @error: return location for a [error@Error]
 *
 * Lets hosts of [ctor@Host.new_shared] use the directory from now on. It was certain until now that nobody else does.
 *
 * Returns: whether they may
 */
gboolean
usher_host_share (UsherHost *self, GError **error)
{
  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (usher_tenants_get_n (self->tenants) == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  self->is_shared = TRUE;

  return usher_directory_lock_share (self->lock, error);
}

static void
on_idle (gpointer user_data)
{
  usher_tenants_end_reads (user_data);
}

/* Who is refused is known before the bus is asked. */
static gboolean
load_revocations (UsherHost *self, GError **error)
{
  static const char *const keys[USHER_REVOCATION_N_ROLES] = { "revoke-channel",
                                                              "restore-channel",
                                                              "ended-channel" };
  const char *channels[USHER_REVOCATION_N_ROLES];
  g_autofree char *path = g_build_filename (self->directory, REVOCATIONS_FILE, NULL);
  gboolean is_followed = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      channels[i] = usher_settings_get_string (self->settings, "session", keys[i]);
      is_followed = is_followed || *channels[i] != '\0';
    }

  /* who serves nobody refuses nobody */
  if (!is_followed || usher_tenants_get_n (self->tenants) == 0)
    return TRUE;

  self->revocations = usher_revocations_new (path, channels, self->sessions, self->clock, error);

  return self->revocations != NULL;
}

static gboolean
join_bus (UsherHost *self, GError **error)
{
  if (self->revocations != NULL && !usher_revocations_follow (self->revocations, self->bus, error))
    return FALSE;

  return usher_tenants_subscribe (self->tenants, self->bus, error);
}

/**
 * usher_host_start:
 * @self: a host
 * @bus: (nullable): the bus; without one events stay in the outbox and timers run by
 *   [method@Host.run_timers] alone
 * @error: return location for an error
 *
 * Opens the stores, starts the services and joins the bus. When it returns `TRUE`, each subscription is
 * confirmed; when it fails, the host can only be freed.
 *
 * Returns: whether the host has started
 */
gboolean
usher_host_start (UsherHost *self, UsherBus *bus, GError **error)
{
  GError *cause = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (bus == NULL || USHER_IS_BUS (bus), FALSE);
  g_return_val_if_fail (!self->started, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  self->started = TRUE;
  usher_tenants_move (self->tenants, USHER_PLUGIN_STARTING, "its store is being opened");
  if (bus != NULL)
    {
      self->bus = g_object_ref (bus);
      usher_bus_set_idle_func (bus, on_idle, self->tenants, NULL);
    }

  if (!load_revocations (self, &cause) || !usher_tenants_start (self->tenants, bus, &cause) ||
      (bus != NULL && !join_bus (self, &cause)))
    {
      usher_tenants_move (self->tenants, USHER_PLUGIN_FAILED, cause->message);
      g_propagate_error (error, cause);
      return FALSE;
    }

  usher_readiness_set_complete (self->readiness, TRUE);
  usher_tenants_move (self->tenants, USHER_PLUGIN_READY, "its subscriptions are confirmed");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);

  return TRUE;
}

/* (transfer full) (nullable) */
static char *
dup_bus_trouble (UsherHost *self)
{
  g_autofree char *refusal = NULL;

  if (self->bus == NULL || usher_bus_is_connected (self->bus))
    return NULL;

  refusal = usher_bus_dup_refusal (self->bus);

  return refusal != NULL ? g_strdup_printf ("the hub refuses this member: %s", refusal)
                         : g_strdup ("the bus does not answer");
}

/* (transfer full) (nullable) */
static char *
dup_store_trouble (UsherHost *self)
{
  for (guint i = 0; i < usher_tenants_get_n (self->tenants); i++)
    {
      UsherLane *lane = usher_tenants_get_lane (self->tenants, i);

      if (usher_lane_is_away (lane))
        return g_strdup_printf ("the database of service “%s” does not answer, the log says why",
                                usher_lane_get_name (lane));
    }

  return NULL;
}

/**
 * usher_host_is_ready:
 * @self: a host
 * @reason: (out) (optional) (transfer full): why it is not
 *
 * Tells whether every service has started, the bus and the servers of its databases answer and the host is not stopping. Any thread.
 *
 * Returns: whether requests will be served
 */
gboolean
usher_host_is_ready (UsherHost *self, char **reason)
{
  g_autofree char *trouble = NULL;
  g_autofree char *why = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);

  trouble = dup_bus_trouble (self);
  if (trouble == NULL)
    trouble = dup_store_trouble (self);
  why = usher_readiness_dup_reason (self->readiness, trouble);
  if (why == NULL)
    {
      if (reason != NULL)
        *reason = NULL;
      return TRUE;
    }

  if (reason != NULL)
    *reason = g_steal_pointer (&why);

  return FALSE;
}

/**
 * usher_host_set_trouble:
 * @self: a host
 * @reason: (nullable): why the host is not ready although it has started, `NULL`: it is
 *
 * Lets the program around the host say that something is missing that is required, such as a plugin that
 * failed. The host serves what it has and is not ready. Any thread.
 */
void
usher_host_set_trouble (UsherHost *self, const char *reason)
{
  g_return_if_fail (USHER_IS_HOST (self));

  usher_readiness_set_trouble (self->readiness, reason);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

/* A handler that was under way may begin to wait only now. */
static void
wait_for_idle (UsherHost *self, gint64 deadline)
{
  while (!usher_tenants_is_idle (self->tenants) && g_get_monotonic_time () < deadline)
    {
      g_usleep (2000);
      usher_tenants_give_up (self->tenants);
    }
}

/* Whether it was registered, so that some may still come who do not know yet. */
static gboolean
unregister (UsherHost *self)
{
  g_autofree char *path = g_steal_pointer (&self->registered);

  if (path == NULL)
    return FALSE;

  usher_registration_remove (path);

  return TRUE;
}

static void
stop_intake (UsherHost *self)
{
  g_autoptr (GError) error = NULL;

  /* what is due now is due after the next start too */
  usher_tenants_rest (self->tenants);
  usher_router_drain (self->router);
  if (self->front != NULL)
    usher_front_drain (self->front);
  if (self->bus != NULL && !usher_bus_pause (self->bus, &error))
    g_message ("the bus was not paused: %s", error->message);
  usher_tenants_give_up (self->tenants);
}

/**
 * usher_host_stop:
 * @self: a host that was started
 * @timeout: how many microseconds to wait for what is under way
 * @error: return location for an error
 *
 * Stops in order: not ready, not registered (and serving on for 200 ms, until all know), no intake, finish, hand back
 * what is not acknowledged, flush, close the bus and the stores. What was confirmed is durable, whether the time
 * sufficed or not.
 *
 * Returns: whether all was closed in order
 */
gboolean
usher_host_stop (UsherHost *self, gint64 timeout, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  gboolean ok = TRUE;

  g_return_val_if_fail (USHER_IS_HOST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!self->started)
    return TRUE;

  usher_readiness_set_draining (self->readiness);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAINING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
  usher_tenants_move (self->tenants, USHER_PLUGIN_DRAINING, "the host is stopping");
  if (unregister (self))
    g_usleep ((gulong) MIN (timeout, LAME_DUCK));
  stop_intake (self);
  wait_for_idle (self, deadline);
  if (self->front != NULL)
    usher_front_stop (self->front, MAX (0, deadline - g_get_monotonic_time ()));
  g_signal_emit (self, signals[DRAINED], 0);
  if (self->admin != NULL)
    usher_admin_listener_stop (self->admin);
  if (self->probe != NULL)
    usher_admin_listener_stop (self->probe);

  usher_tenants_stop_tickers (self->tenants);
  if (self->bus != NULL)
    ok = usher_bus_close (self->bus, MAX (0, deadline - g_get_monotonic_time ()), error);

  g_signal_emit (self, signals[BUS_CLOSED], 0);
  ok = usher_tenants_stop (self->tenants, ok ? error : NULL) && ok;
  usher_readiness_set_complete (self->readiness, FALSE);
  usher_tenants_move (self->tenants, USHER_PLUGIN_STOPPED, "the host has stopped");
  self->started = FALSE;

  return ok;
}
