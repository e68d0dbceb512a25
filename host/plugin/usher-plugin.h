/* usher-plugin.h: the one symbol that a module exports
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-service.h"

G_BEGIN_DECLS

/**
 * USHER_PLUGIN_MAGIC:
 *
 * What the descriptor of a module begins with: `USHERPLG`.
 */
#define USHER_PLUGIN_MAGIC G_GUINT64_CONSTANT (0x5553484552504c47)
/**
 * USHER_PLUGIN_ABI:
 *
 * The number of what a module and a host must agree on. A manifest names it, too.
 */
#define USHER_PLUGIN_ABI 1

/**
 * UsherPlugin:
 * @magic: %USHER_PLUGIN_MAGIC
 * @abi: %USHER_PLUGIN_ABI of the headers it was built with
 * @size: sizeof (UsherPlugin)
 * @name: the name in the manifest
 * @version: the version in the manifest
 * @glib_major: the GLib it was built for
 * @glib_minor: the GLib it was built for
 * @get_type: the type, which implements [iface@Service]
 *
 * The descriptor of a module, a constant named `usher_plugin`.
 */
typedef struct
{
  guint64 magic;
  guint32 abi;
  guint32 size;
  const char *name;
  const char *version;
  guint32 glib_major;
  guint32 glib_minor;
  GType (*get_type) (void);
} UsherPlugin;

/**
 * USHER_PLUGIN_DEFINE: (skip)
 * @plugin_name: the name in the manifest
 * @plugin_version: the version in the manifest
 * @type_function: gets the type, which implements [iface@Service]
 *
 * Defines the descriptor, at the end of a module's file:
 * `USHER_PLUGIN_DEFINE ("tickets", "1.0.0", usher_tickets_service_get_type)`.
 */
#define USHER_PLUGIN_DEFINE(plugin_name, plugin_version, type_function)           \
  __attribute__ ((visibility ("default"))) extern const UsherPlugin usher_plugin; \
  const UsherPlugin usher_plugin = {                                              \
    .magic = USHER_PLUGIN_MAGIC,                                                  \
    .abi = USHER_PLUGIN_ABI,                                                      \
    .size = sizeof (UsherPlugin),                                                 \
    .name = plugin_name,                                                          \
    .version = plugin_version,                                                    \
    .glib_major = GLIB_MAJOR_VERSION,                                             \
    .glib_minor = GLIB_MINOR_VERSION,                                             \
    .get_type = type_function,                                                    \
  };

/**
 * USHER_DEFINE_SERVICE: (skip)
 * @plugin_name: the name in the manifest
 * @plugin_version: the version in the manifest
 * @configure_function: an [callback@ConfigureFunc]
 *
 * Defines all that a module needs whose service is nothing but its declarations, at the end of its file:
 * `USHER_DEFINE_SERVICE ("tickets", "1.0.0", configure)`. Its type is made by the library, under a name of its own. A service that is
 * more, with a start() or with state that lives as long as it does, defines a type and uses [func@PLUGIN_DEFINE].
 */
#define USHER_DEFINE_SERVICE(plugin_name, plugin_version, configure_function) \
  static GType usher_plugin_get_type (void)                                   \
  {                                                                           \
    return usher_service_register_type (plugin_name, configure_function);     \
  }                                                                           \
                                                                              \
  USHER_PLUGIN_DEFINE (plugin_name, plugin_version, usher_plugin_get_type)

G_END_DECLS
