/* usher-test-processor.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-processor.h"

#include <sqlite3.h>

#include "usher-error.h"
#include "usher-id.h"

#define SLOW            (2 * G_TIME_SPAN_SECOND)
#define HELD            (5 * G_TIME_SPAN_MINUTE)
#define HELD_PAUSE      (2 * G_TIME_SPAN_MILLISECOND)
#define BUSY_TIMEOUT_MS 5000
#define BUSY_PAUSE      (2 * G_TIME_SPAN_MILLISECOND)
#define CLOSED          "The payment took too long, try again"

struct _UsherTestProcessor
{
  GObject parent_instance;

  UsherClock *clock; /* (owned) */
  GMutex mutex;
  sqlite3 *ledger; /* (owned) (mutex mutex) */
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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

static gboolean
return_unavailable (GError **error, const char *reason)
{
  g_set_error (
      error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the test processor is away: %s", reason);

  return FALSE;
}

/* @texts: (nullable elements): for the first parameters of @sql */
static sqlite3_stmt *
prepare (UsherTestProcessor *self,
         const char *sql,
         const char *const *texts,
         guint n,
         GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->ledger, sql, -1, &statement, NULL) != SQLITE_OK)
    {
      return_unavailable (error, sqlite3_errmsg (self->ledger));
      return NULL;
    }

  for (guint i = 0; i < n; i++)
    sqlite3_bind_text (statement, (int) i + 1, texts[i], -1, SQLITE_TRANSIENT);

  return statement;
}

static gboolean
finish (UsherTestProcessor *self, sqlite3_stmt *statement, GError **error)
{
  return sqlite3_step (statement) == SQLITE_DONE ||
         return_unavailable (error, sqlite3_errmsg (self->ledger));
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
  g_autoptr (sqlite3_stmt) insert = NULL;

  insert = prepare (self,
                    "INSERT OR IGNORE INTO charges (key, id, message, currency, amount,"
                    " lost_refunds) VALUES (?, ?, ?, ?, ?, ?)",
                    texts,
                    G_N_ELEMENTS (texts),
                    error);
  if (insert == NULL)
    return FALSE;

  sqlite3_bind_int64 (insert, 5, amount);
  sqlite3_bind_int (insert, 6, card->n_lost_refunds);

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
  g_autoptr (sqlite3_stmt) select = NULL;
  int result;

  select = prepare (self, "SELECT id, message FROM charges WHERE key = ?", &key, 1, error);
  if (select == NULL)
    return FALSE;

  result = sqlite3_step (select);
  *found = result == SQLITE_ROW;
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE || return_unavailable (error, sqlite3_errmsg (self->ledger));

  charge->id = g_strdup ((const char *) sqlite3_column_text (select, 0));
  charge->message = g_strdup ((const char *) sqlite3_column_text (select, 1));
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
  g_autoptr (sqlite3_stmt) insert = NULL;

  insert = prepare (self, "INSERT OR IGNORE INTO held (key) VALUES (?)", &key, 1, error);

  return insert != NULL && finish (self, insert, error);
}

static gboolean
is_held (UsherTestProcessor *self, const char *key)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (sqlite3_stmt) select = NULL;

  select = prepare (self, "SELECT 1 FROM held WHERE key = ?", &key, 1, NULL);

  return select != NULL && sqlite3_step (select) == SQLITE_ROW;
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
  if (card->is_slow && !found)
    g_usleep (SLOW);
  if (card->is_held && !found && !hold (self, key, error))
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
  g_autoptr (sqlite3_stmt) update = NULL;

  update = prepare (self,
                    "UPDATE charges SET lost_refunds = lost_refunds - 1"
                    " WHERE id = ? AND lost_refunds > 0",
                    &charge_id,
                    1,
                    error);
  if (update == NULL || !finish (self, update, error))
    return FALSE;

  *lost = sqlite3_changes (self->ledger) > 0;

  return TRUE;
}

/* A charge is refunded once: another key for it is refused by the index. The mutex is held. */
static gboolean
enter_refund (UsherTestProcessor *self, const char *key, const char *charge_id, GError **error)
{
  g_autofree char *object_id = usher_id_new (self->clock);
  g_autofree char *id = g_strconcat ("re_", object_id, NULL);
  const char *texts[] = { key, id, charge_id };
  g_autoptr (sqlite3_stmt) insert = NULL;

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
  g_autoptr (sqlite3_stmt) select = NULL;
  gboolean lost = FALSE;

  if (!lose_refund (self, charge_id, &lost, error))
    return FALSE;
  if (lost)
    return return_unavailable (error, "it does not refund now");
  if (!enter_refund (self, key, charge_id, error))
    return FALSE;

  select = prepare (self, "SELECT id FROM refunds WHERE key = ?", &key, 1, error);
  if (select == NULL)
    return FALSE;
  if (sqlite3_step (select) != SQLITE_ROW)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "charge “%s” is not known, or refunded under another key",
                   charge_id);
      return FALSE;
    }

  *refund_id = g_strdup ((const char *) sqlite3_column_text (select, 0));

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

  g_clear_pointer (&self->ledger, sqlite3_close);
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

/* Two processes may make the ledger at once. SQLite does not wait for another's switch of the journal's mode. */
static gboolean
choose_journal (UsherTestProcessor *self)
{
  gint64 deadline = g_get_monotonic_time () + BUSY_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;
  int code = SQLITE_OK;

  while ((code = sqlite3_exec (self->ledger, "PRAGMA journal_mode=WAL", NULL, NULL, NULL)) ==
             SQLITE_BUSY &&
         g_get_monotonic_time () < deadline)
    g_usleep (BUSY_PAUSE);

  return code == SQLITE_OK;
}

UsherCardProcessor *
usher_test_processor_new (const char *directory, UsherClock *clock, GError **error)
{
  g_autoptr (UsherTestProcessor) self = g_object_new (USHER_TYPE_TEST_PROCESSOR, NULL);
  g_autofree char *path = g_build_filename (directory, USHER_TEST_PROCESSOR_LEDGER, NULL);

  self->clock = g_object_ref (clock);
  if (sqlite3_open_v2 (path,
                       &self->ledger,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK ||
      sqlite3_busy_timeout (self->ledger, BUSY_TIMEOUT_MS) != SQLITE_OK || !choose_journal (self) ||
      sqlite3_exec (self->ledger, layout, NULL, NULL, NULL) != SQLITE_OK)
    {
      return_unavailable (error, sqlite3_errmsg (self->ledger));
      g_prefix_error (error, "ledger “%s”: ", path);
      return NULL;
    }

  return USHER_CARD_PROCESSOR (g_steal_pointer (&self));
}
