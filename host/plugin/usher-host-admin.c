/* usher-host-admin.c: what the host itself answers on the admin listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-host-private.h"

static void
on_healthz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  usher_exchange_answer_json (owned, g_strdup ("{\"status\":\"alive\"}"));
}

static void
on_readyz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autofree char *reason = NULL;

  if (usher_host_is_ready (user_data, &reason))
    {
      usher_exchange_answer_json (owned, g_strdup ("{\"status\":\"ready\"}"));
      return;
    }

  usher_reply_refuse (usher_exchange_get_reply (owned), 503, reason);
  usher_exchange_finish (owned);
}

gboolean
usher_host_add_admin_routes (UsherHost *self, GError **error)
{
  static const struct
  {
    const char *method;
    const char *pattern;
    UsherRouteFunc func;
  } routes[] = {
    { "GET", "/healthz", on_healthz },
    { "GET", "/readyz", on_readyz },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (!usher_host_add_admin_route (
            self, routes[i].method, routes[i].pattern, routes[i].func, self, NULL, error))
      return FALSE;

  return TRUE;
}
