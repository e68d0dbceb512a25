/* usher-reply.h: what the host answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-document.h"
#include "usher-problems.h"
#include "usher-request.h"
#include "usher-session.h"
#include "usher-stream.h"

G_BEGIN_DECLS

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
USHER_API
void usher_reply_set_document (UsherReply *self, UsherDocument *document);
USHER_API
gboolean usher_reply_answer (UsherReply *self, guint status, UsherDocument *document);
USHER_API
void usher_reply_set_documents (UsherReply *self, GPtrArray *documents);
USHER_API
void
usher_reply_set_page (UsherReply *self, UsherRequest *request, GPtrArray *documents, guint limit);
USHER_API
void usher_reply_take_json (UsherReply *self, char *json);
USHER_API
void usher_reply_set_body (UsherReply *self, GBytes *body, const char *media_type);
USHER_API
UsherStream *usher_reply_stream (UsherReply *self, const char *media_type);
USHER_API
void usher_reply_set_session (UsherReply *self, UsherSession *session);
USHER_API
void usher_reply_refuse (UsherReply *self, guint status, const char *message);
USHER_API
void usher_reply_set_error (UsherReply *self, const GError *error, UsherProblems *problems);

USHER_API
guint usher_reply_get_status (UsherReply *self);
USHER_API
GBytes *usher_reply_get_body (UsherReply *self);
USHER_API
const char *usher_reply_get_media_type (UsherReply *self);
USHER_API
const char *usher_reply_get_header (UsherReply *self, const char *name);
/**
 * UsherHeaderFunc:
 * @name: the name of a header field
 * @value: its value
 * @user_data: (closure): data of the caller
 *
 * Is called for one header field of all.
 */
typedef void (*UsherHeaderFunc) (const char *name, const char *value, gpointer user_data);
USHER_API
void usher_reply_foreach_header (UsherReply *self, UsherHeaderFunc func, gpointer user_data);
USHER_API
gboolean usher_reply_get_session (UsherReply *self, UsherSession **session);

USHER_API
guint usher_error_get_status (const GError *error);

G_END_DECLS
