/* usher-list.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-list.h"

#include "usher-error.h"
#include "usher-reply-private.h"

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

/* The id of the document that clients know as @after; (transfer full) (nullable) */
static char *
find_after (UsherUnit *unit, UsherQuery *query, const char *key, const char *after, GError **error)
{
  g_autoptr (UsherQuery) known = usher_query_new (usher_query_get_collection (query));
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (known, key, after);
  usher_query_limit (known, 1);
  found = usher_unit_query (unit, known, error);
  if (found == NULL)
    return NULL;

  return g_strdup (found->len > 0 ? usher_document_get_id (g_ptr_array_index (found, 0)) : after);
}

/* (nullable): where the document of “after” was, in an order by values */
static const char *
get_place (UsherRequest *request, UsherQuery *query)
{
  return usher_query_get_order (query) != NULL ? usher_request_get_query (request, "at") : NULL;
}

static void
set_page (UsherReply *reply,
          UsherRequest *request,
          UsherQuery *query,
          GPtrArray *documents,
          guint limit)
{
  UsherDocument *last = documents->len > limit ? g_ptr_array_index (documents, limit - 1) : NULL;
  g_autofree char *at = last != NULL ? usher_query_dup_place (query, last) : NULL;

  usher_reply_set_page (reply, request, documents, limit);
  if (at != NULL)
    usher_reply_set_next (reply, request, last, at);
}

/* (transfer full) (nullable): what @request asks for of @query, and one more where there is a next page */
static GPtrArray *
find_page (UsherRequest *request,
           UsherUnit *unit,
           UsherQuery *query,
           const char *key,
           guint *limit,
           GError **error)
{
  g_autofree char *id = NULL;
  const char *after = NULL;
  gboolean is_oldest_first;

  if (!usher_request_get_page (request, limit, &after, &is_oldest_first, error))
    return NULL;

  if (after != NULL && key != NULL)
    {
      id = find_after (unit, query, key, after, error);
      if (id == NULL)
        return NULL;
    }
  usher_query_limit (query, *limit + 1);
  usher_query_after (query, NULL);
  if (after != NULL)
    usher_query_after_value (query, id != NULL ? id : after, get_place (request, query));
  if (usher_request_get_query (request, "order") != NULL)
    usher_query_oldest_first (query, is_oldest_first);

  return run (request, unit, query, error);
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
 * Where @query has an order by values ([method@Query.order_by]) it is in that, and `?order=oldest` has the least first; without
 * `?order=` the direction is that of @query. The `Link` has besides in `at` where the page ended, so that others miss and double
 * nothing when the last document gets another value.
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
  guint limit;

  g_return_val_if_fail (USHER_IS_REQUEST (request), FALSE);
  g_return_val_if_fail (USHER_IS_UNIT (unit), FALSE);
  g_return_val_if_fail (USHER_IS_REPLY (reply), FALSE);
  g_return_val_if_fail (query != NULL, FALSE);

  documents = find_page (request, unit, query, NULL, &limit, error);
  if (documents == NULL)
    return FALSE;

  set_page (reply, request, query, documents, limit);

  return TRUE;
}

/**
 * usher_list_answer_view: (skip)
 * @request: a request for a list
 * @unit: the unit of the request
 * @reply: the answer
 * @query: which documents are in the list; gets the page and the order that @request asks for
 * @view: how they are shown
 * @error: return location for a [error@Error]
 *
 * Answers a list like [func@list_answer] of documents of which not all is shown.
 *
 * Returns: whether @reply is set, for a handler to return
 */
gboolean
usher_list_answer_view (UsherRequest *request,
                        UsherUnit *unit,
                        UsherReply *reply,
                        UsherQuery *query,
                        const UsherListView *view,
                        GError **error)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GPtrArray) documents = NULL;
  guint limit;

  g_return_val_if_fail (USHER_IS_REQUEST (request), FALSE);
  g_return_val_if_fail (USHER_IS_UNIT (unit), FALSE);
  g_return_val_if_fail (USHER_IS_REPLY (reply), FALSE);
  g_return_val_if_fail (query != NULL, FALSE);
  g_return_val_if_fail (view != NULL && view->write != NULL, FALSE);

  documents = find_page (request, unit, query, view->key, &limit, error);
  if (documents == NULL)
    return FALSE;

  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < MIN (documents->len, limit); i++)
    {
      usher_json_writer_begin_object (writer);
      view->write (g_ptr_array_index (documents, i), writer);
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);

  /* for the link; what of the documents is shown is said above */
  set_page (reply, request, query, documents, limit);
  usher_reply_take_json (reply, usher_json_writer_end (writer));

  return TRUE;
}
