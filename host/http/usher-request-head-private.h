/* usher-request-head-private.h: a request out of the head that a client sent
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-http-parser-private.h"
#include "usher-request.h"

G_BEGIN_DECLS

/* What a head says of the connection. */
typedef struct
{
  gboolean is_old; /* HTTP/1.0 */
  gboolean keeps_alive;
  gboolean expects; /* it wants to be asked for its body */
  gint64 length;    /* of the body; -1: it comes in chunks */
} UsherRequestHead;

/* Fills an empty request. @data: a whole head, which is copied. FALSE with @refusal for one that can be read in two ways, or
 * in none. */
gboolean usher_request_read_head (UsherRequest *request,
                                  UsherHttpParser *parser,
                                  const char *data,
                                  gsize length,
                                  UsherRequestHead *head,
                                  UsherRefusal *refusal);
/* A host in a request: a name, an address, or one in brackets, and perhaps a port. */
gboolean usher_request_is_authority (const char *text);

G_END_DECLS
