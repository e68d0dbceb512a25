/* usher-list.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-list.h"

#include "usher-error.h"

static GPtrArray *
run (UsherRequest *request, UsherUnit *unit, UsherQuery *query, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  GPtrArray *documents = usher_unit_query (unit, query, &trouble);

  if (documents != NULL)
    return documents;

  if (!g_error_matches (trouble, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&trouble));
      return NULL;
    }

  usher_problems_add (usher_request_get_problems (request),
                      "after",
                      "After must be the id of a document that exists");
  usher_request_check (request, error);

  return NULL;
}

/**
 * usher_list_answer:
 * @request: a request for a list, with `?limit=`, `?after=` and `?order=`
 * @unit: the unit of the request
 * @reply: the answer
 * @query: which documents are in the list; gets the page and the order that @request asks for
 * @error: return location for a [error@Error]
 *
 * Answers a page of what @query finds: an array, the newest first or, with `?order=oldest`, the oldest first, at most 100
 * documents, with a `Link` to the next page where there is one.
 *
 * A page goes on behind the document of `?after=`, whether that is still in the list or not. One that is gone is
 * `USHER_ERROR_INVALID` with the field `after`, as is what is malformed with the field of its name.
 *
 * Returns: whether @reply is set, for a handler to return
 */
gboolean
usher_list_answer (UsherRequest *request,
                   UsherUnit *unit,
                   UsherReply *reply,
                   UsherQuery *query,
                   GError **error)
{
  g_autoptr (GPtrArray) documents = NULL;
  const char *after = NULL;
  gboolean is_oldest_first;
  guint limit;

  g_return_val_if_fail (USHER_IS_REQUEST (request), FALSE);
  g_return_val_if_fail (USHER_IS_UNIT (unit), FALSE);
  g_return_val_if_fail (USHER_IS_REPLY (reply), FALSE);
  g_return_val_if_fail (query != NULL, FALSE);

  if (!usher_request_get_page (request, &limit, &after, &is_oldest_first, error))
    return FALSE;

  usher_query_limit (query, limit + 1);
  usher_query_after (query, after);
  usher_query_oldest_first (query, is_oldest_first);
  documents = run (request, unit, query, error);
  if (documents == NULL)
    return FALSE;

  usher_reply_set_page (reply, request, documents, limit);

  return TRUE;
}
