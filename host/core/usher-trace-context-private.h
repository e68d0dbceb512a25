/* usher-trace-context-private.h: where in a distributed trace something stands, by W3C Trace Context
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* with the null byte */
#define USHER_TRACEPARENT_SIZE 56

/* A span of a trace. All zeros is none. */
typedef struct
{
  guint8 trace[16];
  guint8 span[8];
  gboolean is_sampled; /* who began the trace wants its spans to be kept */
} UsherTraceContext;

/* reads a value of the header `traceparent`, of any version; FALSE, and none: it is NULL or malformed */
gboolean usher_trace_context_parse (UsherTraceContext *self, const char *text);
/* begins a trace */
void usher_trace_context_begin (UsherTraceContext *self);
/* another span of the trace of @parent */
void usher_trace_context_continue (UsherTraceContext *self, const UsherTraceContext *parent);
gboolean usher_trace_context_is_set (const UsherTraceContext *self);
/* the value of `traceparent`, in version 00; @text: of USHER_TRACEPARENT_SIZE bytes */
void usher_trace_context_format (const UsherTraceContext *self, char *text);
/* as lower-case hexadecimal digits, of twice @length and a null byte */
USHER_API
void usher_trace_context_format_id (const guint8 *id, gsize length, char *text);

G_END_DECLS
