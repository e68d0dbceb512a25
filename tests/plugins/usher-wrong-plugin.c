/* usher-wrong-plugin.c: a plugin for each way in which an author may get one wrong that loads well
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>

#include "usher-plugin.h"

/* NAME and VARIANT are set by the build */
enum
{
  MENDED,
  CRASHES_CONFIGURE,
  CRASHES_START,
};

/* NOLINTBEGIN (misc-redundant-expression): what is compared is a constant in each variant */

static void
crash (void)
{
  g_message ("what could go wrong");
  raise (SIGSEGV);
}

static gboolean
wrong_configure (UsherService *service, UsherContext *context, GError **error)
{
  if (VARIANT == CRASHES_CONFIGURE)
    crash ();

  return TRUE;
}

static gboolean
wrong_start (UsherService *service, UsherContext *context, GError **error)
{
  if (VARIANT == CRASHES_START)
    crash ();

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
