/* usher-mongo-next-due.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-next-due-private.h"

/* how many are known at most; of more the later half is let go */
#define MAX_KNOWN 1024

typedef struct
{
  gint64 generation;
  gint64 due;
} Known;

struct _UsherMongoNextDue
{
  GHashTable *known; /* (owned) (element-type utf8 Known): by key */
  gint64 horizon;
};

UsherMongoNextDue *
usher_mongo_next_due_new (void)
{
  UsherMongoNextDue *self = g_new0 (UsherMongoNextDue, 1);

  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->horizon = G_MININT64;

  return self;
}

void
usher_mongo_next_due_free (UsherMongoNextDue *self)
{
  g_hash_table_unref (self->known);
  g_free (self);
}

void
usher_mongo_next_due_reset (UsherMongoNextDue *self, gint64 horizon)
{
  g_hash_table_remove_all (self->known);
  self->horizon = horizon;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

static gboolean
is_behind (gpointer key, gpointer value, gpointer user_data)
{
  const UsherMongoNextDue *self = user_data;

  return ((const Known *) value)->due >= self->horizon;
}

/* Those that are due at the new horizon itself go too, so that none behind it is known. */
static void
draw_in (UsherMongoNextDue *self)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_array_append_val (times, ((Known *) value)->due);
  g_array_sort (times, compare_times);

  self->horizon = g_array_index (times, gint64, times->len / 2);
  g_hash_table_foreach_remove (self->known, is_behind, self);
}

void
usher_mongo_next_due_set (UsherMongoNextDue *self, const char *key, gint64 generation, gint64 due)
{
  Known *known = g_hash_table_lookup (self->known, key);

  /* commits to different documents may be told in another order than that of the generations */
  if (known != NULL && known->generation > generation)
    return;
  if (due == G_MAXINT64 || due >= self->horizon)
    {
      g_hash_table_remove (self->known, key);
      return;
    }

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      g_hash_table_insert (self->known, g_strdup (key), known);
    }
  *known = (Known){ generation, due };
  if (g_hash_table_size (self->known) > MAX_KNOWN)
    draw_in (self);
}

gboolean
usher_mongo_next_due_get (UsherMongoNextDue *self, gint64 *due)
{
  GHashTableIter iter;
  gpointer value = NULL;

  *due = G_MAXINT64;
  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    *due = MIN (*due, ((Known *) value)->due);

  if (*due != G_MAXINT64 || self->horizon == G_MAXINT64)
    return TRUE;

  /* so many are due at the horizon itself that there was no room for them */
  if (self->horizon != G_MININT64)
    *due = self->horizon;

  return FALSE;
}
