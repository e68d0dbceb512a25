/* posts.c: what the blog's author writes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <usher.h>

#define POSTS   "posts"
#define CREATED "post:created"

static const UsherField fields[] = {
  { "title",
    USHER_FIELD_STRING,
    USHER_FIELD_INPUT | USHER_FIELD_REQUIRED | USHER_FIELD_TEXT,
    1,
    100,
    "Title must have 1 to 100 characters" },
};

static gboolean
create_post (UsherRequest *request,
             UsherUnit *unit,
             UsherReply *reply,
             gpointer user_data,
             GError **error)
{
  g_autoptr (UsherDocument) post = usher_request_read_new (request, unit, POSTS, error);

  return post != NULL && usher_unit_create (unit, post, CREATED, error) &&
         usher_reply_answer (reply, 201, post);
}

static const UsherRouteEntry routes[] = {
  { "POST", "/api/posts", USHER_ROUTE_NONE, create_post },
};

static gboolean
configure (UsherContext *context, GError **error)
{
  usher_context_add_collection (context, POSTS, fields, G_N_ELEMENTS (fields));
  usher_context_add_event (context, CREATED, fields, G_N_ELEMENTS (fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), NULL);

  return TRUE;
}

USHER_DEFINE_SERVICE ("posts", "1.0.0", configure)
