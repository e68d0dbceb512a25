/* usher-notify.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-notify.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "usher-pulse-private.h"

/* Says nothing when something hangs: the manager then ends the process and starts it again. */
static gboolean
on_watchdog (gpointer user_data)
{
  const gint64 *limit = user_data;
  g_autofree char *stuck = usher_pulse_find_stuck (*limit);

  if (stuck == NULL)
    sd_notify (0, "WATCHDOG=1");
  else
    g_warning ("the watchdog is not told that all is well: the thread of %s hangs", stuck);

  return G_SOURCE_CONTINUE;
}

static void
start_watchdog (void)
{
  guint64 period = 0;
  gint64 *limit = NULL;

  if (sd_watchdog_enabled (0, &period) <= 0)
    return;

  limit = g_new (gint64, 1);
  *limit = (gint64) (period / 2);
  g_timeout_add_full (G_PRIORITY_DEFAULT,
                      (guint) MAX (1, period / 2 / G_TIME_SPAN_MILLISECOND),
                      on_watchdog,
                      limit,
                      g_free);
  on_watchdog (limit);
}

void
usher_notify_ready (const char *status)
{
  static gboolean has_watchdog = FALSE;

  sd_notifyf (0, "READY=1\nSTATUS=%s", status);
  if (!has_watchdog)
    start_watchdog ();
  has_watchdog = TRUE;
}

void
usher_notify_reloading (void)
{
  sd_notifyf (0,
              "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT "\nSTATUS=Reading the settings again",
              g_get_monotonic_time ());
}

void
usher_notify_stopping (void)
{
  sd_notify (0, "STOPPING=1\nSTATUS=Finishing what is under way");
}

void
usher_notify_trouble (const char *trouble)
{
  sd_notifyf (0, USHER_NOTIFY_TROUBLE "%s", trouble != NULL ? trouble : "");
}

/* The first socket of that name; -1: none. */
static int
find_name (char **names, int n, const char *name)
{
  for (int i = 0; i < n; i++)
    if (g_str_equal (names[i], name))
      return i;

  return -1;
}

/* The socket of that name, else the first without a name that counts; -1: none. */
static int
find_socket (char **names, int n, const char *name, int taken)
{
  static const char *const known[] = { "public", "admin", "probe", NULL };
  int found = find_name (names, n, name);

  for (int i = 0; i < n && found < 0; i++)
    if (i != taken && !g_strv_contains (known, names[i]))
      found = i;

  return found;
}

static void
set_address (char **address, int index)
{
  if (index < 0)
    return;

  g_free (*address);
  *address = g_strdup_printf ("fd:%d", SD_LISTEN_FDS_START + index);
}

void
usher_notify_take_sockets (char **listen, char **admin, char **probe)
{
  char **names = NULL;
  int n = sd_listen_fds_with_names (TRUE, &names);
  int public_index = -1;
  int admin_index = -1;
  int probe_index = -1;

  if (n < 0)
    g_message ("the sockets of the service manager cannot be used: %s", g_strerror (-n));
  if (n <= 0)
    return;

  if (listen != NULL)
    public_index = find_socket (names, n, "public", -1);
  admin_index = find_socket (names, n, "admin", public_index);
  if (probe != NULL)
    probe_index = find_name (names, n, "probe");
  if (listen != NULL)
    set_address (listen, public_index);
  set_address (admin, admin_index);
  if (probe != NULL)
    set_address (probe, probe_index);

  for (int i = 0; i < n; i++)
    {
      if (i != public_index && i != admin_index && i != probe_index)
        g_message ("socket “%s” of the service manager is not used", names[i]);
      free (names[i]);
    }
  free (names);
}
