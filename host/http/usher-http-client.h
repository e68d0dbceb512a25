/* usher-http-client.h: requests to other servers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"
#include "usher-reply.h"

G_BEGIN_DECLS

#define USHER_TYPE_HTTP_CLIENT (usher_http_client_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherHttpClient, usher_http_client, USHER, HTTP_CLIENT, GObject)

USHER_API
UsherHttpClient *usher_http_client_new (gint64 timeout);
USHER_API
UsherHttpClient *usher_http_client_new_on_socket (const char *path, gint64 timeout);
USHER_API
void usher_http_client_set_max_answer (UsherHttpClient *self, gsize max);
USHER_API
GBytes *usher_http_client_send (UsherHttpClient *self,
                                const char *method,
                                const char *uri,
                                const char *const *headers,
                                GBytes *body,
                                guint *status,
                                GError **error);
USHER_API
UsherReply *usher_http_client_ask (UsherHttpClient *self,
                                   const char *method,
                                   const char *uri,
                                   const char *const *headers,
                                   GBytes *body,
                                   GError **error);

G_END_DECLS
