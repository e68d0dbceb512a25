/* usher-openapi-host-private.h: what the host asks for and answers by itself, in OpenAPI
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-json-writer.h"
#include "usher-router.h"

G_BEGIN_DECLS

#define USHER_OPENAPI_ERROR "Error"

/* whether the host may answer a route's request with @status by itself; @has_body: its body is described */
gboolean usher_openapi_host_answers (guint status, const char *method, UsherRouteFlags flags);
/* (transfer full) (element-type guint): all statuses that it has, in order */
GArray *usher_openapi_host_list_statuses (void);
/* (transfer full): what its answer with @status is called among the components */
char *usher_openapi_host_make_name (guint status);

/* each writes the members of an object: its answers, its parameters, its headers, the schema of its error, how who asks is known */
void usher_openapi_host_write_responses (UsherJsonWriter *writer);
void usher_openapi_host_write_parameters (UsherJsonWriter *writer);
void usher_openapi_host_write_headers (UsherJsonWriter *writer);
void usher_openapi_host_write_error (UsherJsonWriter *writer);
void usher_openapi_host_write_security (UsherJsonWriter *writer);
/* a member “$ref”, in an object of its own */
void
usher_openapi_host_write_ref (UsherJsonWriter *writer, const char *kind, const char *component);

G_END_DECLS
