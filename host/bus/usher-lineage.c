/* usher-lineage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-lineage-private.h"

#include "usher-error.h"

/* so many runs are kept: of what was seen before those only the position is compared */
#define MAX_RUNS 1000

static const char layout[] =
    "CREATE TABLE IF NOT EXISTS lineage (log TEXT NOT NULL, adopted INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS runs (number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id INTEGER NOT NULL, begin INTEGER NOT NULL);";
static const char name_it[] =
    "INSERT INTO lineage SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM lineage)";
static const char get_lineage[] = "SELECT log, adopted FROM lineage";
static const char list_runs[] = "SELECT id, begin FROM runs ORDER BY number";
static const char add_run[] = "INSERT INTO runs (id, begin) VALUES (?1, ?2)";
static const char drop_runs[] = "DELETE FROM runs WHERE number <= ?1";
static const char rename_it[] = "UPDATE lineage SET log = ?1, adopted = ?2";

struct _UsherLineage
{
  char *log;       /* (owned) */
  gint64 adopted;  /* stores that knew another one until then take it over; 0: none do */
  guint64 own;     /* the run of this time */
  gboolean is_own; /* it is written */
  GArray *runs;    /* (owned) (element-type UsherLineageRun) */
};

/* what can be done about another log */
static gboolean
run_with (UsherSqliteConnection *connection,
          const char *sql,
          const char *text,
          gint64 number,
          GError **error)
{
  g_autoptr (UsherSqliteStatement) statement = usher_sqlite_connection_get (connection, sql, error);

  if (statement == NULL)
    return FALSE;

  if (text != NULL)
    usher_sqlite_statement_bind_text (statement, 1, text);
  usher_sqlite_statement_bind_integer (statement, text != NULL ? 2 : 1, number);

  return usher_sqlite_connection_finish (connection, statement, error);
}

static gboolean
lay_out (UsherSqliteConnection *connection, GError **error)
{
  g_autofree char *log = g_uuid_string_random ();
  g_autoptr (UsherSqliteStatement) statement = NULL;

  if (!usher_sqlite_connection_execute (connection, layout, error))
    return FALSE;

  statement = usher_sqlite_connection_get (connection, name_it, error);
  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_text (statement, 1, log);

  return usher_sqlite_connection_finish (connection, statement, error);
}

gboolean
usher_lineage_prepare (UsherSqliteConnection *connection, GError **error)
{
  return usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection, lay_out (connection, error), error);
}

gboolean
usher_lineage_write_run (UsherSqliteConnection *connection,
                         const UsherLineageRun *run,
                         GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, add_run, error);

  if (statement == NULL)
    return FALSE;

  usher_sqlite_statement_bind_integer (statement, 1, (gint64) run->id);
  usher_sqlite_statement_bind_integer (statement, 2, (gint64) run->begin);

  return usher_sqlite_connection_finish (connection, statement, error) &&
         run_with (connection,
                   drop_runs,
                   NULL,
                   usher_sqlite_connection_get_last_id (connection) - MAX_RUNS,
                   error);
}

static gboolean
rename_log (UsherSqliteConnection *connection, gint64 time, GError **error)
{
  g_autofree char *log = g_uuid_string_random ();

  /* the runs are those of the log by its old name */
  return run_with (connection, rename_it, log, time, error) &&
         run_with (connection, drop_runs, NULL, G_MAXINT64, error);
}

gboolean
usher_lineage_adopt (UsherSqliteConnection *connection, gint64 time, GError **error)
{
  return usher_sqlite_connection_begin (connection, error) &&
         usher_sqlite_connection_end (connection, rename_log (connection, time, error), error);
}

static gboolean
read_name (UsherLineage *self, UsherSqliteConnection *connection, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, get_lineage, error);
  gboolean has_row = FALSE;

  if (statement == NULL || !usher_sqlite_connection_step (connection, statement, &has_row, error))
    return FALSE;

  if (has_row)
    {
      self->log = g_strdup (usher_sqlite_statement_get_text (statement, 0));
      self->adopted = usher_sqlite_statement_get_integer (statement, 1);
    }
  if (self->log != NULL && g_uuid_string_is_valid (self->log))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s is damaged: it has no name",
               usher_sqlite_connection_get_name (connection));

  return FALSE;
}

static gboolean
read_runs (UsherLineage *self, UsherSqliteConnection *connection, GError **error)
{
  g_autoptr (UsherSqliteStatement) statement =
      usher_sqlite_connection_get (connection, list_runs, error);
  gboolean has_row = FALSE;
  gboolean ok = FALSE;

  if (statement == NULL)
    return FALSE;

  while ((ok = usher_sqlite_connection_step (connection, statement, &has_row, error)) && has_row)
    {
      UsherLineageRun run = {
        (guint64) usher_sqlite_statement_get_integer (statement, 0),
        (guint64) usher_sqlite_statement_get_integer (statement, 1),
      };

      g_array_append_val (self->runs, run);
    }

  return ok;
}

UsherLineage *
usher_lineage_new (UsherSqliteConnection *connection, GError **error)
{
  g_autoptr (UsherLineage) self = g_new0 (UsherLineage, 1);

  self->runs = g_array_new (FALSE, FALSE, sizeof (UsherLineageRun));
  /* never 0 */
  self->own = (guint64) g_random_int () << 32 | g_random_int () | 1;

  return read_name (self, connection, error) && read_runs (self, connection, error)
             ? g_steal_pointer (&self)
             : NULL;
}

void
usher_lineage_free (UsherLineage *self)
{
  g_array_unref (self->runs);
  g_free (self->log);
  g_free (self);
}

const char *
usher_lineage_get_log (const UsherLineage *self)
{
  return self->log;
}

void
usher_lineage_begin_run (const UsherLineage *self, guint64 position, UsherLineageRun *run)
{
  if (!self->is_own)
    *run = (UsherLineageRun){ self->own, position };
}

void
usher_lineage_add_run (UsherLineage *self, const UsherLineageRun *run)
{
  g_array_append_val (self->runs, *run);
  self->is_own = TRUE;
}

void
usher_lineage_get_reach (const UsherLineage *self, guint64 position, gint64 time, UsherReach *reach)
{
  *reach = (UsherReach){ .position = position, .time = time };
  usher_reach_set_log (reach, self->log);
  if (self->runs->len > 0)
    reach->run = g_array_index (self->runs, UsherLineageRun, self->runs->len - 1).id;
}

/* How many events the log had in common with the one that had the run. */
static guint64
find_end (const UsherLineage *self, guint64 run, guint64 position)
{
  const UsherLineageRun *runs = (const UsherLineageRun *) self->runs->data;

  for (guint i = self->runs->len; i > 0; i--)
    if (runs[i - 1].id == run)
      return i < self->runs->len ? runs[i].begin : position;

  /* before those that are known */
  return self->runs->len > 0 ? runs[0].begin : position;
}

/* One from the future was told by a clock that was wrong, or now is: the word of who adopted counts. */
static gboolean
takes_over (const UsherLineage *self, const UsherReach *known, gint64 time)
{
  return self->adopted != 0 && (known->time <= self->adopted || known->time > time);
}

gboolean
usher_lineage_check (const UsherLineage *self,
                     guint64 position,
                     gint64 time,
                     const UsherReach *known,
                     GError **error)
{
  if (!usher_reach_is_known (known))
    return TRUE;

  if (!g_str_equal (known->log, self->log))
    {
      if (takes_over (self, known, time))
        return TRUE;
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CONFLICT,
                   "it knows %" G_GUINT64_FORMAT " events of log “%s”, but the bus has log “%s” "
                   "with %" G_GUINT64_FORMAT USHER_LINEAGE_WAYS_OUT,
                   known->position,
                   known->log,
                   self->log,
                   position);
      return FALSE;
    }

  if (known->position <= find_end (self, known->run, position))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "it knows %" G_GUINT64_FORMAT
               " events of log “%s”, but what the bus has is an older copy, "
               "which lacks some of them and has come to %" G_GUINT64_FORMAT USHER_LINEAGE_WAYS_OUT,
               known->position,
               known->log,
               position);

  return FALSE;
}
