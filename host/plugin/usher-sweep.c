/* usher-sweep.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sweep.h"

#include "usher-error.h"
#include "usher-json-writer.h"
#include "usher-timer.h"

/* What the timer's payload says of how far it has come: the last document that was seen, and how many pauses were before it.
 * Without a payload it begins. */
#define AFTER  "after"
#define PAUSES "pauses"

/* how many documents are looked at for one that has to change */
#define GLANCE 16

/* where a round stands */
typedef struct
{
  const char *key;
  const char *after; /* (nullable) */
  gint64 n_pauses;
} Round;

static void
schedule (const UsherSweep *self, UsherUnit *unit, const Round *round, gint64 delay)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *payload = NULL;

  usher_json_writer_begin_object (writer);
  if (round->after != NULL)
    usher_json_writer_set_string (writer, AFTER, round->after);
  usher_json_writer_set_integer (writer, PAUSES, round->n_pauses);
  usher_json_writer_end_object (writer);
  payload = usher_json_writer_end (writer);
  usher_unit_schedule (unit, self->timer, round->key, usher_unit_get_time (unit) + delay, payload);
}

/* The next ones, the newest first: from who asks for the oldest first a store may withhold the young ones. @after: (nullable) */
static GPtrArray *
find_behind (const UsherSweep *self,
             UsherUnit *unit,
             const Round *round,
             const char *after,
             GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (self->collection);

  usher_query_equal (query, self->field, round->key);
  usher_query_after (query, after);
  usher_query_limit (query, GLANCE);

  return usher_unit_query (unit, query, error);
}

/* Where the last one is gone, nobody knows what was behind it: all of them again, most of which are as they should be. */
static GPtrArray *
find_next (const UsherSweep *self, UsherUnit *unit, const Round *round, GError **error)
{
  GError *trouble = NULL;
  GPtrArray *documents = find_behind (self, unit, round, round->after, &trouble);

  if (documents == NULL && round->after != NULL &&
      g_error_matches (trouble, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    {
      g_clear_error (&trouble);
      documents = find_behind (self, unit, round, NULL, &trouble);
    }
  if (trouble != NULL)
    g_propagate_error (error, trouble);

  return documents;
}

/* Changes the first document that is not as it should be, and sets the timer for those behind it. */
static gboolean
go_on (const UsherSweep *self, UsherUnit *unit, Round *round, GError **error)
{
  g_autoptr (GPtrArray) documents = find_next (self, unit, round, error);
  gboolean is_changed = FALSE;

  for (guint i = 0; documents != NULL && i < documents->len && !is_changed; i++)
    {
      UsherDocument *document = g_ptr_array_index (documents, i);

      round->after = usher_document_get_id (document);
      if (!self->change (document, unit, &is_changed, error) ||
          (is_changed && !usher_unit_update (unit, document, self->channel, error)))
        return FALSE;
    }
  if (documents == NULL)
    return FALSE;

  if (is_changed || documents->len == GLANCE)
    schedule (self, unit, round, 0);
  else if (round->n_pauses < self->n_pauses)
    {
      const Round next = { .key = round->key, .n_pauses = round->n_pauses + 1 };

      schedule (self, unit, &next, self->pauses[round->n_pauses]);
    }

  return TRUE;
}

static gboolean
on_round (UsherTimer *timer, UsherUnit *unit, gpointer sweep, GError **error)
{
  const char *payload = usher_timer_get_payload (timer);
  g_autoptr (UsherJson) json = usher_json_parse (payload != NULL ? payload : "{}", -1, error);
  Round round = { .key = usher_timer_get_key (timer) };

  if (json == NULL)
    return FALSE;

  round.after = usher_json_get_string (json, AFTER);
  usher_json_get_integer (json, PAUSES, &round.n_pauses);

  return go_on (sweep, unit, &round, error);
}

/**
 * usher_sweep_declare: (skip)
 * @self: a sweep, a constant
 * @context: the context of the service
 *
 * Declares the timer that carries a sweep. In configure() only.
 */
void
usher_sweep_declare (const UsherSweep *self, UsherContext *context)
{
  g_return_if_fail (self != NULL && self->change != NULL);

  usher_context_add_timer (context, self->timer, on_round, (gpointer) self, NULL);
}

/**
 * usher_sweep_begin: (skip)
 * @self: a sweep that was declared
 * @unit: the unit of what makes it necessary
 * @key: what the documents have in the sweep's field
 *
 * Lets a sweep begin once @unit is committed. A unit may be bound to one document, and a handler is short; so what one event means for
 * many documents is done by a durable timer, one document a unit, the newest first. It goes on where it was after the process has died. What
 * is written meanwhile is for the rounds after the pauses.
 *
 * One that is under way with the same @key begins anew, and what it has decided meanwhile is not committed.
 */
void
usher_sweep_begin (const UsherSweep *self, UsherUnit *unit, const char *key)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (USHER_IS_UNIT (unit));
  g_return_if_fail (key != NULL);

  usher_unit_schedule (unit, self->timer, key, usher_unit_get_time (unit), NULL);
}
