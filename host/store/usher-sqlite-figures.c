/* usher-sqlite-figures.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-figures-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-sqlite-timers-private.h"

/* no more than every twentieth moment is spent on counting */
#define REST      20
#define LEAST_AGE (G_TIME_SPAN_SECOND / 4)

typedef enum
{
  KIND_DOCUMENTS,
  KIND_INBOX,
  KIND_OUTBOX,
  KIND_REQUESTS,
  KIND_TIMERS,
  N_KINDS,
} Kind;

typedef struct
{
  gint64 rows;
  gint64 bytes;
} Figure;

struct _UsherSqliteFigures
{
  GMutex mutex;
  Figure kinds[N_KINDS]; /* (mutex mutex) */
  gint64 n_parked;       /* (mutex mutex): timers */
  gint64 n_failing;      /* (mutex mutex): likewise */
  gint64 valid_until;    /* (mutex mutex): monotonic */
};

static const struct
{
  const char *table; /* NULL: the tables of collections */
  const char *rows;
  const char *bytes;
} names[N_KINDS] = {
  [KIND_DOCUMENTS] = { NULL, "documents", "documents-bytes" },
  [KIND_INBOX] = { "usher_inbox", "inbox", "inbox-bytes" },
  [KIND_OUTBOX] = { "usher_outbox", "outbox", "outbox-bytes" },
  [KIND_REQUESTS] = { "usher_requests", "requests", "requests-bytes" },
  [KIND_TIMERS] = { "usher_timers", "timers", "timers-bytes" },
};

/* a table without row ids has rows on inner pages too; row 0 of the outbox is no event */
static const char count[] = "SELECT s.tbl_name,"
                            " sum(CASE WHEN s.name=s.tbl_name AND (d.pagetype='leaf' OR"
                            "  d.pagetype='internal' AND s.sql GLOB '*WITHOUT ROWID')"
                            "  THEN d.ncell ELSE 0 END)-(s.tbl_name='usher_outbox' AND"
                            "  EXISTS (SELECT 1 FROM usher_outbox WHERE number=0)),"
                            " sum(d.pgsize)"
                            " FROM sqlite_schema s CROSS JOIN dbstat d ON d.name=s.name"
                            " GROUP BY s.tbl_name";

UsherSqliteFigures *
usher_sqlite_figures_new (void)
{
  UsherSqliteFigures *self = g_new0 (UsherSqliteFigures, 1);

  g_mutex_init (&self->mutex);

  return self;
}

void
usher_sqlite_figures_free (UsherSqliteFigures *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* N_KINDS: neither a collection nor one of ours that is told about */
static Kind
find_kind (const char *table)
{
  for (guint i = 0; i < N_KINDS; i++)
    if (g_strcmp0 (names[i].table, table) == 0)
      return i;

  return g_str_has_prefix (table, "c:") ? KIND_DOCUMENTS : N_KINDS;
}

static gboolean
count_all (UsherSqliteFigures *self, UsherSqliteReaders *readers, GError **error)
{
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (readers, error);
  g_autoptr (UsherSqliteStatement) statement = NULL;
  Figure kinds[N_KINDS] = { 0 };
  gboolean has_row;
  gboolean ok;

  if (reader == NULL)
    return FALSE;
  statement = usher_sqlite_connection_get (reader->connection, count, error);
  if (statement == NULL)
    return FALSE;

  while ((ok = usher_sqlite_connection_step (reader->connection, statement, &has_row, error)) &&
         has_row)
    {
      Kind kind = find_kind (usher_sqlite_statement_get_text (statement, 0));

      if (kind == N_KINDS)
        continue;
      kinds[kind].rows += usher_sqlite_statement_get_integer (statement, 1);
      kinds[kind].bytes += usher_sqlite_statement_get_integer (statement, 2);
    }
  if (!ok ||
      !usher_sqlite_timers_count (reader->connection, &self->n_parked, &self->n_failing, error))
    return FALSE;

  memcpy (self->kinds, kinds, sizeof kinds);
  return TRUE;
}

static gint64
get_size (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? status.st_size : 0;
}

gboolean
usher_sqlite_figures_add (UsherSqliteFigures *self,
                          UsherSqliteReaders *readers,
                          GVariantBuilder *builder,
                          GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *path = usher_sqlite_readers_get_path (readers);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  gint64 start = g_get_monotonic_time ();

  if (start >= self->valid_until)
    {
      gint64 end;

      if (!count_all (self, readers, error))
        return FALSE;
      end = g_get_monotonic_time ();
      self->valid_until = end + MAX (LEAST_AGE, REST * (end - start));
    }

  for (guint i = 0; i < N_KINDS; i++)
    {
      g_variant_builder_add (builder, "{sx}", names[i].rows, self->kinds[i].rows);
      g_variant_builder_add (builder, "{sx}", names[i].bytes, self->kinds[i].bytes);
    }
  g_variant_builder_add (builder, "{sx}", "timers-parked", self->n_parked);
  g_variant_builder_add (builder, "{sx}", "timers-failing", self->n_failing);
  g_variant_builder_add (builder, "{sx}", "file-bytes", get_size (path));
  g_variant_builder_add (builder, "{sx}", "log-bytes", get_size (log));

  return TRUE;
}
