/* usher-clashing-module.c: modules that are right by themselves, and clash with others
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

/* NAME, TYPE, which its service has, and RECORD, a type that it registers later, are set by the build */

/* each module exports its own */
extern const char *usher_test_tell_name (void);

__attribute__ ((visibility ("default"))) const char *
usher_test_tell_name (void)
{
  return NAME;
}

static void
register_record (void)
{
  g_type_register_static_simple (
      G_TYPE_OBJECT, RECORD, sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);
}

static gboolean
clashing_configure (UsherService *service, UsherContext *context, GError **error)
{
  register_record ();
  g_message ("the function of %s says %s", NAME, usher_test_tell_name ());

  return TRUE;
}

static void
service_iface_init (gpointer iface, gpointer data)
{
  UsherServiceInterface *service = iface;

  service->configure = clashing_configure;
}

static GType
clashing_get_type (void)
{
  const GInterfaceInfo info = { service_iface_init, NULL, NULL };
  GType type = g_type_register_static_simple (
      G_TYPE_OBJECT, TYPE, sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);

  if (type != G_TYPE_INVALID)
    g_type_add_interface_static (type, USHER_TYPE_SERVICE, &info);

  return type;
}

USHER_PLUGIN_DEFINE (NAME, "1.0.0", clashing_get_type)
