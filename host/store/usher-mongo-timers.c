/* usher-mongo-timers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-timers-private.h"

#include <string.h>

#include "usher-mongo-entries-private.h"
#include "usher-mongo-next-due-private.h"
#include "usher-mongo-timer-entry-private.h"
#include "usher-mongo-timer-search-private.h"

/* how many are read of a collection at least: the server has those of one millisecond in no order */
#define NEXT 256
/* of how many documents of a collection those are picked that no index has in order */
#define MAX_PICKED 10000
/* what others do makes it read anew no more often */
#define LEAST_AGE (20 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  char *key; /* (owned) */
  gint64 generation;
  gint64 due;
} Note;

struct _UsherMongoTimers
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoTables *tables;     /* (unowned): the store's, which lives longer */

  GMutex mutex;
  UsherMongoNextDue *next; /* (owned) (mutex mutex) */
  GArray *late;            /* (owned) (mutex mutex) (element-type Note): while the next are read */
  gboolean is_reading;     /* (mutex mutex) */
  gboolean is_stale;       /* (mutex mutex) */
  gint64 read_at;          /* (mutex mutex): monotonic, 0: never */
};

static void
clear_note (gpointer data)
{
  g_free (((Note *) data)->key);
}

UsherMongoTimers *
usher_mongo_timers_new (UsherMongoDatabase *database, UsherMongoTables *tables)
{
  UsherMongoTimers *self = g_atomic_rc_box_new0 (UsherMongoTimers);

  g_mutex_init (&self->mutex);
  self->database = usher_mongo_database_ref (database);
  self->tables = tables;
  self->next = usher_mongo_next_due_new ();
  self->late = g_array_new (FALSE, FALSE, sizeof (Note));
  g_array_set_clear_func (self->late, clear_note);

  return self;
}

UsherMongoTimers *
usher_mongo_timers_ref (UsherMongoTimers *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_timers (gpointer data)
{
  UsherMongoTimers *self = data;

  usher_mongo_database_unref (self->database);
  usher_mongo_next_due_free (self->next);
  g_array_unref (self->late);
  g_mutex_clear (&self->mutex);
}

void
usher_mongo_timers_unref (UsherMongoTimers *self)
{
  g_atomic_rc_box_release_full (self, clear_timers);
}

static int
compare_due (gconstpointer a, gconstpointer b)
{
  gint64 first = usher_timer_get_due (*(UsherTimer *const *) a);
  gint64 second = usher_timer_get_due (*(UsherTimer *const *) b);

  return (first > second) - (first < second);
}

static gboolean
is_due (UsherTimer *timer, gint64 due, const char *text)
{
  return !usher_timer_is_parked (timer) && usher_timer_get_due (timer) <= due;
}

static GPtrArray *
list_due (UsherMongoTimers *self, gint64 due, guint limit, gint64 *horizon, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  UsherMongoTimerSearch search = { &filter, "_timers.due", MAX (limit, NEXT),
                                   is_due,  due,           compare_due,
                                   0,       limit };

  BCON_APPEND (
      &filter, "_timers.due", "{", "$lte", BCON_DATE_TIME (usher_mongo_entry_make_date (due)), "}");

  return usher_mongo_timer_search_run (&search, self->database, self->tables, horizon, error);
}

GPtrArray *
usher_mongo_timers_list (UsherMongoTimers *self, gint64 due, guint limit, GError **error)
{
  gint64 horizon = G_MAXINT64;
  GPtrArray *timers = list_due (self, due, limit, &horizon, error);

  /* behind the horizon there may be others between them */
  while (timers != NULL && timers->len > 0 &&
         usher_timer_get_due (g_ptr_array_index (timers, timers->len - 1)) / 1000 > horizon / 1000)
    g_ptr_array_remove_index (timers, timers->len - 1);

  return timers;
}

static gboolean
was_set_after (UsherTimer *timer, gint64 since, const char *text)
{
  return !usher_timer_is_parked (timer) && usher_timer_get_since (timer) > since;
}

GPtrArray *
usher_mongo_timers_list_since (UsherMongoTimers *self, gint64 since, guint limit, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  UsherMongoTimerSearch search = {
    &filter, NULL, MAX_PICKED, was_set_after, since, NULL, 0, limit
  };

  BCON_APPEND (&filter,
               "_timers.since",
               "{",
               "$gte",
               BCON_DATE_TIME (usher_mongo_entry_make_date (since)),
               "}",
               "_timers.due",
               "{",
               "$exists",
               BCON_BOOL (true),
               "}");

  return usher_mongo_timer_search_run (&search, self->database, self->tables, NULL, error);
}

static int
compare_trouble (gconstpointer a, gconstpointer b)
{
  UsherTimer *first = *(UsherTimer *const *) a;
  UsherTimer *second = *(UsherTimer *const *) b;
  int order = usher_timer_is_parked (second) - usher_timer_is_parked (first);

  if (order == 0)
    order = strcmp (usher_timer_get_name (first), usher_timer_get_name (second));
  if (order == 0)
    order = strcmp (usher_timer_get_key (first), usher_timer_get_key (second));

  return order;
}

static gboolean
has_reasons (UsherTimer *timer, gint64 value, const char *text)
{
  const UsherTimerHistory *history = usher_timer_get_history (timer);

  return history != NULL && history->reasons != NULL;
}

GPtrArray *
usher_mongo_timers_list_troubled (UsherMongoTimers *self, guint offset, guint limit, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  UsherMongoTimerSearch search = { &filter,         NULL,   MAX_PICKED, has_reasons, 0,
                                   compare_trouble, offset, limit };

  BCON_APPEND (&filter,
               "_timers.state",
               "{",
               "$in",
               "[",
               USHER_MONGO_TIMER_PARKED,
               USHER_MONGO_TIMER_FAILING,
               "]",
               "}");

  return usher_mongo_timer_search_run (&search, self->database, self->tables, NULL, error);
}

static int
compare_since (gconstpointer a, gconstpointer b)
{
  gint64 first = usher_timer_get_since (*(UsherTimer *const *) a);
  gint64 second = usher_timer_get_since (*(UsherTimer *const *) b);

  return (first > second) - (first < second);
}

static gboolean
goes_back_to (UsherTimer *timer, gint64 value, const char *correlation)
{
  const UsherOrigin *origin = usher_timer_get_origin (timer);

  return origin != NULL && g_strcmp0 (origin->correlation, correlation) == 0;
}

GPtrArray *
usher_mongo_timers_list_of (UsherMongoTimers *self,
                            const char *correlation,
                            guint limit,
                            GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  UsherMongoTimerSearch search = { &filter,       NULL, MAX_PICKED, goes_back_to, 0,
                                   compare_since, 0,    limit,      correlation };

  /* by the indexes of those that are set and of those in trouble, and no document besides */
  BCON_APPEND (&filter,
               "_timers.correlation",
               BCON_UTF8 (correlation),
               "$or",
               "[",
               "{",
               "_timers.due",
               "{",
               "$gte",
               BCON_DATE_TIME (0),
               "}",
               "}",
               "{",
               "_timers.state",
               "{",
               "$in",
               "[",
               USHER_MONGO_TIMER_PARKED,
               USHER_MONGO_TIMER_FAILING,
               "]",
               "}",
               "}",
               "]");

  return usher_mongo_timer_search_run (&search, self->database, self->tables, NULL, error);
}

gboolean
usher_mongo_timers_find (UsherMongoTimers *self,
                         const char *name,
                         const char *key,
                         UsherTimer **timer,
                         GError **error)
{
  g_autofree char *whole = usher_mongo_timer_entry_dup_key (name, key);
  bson_t *entry = NULL;

  if (!usher_mongo_entries_find_highest (
          self->database, self->tables, "_timers", whole, &entry, error))
    return FALSE;

  if (entry != NULL)
    *timer = usher_mongo_timer_entry_read (entry);
  g_clear_pointer (&entry, bson_destroy);

  return TRUE;
}

/* The mutex is held. */
static void
take_next (UsherMongoTimers *self, GPtrArray *timers, gint64 horizon)
{
  usher_mongo_next_due_reset (self->next, horizon);
  for (guint i = 0; i < timers->len; i++)
    {
      UsherTimer *timer = g_ptr_array_index (timers, i);
      g_autofree char *key = usher_mongo_timer_entry_dup_key (usher_timer_get_name (timer),
                                                              usher_timer_get_key (timer));

      usher_mongo_next_due_set (self->next,
                                key,
                                usher_timer_get_generation (timer),
                                usher_timer_get_due (timer));
    }

  /* what was committed meanwhile may have been read or not */
  for (guint i = 0; i < self->late->len; i++)
    {
      const Note *note = &g_array_index (self->late, Note, i);

      usher_mongo_next_due_set (self->next, note->key, note->generation, note->due);
    }
}

/* The mutex is held, and let go while the server is asked. */
static void
read_next (UsherMongoTimers *self, gint64 now)
{
  g_autoptr (GPtrArray) timers = NULL;
  gint64 horizon = G_MAXINT64;

  self->is_reading = TRUE;
  self->is_stale = FALSE;
  g_mutex_unlock (&self->mutex);
  timers = list_due (self, G_MAXINT64, NEXT, &horizon, NULL);
  if (timers != NULL && timers->len == NEXT)
    horizon = MIN (horizon, usher_timer_get_due (g_ptr_array_index (timers, NEXT - 1)));
  g_mutex_lock (&self->mutex);

  self->is_reading = FALSE;
  self->read_at = now;
  if (timers != NULL)
    take_next (self, timers, horizon);
  else
    self->is_stale = TRUE;
  g_array_set_size (self->late, 0);
}

gint64
usher_mongo_timers_get_next_due (UsherMongoTimers *self, gint64 max_age)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 now = g_get_monotonic_time ();
  gint64 age = self->read_at != 0 ? now - self->read_at : G_MAXINT64;
  gint64 due = G_MAXINT64;
  gboolean is_known = usher_mongo_next_due_get (self->next, &due);

  if (self->is_reading || (is_known && age <= max_age && (!self->is_stale || age < LEAST_AGE)))
    return due;

  read_next (self, now);
  usher_mongo_next_due_get (self->next, &due);

  return due;
}

void
usher_mongo_timers_note (UsherMongoTimers *self, const char *key, gint64 generation, gint64 due)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  usher_mongo_next_due_set (self->next, key, generation, due);
  if (self->is_reading)
    {
      Note note = { g_strdup (key), generation, due };

      g_array_append_val (self->late, note);
    }
}

void
usher_mongo_timers_forget (UsherMongoTimers *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_stale = TRUE;
}
