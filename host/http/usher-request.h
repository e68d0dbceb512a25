/* usher-request.h: what a client asks, whatever brought it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-document.h"
#include "usher-json.h"
#include "usher-problems.h"
#include "usher-schema.h"
#include "usher-session.h"

G_BEGIN_DECLS

/* One thread at a time. */
#define USHER_TYPE_REQUEST (usher_request_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherRequest, usher_request, USHER, REQUEST, GObject)

/* @target: path with optional query, as on the request line. Path segments and query values are percent-decoded by
 * the getters; %00, bad escapes and `..` make the path match no route. */
USHER_API
UsherRequest *usher_request_new (const char *method, const char *target);
USHER_API
void usher_request_add_header (UsherRequest *self, const char *name, const char *value);
USHER_API
void usher_request_set_body (UsherRequest *self, GBytes *body);
/* the address of the client (a trusted proxy's X-Forwarded-For counted) and whether it came by HTTPS */
USHER_API
void usher_request_set_origin (UsherRequest *self, const char *address, gboolean secure);
USHER_API
void usher_request_set_session (UsherRequest *self, UsherSession *session);
USHER_API
void usher_request_set_id (UsherRequest *self, const char *id);
/* what a route's pattern named, `:id` */
USHER_API
void usher_request_set_parameter (UsherRequest *self, const char *name, const char *value);

USHER_API
const char *usher_request_get_id (UsherRequest *self);
USHER_API
const char *usher_request_get_method (UsherRequest *self);
USHER_API
const char *usher_request_get_path (UsherRequest *self);
/* NULL when the pattern has no such name */
USHER_API
const char *usher_request_get_parameter (UsherRequest *self, const char *name);
/* the first value of a query parameter, NULL when it is not there */
USHER_API
const char *usher_request_get_query (UsherRequest *self, const char *name);
/* case-insensitive; the first one */
USHER_API
const char *usher_request_get_header (UsherRequest *self, const char *name);
/* the value of a cookie, NULL */
USHER_API
char *usher_request_dup_cookie (UsherRequest *self, const char *name);
/* (transfer none) (nullable) */
USHER_API
GBytes *usher_request_get_body (UsherRequest *self);
USHER_API
UsherSession *usher_request_get_session (UsherRequest *self);
USHER_API
const char *usher_request_get_address (UsherRequest *self);
USHER_API
gboolean usher_request_is_secure (UsherRequest *self);

/* the body as JSON, parsed once; INVALID for malformed JSON */
USHER_API
UsherJson *usher_request_get_json (UsherRequest *self, GError **error);
/* the INPUT fields of the schema out of the body; on failure the problems are kept in the request and the error
 * is INVALID: return it, the host answers with the whole list */
USHER_API
UsherDocument *usher_request_read (UsherRequest *self, UsherSchema *schema, GError **error);
/* (transfer none): what usher_request_read() found; add to it, then usher_request_check() */
USHER_API
UsherProblems *usher_request_get_problems (UsherRequest *self);
USHER_API
gboolean usher_request_check (UsherRequest *self, GError **error);
/* forgets the problems, for another run of the handler */
USHER_API
void usher_request_reset (UsherRequest *self);
/* `?limit=` (1 to 100, 100 by default) and `?after=`; a problem each when malformed */
USHER_API
gboolean
usher_request_get_page (UsherRequest *self, guint *limit, const char **after, GError **error);

G_END_DECLS
