/* usher-reply.h: what the host answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-document.h"
#include "usher-problems.h"
#include "usher-session.h"

G_BEGIN_DECLS

/* One thread at a time. Status 200 and no body at first. */
#define USHER_TYPE_REPLY (usher_reply_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherReply, usher_reply, USHER, REPLY, GObject)

USHER_API
UsherReply *usher_reply_new (void);
USHER_API
void usher_reply_reset (UsherReply *self);
USHER_API
void usher_reply_set_status (UsherReply *self, guint status);
USHER_API
void usher_reply_set_header (UsherReply *self, const char *name, const char *value);
/* the body is the document's text */
USHER_API
void usher_reply_set_document (UsherReply *self, UsherDocument *document);
/* the body is the array of the documents' texts; (element-type UsherDocument) */
USHER_API
void usher_reply_set_documents (UsherReply *self, GPtrArray *documents);
/* a page of a list: @documents was asked with one more than @limit; when it has one more, the last is
 * dropped and a Link header with rel="next" is set for @path */
USHER_API
void usher_reply_set_page (UsherReply *self, GPtrArray *documents, guint limit, const char *path);
/* (transfer full): the body, JSON text */
USHER_API
void usher_reply_take_json (UsherReply *self, char *json);
/* any other body */
USHER_API
void usher_reply_set_body (UsherReply *self, GBytes *body, const char *media_type);
/* the host adds the cookie; NULL clears it */
USHER_API
void usher_reply_set_session (UsherReply *self, UsherSession *session);
/* one message in the error shape with a status of the handler's choice (402); the handler returns TRUE: the unit
 * is committed */
USHER_API
void usher_reply_refuse (UsherReply *self, guint status, const char *message);
/* status and error shape for an error by the one table; @problems: (nullable). Retry-After for LIMITED and
 * UNAVAILABLE if none is set */
USHER_API
void usher_reply_set_error (UsherReply *self, const GError *error, UsherProblems *problems);

USHER_API
guint usher_reply_get_status (UsherReply *self);
/* (transfer none) (nullable) */
USHER_API
GBytes *usher_reply_get_body (UsherReply *self);
USHER_API
const char *usher_reply_get_media_type (UsherReply *self);
USHER_API
const char *usher_reply_get_header (UsherReply *self, const char *name);
typedef void (*UsherHeaderFunc) (const char *name, const char *value, gpointer user_data);
USHER_API
void usher_reply_foreach_header (UsherReply *self, UsherHeaderFunc func, gpointer user_data);
/* TRUE when a session was set or cleared; @session: (out) (nullable) */
USHER_API
gboolean usher_reply_get_session (UsherReply *self, UsherSession **session);

/* the status of an error code: the one table */
USHER_API
guint usher_error_get_status (const GError *error);

G_END_DECLS
