/* usher-log-private.h: what a thread works on, for all that it logs meanwhile
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-log.h"

G_BEGIN_DECLS

/* What the calling thread works on, and what it tells others whom it asks. The writer adds it to every message that is logged from the thread
 * meanwhile, as fields USHER_SERVICE, USHER_REQUEST, USHER_EVENT, USHER_CHANNEL, USHER_CORRELATION, USHER_DOCUMENT. All nullable,
 * borrowed until usher_log_pop_scope(). Scopes nest, and the inner one hides the outer. */
typedef struct _UsherLogScope UsherLogScope;

struct _UsherLogScope
{
  const char *service;
  const char *request;
  const char *event;
  const char *channel;
  const char *correlation;
  const char *document;
  /* the headers of W3C Trace Context, for requests to others; not logged */
  const char *traceparent;
  const char *tracestate;
  UsherLogScope *parent; /* of who pushes */
};

void usher_log_push_scope (UsherLogScope *scope);
void usher_log_pop_scope (UsherLogScope *scope);
/* (nullable): the innermost of this thread that is in a trace */
const UsherLogScope *usher_log_find_trace (void);

G_END_DECLS
