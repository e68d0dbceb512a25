/* usher-wrong-plugin.c: a plugin for each way in which an author may get one wrong that loads well
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-plugin.h"

/* NAME and VARIANT are set by the build */
enum
{
  MENDED,
  BEHAVES_WRONGLY,
  CRASHES_CONFIGURE,
  CRASHES_SOON,
  CRASHES_START,
  DECLARES_CHANNEL,
  DECLARES_GROUP,
  DECLARES_KEY,
  DECLARES_NO_KEY,
  DECLARES_NO_TIMER,
  DECLARES_NULL,
  DECLARES_PARAMETER,
  DECLARES_ROUTE,
  DECLARES_SETTING,
  DECLARES_SETTING_OF_HOST,
};

/* NOLINTBEGIN (misc-redundant-expression): what is compared is a constant in each variant */

static void
crash (void)
{
  g_message ("what could go wrong");
  raise (SIGSEGV);
}

/* A timer that is never over. */
static gboolean
ring (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  usher_unit_schedule (unit,
                       "ring",
                       usher_timer_get_key (timer),
                       usher_unit_get_time (unit) + 20 * G_TIME_SPAN_MILLISECOND,
                       NULL);

  return TRUE;
}

static gboolean
set_alarms (UsherRequest *request,
            UsherUnit *unit,
            UsherReply *reply,
            gpointer user_data,
            GError **error)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      usher_unit_schedule (unit, "ring", key, usher_unit_get_time (unit), NULL);
    }

  return TRUE;
}

static gboolean
tell (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  usher_unit_publish (unit, "wrong:told", "{}");

  return TRUE;
}

/* Ends the process in one of the ways of plugins. */
static void
die (const char *how)
{
  if (g_str_equal (how, "abort"))
    abort ();
  if (g_str_equal (how, "exit"))
    _exit (0);

  raise (SIGSEGV);
}

static gboolean
die_at_once (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  die (usher_request_get_parameter (request, "how"));

  return TRUE;
}

/* A timer of which its process dies. */
static gboolean
explode (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  die (usher_timer_get_key (timer));

  return TRUE;
}

/* A timer that cannot do what it is for. */
static gboolean
owe (UsherTimer *timer, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "nothing left to pay with");

  return FALSE;
}

static gboolean
set_timer (UsherRequest *request,
           UsherUnit *unit,
           UsherReply *reply,
           gpointer user_data,
           GError **error)
{
  const char *seconds = usher_request_get_query (request, "in");
  gint64 wait = seconds != NULL ? g_ascii_strtoll (seconds, NULL, 10) * G_TIME_SPAN_SECOND : 0;

  usher_unit_schedule (unit,
                       usher_request_get_parameter (request, "name"),
                       usher_request_get_parameter (request, "key"),
                       usher_unit_get_time (unit) + wait,
                       "{\"of\":1}");

  return TRUE;
}

/* on a thread of the listener, without USHER_ROUTE_BLOCKING */
static gboolean
dawdle (UsherRequest *request,
        UsherUnit *unit,
        UsherReply *reply,
        gpointer user_data,
        GError **error)
{
  gint64 end = g_get_monotonic_time () + 300 * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < end)
    continue;

  return TRUE;
}

static void
declare_wrong_behaviour (UsherContext *context)
{
  usher_context_add_route (
      context, "POST", "/" NAME "/alarms", USHER_ROUTE_NONE, set_alarms, NULL, NULL);
  usher_context_add_route (context, "POST", "/" NAME "/tales", USHER_ROUTE_NONE, tell, NULL, NULL);
  usher_context_add_route (
      context, "GET", "/" NAME "/dawdle", USHER_ROUTE_NONE, dawdle, NULL, NULL);
  usher_context_add_route (
      context, "GET", "/" NAME "/deaths/:how", USHER_ROUTE_NONE, die_at_once, NULL, NULL);
  usher_context_add_route (
      context, "POST", "/" NAME "/timers/:name/:key", USHER_ROUTE_NONE, set_timer, NULL, NULL);
  usher_context_add_timer (context, "ring", ring, NULL, NULL);
  usher_context_add_timer (context, "bomb", explode, NULL, NULL);
  usher_context_add_timer (context, "debt", owe, NULL, NULL);
}

static gboolean
listen (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
answer (UsherRequest *request,
        UsherUnit *unit,
        UsherReply *reply,
        gpointer user_data,
        GError **error)
{
  return TRUE;
}

static void
declare_setting (UsherContext *context, const char *group, const char *key)
{
  const UsherSetting setting = { group, key, USHER_SETTING_STRING, "none", 0, 0, "what is wrong" };

  usher_context_add_settings (context, &setting, 1);
}

/* what belongs to the plugin “good”, or to the host */
static void
declare_foreign_name (UsherContext *context)
{
  if (VARIANT == DECLARES_GROUP)
    usher_context_add_listener (context, "good:made", "good-service", listen, NULL, NULL);
  if (VARIANT == DECLARES_ROUTE)
    usher_context_add_route (context, "GET", "/good/slow", USHER_ROUTE_NONE, answer, NULL, NULL);
  if (VARIANT == DECLARES_SETTING)
    declare_setting (context, "good", "size");
  if (VARIANT == DECLARES_SETTING_OF_HOST)
    declare_setting (context, "http", "colour");
}

static void
declare_no_name (UsherContext *context)
{
  if (VARIANT == DECLARES_KEY)
    declare_setting (context, NAME, "Bad Key=");
  if (VARIANT == DECLARES_NO_KEY)
    declare_setting (context, NAME, NULL);
  if (VARIANT == DECLARES_NO_TIMER)
    usher_context_add_timer (context, "", ring, NULL, NULL);
  if (VARIANT == DECLARES_PARAMETER)
    usher_context_add_route (
        context, "GET", "/" NAME "/:id/of/:id", USHER_ROUTE_NONE, answer, NULL, NULL);
}

static gboolean
wrong_configure (UsherService *service, UsherContext *context, GError **error)
{
  if (VARIANT == BEHAVES_WRONGLY)
    declare_wrong_behaviour (context);
  if (VARIANT == CRASHES_CONFIGURE)
    crash ();
  if (VARIANT == DECLARES_CHANNEL)
    usher_context_add_listener (context, "what a channel!", NULL, listen, NULL, NULL);
  if (VARIANT == DECLARES_NULL)
    usher_context_add_listener (context, "good:made", NULL, NULL, NULL, NULL);
  declare_foreign_name (context);
  declare_no_name (context);

  return TRUE;
}

static gboolean
on_soon (gpointer user_data)
{
  crash ();

  return G_SOURCE_REMOVE;
}

static gboolean
wrong_start (UsherService *service, UsherContext *context, GError **error)
{
  if (VARIANT == CRASHES_START)
    crash ();
  if (VARIANT == CRASHES_SOON)
    g_timeout_add (50, on_soon, NULL);

  return TRUE;
}

static void
service_iface_init (gpointer iface, gpointer data)
{
  UsherServiceInterface *service = iface;

  service->configure = wrong_configure;
  service->start = wrong_start;
}

/* types of all modules are in one process, so the name is a matter of the build */
static GType
wrong_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      const GInterfaceInfo info = { service_iface_init, NULL, NULL };
      GType new_type = g_type_register_static_simple (
          G_TYPE_OBJECT, "Wrong-" NAME, sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);

      g_type_add_interface_static (new_type, USHER_TYPE_SERVICE, &info);
      g_once_init_leave (&type, new_type);
    }

  return type;
}

extern const UsherPlugin usher_plugin;
__attribute__ ((visibility ("default"))) const UsherPlugin usher_plugin = {
  .magic = USHER_PLUGIN_MAGIC,
  .abi = USHER_PLUGIN_ABI,
  .size = sizeof (UsherPlugin),
  .name = NAME,
  .version = "1.0.0",
  .glib_major = GLIB_MAJOR_VERSION,
  .glib_minor = GLIB_MINOR_VERSION,
  .get_type = wrong_get_type,
};
/* NOLINTEND (misc-redundant-expression) */
