/* usher-mongo-timer-entry.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-timer-entry-private.h"

#include <string.h>

#include "usher-mongo-entries-private.h"
#include "usher-mongo-value-private.h"

/* when what is parked is due */
#define NEVER G_MAXINT64

char *
usher_mongo_timer_entry_dup_key (const char *name, const char *key)
{
  return g_strconcat (name, USHER_MONGO_DIVIDER, key, NULL);
}

static void
append_number (bson_t *entry, const char *name, guint number)
{
  if (number != 0)
    bson_append_int64 (entry, name, -1, number);
}

static void
append_reasons (bson_t *entry, char **reasons)
{
  bson_t array;

  bson_append_array_begin (entry, "reasons", -1, &array);
  for (guint i = 0; reasons[i] != NULL; i++)
    {
      g_autofree char *index = g_strdup_printf ("%u", i);

      bson_append_utf8 (&array, index, -1, reasons[i], -1);
    }
  bson_append_array_end (entry, &array);
}

static void
append_history (bson_t *entry, const UsherTimerHistory *history)
{
  append_number (entry, "deaths", history->n_deaths);
  append_number (entry, "trial", history->trial);
  usher_mongo_entry_append_text (entry, "trier", history->trier);
  if (history->parked != 0)
    usher_mongo_append_time (entry, "parked", history->parked);
  if (history->reasons == NULL)
    return;

  append_reasons (entry, history->reasons);
  bson_append_utf8 (entry,
                    "state",
                    -1,
                    history->parked != 0 ? USHER_MONGO_TIMER_PARKED : USHER_MONGO_TIMER_FAILING,
                    -1);
}

static void
append_origin (bson_t *entry, const UsherOrigin *origin)
{
  usher_mongo_entry_append_text (entry, "correlation", origin->correlation);
  usher_mongo_entry_append_text (entry, "causation", origin->causation);
  usher_mongo_entry_append_text (entry, "traceparent", origin->traceparent);
}

void
usher_mongo_timer_entry_append (bson_t *entry,
                                const UsherTimerChange *change,
                                gint64 generation,
                                gint64 since)
{
  g_autofree char *key = usher_mongo_timer_entry_dup_key (change->name, change->key);

  usher_mongo_entry_append_key (entry, key, generation);
  usher_mongo_append_time (entry, "since", since);
  if (!change->set)
    {
      bson_append_bool (entry, "dead", -1, TRUE);
      bson_append_utf8 (entry, "state", -1, USHER_MONGO_TIMER_DEAD, -1);
      return;
    }

  /* what is parked has none, so that the next one that is due is found by the index alone; nor has what no date can tell */
  if ((change->history == NULL || change->history->parked == 0) &&
      usher_mongo_entry_make_date (change->due) == change->due / 1000)
    usher_mongo_append_time (entry, "due", change->due);
  usher_mongo_entry_append_text (entry, "payload", change->payload);
  append_number (entry, "attempt", change->attempt);
  if (change->history != NULL)
    append_history (entry, change->history);
  if (change->origin != NULL)
    append_origin (entry, change->origin);
}

/* (transfer full) (nullable) */
static char **
read_reasons (const bson_t *entry)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  bson_iter_t iter;
  bson_iter_t reasons;

  if (!bson_iter_init_find (&iter, entry, "reasons") || !BSON_ITER_HOLDS_ARRAY (&iter) ||
      !bson_iter_recurse (&iter, &reasons))
    return NULL;

  while (bson_iter_next (&reasons))
    if (BSON_ITER_HOLDS_UTF8 (&reasons))
      g_strv_builder_add (builder, bson_iter_utf8 (&reasons, NULL));

  return g_strv_builder_end (builder);
}

/* (transfer full) (nullable): NULL where nothing went wrong */
static UsherTimerHistory *
read_history (const bson_t *entry)
{
  g_auto (GStrv) reasons = read_reasons (entry);
  gint64 trial = usher_mongo_entry_get_integer (entry, "trial");
  UsherTimerHistory *history = NULL;

  if (reasons == NULL && trial == 0 && !bson_has_field (entry, "parked"))
    return NULL;

  history = usher_timer_history_new ();
  history->n_deaths = (guint) usher_mongo_entry_get_integer (entry, "deaths");
  history->trial = (guint) trial;
  history->trier = g_strdup (usher_mongo_entry_get_text (entry, "trier"));
  history->reasons = g_steal_pointer (&reasons);
  usher_mongo_read_time (entry, "parked", &history->parked);

  return history;
}

/* (transfer full) (nullable) */
static UsherOrigin *
read_origin (const bson_t *entry)
{
  const char *correlation = usher_mongo_entry_get_text (entry, "correlation");
  const char *causation = usher_mongo_entry_get_text (entry, "causation");
  const char *traceparent = usher_mongo_entry_get_text (entry, "traceparent");

  return correlation != NULL || causation != NULL || traceparent != NULL
             ? usher_origin_new (correlation, causation, traceparent)
             : NULL;
}

UsherTimer *
usher_mongo_timer_entry_read (const bson_t *entry)
{
  const char *key = usher_mongo_entry_get_text (entry, "k");
  const char *divider = key != NULL ? strstr (key, USHER_MONGO_DIVIDER) : NULL;
  g_autofree char *name = NULL;
  UsherTimer *timer = NULL;
  gint64 due = NEVER;
  gint64 since = 0;

  if (divider == NULL || usher_mongo_entry_is_dead (entry))
    return NULL;

  name = g_strndup (key, (gsize) (divider - key));
  usher_mongo_read_time (entry, "due", &due);
  usher_mongo_read_time (entry, "since", &since);
  timer = usher_timer_new (name,
                           divider + strlen (USHER_MONGO_DIVIDER),
                           due,
                           usher_mongo_entry_get_text (entry, "payload"),
                           (guint) usher_mongo_entry_get_integer (entry, "attempt"),
                           usher_mongo_entry_get_integer (entry, "g"));
  usher_timer_set_past (timer, since, read_history (entry));
  usher_timer_take_origin (timer, read_origin (entry));

  return timer;
}
