/* usher-test-checker.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-checker.h"

#include <sqlite3.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-client.h"
#include "usher-test-mirror.h"

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
  UsherTestProcess *process; /* (unowned) */
  sqlite3 *db;               /* (owned) (nullable) */
  gboolean has_witness;      /* the plugin of that name ran too */
  guint n_stored;            /* how many notes the database has */

  GMutex mutex;
  GArray *notes; /* (owned) (element-type Note) (mutex mutex) */
};

typedef struct
{
  const char *fault; /* what is wrong when there are rows */
  const char *sql;
} Rule;

/* whose databases are where the host was told */
static const char *const services[] = { "auth", "tickets", "orders", "payments", "expiration" };

/* what is files in the data directory, whatever the store */
static const struct
{
  const char *name;
  const char *path;
} files[] = {
  { "ledger", "payments/test-processor.db" },
  { "bus", "bus/log.db" },
};

/* what the documents say, as tables */
static const char views[] =
    "CREATE TEMP TABLE last (time INT);"
    "INSERT INTO last VALUES (0);"
    "CREATE TEMP TABLE said (what INT, id TEXT, version INT);"
    "CREATE TEMP TABLE log (channel TEXT, sequence INT, id TEXT, payload TEXT);"
    "CREATE TEMP TABLE change (noun TEXT, id TEXT, n INT, versions INT, PRIMARY KEY (noun, id));"
    "CREATE TEMP VIEW inbox AS SELECT 'tickets' AS service, event FROM tickets.usher_inbox"
    " UNION ALL SELECT 'orders', event FROM orders.usher_inbox"
    " UNION ALL SELECT 'payments', event FROM payments.usher_inbox"
    " UNION ALL SELECT 'expiration', event FROM expiration.usher_inbox;"
    "CREATE TEMP VIEW payment AS SELECT id, body->>'orderVersion' AS order_version,"
    " body->>'status' AS status, body->>'state' AS state, body->>'price' AS price"
    " FROM payments.\"c:payments\";"
    "CREATE TEMP VIEW charge AS SELECT charges.key, substr (charges.key, 1, 24) AS order_id,"
    " amount AS cents, CASE WHEN charges.id IS NULL THEN 'declined'"
    " WHEN refunds.id IS NULL THEN 'charged' ELSE 'refunded' END AS state"
    " FROM ledger.charges LEFT JOIN ledger.refunds ON refunds.charge = charges.id;"
    "CREATE TEMP VIEW user AS SELECT id, version, lower (body->>'email') AS email,"
    " coalesce (body->>'banned', 0) AS banned FROM auth.\"c:users\";"
    "CREATE TEMP VIEW seller AS SELECT id, body->>'banned' AS banned,"
    " body->>'userVersion' AS version FROM tickets.\"c:sellers\";"
    "CREATE TEMP VIEW ticket AS SELECT id, version, body->>'title' AS title,"
    " body->>'price' AS price, body->>'orderId' AS order_id, body->>'userId' AS user_id,"
    " coalesce (body->>'hidden', 0) AS hidden, coalesce (body->>'withdrawn', 0) AS withdrawn,"
    " private->>'editedVersion' AS edited, coalesce (private->>'unlisted', 0) AS unlisted"
    " FROM tickets.\"c:tickets\";"
    "CREATE TEMP VIEW copy AS SELECT id, body->>'ticketVersion' AS version, body->>'title' AS "
    "title,"
    " body->>'price' AS price, body->>'orderId' AS order_id,"
    " coalesce (body->>'hidden', 0) AS hidden, coalesce (body->>'withdrawn', 0) AS withdrawn"
    " FROM orders.\"c:tickets\";"
    "CREATE TEMP VIEW \"order\" AS SELECT id, version, body->>'status' AS status,"
    " body->>'userId' AS user_id, body->>'$.ticket.id' AS ticket_id,"
    " CAST (round ((body->>'$.ticket.price') * 100) AS INT) AS cents,"
    " body->>'$.ticket.price' AS price, body->>'expiresAt' AS expires_at,"
    " body->>'refundId' AS refund_id, body->>'reason' AS reason FROM orders.\"c:orders\";"
    "CREATE TEMP VIEW outbox AS SELECT 'auth' AS service, channel, id FROM auth.usher_outbox WHERE "
    "number>0"
    " UNION ALL SELECT 'tickets', channel, id FROM tickets.usher_outbox WHERE number>0"
    " UNION ALL SELECT 'orders', channel, id FROM orders.usher_outbox WHERE number>0"
    " UNION ALL SELECT 'payments', channel, id FROM payments.usher_outbox WHERE number>0"
    " UNION ALL SELECT 'expiration', channel, id FROM expiration.usher_outbox WHERE number>0;"
    "CREATE TEMP VIEW timer AS SELECT 'auth' AS service, name, key, due, attempt"
    " FROM auth.usher_timers"
    " UNION ALL SELECT 'tickets', name, key, due, attempt FROM tickets.usher_timers"
    " UNION ALL SELECT 'orders', name, key, due, attempt FROM orders.usher_timers"
    " UNION ALL SELECT 'payments', name, key, due, attempt FROM payments.usher_timers"
    " UNION ALL SELECT 'expiration', name, key, due, attempt FROM expiration.usher_timers;";

/* what the plugin “witness” was given */
static const char witness_views[] =
    "CREATE TEMP VIEW witnessed AS SELECT body->>'event' AS event, body->>'channel' AS channel,"
    " body->>'sequence' AS sequence FROM witness.\"c:seen\";";

static const Rule witness_rules[] = {
  { "an event was applied twice",
    "SELECT channel, sequence, event, count (*) FROM witnessed GROUP BY event"
    " HAVING count (*) > 1" },
};

static const Rule settled_witness_rules[] = {
  { "an event was lost",
    "SELECT channel, sequence, id FROM log WHERE channel NOT GLOB 'user:*'"
    " AND id NOT IN (SELECT event FROM witnessed)" },
  { "an event was witnessed that the log does not have",
    "SELECT * FROM witnessed LEFT JOIN log ON id = event"
    " WHERE log.sequence IS NOT witnessed.sequence OR log.channel IS NOT witnessed.channel" },
};

/* each reads one database alone: the others may have moved on meanwhile */
static const Rule rules[] = {
  { "a ticket has two active orders",
    "SELECT ticket_id, group_concat (id) FROM \"order\" WHERE status <> 'cancelled'"
    " GROUP BY ticket_id HAVING count (*) > 1" },
  { "an order was charged twice",
    "SELECT order_id, group_concat (key) FROM charge WHERE state <> 'declined'"
    " GROUP BY order_id HAVING count (*) > 1" },
  { "two accounts share an e-mail",
    "SELECT email, group_concat (id) FROM user GROUP BY email HAVING count (*) > 1" },
  { "a ticket is in the list and should not be, or the other way round",
    "SELECT * FROM ticket WHERE unlisted <> (order_id IS NOT NULL OR hidden OR withdrawn)" },
  { "a withdrawn ticket is held", "SELECT * FROM ticket WHERE withdrawn AND order_id IS NOT NULL" },
  { "a cancelled order does not say why, or another one does",
    "SELECT * FROM \"order\" WHERE (status = 'cancelled') <> (reason IS NOT NULL)"
    " OR reason NOT IN ('user', 'expired', 'price-changed', 'withdrawn', 'seller-banned')" },
};

static const Rule settled_rules[] = {
  { "an event was not published", "SELECT * FROM outbox" },
  { "a timer is overdue", "SELECT * FROM timer WHERE due < (SELECT time FROM last)" },
  { "a copy of a ticket is not like the ticket",
    "SELECT ticket.*, copy.* FROM ticket LEFT JOIN copy USING (id)"
    " WHERE copy.version IS NOT ticket.version OR copy.title IS NOT ticket.title"
    " OR copy.price IS NOT ticket.price OR copy.order_id IS NOT ticket.order_id"
    " OR copy.hidden IS NOT ticket.hidden OR copy.withdrawn IS NOT ticket.withdrawn" },
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
  { "tickets does not know who is banned",
    "SELECT user.*, seller.* FROM user LEFT JOIN seller USING (id)"
    " WHERE coalesce (seller.banned, 0) <> user.banned" },
  /* where both a ban and its end are still to be applied, the states agree */
  { "tickets has not heard of a ban or of its end",
    "SELECT told.*, seller.* FROM (SELECT payload->>'id' AS user_id,"
    " max (payload->>'version') AS last FROM log WHERE channel IN ('user:banned', 'user:unbanned')"
    " GROUP BY 1) AS told LEFT JOIN seller ON seller.id = user_id"
    " WHERE seller.version IS NOT last" },
  { "a ticket is hidden whose seller is not banned, or the other way round",
    "SELECT ticket.*, user.* FROM ticket JOIN user ON user.id = user_id"
    " WHERE NOT withdrawn AND hidden <> user.banned" },
  { "an order gives a reason that its ticket does not have",
    "SELECT \"order\".*, ticket.* FROM \"order\" LEFT JOIN ticket ON ticket.id = ticket_id"
    " WHERE (reason = 'withdrawn' AND withdrawn IS NOT 1)"
    " OR (reason = 'price-changed' AND edited IS NULL)"
    " OR (reason = 'seller-banned' AND ticket.user_id NOT IN (SELECT id FROM seller))" },
  { "an event gives another reason than its order",
    "SELECT \"order\".*, payload FROM log JOIN \"order\" ON \"order\".id = payload->>'id'"
    " WHERE channel = 'order:cancelled' AND payload->>'reason' IS NOT reason" },
  { "an order has outlived its time",
    "SELECT * FROM \"order\" WHERE status = 'awaiting:payment'"
    " AND unixepoch (expires_at) + 1 < (SELECT time FROM last) / 1000000" },
  { "a ticket was sold at a price that it does not have",
    "SELECT \"order\".*, ticket.price FROM \"order\" JOIN ticket ON ticket.id = ticket_id"
    " WHERE status <> 'cancelled' AND \"order\".price IS NOT ticket.price" },
  { "a copy of an order is not like the order",
    "SELECT \"order\".*, payment.* FROM \"order\" LEFT JOIN payment USING (id)"
    " WHERE payment.order_version IS NOT \"order\".version"
    " OR payment.status IS NOT \"order\".status OR payment.price IS NOT \"order\".price" },
  { "a payment is not at an end", "SELECT * FROM payment WHERE state IN ('open', 'refunding')" },
  { "a complete order was not charged its price, once",
    "SELECT \"order\".*, charge.* FROM \"order\""
    " LEFT JOIN charge ON order_id = id AND state <> 'declined'"
    " WHERE status = 'complete' AND (charge.cents IS NOT \"order\".cents OR state <> 'charged')" },
  { "money was kept for an order that is not complete",
    "SELECT charge.*, \"order\".* FROM charge LEFT JOIN \"order\" ON order_id = id"
    " WHERE state = 'charged' AND status IS NOT 'complete'" },
  { "the processor and the payments disagree",
    "SELECT charge.*, payment.* FROM charge LEFT JOIN payment ON order_id = id"
    " WHERE (charge.state = 'charged' AND payment.state IS NOT 'completed')"
    " OR (charge.state = 'refunded' AND payment.state IS NOT 'refunded')" },
  { "a refund is not known to the order",
    "SELECT charge.*, \"order\".* FROM charge LEFT JOIN \"order\" ON order_id = id"
    " WHERE (state = 'refunded') <> (refund_id IS NOT NULL) AND state <> 'declined'" },
  { "an event stands twice in the log",
    "SELECT channel, id, count (*) FROM log GROUP BY id HAVING count (*) > 1" },
  { "the log has a gap",
    "SELECT channel, count (*), max (sequence) FROM log GROUP BY channel"
    " HAVING count (*) <> max (sequence) OR min (sequence) <> 1" },
  { "an event was applied that the log does not have",
    "SELECT * FROM inbox WHERE event NOT IN (SELECT id FROM log)" },
  { "expiration has not heard of an order",
    "SELECT channel, sequence, id FROM log WHERE channel = 'order:created'"
    " AND id NOT IN (SELECT event FROM inbox WHERE service = 'expiration')" },
  { "a change of a ticket is not in the log, or more than once",
    "SELECT ticket.*, n FROM ticket LEFT JOIN change ON noun = 'ticket' AND change.id = ticket.id"
    " WHERE n IS NOT version + 1 OR versions <> n" },
  { "a change of an order is not in the log, or more than once",
    "SELECT \"order\".*, n FROM \"order\""
    " LEFT JOIN change ON noun = 'order' AND change.id = \"order\".id"
    " WHERE n IS NOT version + 1 OR versions <> n" },
  { "the log has an event of no ticket and no order",
    "SELECT * FROM log WHERE (channel GLOB 'ticket:[cuw]*'"
    " AND payload->>'id' NOT IN (SELECT id FROM ticket))"
    " OR (channel GLOB 'order:*' AND payload->>'id' NOT IN (SELECT id FROM \"order\"))" },
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
  { "an order whose payment was confirmed is neither complete nor refunded",
    "SELECT said.*, \"order\".* FROM said LEFT JOIN \"order\" USING (id)"
    " WHERE what = 4 AND status IS NOT 'complete' AND refund_id IS NULL" },
  { "a ticket whose withdrawal was confirmed is not withdrawn",
    "SELECT said.*, ticket.* FROM said LEFT JOIN ticket USING (id)"
    " WHERE what = 5 AND withdrawn IS NOT 1" },
  { "an event was parked", "SELECT channel, name, sequence, reasons FROM bus.parked" },
};

UsherTestChecker *
usher_test_checker_new (UsherTestProcess *process)
{
  UsherTestChecker *self = g_new0 (UsherTestChecker, 1);

  self->process = process;
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
  g_free (self);
}

static void
execute (UsherTestChecker *self, const char *sql)
{
  if (sqlite3_exec (self->db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));
}

static gboolean
attach (UsherTestChecker *self, const char *path, const char *name)
{
  const char *directory = usher_test_process_get_directory (self->process);
  g_autofree char *full = g_build_filename (directory, path, NULL);
  g_autofree char *sql = g_strdup_printf ("ATTACH '%s' AS %s", full, name);

  if (!g_file_test (full, G_FILE_TEST_IS_REGULAR))
    return FALSE;

  execute (self, sql);

  return TRUE;
}

/* what a server has of it now, FALSE: nothing */
static gboolean
fill_service (UsherTestChecker *self, const char *uri, const char *service)
{
  g_autofree char *database = usher_test_process_dup_database (self->process, service);

  return usher_test_mirror_fill (self->db, service, uri, database);
}

static gboolean
attach_service (UsherTestChecker *self, const char *service)
{
  g_autofree char *uri = usher_test_process_dup_server_uri (self->process);
  g_autofree char *sql = g_strdup_printf ("ATTACH ':memory:' AS %s", service);
  g_autofree char *path = g_strconcat (service, ".db", NULL);

  if (uri == NULL)
    return attach (self, path, service);

  execute (self, sql);

  return fill_service (self, uri, service);
}

/* What a server has is read anew each time. */
static void
look_again (UsherTestChecker *self)
{
  g_autofree char *uri = usher_test_process_dup_server_uri (self->process);

  for (guint i = 0; uri != NULL && i < G_N_ELEMENTS (services); i++)
    fill_service (self, uri, services[i]);
  if (uri != NULL && self->has_witness)
    fill_service (self, uri, "witness");
}

static void
ensure_open (UsherTestChecker *self)
{
  if (self->db != NULL)
    {
      look_again (self);
      return;
    }

  g_assert_cmpint (sqlite3_open (":memory:", &self->db), ==, SQLITE_OK);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    g_assert_true (attach_service (self, services[i]));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_true (attach (self, files[i].path, files[i].name));
  execute (self, views);

  self->has_witness = attach_service (self, "witness");
  if (self->has_witness)
    execute (self, witness_views);
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

static sqlite3_stmt *
prepare (UsherTestChecker *self, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));

  return statement;
}

static guint32
read_number (const guint8 *bytes)
{
  guint32 number = 0;

  memcpy (&number, bytes, sizeof number);

  return GUINT32_FROM_LE (number);
}

/* An event in the log: its size, then 16 bytes of id, 8 of time, and four texts with their sizes; the last is the
 * payload. Returns where the next one is. */
static const guint8 *
log_event (sqlite3_stmt *insert, const char *channel, gint64 sequence, const guint8 *bytes)
{
  const guint8 *end = bytes + 4 + read_number (bytes);
  const guint8 *id = bytes + 4;
  const guint8 *text = id + 16 + 8;
  g_autoptr (GString) uuid = g_string_new (NULL);

  for (guint i = 0; i < 16; i++)
    g_string_append_printf (uuid,
                            "%s%02x",
                            i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                            id[i]);
  for (guint i = 0; i < 3; i++)
    text += 4 + read_number (text);

  sqlite3_bind_text (insert, 1, channel, -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64 (insert, 2, sequence);
  sqlite3_bind_text (insert, 3, uuid->str, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text (
      insert, 4, (const char *) text + 4, (int) read_number (text), SQLITE_TRANSIENT);
  g_assert_cmpint (sqlite3_step (insert), ==, SQLITE_DONE);
  sqlite3_reset (insert);

  return end;
}

/* how often the log tells of each ticket and order, kept apart since SQLite would count anew for each of them */
static const char count_changes[] =
    "DELETE FROM change;"
    "INSERT INTO change SELECT substr (channel, 1, instr (channel, ':') - 1) AS noun,"
    " payload->>'id' AS id, count (*), count (DISTINCT payload->>'version') FROM log"
    " WHERE channel IN ('ticket:created', 'ticket:updated', 'ticket:withdrawn')"
    " OR channel GLOB 'order:*'"
    " GROUP BY 1, 2;";

/* What the log has now, one row an event. */
static void
read_log (UsherTestChecker *self)
{
  sqlite3_stmt *frames = prepare (self,
                                  "SELECT name, base, count, bytes FROM bus.frames"
                                  " JOIN bus.channels ON channels.id = channel");
  sqlite3_stmt *insert = prepare (self, "INSERT INTO log VALUES (?1, ?2, ?3, ?4)");

  execute (self, "DELETE FROM log");
  while (sqlite3_step (frames) == SQLITE_ROW)
    {
      const char *channel = (const char *) sqlite3_column_text (frames, 0);
      gint64 base = sqlite3_column_int64 (frames, 1);
      const guint8 *bytes = sqlite3_column_blob (frames, 3);

      for (int i = 0; i < sqlite3_column_int (frames, 2); i++)
        bytes = log_event (insert, channel, base + i, bytes);
    }
  sqlite3_finalize (frames);
  sqlite3_finalize (insert);
  execute (self, count_changes);
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

static void
apply_all (UsherTestChecker *self, const Rule *all, guint n_rules, GString *faults)
{
  for (guint i = 0; i < n_rules; i++)
    apply (self, &all[i], faults);
}

/* time-outs are asked for as long as the host could see to them */
static void
set_time (UsherTestChecker *self)
{
  g_autofree char *sql =
      g_strdup_printf ("UPDATE last SET time = %" G_GINT64_FORMAT, g_get_real_time ());

  if (self->db == NULL)
    ensure_open (self);
  execute (self, sql);
}

char *
usher_test_checker_find_fault (UsherTestChecker *self, gboolean settled)
{
  g_autoptr (GString) faults = g_string_new (NULL);

  ensure_open (self);
  store_notes (self);
  apply_all (self, rules, G_N_ELEMENTS (rules), faults);
  if (self->has_witness)
    apply_all (self, witness_rules, G_N_ELEMENTS (witness_rules), faults);
  if (settled)
    {
      read_log (self);
      apply_all (self, settled_rules, G_N_ELEMENTS (settled_rules), faults);
      if (self->has_witness)
        apply_all (self, settled_witness_rules, G_N_ELEMENTS (settled_witness_rules), faults);
    }

  return faults->len > 0 ? g_string_free (g_steal_pointer (&faults), FALSE) : NULL;
}

/* for who looks for the cause */
static void
print_bus (UsherTestChecker *self)
{
  g_autoptr (UsherTestClient) admin = usher_test_client_new_admin (self->process);

  usher_test_client_send (admin, "GET", "/streaming/channelsz?subs=1", NULL);
  g_printerr ("%s\n", usher_test_client_get_body (admin));
  usher_test_client_send (admin, "GET", "/parked", NULL);
  g_printerr ("%s\n", usher_test_client_get_body (admin));
}

void
usher_test_checker_await_settled (UsherTestChecker *self)
{
  gint64 deadline = 0;
  g_autofree char *fault = NULL;

  set_time (self);
  while ((fault = usher_test_checker_find_fault (self, TRUE)) != NULL)
    {
      g_autofree char *wrong = usher_test_checker_find_fault (self, FALSE);

      usher_test_process_assert_alive (self->process);
      if (wrong != NULL)
        g_error ("wrong:%s", wrong);
      if (!usher_test_wait (&deadline))
        {
          print_bus (self);
          g_error ("wrong, and no waiting heals it:%s", fault);
        }
      g_clear_pointer (&fault, g_free);
      set_time (self);
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
