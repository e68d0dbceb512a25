/* test-store-sqlite.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "usher-store-suite.h"

static gpointer
make_place (const UsherStoreMaker *self)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("usher-store-XXXXXX", &error);

  g_assert_no_error (error);

  return folder;
}

static UsherStore *
open_store (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  const UsherStoreOptions options = { .documents_a_commit = documents_a_commit };
  g_autofree char *uri = g_strdup_printf ("sqlite:%s/items.db", (const char *) place);

  return usher_store_open (uri, clock, &options, error);
}

static UsherStore *
open_limited (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  const UsherStoreOptions options = { .is_shared = TRUE, .documents_a_commit = documents_a_commit };
  g_autofree char *uri = g_strdup_printf ("sqlite:%s/items.db", (const char *) place);

  return usher_store_open (uri, clock, &options, error);
}

static UsherStore *
open_copy (gpointer place, UsherClock *clock, GError **error)
{
  return open_limited (place, clock, 0, error);
}

/* one of several processes: it needs the lease for what is asked of it here */
static UsherStore *
open_shared (gpointer place, UsherClock *clock, guint documents_a_commit, GError **error)
{
  UsherStore *store = open_limited (place, clock, documents_a_commit, error);

  if (store != NULL)
    g_assert_true (usher_store_hold_lease (store));

  return store;
}

/* a store that was closed leaves the file alone: no log, no index of it */
static void
free_place (gpointer place)
{
  g_autofree char *path = g_build_filename (place, "items.db", NULL);
  g_autofree char *shared = g_build_filename (place, "items.db-shared", NULL);

  g_unlink (shared);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (place), ==, 0);
  g_free (place);
}

static const UsherStoreMaker maker = {
  .name = "sqlite",
  .make_place = make_place,
  .open = open_store,
  .free_place = free_place,
};

static const UsherStoreMaker shared_maker = {
  .name = "sqlite-shared",
  .make_place = make_place,
  .open = open_shared,
  .free_place = free_place,
  .open_copy = open_copy,
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_store_suite_add (&maker);
  usher_store_suite_add (&shared_maker);

  return g_test_run ();
}
