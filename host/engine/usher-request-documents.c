/* usher-request-documents.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-documents.h"

#include "usher-error.h"
#include "usher-fault-private.h"
#include "usher-unit-run-private.h"

/* what a pattern calls the document that a path is of */
#define PARAMETER "id"

/**
 * usher_request_read_new:
 * @request: a request
 * @unit: the unit of the request
 * @collection: the name of a collection of the service
 * @error: return location for a [error@Error]
 *
 * Reads the input fields of a collection out of the body, as [method@Request.read] does. What comes of it is for
 * [method@Unit.create], or to [method@Document.merge] into a document that is changed.
 *
 * Returns: (transfer full): a document without id, or `NULL` with `USHER_ERROR_INVALID`
 */
UsherDocument *
usher_request_read_new (UsherRequest *request,
                        UsherUnit *unit,
                        const char *collection,
                        GError **error)
{
  UsherSchema *schema;

  g_return_val_if_fail (USHER_IS_REQUEST (request), NULL);
  g_return_val_if_fail (USHER_IS_UNIT (unit), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  schema = usher_unit_find_schema (unit, collection, error);

  return schema != NULL ? usher_request_read (request, schema, error) : NULL;
}

/**
 * usher_request_find:
 * @request: a request
 * @unit: the unit of the request
 * @collection: the name of a collection of the service
 * @error: return location for a [error@Error]
 *
 * Reads the document whose id is `:id` in the path. A route whose pattern has no `:id` is a fault of the program.
 *
 * Returns: (transfer full): the document, or `NULL`: `USHER_ERROR_NOT_FOUND` when there is none
 */
UsherDocument *
usher_request_find (UsherRequest *request, UsherUnit *unit, const char *collection, GError **error)
{
  const char *id;

  g_return_val_if_fail (USHER_IS_REQUEST (request), NULL);
  g_return_val_if_fail (USHER_IS_UNIT (unit), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  id = usher_request_get_parameter (request, PARAMETER);
  if (id != NULL)
    return usher_unit_find (unit, collection, id, error);

  usher_fault_report ("the pattern of the route has no “:%s”", PARAMETER);
  usher_refuse (error,
                USHER_ERROR_NOT_FOUND,
                "no document of collection “%s” is named by the path",
                collection);

  return NULL;
}

/**
 * usher_request_find_own:
 * @request: a request
 * @unit: the unit of the request
 * @collection: the name of a collection of the service
 * @owner_field: the field that has the id of the user to whom a document belongs
 * @error: return location for a [error@Error]
 *
 * Reads the document whose id is `:id` in the path, if it belongs to who asks. What belongs to nobody is not theirs who are nobody.
 *
 * Returns: (transfer full): the document, or `NULL`: `USHER_ERROR_NOT_FOUND` when there is none, `USHER_ERROR_UNAUTHORIZED` when it
 *   is another's
 */
UsherDocument *
usher_request_find_own (UsherRequest *request,
                        UsherUnit *unit,
                        const char *collection,
                        const char *owner_field,
                        GError **error)
{
  g_autoptr (UsherDocument) document = NULL;
  const char *user_id;

  g_return_val_if_fail (owner_field != NULL, NULL);

  document = usher_request_find (request, unit, collection, error);
  if (document == NULL)
    return NULL;

  user_id = usher_request_get_user_id (request);
  if (user_id != NULL && usher_document_has_string (document, owner_field, user_id))
    return g_steal_pointer (&document);

  usher_refuse (error, USHER_ERROR_UNAUTHORIZED, "Not authorized");

  return NULL;
}
