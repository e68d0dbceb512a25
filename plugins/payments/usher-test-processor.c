/* usher-test-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-processor.h"

#define SLOW       (2 * G_TIME_SPAN_SECOND)
#define HELD       (5 * G_TIME_SPAN_MINUTE)
#define HELD_PAUSE (2 * G_TIME_SPAN_MILLISECOND)
/* how many parameters a statement has at most */
#define N_TEXTS 6

typedef struct
{
  UsherCardProcessor parent;

  UsherClock *clock; /* (owned) */
  GMutex mutex;
  UsherSqliteConnection *ledger; /* (owned) (mutex mutex) */
} TestProcessor;

/* what becomes of a token */
typedef struct
{
  const char *token;   /* (nullable): NULL: any other */
  const char *message; /* (nullable): declined with this */
  gboolean is_slow;
  gboolean is_held;
  gboolean is_away;
  gboolean loses_answer;
  int n_lost_refunds;
} Card;

static const Card cards[] = {
  { .token = "tok_visa" },
  { .token = "tok_chargeDeclined", .message = "Your card was declined." },
  { .token = "tok_slow", .is_slow = TRUE },
  { .token = "tok_held", .is_held = TRUE },
  { .token = "tok_lostAnswer", .loses_answer = TRUE },
  { .token = "tok_unavailable", .is_away = TRUE },
  { .token = "tok_refundLater", .n_lost_refunds = 3 },
  { .message = "No such token" },
};

/* A charge without id took no money. `lost_refunds` counts the refunds that are still to fail. What is in `held` waits until
 * somebody takes it out. */
static const char layout[] =
    "PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS charges ("
    " key TEXT PRIMARY KEY, id TEXT UNIQUE, message TEXT, amount INTEGER, currency TEXT,"
    " lost_refunds INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS refunds ("
    " key TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, charge TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE IF NOT EXISTS held (key TEXT PRIMARY KEY) STRICT;";

/* what a key came to, unless it came to something before */
static const char decision[] =
    "INSERT INTO charges (key, id, message, currency, amount, lost_refunds)"
    " VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id, message";

static const char lost_refund[] = "UPDATE charges SET lost_refunds = lost_refunds - 1"
                                  " WHERE id = ? AND lost_refunds > 0 RETURNING id";

/* a charge is refunded once: another key for it finds nothing to do */
static const char new_refund[] = "INSERT INTO refunds (key, id, charge)"
                                 " SELECT ?, ?, charges.id FROM charges WHERE charges.id = ?"
                                 " ON CONFLICT (key) DO UPDATE SET key = excluded.key"
                                 " ON CONFLICT DO NOTHING RETURNING id, NULL";

static gboolean
return_unavailable (GError **error, const char *reason)
{
  return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "the test processor is away: %s", reason);
}

/* Runs @sql with @texts for its parameters. @found: (out): whether there is a row; @row: (nullable) (out): its columns, an id
 * and a message. What fails tells nothing of the card. */
static gboolean
run (TestProcessor *self,
     const char *sql,
     const char *const texts[N_TEXTS],
     gboolean *found,
     UsherCharge *row,
     GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GError) trouble = NULL;
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->ledger, sql, &trouble);

  /* NULL too, as a statement keeps what was bound before; those behind its last parameter it does not take */
  for (int i = 0; statement != NULL && i < N_TEXTS; i++)
    usher_sqlite_statement_bind_text (statement, i + 1, texts[i]);
  if (statement == NULL || !usher_sqlite_connection_step (self->ledger, statement, found, &trouble))
    return return_unavailable (error, trouble->message);

  if (*found && row != NULL)
    {
      row->id = g_strdup (usher_sqlite_statement_get_text (statement, 0));
      row->message = g_strdup (usher_sqlite_statement_get_text (statement, 1));
    }

  return !*found || usher_sqlite_connection_finish (self->ledger, statement, &trouble) ||
         return_unavailable (error, trouble->message);
}

/* Writes a decision, and tells what the ledger has. */
static gboolean
decide (TestProcessor *self,
        const UsherPurchase *purchase,
        const Card *card,
        UsherCharge *charge,
        GError **error)
{
  g_autofree char *object_id = usher_id_new (self->clock);
  g_autofree char *id = card->message == NULL ? g_strconcat ("ch_", object_id, NULL) : NULL;
  g_autofree char *cents = g_strdup_printf ("%" G_GINT64_FORMAT, purchase->amount);
  g_autofree char *n_lost_refunds = g_strdup_printf ("%d", card->n_lost_refunds);
  const char *texts[N_TEXTS] = { purchase->key,      id,    card->message,
                                 purchase->currency, cents, n_lost_refunds };
  gboolean found = FALSE;

  if (!run (self, decision, texts, &found, charge, error))
    return FALSE;

  charge->outcome = charge->id != NULL ? USHER_CHARGE_PAID : USHER_CHARGE_DECLINED;

  return TRUE;
}

/* Waits until the key was taken out of `held`, by another connection to the ledger. */
static gboolean
hold (TestProcessor *self, const char *key, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + HELD;
  const char *texts[N_TEXTS] = { key };
  gboolean held = FALSE;

  if (!run (self, "INSERT OR IGNORE INTO held (key) VALUES (?)", texts, &held, NULL, error))
    return FALSE;

  while (run (self, "SELECT 1 FROM held WHERE key = ?", texts, &held, NULL, error))
    {
      if (!held)
        return TRUE;
      if (g_get_monotonic_time () >= deadline)
        return return_unavailable (error, "the charge was held too long");
      g_usleep (HELD_PAUSE);
    }

  return FALSE;
}

static const Card *
find_card (const char *token)
{
  const Card *card = cards;

  while (card->token != NULL && !g_str_equal (card->token, token))
    card++;

  return card;
}

static gboolean
take_money (UsherCardProcessor *processor,
            const UsherPurchase *purchase,
            const char *token,
            UsherCharge *charge,
            GError **error)
{
  TestProcessor *self = (TestProcessor *) processor;
  const char *key = purchase->key;
  const Card *card = find_card (token);
  const char *texts[N_TEXTS] = { key };
  gboolean found = FALSE;

  if (card->is_away)
    return return_unavailable (error, "the request did not arrive");
  if (!run (self, "SELECT 1 FROM charges WHERE key = ?", texts, &found, NULL, error))
    return FALSE;
  if (!found && card->is_slow)
    g_usleep (SLOW);
  if (!found && card->is_held && !hold (self, key, error))
    return FALSE;
  if (!decide (self, purchase, card, charge, error))
    return FALSE;

  return !card->loses_answer || return_unavailable (error, "the answer was lost");
}

static gboolean
settle (UsherCardProcessor *processor,
        const UsherPurchase *purchase,
        UsherSettling how,
        UsherCharge *charge,
        GError **error)
{
  static const Card closed = { .message = USHER_CHARGE_TOO_LONG };
  const UsherPurchase unpaid = { .key = purchase->key };

  /* who made that may have taken money for it */
  if (purchase->intent_id != NULL)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "the test processor does not know “%s”: which [payments] processor has "
                         "made it?",
                         purchase->intent_id);

  return decide ((TestProcessor *) processor, &unpaid, &closed, charge, error);
}

static gboolean
give_back (UsherCardProcessor *processor,
           const char *key,
           const char *charge_id,
           UsherCharge *refund,
           GError **error)
{
  TestProcessor *self = (TestProcessor *) processor;
  g_autofree char *object_id = usher_id_new (self->clock);
  g_autofree char *id = g_strconcat ("re_", object_id, NULL);
  const char *charge[N_TEXTS] = { charge_id };
  const char *texts[N_TEXTS] = { key, id, charge_id };
  gboolean lost = FALSE;
  gboolean found = FALSE;

  if (!run (self, lost_refund, charge, &lost, NULL, error))
    return FALSE;
  if (lost)
    return return_unavailable (error, "it does not refund now");
  if (!run (self, new_refund, texts, &found, refund, error))
    return FALSE;
  if (!found)
    return usher_refuse (error,
                         USHER_ERROR_NOT_FOUND,
                         "charge “%s” is not known, or refunded under another key",
                         charge_id);

  refund->outcome = USHER_CHARGE_PAID;

  return TRUE;
}

static void
test_processor_clear (gpointer data)
{
  TestProcessor *self = data;

  g_clear_pointer (&self->ledger, usher_sqlite_connection_free);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->mutex);
}

/* Two processes may make the ledger at once. */
static gboolean
open_ledger (TestProcessor *self, const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, USHER_TEST_PROCESSOR_LEDGER, NULL);
  g_autofree char *name = g_strdup_printf ("ledger “%s”", path);
  g_autoptr (GError) trouble = NULL;

  self->ledger = usher_sqlite_connection_new (path, name, USHER_SQLITE_CREATE, &trouble);

  return (self->ledger != NULL && usher_sqlite_connection_use_log (self->ledger, &trouble) &&
          usher_sqlite_connection_execute (self->ledger, layout, &trouble)) ||
         return_unavailable (error, trouble->message);
}

UsherCardProcessor *
usher_test_processor_new (const char *directory, UsherClock *clock, GError **error)
{
  TestProcessor *self = g_atomic_rc_box_new0 (TestProcessor);
  g_autoptr (UsherCardProcessor) processor = &self->parent;

  processor->charge = take_money;
  processor->settle = settle;
  processor->refund = give_back;
  processor->clear = test_processor_clear;
  self->clock = g_object_ref (clock);
  g_mutex_init (&self->mutex);

  return open_ledger (self, directory, error) ? g_steal_pointer (&processor) : NULL;
}
