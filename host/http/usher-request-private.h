/* usher-request-private.h: what listeners and the router know of a request
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request.h"

G_BEGIN_DECLS

/* The headers that the host looks at itself, found without a search. */
typedef enum
{
  USHER_HEADER_AUTHORIZATION,
  USHER_HEADER_CONTENT_LENGTH,
  USHER_HEADER_CONTENT_TYPE,
  USHER_HEADER_COOKIE,
  USHER_HEADER_EXPECT,
  USHER_HEADER_FORWARDED_FOR,
  USHER_HEADER_FORWARDED_HOST,
  USHER_HEADER_FORWARDED_PROTO,
  USHER_HEADER_HOST,
  USHER_HEADER_IDEMPOTENCY_KEY,
  USHER_HEADER_ORIGIN,
  USHER_HEADER_REQUEST_ID,
  USHER_HEADER_SEC_FETCH_SITE,
  USHER_HEADER_TRACEPARENT,
  USHER_HEADER_TRANSFER_ENCODING,
  USHER_N_HEADERS,
} UsherKnownHeader;

#define USHER_MAX_SEGMENTS   12
#define USHER_MAX_PARAMETERS 6

/* (nullable): the first value */
const char *usher_request_peek_header (UsherRequest *self, UsherKnownHeader header);
void usher_request_set_method (UsherRequest *self, const char *method);
void usher_request_add_header_sized (UsherRequest *self,
                                     const char *name,
                                     gsize name_length,
                                     const char *value,
                                     gsize value_length);
/* two Hosts, two lengths, or a length beside a Transfer-Encoding */
gboolean usher_request_is_ambiguous (UsherRequest *self);
/* takes X-Request-Id when it is sane, makes an id otherwise */
void usher_request_adopt_id (UsherRequest *self);
/* what the client took the host for, `name[:port]`, when a trusted proxy said so */
void usher_request_set_authority (UsherRequest *self, const char *authority);
const char *usher_request_get_authority (UsherRequest *self);
/* the decoded segments of the path; (nullable): NULL when it can match no route */
const char *const *usher_request_get_segments (UsherRequest *self, guint *n_segments);

G_END_DECLS
