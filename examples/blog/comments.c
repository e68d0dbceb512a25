/* comments.c: what readers say, and what became of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <usher.h>

#define COMMENTS  "comments"
#define CREATED   "comment:created"
#define MODERATED "comment:moderated"
#define UPDATED   "comment:updated"

static const UsherField fields[] = {
  { "postId", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { "content",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TEXT,
    1,
    1000,
    "Content must have 1 to 1000 characters" },
  { "status", USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static gboolean
create_comment (UsherRequest *request,
                UsherUnit *unit,
                UsherReply *reply,
                gpointer user_data,
                GError **error)
{
  const char *post_id = usher_request_get_parameter (request, "id");
  g_autoptr (UsherDocument) comment = NULL;

  if (!usher_id_is_valid (post_id))
    return usher_refuse (error, USHER_ERROR_NOT_FOUND, "“%s” is no post", post_id);

  comment = usher_request_read_new (request, unit, COMMENTS, error);
  if (comment == NULL)
    return FALSE;

  usher_document_set_string (comment, "postId", post_id);
  usher_document_set_string (comment, "status", "pending");

  return usher_unit_create (unit, comment, CREATED, error) &&
         usher_reply_answer (reply, 201, comment);
}

/* Moderation decides, and this service, whose comment it is, writes: so there is one order of its versions. */
static gboolean
on_moderated (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  const char *id = usher_event_read_id (event, "id", error);
  const char *status = id != NULL ? usher_event_read_string (event, "status", error) : NULL;
  g_autoptr (UsherDocument) comment = NULL;

  if (status == NULL)
    return FALSE;

  comment = usher_unit_find (unit, COMMENTS, id, error);
  if (comment == NULL)
    return FALSE;

  usher_document_set_string (comment, "status", status);

  return usher_unit_update (unit, comment, UPDATED, error);
}

static const UsherRouteEntry routes[] = {
  { "POST", "/api/posts/:id/comments", USHER_ROUTE_NONE, create_comment },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_collection (context, COMMENTS, fields, G_N_ELEMENTS (fields));
  usher_context_add_event (context, CREATED, fields, G_N_ELEMENTS (fields));
  usher_context_add_event (context, UPDATED, fields, G_N_ELEMENTS (fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);
  usher_context_add_listener (context, MODERATED, NULL, on_moderated, NULL, NULL);

  return TRUE;
}

USHER_DEFINE_SERVICE ("comments", "1.0.0", configure)
