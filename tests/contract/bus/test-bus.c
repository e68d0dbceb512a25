/* test-bus.c: the promises of a bus, over the transport that it is built for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"
#include "usher-test-hub.h"

static gpointer
make (void)
{
  return usher_test_hub_new (WAY, NULL);
}

static void
free_hub (gpointer server)
{
  usher_test_hub_free (server);
}

static void
stop (gpointer server)
{
  usher_test_hub_stop (server);
}

static void
start (gpointer server)
{
  usher_test_hub_start (server);
}

static UsherBus *
join (gpointer server, const char *client)
{
  return usher_test_hub_join (server, client);
}

static void
settle (gpointer server, UsherBus *bus)
{
  usher_test_hub_settle (bus);
}

int
main (int argc, char **argv)
{
  static const UsherBusKind kind = {
    .name = TRANSPORT,
    .outlives_server = OUTLIVES_SERVER,
    .make = make,
    .free = free_hub,
    .stop = stop,
    .start = start,
    .join = join,
    .settle = settle,
  };

  g_test_init (&argc, &argv, NULL);
  usher_bus_suite_add (&kind);

  return g_test_run ();
}
