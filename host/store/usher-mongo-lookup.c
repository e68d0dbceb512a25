/* usher-mongo-lookup.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-lookup-private.h"

#include "usher-id.h"
#include "usher-mongo-query-filter-private.h"
#include "usher-mongo-value-private.h"

gboolean
usher_mongo_lookup_run (UsherMongoDatabase *database,
                        UsherMongoTable *table,
                        const char *id,
                        UsherDocument **document,
                        GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_document_unref);
  g_auto (bson_t) filter = BSON_INITIALIZER;

  /* what is no id is nobody's */
  if (!usher_id_is_valid (id))
    return TRUE;

  /* alone, which is the shortest way that a server has */
  usher_mongo_append_id (&filter, "_id", id);
  if (!usher_mongo_filter_run (&filter, NULL, database, table, documents, error))
    return FALSE;
  if (documents->len > 0)
    *document = usher_document_ref (g_ptr_array_index (documents, 0));

  return TRUE;
}
