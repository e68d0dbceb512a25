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

gboolean
usher_own_hub_open (UsherOwnHub *self, const UsherSetup *setup, GError **error)
{
  UsherSettings *settings = setup->settings;
  g_autofree char *directory = g_build_filename (setup->options->data, BUS_FOLDER, NULL);
  const UsherHubLimits limits = {
    .max_messages = (guint64) usher_settings_get_integer (settings, "bus", "max-messages"),
    .max_bytes = (guint64) usher_settings_get_integer (settings, "bus", "max-bytes"),
    .max_age = usher_settings_get_integer (settings, "bus", "max-age") * G_TIME_SPAN_SECOND,
    .max_members = (guint) usher_settings_get_integer (settings, "bus", "max-members"),
    .max_queued = (guint64) usher_settings_get_integer (settings, "bus", "max-queued"),
    .max_queued_all = (guint64) usher_settings_get_integer (settings, "bus", "max-queued-all"),
  };

  self->hub = usher_hub_new (directory, setup->clock, &limits, error);

  return self->hub != NULL;
}

gboolean
usher_own_hub_join (UsherOwnHub *self, const UsherSetup *setup, const char *name, GError **error)
{
  g_autofree char *endpoint = self->hub != NULL ? usher_hub_bind (self->hub, ENDPOINT, error)
                                                : g_strdup (setup->options->bus);

  if (endpoint == NULL)
    return FALSE;

  self->bus = usher_bus_open (
      endpoint, name, setup->clock, usher_program_get_keys (setup->settings), error);

  return self->bus != NULL;
}

gboolean
usher_own_hub_stop (UsherOwnHub *self, const UsherSetup *setup, gint64 timeout, GError **error)
{
  gboolean ok = usher_host_stop (setup->host, timeout, error);

  return (self->hub == NULL || usher_hub_close (self->hub, timeout, ok ? error : NULL)) && ok;
}

void
usher_own_hub_clear (UsherOwnHub *self, UsherSetup *setup)
{
  g_clear_object (&setup->host);
  g_clear_object (&self->bus);
  g_clear_object (&self->hub);
}

void
usher_own_hub_add_metrics (UsherMetrics *metrics, gpointer bus)
{
  usher_bus_add_metrics (bus, metrics, NULL);
}
