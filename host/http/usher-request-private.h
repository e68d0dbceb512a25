/* usher-request-private.h: what listeners and the router know of a request
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request.h"
#include "usher-text-arena-private.h"

G_BEGIN_DECLS

/* The headers that the host looks at itself, found without a search. */
typedef enum
{
  USHER_HEADER_AUTHORIZATION,
  USHER_HEADER_CONNECTION,
  USHER_HEADER_CONTENT_LENGTH,
  USHER_HEADER_CONTENT_TYPE,
  USHER_HEADER_COOKIE,
  USHER_HEADER_EXPECT,
  USHER_HEADER_FORWARDED,
  USHER_HEADER_FORWARDED_FOR,
  USHER_HEADER_FORWARDED_HOST,
  USHER_HEADER_FORWARDED_PROTO,
  USHER_HEADER_HOST,
  USHER_HEADER_IDEMPOTENCY_KEY,
  USHER_HEADER_IF_MATCH,
  USHER_HEADER_IF_NONE_MATCH,
  USHER_HEADER_ORIGIN,
  USHER_HEADER_REQUEST_ID,
  USHER_HEADER_SEC_FETCH_SITE,
  USHER_HEADER_TRACEPARENT,
  USHER_HEADER_TRANSFER_ENCODING,
  USHER_N_HEADERS,
} UsherKnownHeader;

#define USHER_MAX_SEGMENTS   12
#define USHER_MAX_PARAMETERS 6

/* A name and its value, in the arena of a request. */
typedef struct
{
  const char *name;
  const char *value;
} UsherPair;

/* One part of the query between two `&`, as it came. All zeros is before the first. */
typedef struct
{
  const char *text;
  gsize length;
  gsize name_length;
} UsherQueryPart;

struct _UsherRequest
{
  GObject parent_instance;

  const char *method; /* (unowned): in the arena, or static */
  const char *path;   /* (unowned): in the arena, as it came, without the query */
  const char *query;  /* (unowned) (nullable): in the arena, as it came */
  const char *id;     /* (unowned) (nullable): in the arena */
  const char *address;
  const char *authority; /* (unowned) (nullable) */
  gboolean is_secure;

  const char *known[USHER_N_HEADERS]; /* (unowned) (nullable): values */
  guint twice;                        /* a bit for each known header that came again */
  guint unjoined;                     /* of those, a list of which the first is known yet */
  guint n_headers;

  const char *segments[USHER_MAX_SEGMENTS + 1]; /* (unowned): decoded */
  int n_segments;
  UsherPair parameters[USHER_MAX_PARAMETERS];
  guint n_parameters;

  GBytes *body;            /* (owned) (nullable) */
  UsherSession *session;   /* (owned) (nullable) */
  UsherJson *json;         /* (owned) (nullable) */
  UsherProblems *problems; /* (owned) (nullable) */

  UsherTextArena arena;

  UsherPair *headers; /* (owned) (nullable): all, in order; kept when the request is cleared */
  guint n_headers_room;
};

/* as it was at first */
void usher_request_clear (UsherRequest *self);
/* (nullable): the first value, or all of a list */
const char *usher_request_peek_header (UsherRequest *self, UsherKnownHeader header);
/* whether it came more than once */
gboolean usher_request_has_twice (UsherRequest *self, UsherKnownHeader header);
/* texts that live as long as the request */
void usher_request_take_target (UsherRequest *self, char *target);
void usher_request_take_header (UsherRequest *self,
                                const char *name,
                                gsize name_length,
                                const char *value);
/* FALSE for one that the host looks at itself: it stays */
gboolean usher_request_drop_header (UsherRequest *self, const char *name);
/* letters, digits, `.`, `_`, `-`, at most 64 */
gboolean usher_request_is_id (const char *text);
/* takes X-Request-Id when it is sane, makes an id otherwise */
void usher_request_adopt_id (UsherRequest *self);
/* what the client took the host for, `name[:port]`, when a trusted proxy said so */
void usher_request_set_authority (UsherRequest *self, const char *authority);
const char *usher_request_get_authority (UsherRequest *self);
/* percent-decodes into the arena; NULL for a bad escape, %00 and what is not UTF-8 */
const char *
usher_request_decode (UsherRequest *self, const char *text, gsize length, gboolean is_query);
/* goes on to the next part of the query */
gboolean usher_request_next_part (UsherRequest *self, UsherQueryPart *part);
gboolean usher_request_is_part (UsherRequest *self, const UsherQueryPart *part, const char *name);
/* decoded; lives as long as the request */
const char *usher_request_get_part_name (UsherRequest *self, const UsherQueryPart *part);
/* (transfer full): its own target, but behind @after, and behind where that was: @at (nullable); safe within a header */
char *usher_request_make_next_target (UsherRequest *self, const char *after, const char *at);
/* the decoded segments of the path; (nullable): NULL when it can match no route */
const char *const *usher_request_get_segments (UsherRequest *self, guint *n_segments);
/* (transfer full): the head as it goes to another process; @target: (nullable): in place of its own */
GString *
usher_request_make_passed_head (UsherRequest *self, const char *method, const char *target);

G_END_DECLS
