/* service-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"

#include <sqlite3.h>

void
service_stage_dawdle (UsherTestHost *host, const char *target, guint round)
{
  for (guint i = 0; i < round % 8; i++)
    g_object_unref (usher_test_user_get (usher_test_host_as (host, USHER_TEST_BOB), target));
}

char *
service_stage_make_row_path (const char *prefix, const char *before, const char *event)
{
  g_autofree char *state = g_strdelimit (g_strdup (before), " ", '+');

  return g_strdup_printf ("%s/%s/%s", prefix, *state != '\0' ? state : "new", event);
}

int
service_stage_execute (UsherTestHost *host, const char *service, const char *sql)
{
  g_autofree char *path =
      g_strdup_printf ("%s/%s.db", usher_test_host_get_directory (host), service);
  sqlite3 *db = NULL;
  int n_rows;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_busy_timeout (db, USHER_TEST_PATIENCE / 1000), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  n_rows = sqlite3_changes (db);
  sqlite3_close (db);

  return n_rows;
}
