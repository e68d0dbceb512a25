/* usher-trace-private.h: a job's place in its distributed trace
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-tracer-private.h"

G_BEGIN_DECLS

/* A trace that came with a request, an event or a timer goes on as another span of it; none begins here but with a tracer. Most
 * jobs have none, and then nothing here costs anything. All zeros is none. The job's thread. */
typedef struct
{
  UsherTracer *tracer;                      /* (unowned) (nullable): its spans are kept */
  const char *service;                      /* (unowned) */
  gboolean goes_on;                         /* it came from elsewhere */
  UsherTraceContext own;                    /* none: there is no trace */
  char traceparent[USHER_TRACEPARENT_SIZE]; /* of @own, for what follows from the job */
  UsherSpan *span;                          /* (owned) (nullable): of the job */
  guint n_parts;
} UsherTrace;

/* @tracer, @traceparent: (nullable) */
void usher_trace_begin (UsherTrace *self,
                        UsherTracer *tracer,
                        const char *service,
                        const char *traceparent);
/* (nullable): NULL: there is no trace */
const char *usher_trace_get_traceparent (const UsherTrace *self);
/* whether it came with what the job is about, and did not begin here */
gboolean usher_trace_goes_on (const UsherTrace *self);
/* the job's own span, to be described; NULL: it is not kept */
UsherSpan *usher_trace_get_span (UsherTrace *self);
/* (transfer full) (nullable): a part of the job, that begins; NULL: it is not kept */
UsherSpan *usher_trace_open (UsherTrace *self, const char *name);
/* it ends; consumes @span (nullable) */
void usher_trace_close (UsherTrace *self, UsherSpan *span, const GError *error);
/* the job ends, described */
void usher_trace_end (UsherTrace *self, const GError *error);

G_END_DECLS
