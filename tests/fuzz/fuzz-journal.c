/* fuzz-journal.c: whatever frames, groups and parked events are on the disk, a hub opens or refuses them, and serves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <sqlite3.h>

#include "fuzz.h"
#include "usher-bus.h"
#include "usher-error.h"
#include "usher-frame-private.h"
#include "usher-hub.h"
#include "usher-journal-private.h"
#include "usher-latch-private.h"
#include "usher-test-base.h"

#define CHANNEL  "order:created"
#define GROUP    "tickets"
#define ENDPOINT "inproc://fuzz-journal"
#define PATIENCE (10 * G_TIME_SPAN_SECOND)
#define TIME     G_GINT64_CONSTANT (1767225600000000)

/* what a row is, its first byte; the log takes none that is empty behind it */
typedef enum
{
  ROW_FRAME = 'f',  /* u16 count, events */
  ROW_GROUP = 'g',  /* its state */
  ROW_PARKED = 'p', /* u64 sequence, u32 attempts, u8 deferred, reasons */
  ROW_TOTAL = 't',  /* u64 first, u64 last, u64 bytes: instead of what the frames make */
  ROW_COUNT = 'c',  /* u64 base, u64 count: of a frame that is there, instead */
} Row;

const char *const fuzz_tokens[] = {
  "\xff|f\x01\x00",
  "\xff|f\x02\x00",
  "\xff|f\x00\x00",
  "\xff|f\xff\xff",
  "\xff|g\x00",
  "\xff|g\x01",
  "\xff|p\x01\x00\x00\x00\x00\x00\x00\x00",
  "\xff|t\x01\x00\x00\x00\x00\x00\x00\x00",
  "\xff|c\x01\x00\x00\x00\x00\x00\x00\x00",
  "\x30\x00\x00\x00",
  "0123456789abcdef",
  "\x08\x00\x00\x00{\"id\":1}",
  "[\"away\"]",
  "\x01\x00\x00\x00\x00\x00\x00\x00",
  "\x40\x00\x00\x00\x00\x00\x00\x00",
  "\xff\xff\xff\xff\xff\xff\xff\xff",
  "\xff\xff\xff\x7f",
  NULL,
};

static void
add_frame (UsherJournalBatch *batch, UsherFrameReader *reader, guint64 *base)
{
  guint count = usher_frame_read_u16 (reader);
  UsherJournalFrame *frame = NULL;

  if (reader->at == reader->end)
    return;

  frame = g_new0 (UsherJournalFrame, 1);
  frame->channel = g_strdup (CHANNEL);
  frame->base = *base;
  frame->count = MAX (count, 1);
  frame->time = TIME;
  frame->bytes = g_bytes_new (reader->at, (gsize) (reader->end - reader->at));
  *base += frame->count;
  g_ptr_array_add (batch->frames, frame);
}

static void
add_group (UsherJournalBatch *batch, UsherFrameReader *reader)
{
  if (reader->at < reader->end)
    g_hash_table_replace (batch->groups,
                          g_strdup (CHANNEL "\n" GROUP),
                          g_bytes_new (reader->at, (gsize) (reader->end - reader->at)));
}

static void
add_parked (UsherJournalBatch *batch, UsherFrameReader *reader)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->id = g_strdup_printf ("parked-%u", batch->parked->len);
  parked->channel = g_strdup (CHANNEL);
  parked->group = g_strdup (GROUP);
  parked->sequence = usher_frame_read_u64 (reader);
  parked->attempts = usher_frame_read_u32 (reader);
  parked->deferred = usher_frame_read_u8 (reader) != 0;
  parked->reasons = g_strndup ((const char *) reader->at, (gsize) (reader->end - reader->at));
  g_ptr_array_add (batch->parked, parked);
}

static void
add_row (UsherJournalBatch *batch, const char *data, gsize length, guint64 *base)
{
  UsherFrameReader reader;

  usher_frame_reader_init (&reader, data, length);
  switch ((Row) usher_frame_read_u8 (&reader))
    {
    case ROW_FRAME:
      add_frame (batch, &reader, base);
      break;

    case ROW_GROUP:
      add_group (batch, &reader);
      break;

    case ROW_PARKED:
      add_parked (batch, &reader);
      break;

    case ROW_TOTAL:
    case ROW_COUNT:
    default:
      break;
    }
}

static void
write_rows (const char *directory, const uint8_t *data, size_t size)
{
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  UsherJournalBatch *batch = usher_journal_batch_new ();
  UsherJournal *journal = usher_journal_new (directory, &error);
  guint64 base = 1;

  g_assert_no_error (error);
  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      add_row (batch, step->data, step->length, &base);
    }
  usher_journal_commit (journal, batch, &error);
  g_assert_no_error (error);
  usher_journal_free (journal);
  usher_journal_batch_free (batch);
}

/* What no commit writes. */
static void
damage_row (sqlite3 *db, const char *data, gsize length)
{
  g_autofree char *sql = NULL;
  UsherFrameReader reader;
  guint8 kind = 0;
  gint64 numbers[3];

  usher_frame_reader_init (&reader, data, length);
  kind = usher_frame_read_u8 (&reader);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = (gint64) usher_frame_read_u64 (&reader);
  if (kind == ROW_TOTAL)
    sql = g_strdup_printf ("UPDATE totals SET first = %" G_GINT64_FORMAT
                           ", last = %" G_GINT64_FORMAT ", bytes = %" G_GINT64_FORMAT,
                           numbers[0],
                           numbers[1],
                           numbers[2]);
  else if (kind == ROW_COUNT)
    sql = g_strdup_printf ("UPDATE frames SET count = %" G_GINT64_FORMAT
                           " WHERE base = %" G_GINT64_FORMAT,
                           numbers[1],
                           numbers[0]);
  if (sql != NULL)
    g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
damage_rows (const char *directory, const uint8_t *data, size_t size)
{
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autofree char *path = g_build_filename (directory, "log.db", NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  for (guint i = 0; i < steps->len; i++)
    {
      const FuzzStep *step = &g_array_index (steps, FuzzStep, i);

      damage_row (db, step->data, step->length);
    }
  sqlite3_close (db);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

static void
on_events (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  g_clear_pointer (&events, usher_bus_events_free);
  usher_latch_leave (user_data, NULL);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  usher_latch_leave (user_data, error);
}

/* A page from the first event on, and whatever is parked; neither need make sense. */
static void
look (UsherBus *bus)
{
  const UsherEventsQuery query = { .channel = CHANNEL, .limit = 100, .patience = PATIENCE };
  g_autoptr (GPtrArray) parked = NULL;
  g_autoptr (UsherParkedEvent) one = NULL;
  g_autoptr (GError) nothing = NULL;
  UsherLatch latch;

  usher_latch_init (&latch, 1);
  usher_bus_read_events (bus, &query, on_events, &latch, NULL);
  nothing = usher_latch_wait (&latch);
  parked = usher_bus_list_parked (bus, CHANNEL, 0, 100, NULL);
  one = usher_bus_find_parked (bus, "parked-0", NULL);
  if (parked != NULL && parked->len > 0)
    usher_bus_replay_parked (bus, "parked-0", NULL);
}

static void
publish (UsherBus *bus)
{
  g_autoptr (UsherEvent) event = usher_event_new_full (
      "3f2b1c00-0000-7000-8000-000000000001", CHANNEL, 0, TIME, NULL, NULL, NULL, "{}", 2);
  g_autoptr (GError) error = NULL;
  UsherLatch latch;

  usher_latch_init (&latch, 1);
  usher_bus_publish (bus, event, on_published, &latch, NULL);
  error = usher_latch_wait (&latch);
  g_assert_no_error (error);
}

static void
use (UsherHub *hub, UsherClock *clock)
{
  const UsherSubscription wish = {
    .channel = CHANNEL, .group = GROUP, .durable = GROUP, .max_in_flight = 64
  };
  g_autoptr (UsherBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = usher_hub_bind (hub, ENDPOINT, &error);

  g_assert_no_error (error);
  bus = usher_bus_open (endpoint, "tickets-1", clock, NULL, &error);
  g_assert_no_error (error);
  usher_bus_subscribe (bus, &wish, on_delivery, NULL, NULL, &error);
  g_assert_no_error (error);
  look (bus);
  publish (bus);
  usher_bus_close (bus, PATIENCE, &error);
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *directory = g_build_filename (fuzz_directory (), "hub", NULL);
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (UsherHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  /* warnings are for the operator, whom a bad log may be told of */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  write_rows (directory, data, size);
  damage_rows (directory, data, size);
  hub = usher_hub_new (directory, clock, NULL, &error);
  if (hub != NULL)
    {
      use (hub, clock);
      usher_hub_close (hub, PATIENCE, &error);
      g_assert_no_error (error);
    }
  else
    g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  usher_test_remove_tree (directory);

  return 0;
}
