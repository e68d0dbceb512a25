/* test-descriptors.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-error.h"
#include "usher-hub.h"

/* Leaves the process @n descriptors beyond the first that is free. */
static void
leave (rlim_t n)
{
  int free_one = fcntl (0, F_DUPFD, 0);
  struct rlimit limit = { 0 };

  g_assert_cmpint (free_one, >, 0);
  close (free_one);
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = (rlim_t) free_one + n;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
test_member (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (UsherBus) bus = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A member that finds no descriptors is an error, not the end of the process");

  leave (4);
  bus = usher_bus_open ("inproc://nowhere", "member", clock, NULL, &error);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (bus);
}

static void
test_hub (void)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *folder = g_dir_make_tmp ("usher-hub-XXXXXX", NULL);
  g_autoptr (UsherHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("So is a hub");

  leave (4);
  hub = usher_hub_new (folder, clock, NULL, &error);

  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_null (hub);
  rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/descriptors/member", test_member);
  g_test_add_func ("/descriptors/hub", test_hub);

  return g_test_run ();
}
