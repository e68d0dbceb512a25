/* usher-mongo-commit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-commit-private.h"

#include "usher-error.h"
#include "usher-mongo-inbox-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-refusal-private.h"
#include "usher-mongo-slips-private.h"
#include "usher-mongo-transaction-private.h"

/* how often it is decided anew where others were at the same timers and keys */
#define MOST_TRIES 8

typedef UsherMongoCommitState State;

void
usher_mongo_commit_init (UsherMongoCommit *self,
                         UsherMongoDatabase *database,
                         UsherMongoTables *tables,
                         UsherCommit *commit,
                         const char *token)
{
  *self = (UsherMongoCommit){
    .database = database,
    .tables = tables,
    .commit = commit,
    .token = token,
    .slips = usher_mongo_slips_list (commit),
  };
  self->load = (UsherMongoLoad){ commit, self->slips, token, usher_commit_get_time (commit) };
}

void
usher_mongo_commit_clear (UsherMongoCommit *self)
{
  g_ptr_array_unref (self->slips);
  g_clear_pointer (&self->home, usher_mongo_place_unref);
  g_free (self->before);
  g_clear_error (&self->error);
}

/* the first that stays is the home; (nullable) */
static const UsherChange *
get_home_change (UsherCommit *commit)
{
  guint n_changes = usher_commit_get_n_changes (commit);

  for (guint i = 0; i < n_changes; i++)
    {
      const UsherChange *change = usher_commit_get_change (commit, i);

      if (change->kind != USHER_CHANGE_REMOVE)
        return change;
    }

  return n_changes > 0 ? usher_commit_get_change (commit, 0) : NULL;
}

static char *
dup_event_carrier (UsherCommit *commit)
{
  return g_strdup_printf ("event %s %s",
                          usher_commit_get_event_id (commit),
                          usher_commit_get_subscriber (commit));
}

guint
usher_mongo_commit_hash (UsherCommit *commit)
{
  const UsherChange *change = get_home_change (commit);
  const UsherRequestRecord *request = usher_commit_get_request (commit);

  if (change != NULL)
    return g_str_hash (usher_document_get_id (change->document));
  if (usher_commit_get_event_id (commit) != NULL)
    return g_str_hash (usher_commit_get_event_id (commit));
  if (usher_commit_get_fired (commit) != NULL)
    return g_str_hash (usher_timer_get_key (usher_commit_get_fired (commit)));
  if (usher_commit_get_n_timers (commit) > 0)
    return g_str_hash (usher_commit_get_timer (commit, 0)->key);
  if (request != NULL)
    return g_str_hash (request->key);

  /* those that have nothing in common but their order */
  return 0;
}

const char *
usher_mongo_commit_get_new_collection (UsherCommit *commit)
{
  guint n_changes = usher_commit_get_n_changes (commit);
  const UsherChange *change = get_home_change (commit);

  if (n_changes == 1 && change->kind == USHER_CHANGE_INSERT)
    return usher_schema_get_collection (usher_document_get_schema (change->document));

  return n_changes == 0 && usher_commit_get_fired (commit) == NULL &&
                 usher_commit_get_n_timers (commit) == 0 &&
                 usher_commit_get_request (commit) == NULL
             ? USHER_MONGO_CARRIERS
             : NULL;
}

/* @is_new: (out): a carrier that is not there yet */
static UsherMongoPlace *
choose_home (UsherMongoCommit *self, gboolean *is_new)
{
  const UsherChange *change = get_home_change (self->commit);
  UsherMongoPlace *holder = usher_mongo_slips_get_holder (self->slips);
  g_autofree char *carrier = NULL;

  *is_new = FALSE;
  if (change != NULL)
    return usher_mongo_place_new (usher_schema_get_collection (
                                      usher_document_get_schema (change->document)),
                                  usher_document_get_id (change->document));

  if (usher_commit_get_event_id (self->commit) != NULL)
    carrier = dup_event_carrier (self->commit);
  else if (holder != NULL)
    return usher_mongo_place_ref (holder);

  *is_new = TRUE;

  return usher_mongo_place_new (USHER_MONGO_CARRIERS, carrier != NULL ? carrier : self->token);
}

static gboolean
check (UsherMongoCommit *self, guint limit, GError **error)
{
  guint n_documents = usher_commit_get_n_changes (self->commit);

  if (limit != 0 && n_documents > limit)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "the unit changes %u documents, the store commits at most %u as one",
                         n_documents,
                         limit);

  for (guint i = 0; i < usher_commit_get_n_events (self->commit); i++)
    {
      UsherEvent *event = usher_commit_get_event (self->commit, i);
      gsize length = 0;

      /* no bus would ever take it, nor what is behind it */
      usher_event_get_payload (event, &length);
      if (length > USHER_EVENT_MAX_PAYLOAD)
        return usher_refuse (error,
                             USHER_ERROR_TOO_LARGE,
                             "an event of channel “%s” is over %d bytes",
                             usher_event_get_channel (event),
                             USHER_EVENT_MAX_PAYLOAD);
    }

  return TRUE;
}

/* dropping a timer that is not set */
static gboolean
is_nothing (UsherMongoCommit *self)
{
  if (usher_commit_get_n_changes (self->commit) > 0 ||
      usher_commit_get_n_events (self->commit) > 0 ||
      usher_commit_get_event_id (self->commit) != NULL)
    return FALSE;

  for (guint i = 0; i < self->slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (self->slips, i);

      if (slip->generation != 0 || slip->highest != 0)
        return FALSE;
    }

  return TRUE;
}

static void
set_applied (UsherMongoCommit *self)
{
  g_clear_pointer (&self->home, usher_mongo_place_unref);
  usher_commit_set_applied (self->commit, TRUE);
}

static gboolean
check_applied (UsherMongoCommit *self, gboolean *is_known, GError **error)
{
  const char *event_id = usher_commit_get_event_id (self->commit);

  return event_id == NULL || usher_mongo_inbox_find (self->database,
                                                     self->tables,
                                                     event_id,
                                                     usher_commit_get_subscriber (self->commit),
                                                     is_known,
                                                     error);
}

/* Whatever else is in the way of a commit: that its event was applied meanwhile goes before. @trouble: (transfer full) */
static State
fail_unless_applied (UsherMongoCommit *self, GError *trouble, GError **error)
{
  g_autoptr (GError) own = trouble;
  gboolean is_known = FALSE;

  if ((g_error_matches (own, USHER_ERROR, USHER_ERROR_CONFLICT) ||
       g_error_matches (own, USHER_ERROR, USHER_ERROR_TAKEN)) &&
      check_applied (self, &is_known, NULL) && is_known)
    {
      set_applied (self);
      return USHER_MONGO_COMMIT_DONE;
    }

  g_propagate_error (error, g_steal_pointer (&own));
  return USHER_MONGO_COMMIT_FAILED;
}

static gboolean
on_carrying (const bson_t *row, gpointer user_data, GError **error)
{
  *(gboolean *) user_data = TRUE;

  return TRUE;
}

/* whether the home has events that the bus has not taken yet */
static gboolean
has_events (UsherMongoCommit *self)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  gboolean is_carrying = FALSE;

  usher_mongo_place_append (self->home, &filter, "_id");
  BCON_APPEND (&filter, "_outbox.0", "{", "$exists", BCON_BOOL (true), "}");
  BCON_APPEND (&options, "projection", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (1));

  return usher_mongo_database_find (self->database,
                                    usher_mongo_place_get_collection (self->home),
                                    &filter,
                                    &options,
                                    on_carrying,
                                    &is_carrying,
                                    NULL) &&
         is_carrying;
}

/* What does not fit beside events that wait may do so once they are sent, and is nobody's fault. @trouble: (transfer full) */
static State
take_too_large (UsherMongoCommit *self, GError *trouble, GError **error)
{
  g_autoptr (GError) own = trouble;

  if (!has_events (self))
    g_propagate_error (error, g_steal_pointer (&own));
  else
    usher_refuse (error,
                  USHER_ERROR_UNAVAILABLE,
                  "a document is full of events that wait for the bus: %s",
                  own->message);

  return USHER_MONGO_COMMIT_FAILED;
}

/* makes sense of a refusal; @trouble: (transfer full) */
static State
take_refusal (UsherMongoCommit *self,
              const UsherMongoStatement *statement,
              const bson_t *reply,
              GError *trouble,
              GError **error)
{
  g_autoptr (GError) own = trouble;

  if (g_error_matches (own, USHER_ERROR, USHER_ERROR_TOO_LARGE))
    return take_too_large (self, g_steal_pointer (&own), error);
  if (!g_error_matches (own, USHER_ERROR, USHER_ERROR_TAKEN))
    return fail_unless_applied (self, g_steal_pointer (&own), error);

  if (usher_mongo_write_is_taken (reply, "_applied.k") ||
      (statement->change == NULL && usher_mongo_write_is_taken (reply, "_id")))
    {
      set_applied (self);
      return USHER_MONGO_COMMIT_DONE;
    }
  if (usher_mongo_write_is_taken (reply, "_timers.u") ||
      usher_mongo_write_is_taken (reply, "_request.u"))
    return USHER_MONGO_COMMIT_AGAIN;

  g_clear_error (&own);
  usher_mongo_refusal_set_taken (self->commit, statement, reply, &own);

  return fail_unless_applied (self, g_steal_pointer (&own), error);
}

/* nothing was as the statement wants it */
static State
take_miss (UsherMongoCommit *self,
           const UsherMongoStatement *statement,
           gboolean is_first_try,
           GError **error)
{
  g_autoptr (GError) trouble = NULL;

  /* a timer or a request that is not there any more goes before a version */
  if (statement->change == NULL || (is_first_try && self->slips->len > 0))
    return USHER_MONGO_COMMIT_AGAIN;

  usher_mongo_refusal_set_conflict (statement->change, &trouble);

  return fail_unless_applied (self, g_steal_pointer (&trouble), error);
}

static void
keep_before (UsherMongoCommit *self, const bson_t *reply)
{
  if (usher_commit_get_n_events (self->commit) == 0)
    return;

  g_free (self->before);
  self->before = usher_mongo_statement_dup_before (reply, self->commit);
}

static UsherMongoWritten
write_one (UsherMongoCommit *self, UsherMongoAttempt *attempt, bson_t *reply, GError **error)
{
  const UsherMongoStatement *statement = &self->statement;
  UsherMongoWritten written =
      usher_mongo_write_run (self->database, statement, self->is_insert, attempt, reply, error);
  g_autoptr (GError) trouble = NULL;
  g_auto (bson_t) first = BSON_INITIALIZER;

  if (written != USHER_MONGO_REFUSED || !self->is_insert || statement->change == NULL ||
      !usher_mongo_write_is_taken (reply, "_id"))
    return written;

  /* what is left of a removed document is no document */
  bson_destroy (&first);
  bson_copy_to (reply, &first);
  bson_destroy (reply);
  written = usher_mongo_write_run (self->database, statement, FALSE, NULL, reply, &trouble);
  if (written == USHER_MONGO_MISSED)
    {
      bson_destroy (reply);
      bson_copy_to (&first, reply);
      return USHER_MONGO_REFUSED;
    }

  g_clear_error (error);
  if (trouble != NULL)
    g_propagate_error (error, g_steal_pointer (&trouble));

  return written;
}

static UsherMongoWritten
write_several (UsherMongoCommit *self, bson_t *reply, GError **error)
{
  UsherMongoTransaction transaction = {
    .database = self->database,
    .tables = self->tables,
    .commit = self->commit,
    .load = &self->load,
    .home = self->home,
    .reply = reply,
  };
  UsherMongoWritten written = usher_mongo_transaction_run (&transaction, error);

  self->statement = transaction.statement;

  return written;
}

static State
write_all (UsherMongoCommit *self,
           UsherMongoAttempt *attempt,
           gboolean is_first_try,
           GError **error)
{
  g_auto (bson_t) reply = BSON_INITIALIZER;
  GError *trouble = NULL;
  gboolean is_one = usher_commit_get_n_changes (self->commit) <= 1;

  switch (is_one ? write_one (self, attempt, &reply, &trouble)
                 : write_several (self, &reply, &trouble))
    {
    case USHER_MONGO_WRITTEN:
      keep_before (self, &reply);
      return USHER_MONGO_COMMIT_DONE;
    case USHER_MONGO_MISSED:
      return take_miss (self, &self->statement, is_first_try, error);
    case USHER_MONGO_UNKNOWN:
      self->is_unknown = TRUE;
      g_propagate_error (error, trouble);
      return USHER_MONGO_COMMIT_FAILED;
    case USHER_MONGO_REFUSED:
    default:
      if (is_one)
        g_prefix_error (&trouble,
                        "collection “%s”: ",
                        usher_mongo_place_get_collection (self->home));
      return take_refusal (self, &self->statement, &reply, trouble, error);
    }
}

static State
prepare (UsherMongoCommit *self, GError **error)
{
  gboolean is_new = FALSE;
  gboolean is_known = FALSE;

  if (!check_applied (self, &is_known, error))
    return USHER_MONGO_COMMIT_FAILED;
  if (self->slips->len > 0 &&
      !usher_mongo_slips_find (self->slips, self->database, self->tables, error))
    return USHER_MONGO_COMMIT_FAILED;
  if (is_known || usher_mongo_slips_are_past (self->slips))
    {
      set_applied (self);
      return USHER_MONGO_COMMIT_DONE;
    }
  if (!usher_mongo_slips_check_request (self->slips, error))
    return USHER_MONGO_COMMIT_FAILED;

  g_clear_pointer (&self->home, usher_mongo_place_unref);
  self->home = choose_home (self, &is_new);
  usher_mongo_slips_plan (self->slips, self->home);
  if (is_nothing (self))
    {
      g_clear_pointer (&self->home, usher_mongo_place_unref);
      return USHER_MONGO_COMMIT_DONE;
    }

  self->statement = (UsherMongoStatement){
    self->home,
    usher_mongo_tables_find (self->tables, usher_mongo_place_get_collection (self->home)),
    get_home_change (self->commit),
    &self->load,
  };
  self->is_insert = is_new || (self->statement.change != NULL &&
                               self->statement.change->kind == USHER_CHANGE_INSERT);

  return USHER_MONGO_COMMIT_READY;
}

void
usher_mongo_commit_begin (UsherMongoCommit *self, guint limit)
{
  self->state =
      check (self, limit, &self->error) ? prepare (self, &self->error) : USHER_MONGO_COMMIT_FAILED;
}

gboolean
usher_mongo_commit_end (UsherMongoCommit *self, UsherMongoAttempt *attempt, GError **error)
{
  for (guint i = 0; self->state == USHER_MONGO_COMMIT_READY && i < MOST_TRIES; i++)
    {
      self->state = write_all (self, i == 0 ? attempt : NULL, i == 0, &self->error);
      if (self->state == USHER_MONGO_COMMIT_AGAIN && i + 1 < MOST_TRIES)
        self->state = prepare (self, &self->error);
    }

  if (self->state == USHER_MONGO_COMMIT_DONE)
    return TRUE;
  if (self->error == NULL)
    return usher_refuse (error,
                         USHER_ERROR_CONFLICT,
                         "others change the same timers or the same request all the time");

  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}
