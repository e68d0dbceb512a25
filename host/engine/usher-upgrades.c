/* usher-upgrades.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-upgrades-private.h"

#include "usher-error.h"
#include "usher-latch-private.h"

/* so few that timers do not wait for them, so many that they share a flush */
#define SLICE 64
#define PAUSE (10 * G_TIME_SPAN_MILLISECOND)
/* copies that do not know the upgrade may write such documents still */
#define LOOK_AGAIN G_TIME_SPAN_SECOND
#define RETRY      G_TIME_SPAN_MINUTE

/* One round through one collection. */
typedef struct
{
  UsherSchema *schema;  /* (unowned): the declarations' */
  UsherDocument *after; /* (owned) (nullable): where the round is */
  guint n_done;
  guint n_failed;
  char *failure;        /* (owned) (nullable): of the first that failed */
  gboolean again;       /* somebody else changed one meanwhile */
  gboolean is_hopeless; /* the store takes nothing */
  gboolean is_under_way;
  gint64 next; /* when the next round begins */
} Round;

struct _UsherUpgrades
{
  UsherLane *lane; /* (unowned): it owns the ticker, which owns this */
  GArray *rounds;  /* (owned) (element-type Round) */
};

static void
clear_round (gpointer data)
{
  Round *round = data;

  g_clear_pointer (&round->after, usher_document_unref);
  g_free (round->failure);
}

UsherUpgrades *
usher_upgrades_new (UsherLane *lane)
{
  UsherUpgrades *self = g_new0 (UsherUpgrades, 1);
  GPtrArray *schemas = usher_declarations_get_schemas (usher_lane_get_declarations (lane));

  self->lane = lane;
  self->rounds = g_array_new (FALSE, FALSE, sizeof (Round));
  g_array_set_clear_func (self->rounds, clear_round);
  for (guint i = 0; i < schemas->len; i++)
    {
      const Round round = { .schema = g_ptr_array_index (schemas, i), .next = G_MININT64 };

      if (usher_schema_get_level (round.schema) > 0)
        g_array_append_val (self->rounds, round);
    }

  return self;
}

void
usher_upgrades_free (UsherUpgrades *self)
{
  g_array_unref (self->rounds);
  g_free (self);
}

static void
note_failure (Round *round, UsherDocument *document, const GError *error)
{
  if (round->n_failed++ == 0)
    {
      g_free (round->failure);
      round->failure =
          g_strdup_printf ("“%s”: %s", usher_document_get_id (document), error->message);
    }
}

static gboolean
run_upgrades (UsherUpgrades *self, UsherDocument *document, GError **error)
{
  GPtrArray *upgrades = usher_declarations_get_upgrades (usher_lane_get_declarations (self->lane));
  const char *collection = usher_schema_get_collection (usher_document_get_schema (document));

  for (guint i = 0; i < upgrades->len; i++)
    {
      const UsherUpgrade *upgrade = g_ptr_array_index (upgrades, i);

      if (g_str_equal (usher_upgrade_get_collection (upgrade), collection) &&
          usher_document_get_level (document) < usher_upgrade_get_to (upgrade) &&
          !usher_upgrade_run (upgrade, document, error))
        return FALSE;
    }

  return TRUE;
}

typedef struct
{
  UsherCommit *commit; /* (owned) (nullable): NULL: it failed before */
  GError *error;       /* (owned) (nullable): how it went */
  UsherLatch *latch;   /* (unowned) */
} Try;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Try *try = user_data;

  try->error = error != NULL ? g_error_copy (error) : NULL;
  usher_latch_leave (try->latch, NULL);
}

static UsherCommit *
make_commit (UsherUpgrades *self, Round *round, UsherDocument *document)
{
  UsherClock *clock = usher_lane_get_clock (self->lane);
  g_autoptr (UsherCommit) commit = usher_commit_new (usher_clock_get_time (clock));
  g_autoptr (GError) error = NULL;

  if (run_upgrades (self, document, &error) &&
      usher_commit_upgrade (commit, document, usher_schema_get_level (round->schema), &error))
    return g_steal_pointer (&commit);

  note_failure (round, document, error);

  return NULL;
}

static void
end_try (Round *round, UsherDocument *document, Try *try)
{
  if (try->error == NULL && try->commit != NULL)
    round->n_done++;
  else if (g_error_matches (try->error, USHER_ERROR, USHER_ERROR_CONFLICT))
    round->again = TRUE;
  else if (try->error != NULL)
    note_failure (round, document, try->error);
  if (g_error_matches (try->error, USHER_ERROR, USHER_ERROR_FULL) ||
      g_error_matches (try->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    round->is_hopeless = TRUE;

  g_clear_error (&try->error);
  g_clear_pointer (&try->commit, usher_commit_unref);
}

/* Each document is committed by itself, all of them at once: the store writes them together where it can. */
static void
upgrade_slice (UsherUpgrades *self, Round *round, GPtrArray *documents)
{
  g_autofree Try *tries = g_new0 (Try, documents->len + 1);
  g_autoptr (GError) none = NULL;
  guint n_open = 0;
  UsherLatch latch;

  for (guint i = 0; i < documents->len; i++)
    {
      tries[i].commit = make_commit (self, round, g_ptr_array_index (documents, i));
      tries[i].latch = &latch;
      n_open += tries[i].commit != NULL;
    }

  usher_latch_init (&latch, n_open);
  for (guint i = 0; i < documents->len; i++)
    if (tries[i].commit != NULL)
      usher_store_commit (usher_lane_get_store (self->lane),
                          tries[i].commit,
                          on_committed,
                          &tries[i]);
  none = usher_latch_wait (&latch);

  for (guint i = 0; i < documents->len; i++)
    end_try (round, g_ptr_array_index (documents, i), &tries[i]);
}

static void
tell (UsherUpgrades *self, const Round *round)
{
  const char *collection = usher_schema_get_collection (round->schema);
  const char *service = usher_lane_get_name (self->lane);

  if (round->n_done > 0)
    g_message ("service “%s”: %u documents of collection “%s” are upgraded to level %u",
               service,
               round->n_done,
               collection,
               usher_schema_get_level (round->schema));
  if (round->n_failed > 0)
    g_message (
        "service “%s”: %u documents of collection “%s” are not upgraded, which is tried again "
        "in a minute, such as %s",
        service,
        round->n_failed,
        collection,
        round->failure);
}

static void
end_round (UsherUpgrades *self, Round *round, gint64 now)
{
  tell (self, round);

  /* at once if somebody else was first */
  round->is_under_way = round->again && !round->is_hopeless;
  if (round->n_failed > 0)
    round->next = now + RETRY;
  else
    round->next = usher_lane_is_shared (self->lane) ? now + LOOK_AGAIN : G_MAXINT64;

  g_clear_pointer (&round->after, usher_document_unref);
  g_clear_pointer (&round->failure, g_free);
  round->n_done = 0;
  round->n_failed = 0;
  round->again = FALSE;
  round->is_hopeless = FALSE;
}

static void
run_round (UsherUpgrades *self, Round *round, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) documents =
      usher_store_list_outdated (usher_lane_get_store (self->lane),
                                 usher_schema_get_collection (round->schema),
                                 round->after,
                                 SLICE,
                                 &error);
  g_autoptr (UsherDocument) last = NULL;

  usher_lane_end_reads (self->lane);
  if (documents == NULL)
    {
      if (!usher_lane_is_away (self->lane))
        g_message ("documents of service “%s” cannot be upgraded: %s",
                   usher_lane_get_name (self->lane),
                   error->message);
      round->is_under_way = FALSE;
      round->next = now + RETRY;
      return;
    }

  /* its place is the one before it was upgraded */
  if (documents->len > 0)
    {
      UsherDocument *document = g_ptr_array_index (documents, documents->len - 1);

      last = usher_document_new (round->schema);
      usher_document_set_id (last, usher_document_get_id (document));
      usher_document_set_level (last, usher_document_get_level (document));
    }
  upgrade_slice (self, round, documents);
  g_clear_pointer (&round->after, usher_document_unref);
  round->after = g_steal_pointer (&last);
  round->is_under_way = TRUE;
  if (documents->len < SLICE || round->is_hopeless)
    end_round (self, round, now);
}

gint64
usher_upgrades_run (UsherUpgrades *self, gint64 now)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->rounds->len; i++)
    {
      Round *round = &g_array_index (self->rounds, Round, i);

      if (round->is_under_way || round->next <= now)
        run_round (self, round, now);
      next = MIN (next, round->is_under_way ? now + PAUSE : round->next);
    }

  return next;
}
