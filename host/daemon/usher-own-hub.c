/* usher-own-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-own-hub.h"

#include "usher-bus-metrics.h"
#include "usher-bus.h"
#include "usher-program.h"

#define ENDPOINT   "inproc://usher-bus"
#define BUS_FOLDER "bus"

UsherHub *
usher_own_hub_new (const UsherSetup *setup, GError **error)
{
  UsherSettings *settings = setup->settings;
  g_autofree char *directory = g_build_filename (setup->options->data, BUS_FOLDER, NULL);
  const UsherHubLimits limits = {
    .max_messages = (guint64) usher_settings_get_integer (settings, "bus", "max-messages"),
    .max_bytes = (guint64) usher_settings_get_integer (settings, "bus", "max-bytes"),
    .max_age = usher_settings_get_integer (settings, "bus", "max-age") * G_TIME_SPAN_SECOND,
  };

  return usher_hub_new (directory, setup->clock, &limits, error);
}

UsherBus *
usher_own_hub_join (UsherHub *hub, const UsherSetup *setup, const char *name, GError **error)
{
  g_autofree char *endpoint = usher_hub_bind (hub, ENDPOINT, error);

  if (endpoint == NULL)
    return NULL;

  return usher_bus_open (
      endpoint, name, setup->clock, usher_program_get_keys (setup->settings), error);
}

void
usher_own_hub_add_metrics (UsherMetrics *metrics, gpointer bus)
{
  usher_bus_add_metrics (bus, metrics, NULL);
}

gboolean
usher_own_hub_stop (UsherHub *hub, const UsherSetup *setup, gint64 timeout, GError **error)
{
  gboolean ok = usher_host_stop (setup->host, timeout, error);

  return (hub == NULL || usher_hub_close (hub, timeout, ok ? error : NULL)) && ok;
}
