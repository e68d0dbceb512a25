/* usher-conditions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-conditions-private.h"

#include <string.h>

#include "usher-entity-tag-private.h"
#include "usher-error.h"
#include "usher-reply-private.h"
#include "usher-request-private.h"

/* If-Match holds for a tag that is listed, If-None-Match for one that is not. */
static gboolean
check (UsherRequest *request, UsherKnownHeader header, const char *tag, GError **error)
{
  gboolean wants_match = header == USHER_HEADER_IF_MATCH;
  const char *list = usher_request_peek_header (request, header);
  UsherTagVerdict verdict = USHER_TAG_IS_LISTED;

  if (list == NULL)
    return TRUE;

  verdict = usher_entity_tag_find (list, tag, !wants_match);
  if (verdict == USHER_TAG_BAD_LIST)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "%s must be * or a list of entity tags in quotes",
                 wants_match ? "If-Match" : "If-None-Match");
  else if ((verdict == USHER_TAG_IS_LISTED) == wants_match)
    return TRUE;
  else
    g_set_error_literal (error,
                         USHER_ERROR,
                         USHER_ERROR_OUTDATED,
                         wants_match ? "This is another version than you have"
                                     : "This is there already");

  return FALSE;
}

/**
 * usher_request_match:
 * @self: a request
 * @document: (nullable): what it would change, as it was read in this unit; `NULL`: it is not there
 * @error: return location for a [error@Error]
 *
 * Checks `If-Match` and `If-None-Match` of a request that changes a document. Call it last, where the handler would succeed
 * without them, right before the change of this very @document: the unit is committed only if the version that was read here is still the stored one,
 * and the handler runs again if it is not, so nobody comes in between. The tags are those that `GET` gives with
 * [method@Reply.set_document].
 *
 * Returns: whether to go on; `USHER_ERROR_OUTDATED` (412) when it is another version than the client has,
 *   `USHER_ERROR_INVALID` when a header is malformed
 */
gboolean
usher_request_match (UsherRequest *self, UsherDocument *document, GError **error)
{
  char tag[USHER_ENTITY_TAG];

  g_return_val_if_fail (USHER_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (document != NULL)
    usher_entity_tag_write (tag, document);

  return check (self, USHER_HEADER_IF_MATCH, document != NULL ? tag : NULL, error) &&
         check (self, USHER_HEADER_IF_NONE_MATCH, document != NULL ? tag : NULL, error);
}

static gboolean
is_read (UsherRequest *request)
{
  const char *method = usher_request_get_method (request);

  return strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0;
}

void
usher_conditions_apply (UsherRequest *request, UsherReply *reply)
{
  const char *list = NULL;
  const char *tag = NULL;
  g_autoptr (GError) error = NULL;

  if (usher_reply_get_status (reply) != 200 || !is_read (request))
    return;

  usher_reply_show_tag (reply);
  list = usher_request_peek_header (request, USHER_HEADER_IF_NONE_MATCH);
  if (list == NULL && usher_request_peek_header (request, USHER_HEADER_IF_MATCH) == NULL)
    return;

  tag = usher_reply_get_header (reply, "ETag");
  if (tag == NULL)
    return;

  /* a list that cannot be read names no version, so the client is given the one there is */
  if (!check (request, USHER_HEADER_IF_MATCH, tag, &error))
    usher_reply_set_error (reply, error, NULL);
  else if (list != NULL && usher_entity_tag_find (list, tag, TRUE) == USHER_TAG_IS_LISTED)
    usher_reply_set_unchanged (reply);
}
