/* usher-test-place.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-place-private.h"

#include "usher-test-plugins-private.h"
#include "usher-test-store-private.h"
#include "usher-test-wait.h"

#define STOP_TIMEOUT (10 * G_TIME_SPAN_SECOND)
/* For who has found a place that died and did not come in yet. Most of those who are in come out, too. */
#define GRACE (100 * G_TIME_SPAN_MILLISECOND)

struct _UsherTestPlace
{
  GMutex mutex;
  GCond cond;
  guint n_holders; /* (mutex mutex) */

  char *name;                /* (owned) */
  GPtrArray *manifests;      /* (owned) (element-type UsherManifest) */
  UsherTestLife *life;       /* (owned) */
  UsherTestWitness *witness; /* (owned) */
  UsherClock *clock;         /* (owned) */
  UsherHost *host;           /* (owned) (nullable): NULL: it was stopped */
};

static UsherStore *
open_store (UsherHost *host,
            const char *service,
            const char *uri,
            const UsherStoreOptions *options,
            gpointer user_data,
            GError **error)
{
  UsherTestPlace *self = user_data;
  g_autoptr (UsherStore) inner = usher_store_open (uri, self->clock, options, error);

  return inner != NULL ? usher_test_store_new (inner, service, self->witness, self->life) : NULL;
}

static UsherSettings *
make_settings (UsherTestPlace *self, const UsherTestGround *ground)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (GError) error = NULL;

  usher_host_declare_settings (settings, &error);
  g_assert_no_error (error);

  for (guint i = 0; ground->settings[i] != NULL; i++)
    {
      usher_settings_assign (settings, ground->settings[i], "the test", &error);
      g_assert_no_error (error);
    }
  /* what is for the services of other places */
  for (guint i = 0; i < ground->manifests->len; i++)
    {
      const char *name = usher_manifest_get_name (g_ptr_array_index (ground->manifests, i));

      if (!usher_test_place_has_service (self, name))
        usher_settings_ignore_group (settings, name);
    }

  return g_steal_pointer (&settings);
}

static void
add_services (UsherTestPlace *self)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->manifests->len; i++)
    {
      UsherManifest *manifest = g_ptr_array_index (self->manifests, i);
      g_autoptr (UsherService) service = usher_test_plugins_load (manifest, &error);

      g_assert_no_error (error);
      usher_host_add_service (self->host, usher_manifest_get_name (manifest), service, &error);
      g_assert_no_error (error);
    }
}

UsherTestPlace *
usher_test_place_new (const UsherTestGround *ground, const char *name, GPtrArray *manifests)
{
  UsherTestPlace *self = g_new0 (UsherTestPlace, 1);
  g_autoptr (UsherSettings) settings = NULL;
  g_autoptr (UsherBus) bus = NULL;
  g_autoptr (UsherClock) real = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->n_holders = 1;
  self->name = g_strdup (name);
  self->manifests = g_ptr_array_ref (manifests);
  self->life = usher_test_life_new ();
  self->witness = usher_test_witness_ref (ground->witness);
  self->clock = g_object_ref (ground->clock);
  settings = make_settings (self, ground);

  self->host = ground->is_shared
                   ? usher_host_new_shared (ground->directory, settings, self->clock, &error)
                   : usher_host_new (ground->directory, settings, self->clock, &error);
  g_assert_no_error (error);
  usher_host_set_store_func (self->host, open_store, self, NULL);
  add_services (self);
  usher_settings_check (settings, &error);
  g_assert_no_error (error);

  if (ground->endpoint != NULL)
    bus = usher_bus_open (ground->endpoint, name, real, NULL, &error);
  g_assert_no_error (error);
  usher_host_start (self->host, bus, &error);
  g_assert_no_error (error);

  return self;
}

UsherTestPlace *
usher_test_place_ref (UsherTestPlace *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->n_holders++;

  return self;
}

static void
clear (UsherTestPlace *self)
{
  g_clear_object (&self->host);
  g_object_unref (self->clock);
  usher_test_witness_unref (self->witness);
  usher_test_life_unref (self->life);
  g_ptr_array_unref (self->manifests);
  g_free (self->name);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
usher_test_place_unref (UsherTestPlace *self)
{
  guint n_holders;

  g_mutex_lock (&self->mutex);
  n_holders = --self->n_holders;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  if (n_holders == 0)
    clear (self);
}

static void
wait_until_alone (UsherTestPlace *self, gint64 patience)
{
  gint64 deadline = g_get_monotonic_time () + patience;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (self->n_holders > 1)
    if (!g_cond_wait_until (&self->cond, &self->mutex, deadline))
      return;
}

void
usher_test_place_stop (UsherTestPlace *self)
{
  g_autoptr (GError) error = NULL;

  if (usher_test_place_has_died (self))
    wait_until_alone (self, GRACE);
  usher_host_stop (self->host, STOP_TIMEOUT, &error);
  if (!usher_test_place_has_died (self))
    g_assert_no_error (error);

  wait_until_alone (self, USHER_TEST_PATIENCE);
  g_assert_finalize_object (g_steal_pointer (&self->host));
}

UsherHost *
usher_test_place_get_host (UsherTestPlace *self)
{
  return self->host;
}

const char *
usher_test_place_get_name (UsherTestPlace *self)
{
  return self->name;
}

GPtrArray *
usher_test_place_get_manifests (UsherTestPlace *self)
{
  return self->manifests;
}

gboolean
usher_test_place_has_service (UsherTestPlace *self, const char *service)
{
  for (guint i = 0; i < self->manifests->len; i++)
    if (g_str_equal (usher_manifest_get_name (g_ptr_array_index (self->manifests, i)), service))
      return TRUE;

  return FALSE;
}

gboolean
usher_test_place_has_died (UsherTestPlace *self)
{
  return usher_test_life_has_ended (self->life);
}
