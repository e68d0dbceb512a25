/* usher-journal.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-journal-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "usher-error.h"

#define FILE_NAME      "log.db"
#define LAYOUT         1
#define APPLICATION_ID 0x55736862 /* "Ushb" */

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

struct _UsherJournal
{
  char *path;                         /* (owned) */
  sqlite3 *writer;                    /* (owned): the journal's thread */
  sqlite3 *reader;                    /* (owned): the hub's thread */
  sqlite3_stmt *statements[N_WRITES]; /* (owned) */
  sqlite3_stmt *find;                 /* (owned): of the reader */
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
  self->unparked = g_ptr_array_new_with_free_func (g_free);
  self->expired = g_ptr_array_new_with_free_func (free_expired);

  return self;
}

void
usher_journal_batch_free (UsherJournalBatch *self)
{
  g_ptr_array_unref (self->frames);
  g_hash_table_unref (self->groups);
  g_ptr_array_unref (self->parked);
  g_ptr_array_unref (self->unparked);
  g_ptr_array_unref (self->expired);
  g_free (self);
}

gboolean
usher_journal_batch_is_empty (UsherJournalBatch *self)
{
  return self->frames->len == 0 && g_hash_table_size (self->groups) == 0 &&
         self->parked->len == 0 && self->unparked->len == 0 && self->expired->len == 0;
}

static gboolean
fail (UsherJournal *self, sqlite3 *db, const char *what, GError **error)
{
  int code = db != NULL ? sqlite3_errcode (db) & 0xff : SQLITE_NOMEM;
  UsherError meaning = USHER_ERROR_UNAVAILABLE;

  if (code == SQLITE_FULL)
    meaning = USHER_ERROR_FULL;
  else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    meaning = USHER_ERROR_CORRUPT;
  else if (code == SQLITE_BUSY)
    meaning = USHER_ERROR_BUSY;

  g_set_error (error,
               USHER_ERROR,
               meaning,
               "bus log “%s” %s: %s",
               self->path,
               what,
               db != NULL ? sqlite3_errmsg (db) : "no memory");

  return FALSE;
}

static gboolean
execute (UsherJournal *self, sqlite3 *db, const char *sql, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    return fail (self, db, "cannot be written", error);

  return TRUE;
}

static gint64
read_pragma (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return value;
}

static gboolean
check_layout (UsherJournal *self, GError **error)
{
  gint64 version = read_pragma (self->writer, "PRAGMA user_version");
  g_autofree char *sql = NULL;

  if (version > LAYOUT)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CORRUPT,
                   "bus log “%s” is from a newer version: layout %" G_GINT64_FORMAT
                   ", this one knows %d",
                   self->path,
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

  return execute (self, self->writer, sql, error);
}

static gboolean
open_connections (UsherJournal *self, GError **error)
{
  static const char reader_setup[] = "PRAGMA query_only = 1; PRAGMA cache_size = -512";
  static const char writer_setup[] =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1024;"
      "PRAGMA locking_mode = NORMAL; PRAGMA wal_autocheckpoint = 2000";

  if (sqlite3_open_v2 (self->path,
                       &self->writer,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK)
    return fail (self, self->writer, "cannot be opened", error);
  sqlite3_busy_timeout (self->writer, 5000);
  if (!execute (self, self->writer, writer_setup, error) || !check_layout (self, error))
    return FALSE;

  if (sqlite3_open_v2 (self->path,
                       &self->reader,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                       NULL) != SQLITE_OK)
    return fail (self, self->reader, "cannot be opened", error);
  sqlite3_busy_timeout (self->reader, 5000);

  return execute (self, self->reader, reader_setup, error);
}

static gboolean
prepare (UsherJournal *self, GError **error)
{
  static const char find[] =
      "SELECT base, count, time, bytes FROM frames WHERE channel = (SELECT id FROM channels WHERE "
      "name = ?1)"
      " AND base >= coalesce((SELECT max(base) FROM frames WHERE channel ="
      " (SELECT id FROM channels WHERE name = ?1) AND base <= ?2), ?2) ORDER BY base LIMIT 2";

  for (guint i = 0; i < N_WRITES; i++)
    if (sqlite3_prepare_v3 (
            self->writer, writes[i], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL) !=
        SQLITE_OK)
      return fail (self, self->writer, "cannot be used", error);

  if (sqlite3_prepare_v3 (self->reader, find, -1, SQLITE_PREPARE_PERSISTENT, &self->find, NULL) !=
      SQLITE_OK)
    return fail (self, self->reader, "cannot be used", error);

  return TRUE;
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
  for (guint i = 0; i < N_WRITES; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_finalize (self->find);
  sqlite3_close (self->reader);
  sqlite3_close (self->writer);
  g_free (self->path);
  g_free (self);
}

static void
bind_text (sqlite3_stmt *statement, int at, const char *text)
{
  sqlite3_bind_text (statement, at, text, -1, SQLITE_STATIC);
}

static gboolean
step (UsherJournal *self, Write write, GError **error)
{
  sqlite3_stmt *statement = self->statements[write];
  gboolean ok = sqlite3_step (statement) == SQLITE_DONE;

  if (!ok)
    fail (self, self->writer, "cannot be written", error);
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);

  return ok;
}

static gboolean
write_frame (UsherJournal *self, const UsherJournalFrame *frame, GError **error)
{
  gsize size = 0;
  gconstpointer bytes = g_bytes_get_data (frame->bytes, &size);
  sqlite3_stmt *statement = NULL;

  if (frame->base == 1)
    {
      bind_text (self->statements[ADD_CHANNEL], 1, frame->channel);
      if (!step (self, ADD_CHANNEL, error))
        return FALSE;
    }

  statement = self->statements[ADD_FRAME];
  bind_text (statement, 1, frame->channel);
  sqlite3_bind_int64 (statement, 2, (gint64) frame->base);
  sqlite3_bind_int64 (statement, 3, frame->count);
  sqlite3_bind_int64 (statement, 4, frame->time);
  sqlite3_bind_blob64 (statement, 5, bytes, size, SQLITE_STATIC);
  if (!step (self, ADD_FRAME, error))
    return FALSE;

  statement = self->statements[ADD_TOTAL];
  bind_text (statement, 1, frame->channel);
  sqlite3_bind_int64 (statement, 2, (gint64) frame->base);
  sqlite3_bind_int64 (statement, 3, (gint64) (frame->base + frame->count - 1));
  sqlite3_bind_int64 (statement, 4, frame->count);
  sqlite3_bind_int64 (statement, 5, (gint64) size);

  return step (self, ADD_TOTAL, error);
}

static gboolean
write_group (UsherJournal *self, const char *key, GBytes *state, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (key, "\n", 2);
  Write write = state != NULL ? SET_GROUP : FORGET_GROUP;
  sqlite3_stmt *statement = self->statements[write];
  gsize size = 0;
  gconstpointer bytes = NULL;

  bind_text (statement, 1, parts[0]);
  bind_text (statement, 2, parts[1]);
  if (state != NULL)
    {
      bytes = g_bytes_get_data (state, &size);
      sqlite3_bind_blob64 (statement, 3, bytes, size, SQLITE_STATIC);
    }

  return step (self, write, error);
}

static gboolean
write_parked (UsherJournal *self, const UsherParked *parked, GError **error)
{
  sqlite3_stmt *statement = self->statements[ADD_PARKED];

  bind_text (statement, 1, parked->id);
  bind_text (statement, 2, parked->channel);
  bind_text (statement, 3, parked->group);
  sqlite3_bind_int64 (statement, 4, (gint64) parked->sequence);
  sqlite3_bind_int64 (statement, 5, parked->time);
  sqlite3_bind_int64 (statement, 6, parked->attempts);
  sqlite3_bind_int (statement, 7, parked->deferred);
  bind_text (statement, 8, parked->reasons);

  return step (self, ADD_PARKED, error);
}

static gboolean
drop_frames (UsherJournal *self, const UsherExpired *expired, GError **error)
{
  sqlite3_stmt *statement = self->statements[SUBTRACT_TOTAL];

  bind_text (statement, 1, expired->channel);
  sqlite3_bind_int64 (statement, 2, (gint64) expired->last);
  if (!step (self, SUBTRACT_TOTAL, error))
    return FALSE;

  statement = self->statements[DROP_FRAMES];
  bind_text (statement, 1, expired->channel);
  sqlite3_bind_int64 (statement, 2, (gint64) expired->last);

  return step (self, DROP_FRAMES, error);
}

static gboolean
write_batch (UsherJournal *self, UsherJournalBatch *batch, GError **error)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer state = NULL;

  for (guint i = 0; i < batch->frames->len; i++)
    if (!write_frame (self, g_ptr_array_index (batch->frames, i), error))
      return FALSE;

  g_hash_table_iter_init (&iter, batch->groups);
  while (g_hash_table_iter_next (&iter, &key, &state))
    if (!write_group (self, key, state, error))
      return FALSE;

  for (guint i = 0; i < batch->unparked->len; i++)
    {
      bind_text (self->statements[FORGET_PARKED], 1, g_ptr_array_index (batch->unparked, i));
      if (!step (self, FORGET_PARKED, error))
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

  if (!execute (self, self->writer, "BEGIN IMMEDIATE", error))
    return FALSE;

  if (write_batch (self, batch, error) && execute (self, self->writer, "COMMIT", error))
    {
      batch->duration = g_get_monotonic_time () - start;
      return TRUE;
    }

  /* a failed COMMIT may have rolled back by itself */
  if (!sqlite3_get_autocommit (self->writer))
    sqlite3_exec (self->writer, "ROLLBACK", NULL, NULL, NULL);

  return FALSE;
}

static sqlite3_stmt *
prepare_read (UsherJournal *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->reader, sql, -1, &statement, NULL) != SQLITE_OK)
    fail (self, self->reader, "cannot be read", error);

  return statement;
}

static gboolean
end_read (UsherJournal *self, sqlite3_stmt *statement, int result, GError **error)
{
  gboolean ok = result == SQLITE_DONE || result == SQLITE_ROW;

  if (!ok)
    fail (self, self->reader, "cannot be read", error);
  sqlite3_finalize (statement);

  return ok;
}

gboolean
usher_journal_foreach_channel (UsherJournal *self,
                               UsherJournalChannelFunc func,
                               gpointer user_data,
                               GError **error)
{
  sqlite3_stmt *statement = prepare_read (
      self,
      "SELECT name, coalesce(first, 1), coalesce(last, 0), coalesce(events, 0), coalesce(bytes, 0)"
      " FROM channels LEFT JOIN totals ON channel = id",
      error);
  int result = SQLITE_DONE;

  if (statement == NULL)
    return FALSE;

  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    func ((const char *) sqlite3_column_text (statement, 0),
          (guint64) sqlite3_column_int64 (statement, 1),
          (guint64) sqlite3_column_int64 (statement, 2),
          (guint64) sqlite3_column_int64 (statement, 3),
          (guint64) sqlite3_column_int64 (statement, 4),
          user_data);

  return end_read (self, statement, result, error);
}

gboolean
usher_journal_foreach_group (UsherJournal *self,
                             UsherJournalGroupFunc func,
                             gpointer user_data,
                             GError **error)
{
  sqlite3_stmt *statement = prepare_read (self, "SELECT channel, name, state FROM groups", error);
  int result = SQLITE_DONE;

  if (statement == NULL)
    return FALSE;

  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    func ((const char *) sqlite3_column_text (statement, 0),
          (const char *) sqlite3_column_text (statement, 1),
          sqlite3_column_blob (statement, 2),
          (gsize) sqlite3_column_bytes (statement, 2),
          user_data);

  return end_read (self, statement, result, error);
}

static UsherJournalFrame *
make_frame (const char *channel, sqlite3_stmt *statement, int at)
{
  UsherJournalFrame *frame = g_new0 (UsherJournalFrame, 1);

  frame->channel = g_strdup (channel);
  frame->base = (guint64) sqlite3_column_int64 (statement, at);
  frame->count = (guint) sqlite3_column_int (statement, at + 1);
  frame->time = sqlite3_column_int64 (statement, at + 2);
  frame->bytes = g_bytes_new (sqlite3_column_blob (statement, at + 3),
                              (gsize) sqlite3_column_bytes (statement, at + 3));

  return frame;
}

UsherJournalFrame *
usher_journal_find (UsherJournal *self, const char *channel, guint64 sequence, GError **error)
{
  UsherJournalFrame *frame = NULL;
  int result = SQLITE_DONE;

  bind_text (self->find, 1, channel);
  sqlite3_bind_int64 (self->find, 2, (gint64) sequence);
  while (frame == NULL && (result = sqlite3_step (self->find)) == SQLITE_ROW)
    {
      guint64 base = (guint64) sqlite3_column_int64 (self->find, 0);
      guint64 count = (guint64) sqlite3_column_int64 (self->find, 1);

      if (base + count > sequence)
        frame = make_frame (channel, self->find, 0);
    }
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    fail (self, self->reader, "cannot be read", error);
  sqlite3_reset (self->find);

  return frame;
}

/* The one number that a statement finds for a channel and another number; 0 when it finds none. */
static guint64
read_number (UsherJournal *self, const char *sql, const char *channel, gint64 number)
{
  sqlite3_stmt *statement = prepare_read (self, sql, NULL);
  guint64 found = 0;

  if (statement == NULL)
    return 0;

  bind_text (statement, 1, channel);
  sqlite3_bind_int64 (statement, 2, number);
  if (sqlite3_step (statement) == SQLITE_ROW)
    found = (guint64) sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);

  return found;
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
  sqlite3_stmt *statement =
      prepare_read (self,
                    "SELECT base, count, time, bytes FROM frames WHERE channel ="
                    " (SELECT id FROM channels WHERE name = ?1) AND base >= ?2 ORDER BY base",
                    error);
  int result = SQLITE_DONE;

  if (statement == NULL)
    return NULL;

  bind_text (statement, 1, channel);
  sqlite3_bind_int64 (statement, 2, (gint64) base);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (frames, make_frame (channel, statement, 0));

  return end_read (self, statement, result, error) ? g_steal_pointer (&frames) : NULL;
}

static UsherParked *
make_parked (sqlite3_stmt *statement)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->id = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  parked->channel = g_strdup ((const char *) sqlite3_column_text (statement, 1));
  parked->group = g_strdup ((const char *) sqlite3_column_text (statement, 2));
  parked->sequence = (guint64) sqlite3_column_int64 (statement, 3);
  parked->time = sqlite3_column_int64 (statement, 4);
  parked->attempts = (guint) sqlite3_column_int (statement, 5);
  parked->deferred = sqlite3_column_int (statement, 6) != 0;
  parked->reasons = g_strdup ((const char *) sqlite3_column_text (statement, 7));

  return parked;
}

GPtrArray *
usher_journal_list_parked (UsherJournal *self,
                           const char *channel,
                           const char *group,
                           GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);
  sqlite3_stmt *statement = prepare_read (
      self,
      "SELECT * FROM parked WHERE (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR name = ?2)"
      " ORDER BY channel, name, sequence",
      error);
  int result = SQLITE_DONE;

  if (statement == NULL)
    return NULL;

  bind_text (statement, 1, channel);
  bind_text (statement, 2, group);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_ptr_array_add (list, make_parked (statement));

  return end_read (self, statement, result, error) ? g_steal_pointer (&list) : NULL;
}

GHashTable *
usher_journal_count_parked (UsherJournal *self, GError **error)
{
  sqlite3_stmt *statement =
      prepare_read (self,
                    "SELECT channel || char(10) || name, count(*) FROM parked GROUP BY 1",
                    error);
  g_autoptr (GHashTable) counts = NULL;
  int result = SQLITE_DONE;

  if (statement == NULL)
    return NULL;

  counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((result = sqlite3_step (statement)) == SQLITE_ROW)
    g_hash_table_insert (counts,
                         g_strdup ((const char *) sqlite3_column_text (statement, 0)),
                         GSIZE_TO_POINTER ((gsize) sqlite3_column_int64 (statement, 1)));

  return end_read (self, statement, result, error) ? g_steal_pointer (&counts) : NULL;
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
  sqlite3_stmt *statement = prepare_read (self, "SELECT * FROM parked WHERE id = ?1", error);
  UsherParked *parked = NULL;
  int result = SQLITE_DONE;

  if (statement == NULL)
    return NULL;

  bind_text (statement, 1, id);
  result = sqlite3_step (statement);
  if (result == SQLITE_ROW)
    parked = make_parked (statement);
  if (end_read (self, statement, result, error) && parked == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no event “%s” is parked", id);

  return parked;
}
