/* usher-broken-module.c: a module for each way in which one may be wrong
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <unistd.h>

#include "usher-error.h"
#include "usher-plugin.h"

/* NAME and VARIANT are set by the build */
enum
{
  GOOD,
  WRONG_MAGIC,
  WRONG_ABI,
  OLD_ABI,
  NEWER_GLIB,
  WRONG_SIZE,
  WRONG_NAMES,
  NO_TYPE,
  NO_SERVICE,
  NO_CONFIGURE,
  FAILS_CONFIGURE,
  FAILS_SILENTLY,
  FAILS_START,
  HANGS_START,
};

/* NOLINTBEGIN (misc-redundant-expression): what is compared is a constant in each variant */

/* longer than anybody waits: who stops the host has to insist */
static gboolean
answer_slowly (UsherRequest *request,
               UsherUnit *unit,
               UsherReply *reply,
               gpointer user_data,
               GError **error)
{
  g_message ("this will take a while");
  g_usleep (60 * G_USEC_PER_SEC);

  return TRUE;
}

static gboolean
broken_configure (UsherService *service, UsherContext *context, GError **error)
{
  static const UsherSetting settings[] = {
    { NAME, "size", USHER_SETTING_INTEGER, "3", 1, 10, "a number" },
    { NAME, "api-key", USHER_SETTING_STRING, "", 0, 0, "a secret" },
  };

  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  usher_context_add_event (context, NAME ":made", NULL, 0);
  usher_context_add_route (
      context, "GET", "/" NAME "/slow", USHER_ROUTE_BLOCKING, answer_slowly, NULL, NULL);
  if (VARIANT == FAILS_CONFIGURE)
    g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "it will not have it");

  return VARIANT != FAILS_CONFIGURE && VARIANT != FAILS_SILENTLY;
}

static gboolean
broken_start (UsherService *service, UsherContext *context, GError **error)
{
  if (VARIANT == HANGS_START)
    g_message ("it waits to be killed");
  while (VARIANT == HANGS_START)
    pause ();
  if (VARIANT == FAILS_START)
    g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "it has no lights");

  return VARIANT != FAILS_START;
}

static void
service_iface_init (gpointer iface, gpointer data)
{
  UsherServiceInterface *service = iface;

  if (VARIANT != NO_CONFIGURE)
    service->configure = broken_configure;
  service->start = broken_start;
}

/* types of all modules are in one process, so the name is a matter of the build */
static GType
broken_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      const GInterfaceInfo info = { service_iface_init, NULL, NULL };
      GType new_type = g_type_register_static_simple (
          G_TYPE_OBJECT, "Broken-" NAME, sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);

      if (VARIANT != NO_SERVICE)
        g_type_add_interface_static (new_type, USHER_TYPE_SERVICE, &info);
      g_once_init_leave (&type, new_type);
    }

  return type;
}

extern const UsherPlugin usher_plugin;
__attribute__ ((visibility ("default"))) const UsherPlugin usher_plugin = {
  .magic = VARIANT == WRONG_MAGIC ? 7 : USHER_PLUGIN_MAGIC,
  .abi = VARIANT == WRONG_ABI ? USHER_PLUGIN_ABI + 1
         : VARIANT == OLD_ABI ? USHER_PLUGIN_ABI - 1
                              : USHER_PLUGIN_ABI,
  .size = VARIANT == WRONG_SIZE ? 8 : sizeof (UsherPlugin),
  .name = VARIANT == WRONG_NAMES ? "other" : NAME,
  .version = VARIANT == WRONG_NAMES ? "9.9.9" : "1.0.0",
  .glib_major = GLIB_MAJOR_VERSION,
  .glib_minor = VARIANT == NEWER_GLIB ? GLIB_MINOR_VERSION + 100 : GLIB_MINOR_VERSION,
  .get_type = VARIANT == NO_TYPE ? NULL : broken_get_type,
};
/* NOLINTEND (misc-redundant-expression) */
