/* usher-reply-head-private.h: a reply as it goes over a connection
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-refusals-private.h"
#include "usher-reply.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_FRAMING_NONE, /* there is no body, and no word of one */
  USHER_FRAMING_LENGTH,
  USHER_FRAMING_CHUNKED,
  USHER_FRAMING_CLOSE, /* the end of the connection ends it */
} UsherFraming;

/* What a head says beside the reply's own. */
typedef struct
{
  UsherFraming framing;
  const char *id;     /* (nullable): of the request */
  const char *cookie; /* (nullable) */
  const char *date;   /* (nullable) */
  gboolean is_old;    /* HTTP/1.0 was spoken */
  gboolean closes;
} UsherReplyHead;

void usher_reply_append_head (UsherReply *self, const UsherReplyHead *head, GString *out);
/* a whole answer without a request: it closes the connection */
void usher_refusal_append_answer (UsherRefusal refusal, const char *date, GString *out);

#define USHER_HTTP_DATE 32
/* what time it is, as RFC 9110, 5.6.7 has it */
void usher_http_date_write (char date[USHER_HTTP_DATE]);

G_END_DECLS
