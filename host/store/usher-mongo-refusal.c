/* usher-mongo-refusal.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-refusal-private.h"

#include "usher-error.h"

static const char *
get_collection (const UsherChange *change)
{
  return usher_schema_get_collection (usher_document_get_schema (change->document));
}

void
usher_mongo_refusal_set_taken (UsherCommit *commit,
                               const UsherMongoStatement *statement,
                               const bson_t *reply,
                               GError **error)
{
  const char *const id[] = { "id", NULL };
  g_auto (GStrv) fields = usher_mongo_table_dup_taken (statement->table, reply);
  g_autofree char *names = NULL;

  /* an index that this generation does not know has a key all the same */
  if (fields == NULL)
    fields = g_strdupv ((char **) id);
  names = g_strjoinv ("”, “", fields);

  usher_commit_set_taken (commit, statement->change->document, (const char *const *) fields);
  usher_refuse (error,
                USHER_ERROR_TAKEN,
                "collection “%s” has another document with this “%s”",
                get_collection (statement->change),
                names);
}

void
usher_mongo_refusal_set_conflict (const UsherChange *change, GError **error)
{
  usher_refuse (error,
                USHER_ERROR_CONFLICT,
                "document “%s” of collection “%s” is not at version %" G_GINT64_FORMAT " any more",
                usher_document_get_id (change->document),
                get_collection (change),
                change->expected_version);
}
