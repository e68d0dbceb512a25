/* usher-test-payer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-payer.h"

#include <sqlite3.h>

#include "usher-test-base.h"
#include "usher-test-shop.h"

struct _UsherTestPayer
{
  UsherTestClient *client; /* (owned) */
  char *order_id;          /* (owned) */
  sqlite3 *ledger;         /* (owned): the test processor's */
  GThread *thread;         /* (owned) (nullable): until it is joined */
  int is_answered;         /* (atomic) */
};

static gpointer
pay (gpointer data)
{
  UsherTestPayer *self = data;

  usher_test_pay (self->client, self->order_id, "tok_held");
  g_atomic_int_set (&self->is_answered, TRUE);

  return NULL;
}

static int
count_held (void *data, int n_columns, char **values, char **names)
{
  *(guint64 *) data = g_ascii_strtoull (values[0], NULL, 10);

  return 0;
}

gboolean
usher_test_payer_is_held (UsherTestPayer *self)
{
  guint64 n = 0;

  g_assert_cmpint (sqlite3_exec (self->ledger, "SELECT count(*) FROM held", count_held, &n, NULL),
                   ==,
                   SQLITE_OK);

  return n > 0;
}

UsherTestPayer *
usher_test_payer_new (UsherTestProcess *process, UsherTestClient *client, const char *order_id)
{
  UsherTestPayer *self = g_new0 (UsherTestPayer, 1);
  g_autofree char *path = g_build_filename (usher_test_process_get_directory (process),
                                            "payments",
                                            "test-processor.db",
                                            NULL);

  self->client = usher_test_client_copy (client);
  self->order_id = g_strdup (order_id);
  g_assert_cmpint (sqlite3_open_v2 (path, &self->ledger, SQLITE_OPEN_READWRITE, NULL),
                   ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_busy_timeout (self->ledger, USHER_TEST_PATIENCE / 1000), ==, SQLITE_OK);

  self->thread = g_thread_new ("payer", pay, self);
  usher_test_until (usher_test_payer_is_held (self) || g_atomic_int_get (&self->is_answered));

  return self;
}

void
usher_test_payer_free (UsherTestPayer *self)
{
  usher_test_payer_finish (self);
  sqlite3_close (self->ledger);
  usher_test_client_free (self->client);
  g_free (self->order_id);
  g_free (self);
}

void
usher_test_payer_release (UsherTestPayer *self)
{
  g_assert_cmpint (sqlite3_exec (self->ledger, "DELETE FROM held", NULL, NULL, NULL),
                   ==,
                   SQLITE_OK);
}

guint
usher_test_payer_finish (UsherTestPayer *self)
{
  g_clear_pointer (&self->thread, g_thread_join);

  return usher_test_client_get_status (self->client);
}

UsherTestClient *
usher_test_payer_get_client (UsherTestPayer *self)
{
  return self->client;
}
