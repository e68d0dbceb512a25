/* usher-supervisor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-supervisor.h"

#include <string.h>

#include "usher-error.h"
#include "usher-notify-socket.h"
#include "usher-program.h"
#include "usher-python.h"
#include "usher-run-directory.h"
#include "usher-slots.h"

#define CHECK_INTERVAL 500 /* milliseconds */

/* microseconds between attempts to put processes in the place of those that cannot be found any more */
#define RENEWAL_PAUSE (10 * G_TIME_SPAN_SECOND)

#define IPC "ipc://"

/* what a process may take longer to stop than what is under way in it */
#define STOP_MARGIN 5

struct _UsherSupervisor
{
  UsherSetup *setup;           /* (unowned) */
  const UsherProfile *profile; /* (unowned) */
  UsherSupervisorFunc func;
  gpointer user_data;

  UsherNotifySocket *socket; /* (owned) */
  char *notify;              /* (owned): its path */
  char *program;             /* (owned) */
  UsherSlotPolicy policy;
  UsherSlot *hub;      /* (owned) */
  GPtrArray *services; /* (owned) (element-type UsherSlot) */
  guint check_timer;
  gint64 checked; /* monotonic */
  gint64 renewed; /* monotonic: when something was found missing in the run directory */
  gboolean began; /* the services were started */
  gboolean stopping;
};

static const UsherSetting supervisor_settings[] = {
  { "supervisor",
    "max-restarts",
    USHER_SETTING_INTEGER,
    "15",
    0,
    100000,
    "how often a process is started again within the window before it is given up" },
  { "supervisor",
    "restart-window",
    USHER_SETTING_INTEGER,
    "60",
    1,
    86400,
    "seconds within which restarts are counted" },
  { "supervisor",
    "start-timeout",
    USHER_SETTING_INTEGER,
    "30",
    1,
    3600,
    "seconds until a process must be ready" },
  { "supervisor",
    "watchdog",
    USHER_SETTING_INTEGER,
    "20",
    0,
    3600,
    "seconds after which a process that does not say that it is alive is killed, 0: never" },
};

gboolean
usher_supervisor_declare_settings (UsherSettings *settings, GError **error)
{
  return usher_settings_declare (settings,
                                 supervisor_settings,
                                 G_N_ELEMENTS (supervisor_settings),
                                 error);
}

static void
add_option (GStrvBuilder *builder, const char *option, const char *value)
{
  if (value == NULL)
    return;

  g_strv_builder_add (builder, option);
  g_strv_builder_add (builder, value);
}

static void
add_options (GStrvBuilder *builder, const char *option, char *const *values)
{
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    add_option (builder, option, values[i]);
}

static void
add_socket (GStrvBuilder *builder,
            const char *option,
            const UsherOptions *options,
            const char *name)
{
  g_autofree char *address = g_strdup_printf ("unix:%s/%s.%s", options->run, name, option + 2);

  add_option (builder, option, address);
}

static void
add_elsewhere (GStrvBuilder *builder, UsherSetup *setup, const char *const *own)
{
  for (guint i = 0; setup->services != NULL && setup->services[i] != NULL; i++)
    if (usher_python_is_file (setup->options->arguments[i]) &&
        (own == NULL || !g_strv_contains (own, setup->services[i])))
      add_option (builder, "--elsewhere", setup->services[i]);
}

static char **
make_arguments (UsherSlot *slot, const char *name, gpointer user_data)
{
  UsherSupervisor *self = user_data;
  const UsherOptions *options = self->setup->options;
  const char *const *services = usher_slot_get_services (slot);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, self->program);
  g_strv_builder_add (builder, services != NULL ? "run" : "hub");
  for (guint i = 0; services != NULL && services[i] != NULL; i++)
    {
      g_autofree char *word = usher_setup_dup_word (self->setup, services[i]);

      g_strv_builder_add (builder, word);
    }
  add_option (builder, "--bus", self->profile->bus);
  add_option (builder, "--name", name);
  add_option (builder, "--run", options->run);
  add_socket (builder, "--admin", options, name);
  if (services != NULL)
    add_socket (builder, "--listen", options, name);
  /* one that has others beside it serves those, and is not ready */
  if (services != NULL && (self->policy.leaves_out || services[1] == NULL))
    g_strv_builder_add (builder, "--leave-out");
  add_option (builder, "--data", options->data);
  add_option (builder, "--config", options->config);
  add_options (builder, "--set", options->assignments);
  add_elsewhere (builder, self->setup, services);
  add_options (builder, "--plugins", options->plugins);
  g_strv_builder_add (builder, "--plugins-only");

  return g_strv_builder_end (builder);
}

static void
each (UsherSupervisor *self, void (*func) (UsherSlot *slot))
{
  for (guint i = 0; i < self->services->len; i++)
    func (g_ptr_array_index (self->services, i));
}

static void
on_changed (UsherSlot *slot, gpointer user_data)
{
  UsherSupervisor *self = user_data;

  if (slot == self->hub && !self->began && !self->stopping &&
      usher_slot_get_state (slot) == USHER_SLOT_READY)
    {
      self->began = TRUE;
      each (self, usher_slot_start);
    }

  self->func (self->user_data);
}

static void
on_notice (GPid pid, const char *text, gpointer user_data)
{
  UsherSupervisor *self = user_data;

  if (usher_slot_take_notice (self->hub, pid, text))
    return;

  for (guint i = 0; i < self->services->len; i++)
    if (usher_slot_take_notice (g_ptr_array_index (self->services, i), pid, text))
      return;
}

static void
on_renewed (UsherSlot *slot, const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_message ("%s", error->message);
}

/* A process that is ready, and whose files somebody has deleted. */
static gboolean
is_lost (UsherSupervisor *self, UsherSlot *slot)
{
  UsherChild *child = usher_slot_get_child (slot);
  gboolean is_hub = slot == self->hub;

  if (usher_slot_get_state (slot) != USHER_SLOT_READY || child == NULL ||
      usher_child_get_state (child) != USHER_CHILD_READY)
    return FALSE;
  if (!usher_run_directory_has (self->setup->options->run, usher_child_get_name (child), !is_hub))
    return TRUE;

  return is_hub && g_str_has_prefix (self->profile->bus, IPC) &&
         !g_file_test (self->profile->bus + strlen (IPC), G_FILE_TEST_EXISTS);
}

static gboolean
renew_slots (UsherSupervisor *self)
{
  gboolean any = FALSE;

  if (is_lost (self, self->hub))
    {
      usher_slot_replace (self->hub, "its sockets were deleted");
      any = TRUE;
    }
  for (guint i = 0; i < self->services->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (self->services, i);

      if (!is_lost (self, slot))
        continue;
      usher_slot_reload (slot, on_renewed, NULL);
      any = TRUE;
    }

  return any;
}

static gboolean
renew_socket (UsherSupervisor *self)
{
  UsherNotifySocket *socket = NULL;
  g_autoptr (GError) error = NULL;

  if (usher_notify_socket_is_there (self->socket))
    return FALSE;

  if (usher_program_make_run_directory (self->setup->options->run, &error))
    socket = usher_notify_socket_new (self->notify, on_notice, self, &error);
  if (socket == NULL)
    {
      g_message ("%s", error->message);
      return TRUE;
    }

  /* which removes its path no more, as that is another's */
  usher_notify_socket_free (self->socket);
  self->socket = socket;

  return TRUE;
}

/* Sockets whose path was deleted are found by nobody, and only who has them can make them again. */
static void
renew_run (UsherSupervisor *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean any = FALSE;

  if (self->stopping || (self->renewed != 0 && now < self->renewed + RENEWAL_PAUSE))
    return;

  any = renew_socket (self);
  any = renew_slots (self) || any;
  if (!any)
    return;

  self->renewed = now;
  g_message (
      "files were deleted in the run directory “%s”: it is made again, and new processes take "
      "the place of those that nobody finds any more",
      self->setup->options->run);
}

static void
check_slots (UsherSupervisor *self, gint64 gap)
{
  usher_slot_check (self->hub, gap);
  for (guint i = 0; i < self->services->len; i++)
    usher_slot_check (g_ptr_array_index (self->services, i), gap);
}

/* How much longer ago the last look was than it should be, in microseconds: this process was stopped, or the machine. */
static gint64
measure_gap (UsherSupervisor *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 gap = now - self->checked - CHECK_INTERVAL * G_TIME_SPAN_MILLISECOND;

  self->checked = now;

  return MAX (gap, 0);
}

/* What the children have said meanwhile is heard before they are judged, and a gap is nobody's fault. */
static gboolean
on_check (gpointer user_data)
{
  UsherSupervisor *self = user_data;
  gint64 gap = measure_gap (self);

  usher_notify_socket_read (self->socket);
  check_slots (self, gap);
  renew_run (self);

  return G_SOURCE_CONTINUE;
}

static void
add_slots (UsherSupervisor *self)
{
  self->hub = usher_slot_new (&self->policy, "hub", NULL);
  for (guint i = 0; i < self->profile->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (self->profile->places, i);

      for (guint copy = 1; copy <= place->copies; copy++)
        {
          g_autofree char *name = place->copies == 1 ? g_strdup (place->name)
                                                     : g_strdup_printf ("%s.%u", place->name, copy);

          g_ptr_array_add (self->services,
                           usher_slot_new (&self->policy,
                                           name,
                                           (const char *const *) place->services));
        }
    }
}

static guint
get_setting (UsherSupervisor *self, const char *group, const char *key)
{
  return (guint) usher_settings_get_integer (self->setup->settings, group, key);
}

/* A process that was killed leaves its sockets and what others find it by. */
static void
on_ended (UsherSlot *slot, const char *name, gpointer user_data)
{
  UsherSupervisor *self = user_data;

  usher_run_directory_remove (self->setup->options->run, name);
}

static void
make_policy (UsherSupervisor *self)
{
  self->policy = (UsherSlotPolicy){
    .notify = self->notify,
    .start_timeout = get_setting (self, "supervisor", "start-timeout"),
    .stop_timeout = get_setting (self, "host", "stop-timeout") + STOP_MARGIN,
    .max_restarts = get_setting (self, "supervisor", "max-restarts"),
    .restart_window = get_setting (self, "supervisor", "restart-window"),
    .watchdog = get_setting (self, "supervisor", "watchdog"),
    .leaves_out = self->setup->options->arguments == NULL,
    .make_arguments = make_arguments,
    .ended = on_ended,
    .changed = on_changed,
    .user_data = self,
  };
}

UsherSupervisor *
usher_supervisor_new (UsherSetup *setup,
                      const UsherProfile *profile,
                      UsherSupervisorFunc func,
                      gpointer user_data,
                      GError **error)
{
  g_autoptr (UsherSupervisor) self = g_new0 (UsherSupervisor, 1);

  self->setup = setup;
  self->profile = profile;
  self->func = func;
  self->user_data = user_data;
  self->services = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_slot_free);
  self->notify = g_build_filename (setup->options->run, "notify", NULL);
  self->program = g_file_read_link ("/proc/self/exe", error);
  if (self->program == NULL || !usher_run_directory_prepare (setup->options->run, error))
    return NULL;

  self->socket = usher_notify_socket_new (self->notify, on_notice, self, error);
  if (self->socket == NULL)
    return NULL;

  make_policy (self);
  add_slots (self);
  self->checked = g_get_monotonic_time ();
  self->check_timer = g_timeout_add (CHECK_INTERVAL, on_check, self);
  usher_slot_start (self->hub);

  return g_steal_pointer (&self);
}

void
usher_supervisor_free (UsherSupervisor *self)
{
  g_clear_handle_id (&self->check_timer, g_source_remove);
  g_ptr_array_unref (self->services);
  g_clear_pointer (&self->hub, usher_slot_free);
  g_clear_pointer (&self->socket, usher_notify_socket_free);
  g_free (self->notify);
  g_free (self->program);
  g_free (self);
}

void
usher_supervisor_stop (UsherSupervisor *self)
{
  self->stopping = TRUE;
  each (self, usher_slot_stop);
}

void
usher_supervisor_stop_hub (UsherSupervisor *self)
{
  usher_slot_stop (self->hub);
}

gboolean
usher_supervisor_is_quiet (UsherSupervisor *self)
{
  return self->stopping && usher_slots_have_ended (self->services) &&
         usher_slot_get_state (self->hub) != USHER_SLOT_STOPPING;
}

/* The copies of a service, one after the other. */
typedef struct
{
  GPtrArray *slots; /* (owned) (element-type UsherSlot) */
  guint next;
  UsherReloadedFunc func;
  gpointer user_data;
} Reload;

static void
on_reloaded (UsherSlot *slot, const GError *error, gpointer user_data)
{
  Reload *reload = user_data;

  if (error == NULL && reload->next < reload->slots->len)
    {
      usher_slot_reload (g_ptr_array_index (reload->slots, reload->next++), on_reloaded, reload);
      return;
    }

  reload->func (slot, error, reload->user_data);
  g_ptr_array_unref (reload->slots);
  g_free (reload);
}

void
usher_supervisor_reload (UsherSupervisor *self,
                         const char *service,
                         UsherReloadedFunc func,
                         gpointer user_data)
{
  Reload *reload = g_new0 (Reload, 1);
  g_autoptr (GError) error = NULL;

  reload->slots = g_ptr_array_new ();
  reload->func = func;
  reload->user_data = user_data;
  for (guint i = 0; i < self->services->len; i++)
    if (usher_slot_has_service (g_ptr_array_index (self->services, i), service))
      g_ptr_array_add (reload->slots, g_ptr_array_index (self->services, i));

  if (reload->slots->len == 0)
    g_set_error (
        &error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no process has the service “%s”", service);
  on_reloaded (NULL, error, reload);
}

gboolean
usher_supervisor_is_left_out (UsherSupervisor *self, const char *service)
{
  return usher_slots_leave_out (self->services, service);
}

char *
usher_supervisor_dup_trouble (UsherSupervisor *self)
{
  return usher_slots_dup_trouble (self->services);
}

char *
usher_supervisor_dup_defeat (UsherSupervisor *self)
{
  if (usher_slot_get_state (self->hub) == USHER_SLOT_FAILED)
    return g_strdup_printf ("the hub cannot run: %s", usher_slot_get_reason (self->hub));

  return usher_slots_dup_defeat (self->services);
}

gboolean
usher_supervisor_is_settled (UsherSupervisor *self)
{
  return self->began && usher_slots_are_settled (self->services);
}

gboolean
usher_supervisor_is_complete (UsherSupervisor *self)
{
  return self->began && usher_slots_are_complete (self->services);
}

void
usher_supervisor_foreach (UsherSupervisor *self, GFunc func, gpointer user_data)
{
  func (self->hub, user_data);
  g_ptr_array_foreach (self->services, func, user_data);
}
