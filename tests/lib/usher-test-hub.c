/* usher-test-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-hub.h"

#include "usher-keys.h"
#include "usher-test-base.h"

#define PATIENCE G_TIME_SPAN_SECOND

static char *
make_endpoint (UsherTestHubWay way, const char *directory)
{
  switch (way)
    {
    case USHER_TEST_HUB_INPROC:
      return g_strconcat ("inproc://", directory, NULL);

    case USHER_TEST_HUB_IPC:
      return g_strconcat ("ipc://", directory, "/bus", NULL);

    case USHER_TEST_HUB_TCP:
    case USHER_TEST_HUB_CURVE:
    default:
      return g_strdup_printf ("tcp://127.0.0.1:%u", usher_test_find_port ());
    }
}

static char *
make_keys (const char *directory)
{
  g_autofree char *keys = g_build_filename (directory, "keys", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) made = usher_keys_make (keys, NULL, &error);

  g_assert_no_error (error);

  return g_steal_pointer (&keys);
}

UsherTestHub *
usher_test_hub_new_in (const char *directory, UsherTestHubWay way, UsherClock *clock)
{
  UsherTestHub *self = g_new0 (UsherTestHub, 1);

  self->clock = clock != NULL ? g_object_ref (clock) : usher_real_clock_new ();
  self->directory = g_strdup (directory);
  self->keeps_directory = TRUE;
  self->endpoint = make_endpoint (way, directory);
  self->keys = way == USHER_TEST_HUB_CURVE ? make_keys (directory) : NULL;
  usher_test_hub_start (self);

  return self;
}

UsherTestHub *
usher_test_hub_new (UsherTestHubWay way, UsherClock *clock)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("usher-hub-XXXXXX", &error);
  UsherTestHub *self = NULL;

  g_assert_no_error (error);
  self = usher_test_hub_new_in (directory, way, clock);
  self->keeps_directory = FALSE;

  return self;
}

void
usher_test_hub_free (UsherTestHub *self)
{
  usher_test_hub_stop (self);
  if (!self->keeps_directory)
    usher_test_remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->endpoint);
  g_free (self->keys);
  g_object_unref (self->clock);
  g_free (self);
}

void
usher_test_hub_start (UsherTestHub *self)
{
  g_autofree char *log = g_build_filename (self->directory, "log", NULL);
  g_autofree char *bound = NULL;
  g_autoptr (GError) error = NULL;

  self->hub = usher_hub_new (log, self->clock, &self->limits, &error);
  g_assert_no_error (error);
  if (self->keys != NULL)
    usher_hub_set_keys (self->hub, self->keys, &error);
  g_assert_no_error (error);
  bound = usher_hub_bind (self->hub, self->endpoint, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bound, ==, self->endpoint);
}

void
usher_test_hub_stop (UsherTestHub *self)
{
  g_autoptr (GError) error = NULL;

  if (self->hub == NULL)
    return;

  usher_hub_close (self->hub, PATIENCE, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&self->hub));
}

void
usher_test_hub_restart (UsherTestHub *self)
{
  usher_test_hub_stop (self);
  usher_test_hub_start (self);
}

UsherBus *
usher_test_hub_join (UsherTestHub *self, const char *client)
{
  g_autoptr (GError) error = NULL;
  UsherBus *bus = usher_bus_open (self->endpoint, client, self->clock, self->keys, &error);

  g_assert_no_error (error);

  return bus;
}

void
usher_test_hub_leave (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;

  usher_bus_close (bus, PATIENCE, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (bus);
}

void
usher_test_hub_settle (UsherBus *bus)
{
  /* the hub takes all in that came before a question, and sends what follows before it takes in the next one */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      guint64 last = 0;

      usher_bus_get_last_sequence (bus, "any", &last, &error);
      g_assert_no_error (error);
    }
}
