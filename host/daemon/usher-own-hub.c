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
/* channels of sessions */
#define N_LASTING 3
/* what the clocks of machines may differ by */
#define CLOCKS_APART G_TIME_SPAN_HOUR

/* Who is refused must be known to a host that comes late, whatever the limits are. An ended session is over by itself one day. */
static guint
list_lasting (UsherSettings *settings, UsherHubLasting lasting[N_LASTING])
{
  const gint64 lifetime =
      usher_settings_get_integer (settings, "session", "lifetime") * G_TIME_SPAN_SECOND;
  const UsherHubLasting all[N_LASTING] = {
    { usher_settings_get_string (settings, "session", "revoke-channel"), 0 },
    { usher_settings_get_string (settings, "session", "restore-channel"), 0 },
    { usher_settings_get_string (settings, "session", "ended-channel"), lifetime + CLOCKS_APART },
  };
  guint n = 0;

  for (guint i = 0; i < N_LASTING; i++)
    if (*all[i].channel != '\0')
      lasting[n++] = all[i];

  return n;
}

static char *
make_path (const UsherSetup *setup)
{
  return g_build_filename (setup->options->data, BUS_FOLDER, NULL);
}

gboolean
usher_own_hub_adopt (const UsherSetup *setup, GError **error)
{
  g_autofree char *directory = make_path (setup);

  return !setup->options->adopts || usher_hub_adopt (directory, setup->clock, error);
}

gboolean
usher_own_hub_check (const UsherSetup *setup, const UsherReach *known, GError **error)
{
  g_autofree char *directory = make_path (setup);

  return setup->options->bus != NULL || usher_hub_check_log (directory, setup->clock, known, error);
}

gboolean
usher_own_hub_open (UsherOwnHub *self, const UsherSetup *setup, GError **error)
{
  UsherSettings *settings = setup->settings;
  g_autofree char *directory = make_path (setup);
  UsherHubLasting lasting[N_LASTING];
  const UsherHubLimits limits = {
    .max_messages = (guint64) usher_settings_get_integer (settings, "bus", "max-messages"),
    .max_bytes = (guint64) usher_settings_get_integer (settings, "bus", "max-bytes"),
    .max_age = usher_settings_get_integer (settings, "bus", "max-age") * G_TIME_SPAN_SECOND,
    .lasting = lasting,
    .n_lasting = list_lasting (settings, lasting),
    .max_members = (guint) usher_settings_get_integer (settings, "bus", "max-members"),
    .max_queued = (guint64) usher_settings_get_integer (settings, "bus", "max-queued"),
    .max_queued_all = (guint64) usher_settings_get_integer (settings, "bus", "max-queued-all"),
  };

  if (!usher_own_hub_adopt (setup, error))
    return FALSE;

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
