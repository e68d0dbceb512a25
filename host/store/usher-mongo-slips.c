/* usher-mongo-slips.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-slips-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-requests-private.h"
#include "usher-mongo-timer-entry-private.h"

#define TIMERS  "_timers"
#define REQUEST "_request"

static void
clear_entry (gpointer data)
{
  UsherMongoSlipEntry *entry = data;

  usher_mongo_place_unref (entry->place);
}

static void
free_slip (gpointer data)
{
  UsherMongoSlip *slip = data;

  g_clear_pointer (&slip->entry, bson_destroy);
  g_array_unref (slip->found);
  g_free (slip->key);
  g_free (slip);
}

static UsherMongoSlip *
find_slip (GPtrArray *slips, const char *member, const char *key)
{
  for (guint i = 0; i < slips->len; i++)
    {
      UsherMongoSlip *slip = g_ptr_array_index (slips, i);

      if (g_str_equal (slip->key, key) && g_str_equal (slip->member, member))
        return slip;
    }

  return NULL;
}

static UsherMongoSlip *
get_slip (GPtrArray *slips, const char *member, const char *key)
{
  UsherMongoSlip *slip = find_slip (slips, member, key);

  if (slip != NULL)
    return slip;

  slip = g_new0 (UsherMongoSlip, 1);
  slip->member = member;
  slip->key = g_strdup (key);
  slip->found = g_array_new (FALSE, FALSE, sizeof (UsherMongoSlipEntry));
  g_array_set_clear_func (slip->found, clear_entry);
  g_ptr_array_add (slips, slip);

  return slip;
}

GPtrArray *
usher_mongo_slips_list (UsherCommit *commit)
{
  GPtrArray *slips = g_ptr_array_new_with_free_func (free_slip);
  UsherTimer *fired = usher_commit_get_fired (commit);
  const UsherRequestRecord *request = usher_commit_get_request (commit);

  if (fired != NULL)
    {
      g_autofree char *key = usher_mongo_timer_entry_dup_key (usher_timer_get_name (fired),
                                                              usher_timer_get_key (fired));

      get_slip (slips, TIMERS, key)->fired = fired;
    }
  for (guint i = 0; i < usher_commit_get_n_timers (commit); i++)
    {
      const UsherTimerChange *change = usher_commit_get_timer (commit, i);
      g_autofree char *key = usher_mongo_timer_entry_dup_key (change->name, change->key);

      get_slip (slips, TIMERS, key)->change = change;
    }
  if (request != NULL)
    get_slip (slips, REQUEST, request->key)->request = request;

  return slips;
}

typedef struct
{
  GPtrArray *slips;
  const char *member;
} Search;

static void
take_entry (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  const Search *search = user_data;
  const char *key = usher_mongo_entry_get_text (entry, "k");
  UsherMongoSlip *slip = key != NULL ? find_slip (search->slips, search->member, key) : NULL;
  UsherMongoSlipEntry found = { NULL, usher_mongo_entry_get_integer (entry, "g") };

  if (slip == NULL || (found.place = usher_mongo_place_new_of_row (collection, row)) == NULL)
    return;

  g_array_append_val (slip->found, found);
  if (found.generation <= slip->highest)
    return;

  slip->highest = found.generation;
  slip->is_alive = !usher_mongo_entry_is_dead (entry);
  g_clear_pointer (&slip->entry, bson_destroy);
  slip->entry = bson_copy (entry);
}

static gboolean
find_of_member (GPtrArray *slips,
                const char *member,
                UsherMongoDatabase *database,
                UsherMongoTables *tables,
                GError **error)
{
  g_autofree char *path = g_strconcat (member, ".k", NULL);
  g_auto (bson_t) keys = BSON_INITIALIZER;
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Search search = { slips, member };

  if (!usher_mongo_slips_touch (slips, member))
    return TRUE;

  usher_mongo_slips_append_keys (slips, member, &keys);
  BCON_APPEND (&filter, path, "{", "$in", BCON_ARRAY (&keys), "}");

  return usher_mongo_entries_find (
      database, tables, member, &filter, NULL, take_entry, &search, error);
}

gboolean
usher_mongo_slips_find (GPtrArray *slips,
                        UsherMongoDatabase *database,
                        UsherMongoTables *tables,
                        GError **error)
{
  for (guint i = 0; i < slips->len; i++)
    {
      UsherMongoSlip *slip = g_ptr_array_index (slips, i);

      g_array_set_size (slip->found, 0);
      slip->highest = 0;
      slip->is_alive = FALSE;
      g_clear_pointer (&slip->entry, bson_destroy);
    }

  return find_of_member (slips, TIMERS, database, tables, error) &&
         find_of_member (slips, REQUEST, database, tables, error);
}

gboolean
usher_mongo_slips_are_past (GPtrArray *slips)
{
  for (guint i = 0; i < slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (slips, i);

      if (slip->fired != NULL &&
          (!slip->is_alive || slip->highest != usher_timer_get_generation (slip->fired)))
        return TRUE;
    }

  return FALSE;
}

gboolean
usher_mongo_slips_check_request (GPtrArray *slips, GError **error)
{
  for (guint i = 0; i < slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (slips, i);

      if (slip->request != NULL && slip->entry != NULL &&
          !usher_mongo_request_entry_is_free (slip->entry, slip->request))
        return usher_refuse (error,
                             USHER_ERROR_TAKEN,
                             "the request key “%s” is used already",
                             slip->request->key);
    }

  return TRUE;
}

/* (nullable): where the entry is that counts */
static UsherMongoPlace *
get_place (const UsherMongoSlip *slip)
{
  for (guint i = 0; i < slip->found->len; i++)
    {
      const UsherMongoSlipEntry *entry = &g_array_index (slip->found, UsherMongoSlipEntry, i);

      if (entry->generation == slip->highest)
        return entry->place;
    }

  return NULL;
}

UsherMongoPlace *
usher_mongo_slips_get_holder (GPtrArray *slips)
{
  for (guint i = 0; i < slips->len; i++)
    {
      UsherMongoPlace *place = get_place (g_ptr_array_index (slips, i));

      if (place != NULL)
        return place;
    }

  return NULL;
}

static gboolean
is_elsewhere (const UsherMongoSlip *slip, UsherMongoPlace *home)
{
  for (guint i = 0; i < slip->found->len; i++)
    if (!usher_mongo_place_equal (g_array_index (slip->found, UsherMongoSlipEntry, i).place, home))
      return TRUE;

  return FALSE;
}

void
usher_mongo_slips_plan (GPtrArray *slips, UsherMongoPlace *home)
{
  for (guint i = 0; i < slips->len; i++)
    {
      UsherMongoSlip *slip = g_ptr_array_index (slips, i);
      gboolean is_kept = slip->request != NULL || (slip->change != NULL && slip->change->set);

      slip->generation = 0;
      /* what another document has is not dropped in this write: a dead entry says so until it is */
      if (!is_kept && !is_elsewhere (slip, home))
        continue;

      slip->generation = slip->highest + 1;
      /* One that is set after all were dropped must not pass for an earlier one, whoever still fires that. Of two that
       * fire it one is to run into the other. */
      if (slip->request == NULL && slip->fired == NULL)
        slip->generation = MAX (slip->generation, g_get_real_time ());
    }
}

gboolean
usher_mongo_slips_touch (GPtrArray *slips, const char *member)
{
  for (guint i = 0; i < slips->len; i++)
    if (g_str_equal (((UsherMongoSlip *) g_ptr_array_index (slips, i))->member, member))
      return TRUE;

  return FALSE;
}

static void
append_entry (const UsherMongoSlip *slip, UsherCommit *commit, bson_t *entry)
{
  const UsherTimerChange dropped = {
    .name = slip->fired != NULL ? (char *) usher_timer_get_name (slip->fired) : NULL,
    .key = slip->fired != NULL ? (char *) usher_timer_get_key (slip->fired) : NULL,
  };

  if (slip->request != NULL)
    usher_mongo_request_entry_append (entry, slip->request, slip->generation);
  else
    usher_mongo_timer_entry_append (entry,
                                    slip->change != NULL ? slip->change : &dropped,
                                    slip->generation,
                                    usher_commit_get_time (commit));
}

void
usher_mongo_slips_append_entries (GPtrArray *slips,
                                  const char *member,
                                  UsherCommit *commit,
                                  bson_t *array)
{
  guint n = 0;

  for (guint i = 0; i < slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (slips, i);
      char buffer[16];
      const char *index = NULL;
      bson_t entry;

      if (slip->generation == 0 || !g_str_equal (slip->member, member))
        continue;
      bson_uint32_to_string (n++, &index, buffer, sizeof buffer);
      bson_append_document_begin (array, index, -1, &entry);
      append_entry (slip, commit, &entry);
      bson_append_document_end (array, &entry);
    }
}

void
usher_mongo_slips_append_keys (GPtrArray *slips, const char *member, bson_t *array)
{
  guint n = 0;

  for (guint i = 0; i < slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (slips, i);
      char buffer[16];
      const char *index = NULL;

      if (!g_str_equal (slip->member, member))
        continue;
      bson_uint32_to_string (n++, &index, buffer, sizeof buffer);
      bson_append_utf8 (array, index, -1, slip->key, -1);
    }
}

/* those that lean on the entry that was found: who fires, and who answers or takes a request over */
static gboolean
is_exact (const UsherMongoSlip *slip)
{
  return slip->highest != 0 && (slip->fired != NULL || slip->request != NULL);
}

gboolean
usher_mongo_slips_append_conditions (GPtrArray *slips, UsherMongoPlace *home, bson_t *filter)
{
  g_auto (bson_t) list = BSON_INITIALIZER;
  guint n = 0;

  for (guint i = 0; i < slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (slips, i);
      UsherMongoPlace *place = get_place (slip);
      g_auto (bson_t) match = BSON_INITIALIZER;
      char buffer[16];
      const char *index = NULL;

      if (!is_exact (slip) || place == NULL || !usher_mongo_place_equal (place, home))
        continue;
      BCON_APPEND (&match, "k", BCON_UTF8 (slip->key), "g", BCON_INT64 (slip->highest));
      bson_uint32_to_string (n++, &index, buffer, sizeof buffer);
      BCON_APPEND (
          &list, index, "{", slip->member, "{", "$elemMatch", BCON_DOCUMENT (&match), "}", "}");
    }
  if (n > 0)
    bson_append_array (filter, "$and", -1, &list);

  return n > 0;
}
