/* test-bus.c: the promises of a bus, over the transport that it is built for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"
#include "usher-bus.h"
#include "usher-keys.h"
#include "usher-test.h"

static char *
make_inproc_endpoint (const char *directory)
{
  return g_strconcat ("inproc://", directory, NULL);
}

static char *
make_ipc_endpoint (const char *directory)
{
  return g_strconcat ("ipc://", directory, "/bus", NULL);
}

static char *
make_tcp_endpoint (const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = 0;

  /* below the range that the kernel gives to those who connect */
  while (port == 0)
    {
      guint16 candidate = (guint16) g_random_int_range (20000, 32000);

      g_clear_error (&error);
      if (g_socket_listener_add_inet_port (listener, candidate, NULL, &error))
        port = candidate;
    }
  g_socket_listener_close (listener);

  return g_strdup_printf ("tcp://127.0.0.1:%u", port);
}

static gpointer
open_hub (const char *directory,
          const char *endpoint,
          UsherClock *clock,
          const UsherHubLimits *limits,
          GError **error)
{
  UsherHub *hub = usher_hub_new (directory, clock, limits, error);
  g_autofree char *bound = hub != NULL ? usher_hub_bind (hub, endpoint, error) : NULL;

  if (bound != NULL)
    g_assert_cmpstr (bound, ==, endpoint);

  return hub;
}

/* one directory of keys for all tests of a run */
static const char *
get_keys (void)
{
  static char *keys = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) made = NULL;

  if (g_once_init_enter (&keys))
    {
      char *directory = g_dir_make_tmp ("usher-keys-XXXXXX", &error);

      g_assert_no_error (error);
      made = usher_keys_make (directory, NULL, &error);
      g_assert_no_error (error);
      g_once_init_leave (&keys, directory);
    }

  return keys;
}

static gpointer
open_curve_hub (const char *directory,
                const char *endpoint,
                UsherClock *clock,
                const UsherHubLimits *limits,
                GError **error)
{
  UsherHub *hub = usher_hub_new (directory, clock, limits, error);
  g_autofree char *bound = NULL;

  if (hub != NULL && usher_hub_set_keys (hub, get_keys (), error))
    bound = usher_hub_bind (hub, endpoint, error);
  if (bound != NULL)
    g_assert_cmpstr (bound, ==, endpoint);

  return hub;
}

static UsherBus *
join (const char *endpoint, const char *client, UsherClock *clock, GError **error)
{
  return usher_bus_open (endpoint, client, clock, NULL, error);
}

static UsherBus *
join_curve (const char *endpoint, const char *client, UsherClock *clock, GError **error)
{
  return usher_bus_open (endpoint, client, clock, get_keys (), error);
}

static void
close_hub (gpointer hub)
{
  g_autoptr (GError) error = NULL;

  usher_hub_close (hub, G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (hub);
}

static const UsherBusMaker makers[] = {
  { "inproc", FALSE, make_inproc_endpoint, open_hub, close_hub, join },
  { "ipc", TRUE, make_ipc_endpoint, open_hub, close_hub, join },
  { "tcp", TRUE, make_tcp_endpoint, open_hub, close_hub, join },
  { "curve", TRUE, make_tcp_endpoint, open_curve_hub, close_hub, join_curve },
};

int
main (int argc, char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    if (g_str_equal (makers[i].name, TRANSPORT))
      usher_bus_suite_add (&makers[i]);

  status = g_test_run ();
  if (g_str_equal (TRANSPORT, "curve"))
    usher_test_remove_tree (get_keys ());

  return status;
}
