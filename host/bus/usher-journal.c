/* usher-journal.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-journal-private.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "usher-error.h"
#include "usher-frame-private.h"
#include "usher-sqlite-connection.h"

#define FILE_NAME      "log.db"
#define LAYOUT         1
#define APPLICATION_ID 0x55736862 /* "Ushb" */
/* no channel comes so far, and there is room behind it to count on */
#define MAX_SEQUENCE (G_MAXINT64 / 2)

static const char layout[] =
    "CREATE TABLE channels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE frames (channel INTEGER NOT NULL, base INTEGER NOT NULL,"
    " count INTEGER NOT NULL, time INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY (channel, base)) WITHOUT ROWID;"
    "CREATE TABLE totals (channel INTEGER PRIMARY KEY, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE TABLE groups (channel TEXT NOT NULL, name TEXT NOT NULL, state BLOB NOT NULL,"
    " PRIMARY KEY (channel, name)) WITHOUT ROWID;"
    "CREATE TABLE parked (id TEXT PRIMARY KEY, channel TEXT NOT NULL, name TEXT NOT NULL,"
    " sequence INTEGER NOT NULL, time INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " deferred INTEGER NOT NULL, reasons TEXT NOT NULL) WITHOUT ROWID;";

/* Statements of the writing connection. */
typedef enum
{
  ADD_CHANNEL,
  ADD_FRAME,
  ADD_TOTAL,
  SET_GROUP,
  FORGET_GROUP,
  ADD_PARKED,
  FORGET_PARKED,
  SUBTRACT_TOTAL,
  DROP_FRAMES,
  N_WRITES,
} Write;

static const char *const writes[N_WRITES] = {
  [ADD_CHANNEL] = "INSERT OR IGNORE INTO channels (name) VALUES (?1)",
  [ADD_FRAME] =
      "INSERT INTO frames VALUES ((SELECT id FROM channels WHERE name = ?1), ?2, ?3, ?4, ?5)",
  [ADD_TOTAL] =
      "INSERT INTO totals VALUES ((SELECT id FROM channels WHERE name = ?1), ?2, ?3, ?4, ?5)"
      " ON CONFLICT (channel) DO UPDATE SET last = ?3, events = events + ?4,"
      " bytes = bytes + ?5",
  [SET_GROUP] = "INSERT OR REPLACE INTO groups VALUES (?1, ?2, ?3)",
  [FORGET_GROUP] = "DELETE FROM groups WHERE channel = ?1 AND name = ?2",
  [ADD_PARKED] = "INSERT OR REPLACE INTO parked VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
  [FORGET_PARKED] = "DELETE FROM parked WHERE id = ?1",
  [SUBTRACT_TOTAL] =
      "UPDATE totals SET first = ?2 + 1,"
      " events = events - (SELECT coalesce(sum(count), 0) FROM frames f WHERE f.channel = "
      "totals.channel"
      " AND f.base <= ?2),"
      " bytes = bytes - (SELECT coalesce(sum(length(bytes)), 0) FROM frames f WHERE f.channel ="
      " totals.channel AND f.base <= ?2)"
      " WHERE channel = (SELECT id FROM channels WHERE name = ?1)",
  [DROP_FRAMES] = "DELETE FROM frames WHERE channel = (SELECT id FROM channels WHERE name = ?1)"
                  " AND base <= ?2",
};

static const char find[] =
    "SELECT base, count, time, bytes FROM frames WHERE channel = (SELECT id FROM channels WHERE "
    "name = ?1)"
    " AND base >= coalesce((SELECT max(base) FROM frames WHERE channel ="
    " (SELECT id FROM channels WHERE name = ?1) AND base <= ?2), ?2) ORDER BY base LIMIT 2";

/* What frames there are says how far a channel is; the totals count, and say it where no frames are left. */
static const char places[] =
    "SELECT name, coalesce((SELECT min(base) FROM frames WHERE channel = id), first, 1),"
    " coalesce((SELECT max(base) FROM frames WHERE channel = id), 0),"
    " (SELECT count FROM frames WHERE channel = id ORDER BY base DESC LIMIT 1),"
    " coalesce(events, 0), coalesce(bytes, 0)"
    " FROM channels LEFT JOIN totals ON totals.channel = id";

struct _UsherJournal
{
  char *path;                    /* (owned) */
  UsherSqliteConnection *writer; /* (owned): the journal's thread */
  UsherSqliteConnection *reader; /* (owned): the hub's thread */
};

void
usher_journal_frame_free (UsherJournalFrame *self)
{
  g_free (self->channel);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

void
usher_parked_free (UsherParked *self)
{
  g_free (self->id);
  g_free (self->channel);
  g_free (self->group);
  g_free (self->reasons);
  g_free (self);
}

static void
free_expired (gpointer data)
{
  g_free (((UsherExpired *) data)->channel);
  g_free (data);
}

static void
unref_bytes (gpointer data)
{
  if (data != NULL)
    g_bytes_unref (data);
}

UsherJournalBatch *
usher_journal_batch_new (void)
{
  UsherJournalBatch *self = g_new0 (UsherJournalBatch, 1);

  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_journal_frame_free);
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_bytes);
  self->parked = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);
  self->unparked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->expired = g_ptr_array_new_with_free_func (free_expired);

  return self;
}

void
usher_journal_batch_free (UsherJournalBatch *self)
{
  g_ptr_array_unref (self->frames);
  g_hash_table_unref (self->groups);
  g_ptr_array_unref (self->parked);
  g_hash_table_unref (self->unparked);
  g_ptr_array_unref (self->expired);
  g_free (self);
}

gboolean
usher_journal_batch_is_empty (UsherJournalBatch *self)
{
  return self->frames->len == 0 && g_hash_table_size (self->groups) == 0 &&
         self->parked->len == 0 && g_hash_table_size (self->unparked) == 0 &&
         self->expired->len == 0;
}

static gboolean
read_version (UsherJournal *self, gint64 *version, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->writer, "PRAGMA user_version", error);

  return statement != NULL &&
         usher_sqlite_connection_get_integer (self->writer, statement, 0, version, error);
}

static gboolean
check_layout (UsherJournal *self, GError **error)
{
  g_autofree char *sql = NULL;
  gint64 version = 0;

  if (!read_version (self, &version, error))
    return FALSE;
  if (version > LAYOUT)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CORRUPT,
                   "%s is from a newer version: layout %" G_GINT64_FORMAT ", this one knows %d",
                   usher_sqlite_connection_get_name (self->writer),
                   version,
                   LAYOUT);
      return FALSE;
    }
  if (version == LAYOUT)
    return TRUE;

  sql = g_strdup_printf (
      "BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
      layout,
      APPLICATION_ID,
      LAYOUT);

  return usher_sqlite_connection_execute (self->writer, sql, error);
}

static gboolean
open_connections (UsherJournal *self, GError **error)
{
  static const char reader_setup[] = "PRAGMA query_only = 1; PRAGMA cache_size = -512";
  static const char writer_setup[] =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1024;"
      "PRAGMA locking_mode = NORMAL; PRAGMA wal_autocheckpoint = 2000";

  g_autofree char *name = g_strdup_printf ("bus log “%s”", self->path);

  self->writer = usher_sqlite_connection_new (self->path, name, USHER_SQLITE_CREATE, error);
  if (self->writer == NULL ||
      !usher_sqlite_connection_execute (self->writer, writer_setup, error) ||
      !check_layout (self, error) || !usher_lineage_prepare (self->writer, error))
    return FALSE;

  self->reader = usher_sqlite_connection_new (self->path, name, USHER_SQLITE_NONE, error);

  return self->reader != NULL &&
         usher_sqlite_connection_execute (self->reader, reader_setup, error);
}

/* What is not laid out as it should be is found out here. */
static gboolean
prepare (UsherJournal *self, GError **error)
{
  for (guint i = 0; i < N_WRITES; i++)
    if (usher_sqlite_connection_get (self->writer, writes[i], error) == NULL)
      return FALSE;

  return usher_sqlite_connection_get (self->reader, find, error) != NULL;
}

gboolean
usher_journal_exists (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, FILE_NAME, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

UsherJournal *
usher_journal_new (const char *directory, GError **error)
{
  UsherJournal *self = g_new0 (UsherJournal, 1);

  self->path = g_build_filename (directory, FILE_NAME, NULL);
  if (g_mkdir_with_parents (directory, 0700) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "bus directory “%s” cannot be made: %s",
                   directory,
                   g_strerror (errno));
      usher_journal_free (self);
      return NULL;
    }

  if (!open_connections (self, error) || !prepare (self, error))
    {
      usher_journal_free (self);
      return NULL;
    }

  return self;
}

void
usher_journal_free (UsherJournal *self)
{
  g_clear_pointer (&self->reader, usher_sqlite_connection_free);
  g_clear_pointer (&self->writer, usher_sqlite_connection_free);
  g_free (self->path);
  g_free (self);
}

UsherLineage *
usher_journal_read_lineage (UsherJournal *self, GError **error)
{
  return usher_lineage_new (self->writer, error);
}

gboolean
usher_journal_adopt (UsherJournal *self, gint64 time, GError **error)
{
  return usher_lineage_adopt (self->writer, time, error);
}

/* prepared when the journal was opened */
static UsherSqliteStatement *
get_write (UsherJournal *self, Write write)
{
  return usher_sqlite_connection_get (self->writer, writes[write], NULL);
}

static gboolean
finish (UsherJournal *self, UsherSqliteStatement *statement, GError **error)
{
  gboolean ok = usher_sqlite_connection_finish (self->writer, statement, error);

  usher_sqlite_statement_reset (statement);

  return ok;
}

static gboolean
write_frame (UsherJournal *self, const UsherJournalFrame *frame, GError **error)
{
  gsize size = 0;
  gconstpointer bytes = g_bytes_get_data (frame->bytes, &size);
  UsherSqliteStatement *statement = NULL;

  if (frame->base == 1)
    {
      statement = get_write (self, ADD_CHANNEL);
      usher_sqlite_statement_bind_text (statement, 1, frame->channel);
      if (!finish (self, statement, error))
        return FALSE;
    }

  statement = get_write (self, ADD_FRAME);
  usher_sqlite_statement_bind_text (statement, 1, frame->channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) frame->base);
  usher_sqlite_statement_bind_integer (statement, 3, frame->count);
  usher_sqlite_statement_bind_integer (statement, 4, frame->time);
  usher_sqlite_statement_bind_bytes (statement, 5, bytes, size);
  if (!finish (self, statement, error))
    return FALSE;

  statement = get_write (self, ADD_TOTAL);
  usher_sqlite_statement_bind_text (statement, 1, frame->channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) frame->base);
  usher_sqlite_statement_bind_integer (statement, 3, (gint64) (frame->base + frame->count - 1));
  usher_sqlite_statement_bind_integer (statement, 4, frame->count);
  usher_sqlite_statement_bind_integer (statement, 5, (gint64) size);

  return finish (self, statement, error);
}

static gboolean
write_group (UsherJournal *self, const char *key, GBytes *state, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (key, "\n", 2);
  Write write = state != NULL ? SET_GROUP : FORGET_GROUP;
  UsherSqliteStatement *statement = get_write (self, write);
  gsize size = 0;
  gconstpointer bytes = NULL;

  usher_sqlite_statement_bind_text (statement, 1, parts[0]);
  usher_sqlite_statement_bind_text (statement, 2, parts[1]);
  if (state != NULL)
    {
      bytes = g_bytes_get_data (state, &size);
      usher_sqlite_statement_bind_bytes (statement, 3, bytes, size);
    }

  return finish (self, statement, error);
}

static gboolean
write_parked (UsherJournal *self, const UsherParked *parked, GError **error)
{
  UsherSqliteStatement *statement = get_write (self, ADD_PARKED);

  usher_sqlite_statement_bind_text (statement, 1, parked->id);
  usher_sqlite_statement_bind_text (statement, 2, parked->channel);
  usher_sqlite_statement_bind_text (statement, 3, parked->group);
  usher_sqlite_statement_bind_integer (statement, 4, (gint64) parked->sequence);
  usher_sqlite_statement_bind_integer (statement, 5, parked->time);
  usher_sqlite_statement_bind_integer (statement, 6, parked->attempts);
  usher_sqlite_statement_bind_integer (statement, 7, parked->deferred);
  usher_sqlite_statement_bind_text (statement, 8, parked->reasons);

  return finish (self, statement, error);
}

static gboolean
drop_frames (UsherJournal *self, const UsherExpired *expired, GError **error)
{
  UsherSqliteStatement *statement = get_write (self, SUBTRACT_TOTAL);

  usher_sqlite_statement_bind_text (statement, 1, expired->channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) expired->last);
  if (!finish (self, statement, error))
    return FALSE;

  statement = get_write (self, DROP_FRAMES);
  usher_sqlite_statement_bind_text (statement, 1, expired->channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) expired->last);

  return finish (self, statement, error);
}

static gboolean
write_batch (UsherJournal *self, UsherJournalBatch *batch, GError **error)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer state = NULL;

  if (batch->run.id != 0 && !usher_lineage_write_run (self->writer, &batch->run, error))
    return FALSE;

  for (guint i = 0; i < batch->frames->len; i++)
    if (!write_frame (self, g_ptr_array_index (batch->frames, i), error))
      return FALSE;

  g_hash_table_iter_init (&iter, batch->groups);
  while (g_hash_table_iter_next (&iter, &key, &state))
    if (!write_group (self, key, state, error))
      return FALSE;

  g_hash_table_iter_init (&iter, batch->unparked);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      UsherSqliteStatement *statement = get_write (self, FORGET_PARKED);

      usher_sqlite_statement_bind_text (statement, 1, key);
      if (!finish (self, statement, error))
        return FALSE;
    }

  for (guint i = 0; i < batch->parked->len; i++)
    if (!write_parked (self, g_ptr_array_index (batch->parked, i), error))
      return FALSE;

  for (guint i = 0; i < batch->expired->len; i++)
    if (!drop_frames (self, g_ptr_array_index (batch->expired, i), error))
      return FALSE;

  return TRUE;
}

gboolean
usher_journal_commit (UsherJournal *self, UsherJournalBatch *batch, GError **error)
{
  gint64 start = g_get_monotonic_time ();

  if (!usher_sqlite_connection_begin (self->writer, error) ||
      !usher_sqlite_connection_end (self->writer, write_batch (self, batch, error), error))
    return FALSE;

  batch->duration = g_get_monotonic_time () - start;
  return TRUE;
}

/* What goes by a frame goes over all its sequences. */
static gboolean
check_frame (UsherJournal *self, const char *channel, gint64 base, gint64 count, GError **error)
{
  if (base >= 1 && base <= MAX_SEQUENCE && count >= 1 && count <= USHER_FRAME_MAX_EVENTS)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is damaged: frame %" G_GINT64_FORMAT
               " of channel “%s” is said to have %" G_GINT64_FORMAT " events",
               usher_sqlite_connection_get_name (self->reader),
               base,
               channel,
               count);

  return FALSE;
}

/* @last: of the frames that are left, or of those that were dropped */
static gboolean
read_place (UsherJournal *self,
            UsherSqliteStatement *statement,
            guint64 *first,
            guint64 *last,
            GError **error)
{
  const char *name = usher_sqlite_statement_get_text (statement, 0);
  gint64 from = usher_sqlite_statement_get_integer (statement, 1);
  gint64 base = usher_sqlite_statement_get_integer (statement, 2);
  gint64 count = usher_sqlite_statement_get_integer (statement, 3);

  if (base != 0 && !check_frame (self, name, base, count, error))
    return FALSE;

  *first = (guint64) from;
  *last = (guint64) (base != 0 ? base + count - 1 : from - 1);
  if (name != NULL && from >= 1 && from <= MAX_SEQUENCE)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is damaged: channel “%s” is said to begin with event %" G_GINT64_FORMAT,
               usher_sqlite_connection_get_name (self->reader),
               name != NULL ? name : "",
               from);

  return FALSE;
}

gboolean
usher_journal_foreach_channel (UsherJournal *self,
                               UsherJournalChannelFunc func,
                               gpointer user_data,
                               GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->reader, places, error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return FALSE;

  while ((ok = usher_sqlite_connection_step (self->reader, statement, &has_row, error)) && has_row)
    {
      guint64 first = 0;
      guint64 last = 0;

      if (!read_place (self, statement, &first, &last, error))
        return FALSE;
      func (usher_sqlite_statement_get_text (statement, 0),
            first,
            last,
            (guint64) usher_sqlite_statement_get_integer (statement, 4),
            (guint64) usher_sqlite_statement_get_integer (statement, 5),
            user_data);
    }

  return ok;
}

gboolean
usher_journal_foreach_group (UsherJournal *self,
                             UsherJournalGroupFunc func,
                             gpointer user_data,
                             GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->reader, "SELECT channel, name, state FROM groups", error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return FALSE;

  while ((ok = usher_sqlite_connection_step (self->reader, statement, &has_row, error)) && has_row)
    {
      gsize size = 0;
      gconstpointer state = usher_sqlite_statement_get_bytes (statement, 2, &size);

      func (usher_sqlite_statement_get_text (statement, 0),
            usher_sqlite_statement_get_text (statement, 1),
            state,
            size,
            user_data);
    }

  return ok;
}

static UsherJournalFrame *
make_frame (UsherJournal *self,
            const char *channel,
            UsherSqliteStatement *statement,
            GError **error)
{
  gint64 base = usher_sqlite_statement_get_integer (statement, 0);
  gint64 count = usher_sqlite_statement_get_integer (statement, 1);
  UsherJournalFrame *frame = NULL;
  gsize size = 0;
  gconstpointer bytes = NULL;

  if (!check_frame (self, channel, base, count, error))
    return NULL;

  bytes = usher_sqlite_statement_get_bytes (statement, 3, &size);
  frame = g_new0 (UsherJournalFrame, 1);
  frame->channel = g_strdup (channel);
  frame->base = (guint64) base;
  frame->count = (guint) count;
  frame->time = usher_sqlite_statement_get_integer (statement, 2);
  frame->bytes = g_bytes_new (bytes, size);

  return frame;
}

UsherJournalFrame *
usher_journal_find (UsherJournal *self, const char *channel, guint64 sequence, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->reader, find, error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) sequence);
  while (usher_sqlite_connection_step (self->reader, statement, &has_row, error) && has_row)
    {
      guint64 base = (guint64) usher_sqlite_statement_get_integer (statement, 0);
      guint64 count = (guint64) usher_sqlite_statement_get_integer (statement, 1);

      if (base + count > sequence)
        return make_frame (self, channel, statement, error);
    }

  return NULL;
}

/* The one number that a statement finds for a channel and another number; 0 when it finds none. */
static guint64
read_number (UsherJournal *self, const char *sql, const char *channel, gint64 number)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->reader, sql, NULL);
  gint64 found = 0;

  if (statement == NULL)
    return 0;

  usher_sqlite_statement_bind_text (statement, 1, channel);
  usher_sqlite_statement_bind_integer (statement, 2, number);
  usher_sqlite_connection_get_integer (self->reader, statement, 0, &found, NULL);

  return (guint64) found;
}

guint64
usher_journal_find_time (UsherJournal *self, const char *channel, gint64 time)
{
  /* in the order of the key, so that it ends at the first one */
  return read_number (
      self,
      "SELECT base FROM frames WHERE channel = (SELECT id FROM channels WHERE name = ?1)"
      " AND time >= ?2 ORDER BY base LIMIT 1",
      channel,
      time);
}

guint64
usher_journal_measure (UsherJournal *self, const char *channel, guint64 last)
{
  return read_number (self,
                      "SELECT coalesce(sum(length(bytes)), 0) FROM frames WHERE channel ="
                      " (SELECT id FROM channels WHERE name = ?1) AND base <= ?2",
                      channel,
                      (gint64) last);
}

GPtrArray *
usher_journal_list_tail (UsherJournal *self, const char *channel, guint64 base, GError **error)
{
  g_autoptr (GPtrArray) frames =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_journal_frame_free);
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (
      self->reader,
      "SELECT base, count, time, bytes FROM frames WHERE channel ="
      " (SELECT id FROM channels WHERE name = ?1) AND base >= ?2 ORDER BY base",
      error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, channel);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) base);
  while ((ok = usher_sqlite_connection_step (self->reader, statement, &has_row, error)) && has_row)
    {
      UsherJournalFrame *frame = make_frame (self, channel, statement, error);

      if (frame == NULL)
        return NULL;
      g_ptr_array_add (frames, frame);
    }

  return ok ? g_steal_pointer (&frames) : NULL;
}

static UsherParked *
make_parked (UsherSqliteStatement *statement)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->id = g_strdup (usher_sqlite_statement_get_text (statement, 0));
  parked->channel = g_strdup (usher_sqlite_statement_get_text (statement, 1));
  parked->group = g_strdup (usher_sqlite_statement_get_text (statement, 2));
  parked->sequence = (guint64) usher_sqlite_statement_get_integer (statement, 3);
  parked->time = usher_sqlite_statement_get_integer (statement, 4);
  parked->attempts = (guint) usher_sqlite_statement_get_integer (statement, 5);
  parked->deferred = usher_sqlite_statement_get_integer (statement, 6) != 0;
  parked->reasons = g_strdup (usher_sqlite_statement_get_text (statement, 7));

  return parked;
}

GPtrArray *
usher_journal_list_parked (UsherJournal *self,
                           const char *channel,
                           const char *group,
                           guint offset,
                           guint limit,
                           GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (
      self->reader,
      "SELECT * FROM parked WHERE (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR name = ?2)"
      " ORDER BY channel, name, sequence, id LIMIT ?4 OFFSET ?3",
      error);
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, channel);
  usher_sqlite_statement_bind_text (statement, 2, group);
  usher_sqlite_statement_bind_integer (statement, 3, offset);
  usher_sqlite_statement_bind_integer (statement, 4, limit);
  while ((ok = usher_sqlite_connection_step (self->reader, statement, &has_row, error)) && has_row)
    g_ptr_array_add (list, make_parked (statement));

  return ok ? g_steal_pointer (&list) : NULL;
}

GHashTable *
usher_journal_count_parked (UsherJournal *self, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (
      self->reader, "SELECT channel || char(10) || name, count(*) FROM parked GROUP BY 1", error);
  g_autoptr (GHashTable) counts = NULL;
  gboolean has_row;
  gboolean ok;

  if (statement == NULL)
    return NULL;

  counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((ok = usher_sqlite_connection_step (self->reader, statement, &has_row, error)) && has_row)
    g_hash_table_insert (counts,
                         g_strdup (usher_sqlite_statement_get_text (statement, 0)),
                         GSIZE_TO_POINTER (
                             (gsize) usher_sqlite_statement_get_integer (statement, 1)));

  return ok ? g_steal_pointer (&counts) : NULL;
}

guint64
usher_journal_get_size (UsherJournal *self)
{
  static const char *const suffixes[] = { "", "-wal" };
  guint64 size = 0;

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (self->path, suffixes[i], NULL);
      GStatBuf info;

      if (g_stat (path, &info) == 0)
        size += (guint64) info.st_size;
    }

  return size;
}

UsherParked *
usher_journal_find_parked (UsherJournal *self, const char *id, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (self->reader, "SELECT * FROM parked WHERE id = ?1", error);
  UsherParked *parked = NULL;
  gboolean has_row;

  if (statement == NULL)
    return NULL;

  usher_sqlite_statement_bind_text (statement, 1, id);
  if (!usher_sqlite_connection_step (self->reader, statement, &has_row, error))
    return NULL;
  if (has_row)
    parked = make_parked (statement);
  else
    g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return parked;
}
