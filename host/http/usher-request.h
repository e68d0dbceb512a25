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

#define USHER_TYPE_REQUEST (usher_request_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherRequest, usher_request, USHER, REQUEST, GObject)

USHER_API
UsherRequest *usher_request_new (const char *method, const char *target);
USHER_API
void usher_request_add_header (UsherRequest *self, const char *name, const char *value);
USHER_API
void usher_request_set_body (UsherRequest *self, GBytes *body);
USHER_API
void usher_request_set_origin (UsherRequest *self, const char *address, gboolean secure);
USHER_API
void usher_request_set_session (UsherRequest *self, UsherSession *session);
USHER_API
void usher_request_set_id (UsherRequest *self, const char *id);
USHER_API
void usher_request_set_parameter (UsherRequest *self, const char *name, const char *value);

USHER_API
const char *usher_request_get_id (UsherRequest *self);
USHER_API
const char *usher_request_get_method (UsherRequest *self);
USHER_API
const char *usher_request_get_path (UsherRequest *self);
USHER_API
const char *usher_request_get_parameter (UsherRequest *self, const char *name);
USHER_API
const char *usher_request_get_query (UsherRequest *self, const char *name);
USHER_API
const char *usher_request_get_header (UsherRequest *self, const char *name);
USHER_API
char *usher_request_dup_cookie (UsherRequest *self, const char *name);
USHER_API
GBytes *usher_request_get_body (UsherRequest *self);
USHER_API
UsherSession *usher_request_get_session (UsherRequest *self);
USHER_API
const char *usher_request_get_user_id (UsherRequest *self);
USHER_API
const char *usher_request_get_address (UsherRequest *self);
USHER_API
char *usher_request_dup_network (UsherRequest *self);
USHER_API
gboolean usher_request_is_secure (UsherRequest *self);

USHER_API
UsherJson *usher_request_get_json (UsherRequest *self, GError **error);
USHER_API
UsherDocument *usher_request_read (UsherRequest *self, UsherSchema *schema, GError **error);
USHER_API
UsherProblems *usher_request_get_problems (UsherRequest *self);
USHER_API
gboolean usher_request_check (UsherRequest *self, GError **error);
USHER_API
gboolean usher_request_match (UsherRequest *self, UsherDocument *document, GError **error);
USHER_API
void usher_request_reset (UsherRequest *self);
USHER_API
gboolean usher_request_get_page (UsherRequest *self,
                                 guint *limit,
                                 const char **after,
                                 gboolean *is_oldest_first,
                                 GError **error);

G_END_DECLS
