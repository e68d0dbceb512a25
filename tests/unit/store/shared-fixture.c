/* shared-fixture.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "shared-fixture.h"

#include <glib/gstdio.h>

#include "usher-store.h"
#include "usher-unit.h"

void
shared_fixture_set_up (SharedFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->program = data;
  fixture->folder = g_dir_make_tmp ("usher-shared-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "items.db", NULL);
  fixture->clock = usher_real_clock_new ();
  g_mutex_init (&fixture->mutex);
  g_cond_init (&fixture->cond);
}

void
shared_fixture_tear_down (SharedFixture *fixture, gconstpointer data)
{
  g_autofree char *shared = g_strconcat (fixture->path, "-shared", NULL);
  gboolean is_file = g_path_is_absolute (fixture->path);
  g_autoptr (GError) error = NULL;

  if (fixture->store != NULL)
    {
      g_assert_true (usher_store_close (fixture->store, &error));
      g_assert_no_error (error);
      g_assert_finalize_object (fixture->store);
    }
  g_assert_finalize_object (fixture->clock);
  g_assert_true (!is_file || g_unlink (shared) == 0);
  g_assert_true (!is_file || g_unlink (fixture->path) == 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_cond_clear (&fixture->cond);
  g_mutex_clear (&fixture->mutex);
  g_free (fixture->path);
  g_free (fixture->folder);
}

void
shared_fixture_add (const char *path,
                    const char *program,
                    void (*func) (SharedFixture *fixture, gconstpointer data))
{
  g_test_add (path, SharedFixture, program, shared_fixture_set_up, func, shared_fixture_tear_down);
}

static void
on_changed (UsherStore *store,
            const char *collection,
            const char *id,
            gboolean is_lease_free,
            gpointer user_data)
{
  SharedFixture *fixture = user_data;

  g_mutex_lock (&fixture->mutex);
  fixture->n_changes++;
  fixture->n_offers += is_lease_free;
  fixture->changed_at = g_get_monotonic_time ();
  g_cond_signal (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

void
shared_fixture_open (SharedFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->store = store_child_open_store (fixture->path, fixture->clock);
  usher_store_set_watch (fixture->store, on_changed, fixture, NULL, &error);
  g_assert_no_error (error);
}

StoreChild *
shared_fixture_start_child (SharedFixture *fixture)
{
  StoreChild *child = store_child_new (fixture->program, fixture->path);
  g_autofree char *ready = store_child_hear (child);

  g_assert_cmpstr (ready, ==, "ready");

  return child;
}

guint
shared_fixture_count_items (SharedFixture *fixture, const char *name)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  if (name != NULL)
    usher_query_equal (query, "name", name);
  usher_query_limit (query, 1000);
  found = usher_store_query (fixture->store, query, &error);
  g_assert_no_error (error);

  return found->len;
}

void
shared_fixture_insert (SharedFixture *fixture, const char *name)
{
  g_autoptr (UsherUnit) unit = store_child_begin (fixture->store, fixture->clock, name);
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

gint64
shared_fixture_get_figure (SharedFixture *fixture, const char *name)
{
  g_autoptr (GVariant) figures = usher_store_describe (fixture->store, NULL);
  gint64 value = -1;

  g_assert_true (g_variant_lookup (figures, name, "x", &value));

  return value;
}

void
shared_fixture_race_increments (SharedFixture *fixture, int n)
{
  g_autoptr (StoreChild) one = NULL;
  g_autoptr (StoreChild) other = NULL;
  g_autofree char *lost = NULL;
  g_autofree char *other_lost = NULL;
  g_autofree char *line = g_strdup_printf ("increment %d", n);
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;

  shared_fixture_open (fixture);
  shared_fixture_insert (fixture, "counter");
  one = shared_fixture_start_child (fixture);
  other = shared_fixture_start_child (fixture);
  store_child_say (one, line);
  store_child_say (other, line);
  lost = store_child_hear (one);
  other_lost = store_child_hear (other);

  found = usher_store_query (fixture->store, query, NULL);
  g_assert_cmpint (usher_document_get_integer (g_ptr_array_index (found, 0), "count"), ==, 2 * n);
  g_test_message ("%s and %s races were lost", lost, other_lost);
}

void
shared_fixture_race_unique (SharedFixture *fixture, guint n)
{
  g_autoptr (StoreChild) one = shared_fixture_start_child (fixture);
  g_autoptr (StoreChild) other = shared_fixture_start_child (fixture);
  g_autofree char *line = g_strdup_printf ("unique %u", n);
  g_autofree char *n_one = NULL;
  g_autofree char *n_other = NULL;

  store_child_say (one, line);
  store_child_say (other, line);
  n_one = store_child_hear (one);
  n_other = store_child_hear (other);

  g_assert_cmpint (g_ascii_strtoll (n_one, NULL, 10) + g_ascii_strtoll (n_other, NULL, 10), ==, n);
  shared_fixture_open (fixture);
  g_assert_cmpuint (shared_fixture_count_items (fixture, NULL), ==, n);
}
