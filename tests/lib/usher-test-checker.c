/* usher-test-checker.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-checker.h"

#include <sqlite3.h>

#define POLL           (20 * G_TIME_SPAN_MILLISECOND)
#define BUSY_TIMEOUT   5000
#define MAX_FAULT_ROWS 5

typedef struct
{
  UsherTestSaid said;
  gint64 version;
  char id[32];
} Note;

struct _UsherTestChecker
{
  char *directory; /* (owned) */
  sqlite3 *db;     /* (owned) (nullable) */
  guint n_stored;  /* how many notes the database has */

  GMutex mutex;
  GArray *notes; /* (owned) (element-type Note) (mutex mutex) */
};

typedef struct
{
  const char *fault; /* what is wrong when there are rows */
  const char *sql;
} Rule;

static const char *const services[] = { "auth", "tickets", "orders", "payments", "expiration" };

/* what the documents say, as tables */
static const char views[] =
    "CREATE TEMP TABLE said (what INT, id TEXT, version INT);"
    "CREATE TEMP VIEW user AS SELECT id, version, lower (body->>'email') AS email"
    " FROM auth.\"c:users\";"
    "CREATE TEMP VIEW ticket AS SELECT id, version, body->>'title' AS title,"
    " body->>'price' AS price, body->>'orderId' AS order_id FROM tickets.\"c:tickets\";"
    "CREATE TEMP VIEW copy AS SELECT id, body->>'ticketVersion' AS version, body->>'title' AS "
    "title,"
    " body->>'price' AS price, body->>'orderId' AS order_id FROM orders.\"c:tickets\";"
    "CREATE TEMP VIEW \"order\" AS SELECT id, version, body->>'status' AS status,"
    " body->>'userId' AS user_id, body->>'$.ticket.id' AS ticket_id,"
    " CAST (round ((body->>'$.ticket.price') * 100) AS INT) AS cents,"
    " body->>'$.ticket.price' AS price, body->>'expiresAt' AS expires_at,"
    " body->>'refundId' AS refund_id FROM orders.\"c:orders\";"
    "CREATE TEMP VIEW outbox AS SELECT 'auth' AS service, channel, id FROM auth.usher_outbox"
    " UNION ALL SELECT 'tickets', channel, id FROM tickets.usher_outbox"
    " UNION ALL SELECT 'orders', channel, id FROM orders.usher_outbox"
    " UNION ALL SELECT 'payments', channel, id FROM payments.usher_outbox"
    " UNION ALL SELECT 'expiration', channel, id FROM expiration.usher_outbox;"
    "CREATE TEMP VIEW timer AS SELECT 'auth' AS service, name, key, due, attempt"
    " FROM auth.usher_timers"
    " UNION ALL SELECT 'tickets', name, key, due, attempt FROM tickets.usher_timers"
    " UNION ALL SELECT 'orders', name, key, due, attempt FROM orders.usher_timers"
    " UNION ALL SELECT 'payments', name, key, due, attempt FROM payments.usher_timers"
    " UNION ALL SELECT 'expiration', name, key, due, attempt FROM expiration.usher_timers;";

/* each reads one database alone: the others may have moved on meanwhile */
static const Rule rules[] = {
  { "a ticket has two active orders",
    "SELECT ticket_id, group_concat (id) FROM \"order\" WHERE status <> 'cancelled'"
    " GROUP BY ticket_id HAVING count (*) > 1" },
  { "two accounts share an e-mail",
    "SELECT email, group_concat (id) FROM user GROUP BY email HAVING count (*) > 1" },
};

static const Rule settled_rules[] = {
  { "an event was not published", "SELECT * FROM outbox" },
  { "a timer is overdue",
    "SELECT * FROM timer WHERE due < (julianday ('now') - 2440587.5) * 86400e6" },
  { "a copy of a ticket is not like the ticket",
    "SELECT ticket.*, copy.* FROM ticket LEFT JOIN copy USING (id)"
    " WHERE copy.version IS NOT ticket.version OR copy.title IS NOT ticket.title"
    " OR copy.price IS NOT ticket.price OR copy.order_id IS NOT ticket.order_id" },
  { "orders has a copy of a ticket that is not there",
    "SELECT * FROM copy WHERE id NOT IN (SELECT id FROM ticket)" },
  { "a ticket is held by no active order of it",
    "SELECT ticket.*, \"order\".* FROM ticket"
    " LEFT JOIN \"order\" ON \"order\".id = ticket.order_id WHERE ticket.order_id IS NOT NULL"
    " AND (\"order\".status IS NULL OR \"order\".status = 'cancelled'"
    " OR \"order\".ticket_id <> ticket.id)" },
  { "an active order does not hold its ticket",
    "SELECT \"order\".*, ticket.* FROM \"order\" LEFT JOIN ticket ON ticket.id = ticket_id"
    " WHERE status <> 'cancelled' AND ticket.order_id IS NOT \"order\".id" },
  { "an order is neither reserved nor refused",
    "SELECT * FROM \"order\" WHERE status = 'created'" },
  { "an order has outlived its time",
    "SELECT * FROM \"order\" WHERE status = 'awaiting:payment'"
    " AND expires_at < strftime ('%Y-%m-%dT%H:%M:%fZ', 'now')" },
  { "a ticket was sold at a price that it does not have",
    "SELECT \"order\".*, ticket.price FROM \"order\" JOIN ticket ON ticket.id = ticket_id"
    " WHERE status <> 'cancelled' AND \"order\".price IS NOT ticket.price" },
  { "a user that was confirmed is not there",
    "SELECT * FROM said WHERE what = 0 AND id NOT IN (SELECT id FROM user)" },
  { "a change of a ticket that was confirmed is not there",
    "SELECT said.*, ticket.* FROM said LEFT JOIN ticket USING (id)"
    " WHERE what = 1 AND (ticket.version IS NULL OR ticket.version < said.version)" },
  { "an order that was confirmed is not there",
    "SELECT * FROM said WHERE what = 2 AND id NOT IN (SELECT id FROM \"order\")" },
  { "an order whose cancel was confirmed is not cancelled",
    "SELECT said.*, \"order\".* FROM said LEFT JOIN \"order\" USING (id)"
    " WHERE what = 3 AND status IS NOT 'cancelled'" },
};

UsherTestChecker *
usher_test_checker_new (const char *directory)
{
  UsherTestChecker *self = g_new0 (UsherTestChecker, 1);

  self->directory = g_strdup (directory);
  self->notes = g_array_new (FALSE, FALSE, sizeof (Note));
  g_mutex_init (&self->mutex);

  return self;
}

void
usher_test_checker_free (UsherTestChecker *self)
{
  sqlite3_close (self->db);
  g_mutex_clear (&self->mutex);
  g_array_unref (self->notes);
  g_free (self->directory);
  g_free (self);
}

static void
execute (UsherTestChecker *self, const char *sql)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));
}

static void
ensure_open (UsherTestChecker *self)
{
  if (self->db != NULL)
    return;

  g_assert_cmpint (sqlite3_open (":memory:", &self->db), ==, SQLITE_OK);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.db", self->directory, services[i]);
      g_autofree char *sql = g_strdup_printf ("ATTACH '%s' AS %s", path, services[i]);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
      execute (self, sql);
    }
  execute (self, views);
}

void
usher_test_checker_note (UsherTestChecker *self, UsherTestSaid said, const char *id, gint64 version)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Note note = { .said = said, .version = version };

  g_assert_nonnull (id);
  g_strlcpy (note.id, id, sizeof note.id);
  g_array_append_val (self->notes, note);
}

guint
usher_test_checker_count (UsherTestChecker *self, UsherTestSaid said)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = 0;

  for (guint i = 0; i < self->notes->len; i++)
    if (g_array_index (self->notes, Note, i).said == said)
      count++;

  return count;
}

static void
store_notes (UsherTestChecker *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (; self->n_stored < self->notes->len; self->n_stored++)
    {
      Note *note = &g_array_index (self->notes, Note, self->n_stored);
      g_autofree char *sql =
          g_strdup_printf ("INSERT INTO said VALUES (%d, '%s', %" G_GINT64_FORMAT ")",
                           (int) note->said,
                           note->id,
                           note->version);

      execute (self, sql);
    }
}

static void
append_row (GString *text, sqlite3_stmt *statement)
{
  g_string_append (text, "\n   ");
  for (int i = 0; i < sqlite3_column_count (statement); i++)
    {
      const char *value = (const char *) sqlite3_column_text (statement, i);

      g_string_append_printf (text,
                              " %s=%s",
                              sqlite3_column_name (statement, i),
                              value != NULL ? value : "-");
    }
}

static sqlite3_stmt *
prepare (UsherTestChecker *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));

  return statement;
}

static void
apply (UsherTestChecker *self, const Rule *rule, GString *faults)
{
  sqlite3_stmt *statement = prepare (self, rule->sql);
  guint n_rows = 0;
  int code = 0;

  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      if (n_rows == 0)
        g_string_append_printf (faults, "\n  %s:", rule->fault);
      if (n_rows < MAX_FAULT_ROWS)
        append_row (faults, statement);
      n_rows++;
    }
  if (code != SQLITE_DONE)
    g_error ("%s: %s", rule->sql, sqlite3_errmsg (self->db));
  if (n_rows > MAX_FAULT_ROWS)
    g_string_append_printf (faults, "\n    and %u more", n_rows - MAX_FAULT_ROWS);

  sqlite3_finalize (statement);
}

char *
usher_test_checker_find_fault (UsherTestChecker *self, gboolean settled)
{
  g_autoptr (GString) faults = g_string_new (NULL);

  ensure_open (self);
  store_notes (self);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    apply (self, &rules[i], faults);
  for (guint i = 0; settled && i < G_N_ELEMENTS (settled_rules); i++)
    apply (self, &settled_rules[i], faults);

  return faults->len > 0 ? g_string_free (g_steal_pointer (&faults), FALSE) : NULL;
}

void
usher_test_checker_await_settled (UsherTestChecker *self, guint seconds)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
  g_autofree char *fault = NULL;

  while ((fault = usher_test_checker_find_fault (self, TRUE)) != NULL)
    {
      g_autofree char *wrong = usher_test_checker_find_fault (self, FALSE);

      if (wrong != NULL)
        g_error ("wrong:%s", wrong);
      if (g_get_monotonic_time () > deadline)
        g_error ("wrong, and %u s did not heal it:%s", seconds, fault);
      g_clear_pointer (&fault, g_free);
      g_usleep (POLL);
    }
}

gint64
usher_test_checker_query (UsherTestChecker *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  ensure_open (self);
  statement = prepare (self, sql);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return value;
}
