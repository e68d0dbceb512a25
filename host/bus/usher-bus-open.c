/* usher-bus-open.c: which bus an endpoint is for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus.h"

#include "usher-error.h"
#include "usher-zmq-bus-private.h"

typedef UsherBus *(*OpenFunc) (const char *endpoint,
                               const char *client,
                               UsherClock *clock,
                               const char *keys,
                               GError **error);

static const struct
{
  const char *scheme;
  OpenFunc open;
} buses[] = {
  { "inproc://", usher_zmq_bus_new },
  { "ipc://", usher_zmq_bus_new },
  { "tcp://", usher_zmq_bus_new },
};

/* (transfer full): for people: “a”, “b” */
static char *
list_schemes (void)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (buses); i++)
    g_string_append_printf (list, "%s“%s…”", i > 0 ? ", " : "", buses[i].scheme);

  return g_string_free (list, FALSE);
}

/**
 * usher_bus_open:
 * @endpoint: where the bus is: `inproc://NAME`, `ipc://PATH` or `tcp://HOST:PORT` for a hub, as [method@Hub.bind]
 *   returned it
 * @client: a name that is unique on the bus, for the monitoring, and for durable subscriptions without a group
 * @clock: the clock
 * @keys: (nullable): the directory of keys that a connection to another machine is made with: for `tcp` as
 *   [func@keys_make] makes it
 * @error: return location for a [error@Error]
 *
 * Joins a bus; the scheme of @endpoint says which kind it is. Returns at once: the member connects, and connects again, by
 * itself; [method@Bus.subscribe] waits for it. With keys, a connection over `tcp` is encrypted, and only a hub with the right
 * key may be at the other end. A hub that does not let the member in is told of in the log, once, and asked again.
 *
 * Returns: (transfer full): the bus, or `NULL`: `USHER_ERROR_INVALID` when @endpoint is none, or of no known kind,
 *   `USHER_ERROR_FORBIDDEN` when it is beyond this machine and there are no keys, or others can read them,
 *   `USHER_ERROR_NOT_FOUND`, `USHER_ERROR_CORRUPT` when a key is missing or is none, `USHER_ERROR_UNAVAILABLE`
 */
UsherBus *
usher_bus_open (const char *endpoint,
                const char *client,
                UsherClock *clock,
                const char *keys,
                GError **error)
{
  g_autofree char *known = NULL;

  g_return_val_if_fail (endpoint != NULL, NULL);
  g_return_val_if_fail (client != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (buses); i++)
    if (g_str_has_prefix (endpoint, buses[i].scheme))
      return buses[i].open (endpoint, client, clock, keys, error);

  known = list_schemes ();
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no endpoint of a bus: known are %s",
               endpoint,
               known);

  return NULL;
}
