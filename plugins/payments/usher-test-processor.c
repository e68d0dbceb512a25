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
#define CLOSED     "The payment took too long, try again"

struct _UsherTestProcessor
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  GMutex mutex;
  UsherSqliteConnection *ledger; /* (owned) (mutex mutex) */
};

/* what becomes of a token */
typedef struct
{
  const char *token;
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
};

static const Card unknown_card = { .message = "No such token" };

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

static void card_processor_iface_init (UsherCardProcessorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherTestProcessor,
                               usher_test_processor,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_CARD_PROCESSOR,
                                                      card_processor_iface_init))

static gboolean
return_unavailable (GError **error, const char *reason)
{
  g_set_error (
      error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the test processor is away: %s", reason);

  return FALSE;
}

/* Always FALSE; takes ownership of @trouble, whatever it is: nobody knows what became of the card. */
static gboolean
fail (GError *trouble, GError **error)
{
  g_autoptr (GError) own = trouble;

  return return_unavailable (error, own->message);
}

/* @texts: (nullable elements): for the first parameters of @sql, borrowed */
static UsherSqliteStatement *
prepare (UsherTestProcessor *self,
         const char *sql,
         const char *const *texts,
         guint n,
         GError **error)
{
  GError *trouble = NULL;
  UsherSqliteStatement *statement = usher_sqlite_connection_get (self->ledger, sql, &trouble);

  if (statement == NULL)
    {
      fail (trouble, error);
      return NULL;
    }

  for (guint i = 0; i < n; i++)
    usher_sqlite_statement_bind_text (statement, (int) i + 1, texts[i]);

  return statement;
}

static gboolean
finish (UsherTestProcessor *self, UsherSqliteStatement *statement, GError **error)
{
  GError *trouble = NULL;

  return usher_sqlite_connection_finish (self->ledger, statement, &trouble) ||
         fail (trouble, error);
}

static gboolean
step (UsherTestProcessor *self, UsherSqliteStatement *statement, gboolean *found, GError **error)
{
  GError *trouble = NULL;

  return usher_sqlite_connection_step (self->ledger, statement, found, &trouble) ||
         fail (trouble, error);
}

/* Writes what a key came to, unless it came to something before. The mutex is held. */
static gboolean
enter_charge (UsherTestProcessor *self,
              const char *key,
              const Card *card,
              gint64 amount,
              const char *currency,
              GError **error)
{
  g_autofree char *object_id = usher_id_new (self->clock);
  g_autofree char *id = card->message == NULL ? g_strconcat ("ch_", object_id, NULL) : NULL;
  const char *texts[] = { key, id, card->message, currency };
  g_autoptr (UsherSqliteStatement) insert = NULL;

  insert = prepare (self,
                    "INSERT OR IGNORE INTO charges (key, id, message, currency, amount,"
                    " lost_refunds) VALUES (?, ?, ?, ?, ?, ?)",
                    texts,
                    G_N_ELEMENTS (texts),
                    error);
  if (insert == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (insert, 5, amount);
  usher_sqlite_statement_bind_integer (insert, 6, card->n_lost_refunds);

  return finish (self, insert, error);
}

/* @found: (out): whether the key is known. The mutex is held. */
static gboolean
look_up (UsherTestProcessor *self,
         const char *key,
         UsherCharge *charge,
         gboolean *found,
         GError **error)
{
  g_autoptr (UsherSqliteStatement) select = NULL;

  select = prepare (self, "SELECT id, message FROM charges WHERE key = ?", &key, 1, error);
  if (select == NULL)
    return FALSE;

  if (!step (self, select, found, error))
    return FALSE;
  if (!*found)
    return TRUE;

  charge->id = g_strdup (usher_sqlite_statement_get_text (select, 0));
  charge->message = g_strdup (usher_sqlite_statement_get_text (select, 1));
  charge->outcome = charge->id != NULL ? USHER_CHARGE_PAID : USHER_CHARGE_DECLINED;

  return TRUE;
}

/* Enters the key if it is new, and tells what the ledger has. */
static gboolean
decide (UsherTestProcessor *self,
        const char *key,
        const Card *card,
        gint64 amount,
        const char *currency,
        UsherCharge *charge,
        GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean found = FALSE;

  return enter_charge (self, key, card, amount, currency, error) &&
         look_up (self, key, charge, &found, error);
}

static gboolean
is_known (UsherTestProcessor *self, const char *key, gboolean *found, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_auto (UsherCharge) charge = { 0 };

  return look_up (self, key, &charge, found, error);
}

static gboolean
enter_held (UsherTestProcessor *self, const char *key, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (UsherSqliteStatement) insert = NULL;

  insert = prepare (self, "INSERT OR IGNORE INTO held (key) VALUES (?)", &key, 1, error);

  return insert != NULL && finish (self, insert, error);
}

static gboolean
is_held (UsherTestProcessor *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (UsherSqliteStatement) select = NULL;
  gboolean found = FALSE;

  select = prepare (self, "SELECT 1 FROM held WHERE key = ?", &key, 1, NULL);

  return select != NULL && step (self, select, &found, NULL) && found;
}

/* Waits until the key was taken out of `held`, by another connection to the ledger. */
static gboolean
hold (UsherTestProcessor *self, const char *key, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + HELD;

  if (!enter_held (self, key, error))
    return FALSE;

  while (is_held (self, key))
    {
      if (g_get_monotonic_time () >= deadline)
        return return_unavailable (error, "the charge was held too long");
      g_usleep (HELD_PAUSE);
    }

  return TRUE;
}

static const Card *
find_card (const char *token)
{
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    if (g_str_equal (cards[i].token, token))
      return &cards[i];

  return &unknown_card;
}

static gboolean
take_time (UsherTestProcessor *self, const char *key, const Card *card, GError **error)
{
  if (card->is_slow)
    g_usleep (SLOW);

  return !card->is_held || hold (self, key, error);
}

static gboolean
usher_test_processor_charge (UsherCardProcessor *processor,
                             const char *key,
                             gint64 amount,
                             const char *currency,
                             const char *token,
                             UsherCharge *charge,
                             GError **error)
{
  UsherTestProcessor *self = USHER_TEST_PROCESSOR (processor);
  const Card *card = find_card (token);
  gboolean found = FALSE;

  if (card->is_away)
    return return_unavailable (error, "the request did not arrive");
  if (!is_known (self, key, &found, error))
    return FALSE;
  if (!found && !take_time (self, key, card, error))
    return FALSE;
  if (!decide (self, key, card, amount, currency, charge, error))
    return FALSE;

  return !card->loses_answer || return_unavailable (error, "the answer was lost");
}

static gboolean
usher_test_processor_settle (UsherCardProcessor *processor,
                             const char *key,
                             UsherCharge *charge,
                             GError **error)
{
  static const Card closed = { .message = CLOSED };

  return decide (USHER_TEST_PROCESSOR (processor), key, &closed, 0, NULL, charge, error);
}

/* Counts down the refunds that are to fail; TRUE while there are any. The mutex is held. */
static gboolean
lose_refund (UsherTestProcessor *self, const char *charge_id, gboolean *lost, GError **error)
{
  g_autoptr (UsherSqliteStatement) update = NULL;

  update = prepare (self,
                    "UPDATE charges SET lost_refunds = lost_refunds - 1"
                    " WHERE id = ? AND lost_refunds > 0",
                    &charge_id,
                    1,
                    error);
  if (update == NULL || !finish (self, update, error))
    return FALSE;

  *lost = usher_sqlite_connection_get_n_changes (self->ledger) > 0;

  return TRUE;
}

/* A charge is refunded once: another key for it is refused by the index. The mutex is held. */
static gboolean
enter_refund (UsherTestProcessor *self, const char *key, const char *charge_id, GError **error)
{
  g_autofree char *object_id = usher_id_new (self->clock);
  g_autofree char *id = g_strconcat ("re_", object_id, NULL);
  const char *texts[] = { key, id, charge_id };
  g_autoptr (UsherSqliteStatement) insert = NULL;

  insert = prepare (self,
                    "INSERT OR IGNORE INTO refunds (key, id, charge)"
                    " SELECT ?, ?, charges.id FROM charges WHERE charges.id = ?",
                    texts,
                    G_N_ELEMENTS (texts),
                    error);

  return insert != NULL && finish (self, insert, error);
}

static gboolean
usher_test_processor_refund (UsherCardProcessor *processor,
                             const char *key,
                             const char *charge_id,
                             char **refund_id,
                             GError **error)
{
  UsherTestProcessor *self = USHER_TEST_PROCESSOR (processor);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (UsherSqliteStatement) select = NULL;
  gboolean lost = FALSE;
  gboolean found = FALSE;

  if (!lose_refund (self, charge_id, &lost, error))
    return FALSE;
  if (lost)
    return return_unavailable (error, "it does not refund now");
  if (!enter_refund (self, key, charge_id, error))
    return FALSE;

  select = prepare (self, "SELECT id FROM refunds WHERE key = ?", &key, 1, error);
  if (select == NULL)
    return FALSE;
  if (!step (self, select, &found, error))
    return FALSE;
  if (!found)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "charge “%s” is not known, or refunded under another key",
                   charge_id);
      return FALSE;
    }

  *refund_id = g_strdup (usher_sqlite_statement_get_text (select, 0));

  return TRUE;
}

static void
card_processor_iface_init (UsherCardProcessorInterface *iface)
{
  iface->charge = usher_test_processor_charge;
  iface->settle = usher_test_processor_settle;
  iface->refund = usher_test_processor_refund;
}

static void
usher_test_processor_finalize (GObject *object)
{
  UsherTestProcessor *self = USHER_TEST_PROCESSOR (object);

  g_clear_pointer (&self->ledger, usher_sqlite_connection_free);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_test_processor_parent_class)->finalize (object);
}

static void
usher_test_processor_class_init (UsherTestProcessorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_test_processor_finalize;
}

static void
usher_test_processor_init (UsherTestProcessor *self)
{
  g_mutex_init (&self->mutex);
}

/* Two processes may make the ledger at once. */
static gboolean
open_ledger (UsherTestProcessor *self, const char *path, GError **error)
{
  g_autofree char *name = g_strdup_printf ("ledger “%s”", path);
  GError *trouble = NULL;

  self->ledger = usher_sqlite_connection_new (path, name, USHER_SQLITE_CREATE, &trouble);

  return (self->ledger != NULL && usher_sqlite_connection_use_log (self->ledger, &trouble) &&
          usher_sqlite_connection_execute (self->ledger, layout, &trouble)) ||
         fail (trouble, error);
}

UsherCardProcessor *
usher_test_processor_new (const char *directory, UsherClock *clock, GError **error)
{
  g_autoptr (UsherTestProcessor) self = g_object_new (USHER_TYPE_TEST_PROCESSOR, NULL);
  g_autofree char *path = g_build_filename (directory, USHER_TEST_PROCESSOR_LEDGER, NULL);

  self->clock = g_object_ref (clock);
  if (!open_ledger (self, path, error))
    return NULL;

  return USHER_CARD_PROCESSOR (g_steal_pointer (&self));
}
