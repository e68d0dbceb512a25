/* usher-plain-service.c: the type of a service that is nothing but its declarations
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-plugin.h"

/* Types of services are under these names, so the types of two that have different names never clash: what a plugin's name may
 * have, a type's may. A “+” is in no plugin's name. */
#define TYPE_NAME "UsherPlugin-%s"
#define AGAIN     "UsherPlugin-%s+%u"

static GMutex registering;

static G_DEFINE_QUARK (usher_plain_configure, configure);

static gboolean
configure_plain (UsherService *service, UsherContext *context, GError **error)
{
  UsherConfigureFunc configure =
      (UsherConfigureFunc) g_type_get_qdata (G_OBJECT_TYPE (service), configure_quark ());

  return configure (context, error);
}

static void
service_iface_init (gpointer iface, gpointer data)
{
  UsherServiceInterface *service = iface;

  service->configure = configure_plain;
}

static GType
make_type (const char *type_name, UsherConfigureFunc configure)
{
  const GInterfaceInfo info = { service_iface_init, NULL, NULL };
  GType type = g_type_register_static_simple (
      G_TYPE_OBJECT, type_name, sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);

  if (type == G_TYPE_INVALID)
    return type;

  g_type_set_qdata (type, configure_quark (), (gpointer) configure);
  g_type_add_interface_static (type, USHER_TYPE_SERVICE, &info);

  return type;
}

/* The type of that name and function, if it is there; else @type_name is one that is free. */
static GType
find_type (const char *name, UsherConfigureFunc configure, char **type_name)
{
  GType type;

  *type_name = g_strdup_printf (TYPE_NAME, name);
  for (guint i = 2; (type = g_type_from_name (*type_name)) != G_TYPE_INVALID; i++)
    {
      if (g_type_get_qdata (type, configure_quark ()) == (gpointer) configure)
        return type;
      g_free (*type_name);
      *type_name = g_strdup_printf (AGAIN, name, i);
    }

  return G_TYPE_INVALID;
}

/**
 * usher_service_register_type: (skip)
 * @name: the name of a plugin
 * @configure: lets its service declare what it has
 *
 * Gets a type that implements [iface@Service] with a function alone, for [func@DEFINE_SERVICE]. The same type for the same name and
 * function, and for no others. Any thread.
 *
 * Returns: the type, never unregistered; invalid where no plugin can have @name
 */
GType
usher_service_register_type (const char *name, UsherConfigureFunc configure)
{
  g_autofree char *type_name = NULL;
  GType type;

  g_return_val_if_fail (name != NULL, G_TYPE_INVALID);
  g_return_val_if_fail (configure != NULL, G_TYPE_INVALID);

  g_mutex_lock (&registering);
  type = find_type (name, configure, &type_name);
  if (type == G_TYPE_INVALID)
    type = make_type (type_name, configure);
  g_mutex_unlock (&registering);

  return type;
}
