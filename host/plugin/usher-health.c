/* usher-health.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-health-private.h"

#include "usher-json-writer.h"

typedef struct
{
  UsherHealthFunc func;
  UsherHealthFunc degraded;
  gpointer user_data;
} Health;

/* @reason: (nullable) */
static void
answer (UsherExchange *exchange, const char *status, const char *reason)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "status", status);
  if (reason != NULL)
    usher_json_writer_set_string (writer, "reason", reason);
  usher_json_writer_end_object (writer);
  usher_exchange_answer_json (exchange, usher_json_writer_end (writer));
}

static void
on_healthz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;

  answer (owned, "alive", NULL);
}

static void
on_readyz (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  const Health *health = user_data;
  g_autofree char *reason = health->func (health->user_data);
  g_autofree char *doubt = NULL;

  if (reason == NULL)
    {
      doubt = health->degraded (health->user_data);
      answer (owned, doubt == NULL ? "ready" : "degraded", doubt);
      return;
    }

  usher_reply_refuse (usher_exchange_get_reply (owned), 503, reason);
  usher_exchange_finish (owned);
}

gboolean
usher_health_add_routes (UsherRouter *router,
                         UsherHealthFunc func,
                         UsherHealthFunc degraded,
                         gpointer user_data,
                         GError **error)
{
  Health *health = g_new0 (Health, 1);

  health->func = func;
  health->degraded = degraded;
  health->user_data = user_data;

  return usher_router_add (
             router, "GET", "/readyz", USHER_ROUTE_ADMIN, on_readyz, health, g_free, error) &&
         usher_router_add (
             router, "GET", "/healthz", USHER_ROUTE_ADMIN, on_healthz, NULL, NULL, error);
}
