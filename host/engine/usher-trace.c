/* usher-trace.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-private.h"

#include "usher-error.h"

/* parts of a job that are kept: one that waits long runs its handler often */
#define MAX_PARTS 64

static const guint8 no_parent[8];

static const char *const codes[] = {
  [USHER_ERROR_FAILED] = "failed",
  [USHER_ERROR_INVALID] = "invalid",
  [USHER_ERROR_UNAUTHORIZED] = "unauthorized",
  [USHER_ERROR_FORBIDDEN] = "forbidden",
  [USHER_ERROR_NOT_FOUND] = "not-found",
  [USHER_ERROR_NOT_ALLOWED] = "not-allowed",
  [USHER_ERROR_CONFLICT] = "conflict",
  [USHER_ERROR_TAKEN] = "taken",
  [USHER_ERROR_TOO_LARGE] = "too-large",
  [USHER_ERROR_UNSUPPORTED] = "unsupported",
  [USHER_ERROR_LIMITED] = "limited",
  [USHER_ERROR_BUSY] = "busy",
  [USHER_ERROR_UNAVAILABLE] = "unavailable",
  [USHER_ERROR_FULL] = "full",
  [USHER_ERROR_CORRUPT] = "corrupt",
  [USHER_ERROR_DEFER] = "defer",
  [USHER_ERROR_OUTDATED] = "outdated",
};

void
usher_trace_begin (UsherTrace *self,
                   UsherTracer *tracer,
                   const char *service,
                   const char *traceparent)
{
  UsherTraceContext parent = { 0 };
  gboolean has_parent = traceparent != NULL && usher_trace_context_parse (&parent, traceparent);

  if (has_parent)
    usher_trace_context_continue (&self->own, &parent);
  else if (tracer != NULL)
    {
      usher_trace_context_begin (&self->own);
      self->own.is_sampled = usher_tracer_samples (tracer, &self->own);
    }
  else
    return;

  self->goes_on = has_parent;
  usher_trace_context_format (&self->own, self->traceparent);
  self->service = service;
  if (tracer == NULL || !self->own.is_sampled)
    return;

  self->tracer = tracer;
  self->span = usher_span_new (
      &self->own, has_parent ? parent.span : no_parent, USHER_SPAN_INTERNAL, service, service);
}

const char *
usher_trace_get_traceparent (const UsherTrace *self)
{
  return self->traceparent[0] != '\0' ? self->traceparent : NULL;
}

gboolean
usher_trace_goes_on (const UsherTrace *self)
{
  return self->goes_on;
}

UsherSpan *
usher_trace_get_span (UsherTrace *self)
{
  return self->span;
}

UsherSpan *
usher_trace_open (UsherTrace *self, const char *name)
{
  UsherTraceContext context;

  if (self->tracer == NULL || self->n_parts == MAX_PARTS)
    return NULL;

  self->n_parts++;
  usher_trace_context_continue (&context, &self->own);

  return usher_span_new (&context, self->own.span, USHER_SPAN_INTERNAL, name, self->service);
}

/* What a handler says may be a person's, and is in the log: a span has the kind of the error alone. */
static void
note_error (UsherSpan *span, const GError *error)
{
  if (error == NULL)
    return;

  span->has_failed = TRUE;
  if (error->domain == USHER_ERROR && error->code >= 0 && error->code < (int) G_N_ELEMENTS (codes))
    usher_span_set_text (span, "error.type", codes[error->code]);
  else
    usher_span_set_text (span, "error.type", g_quark_to_string (error->domain));
}

void
usher_trace_close (UsherTrace *self, UsherSpan *span, const GError *error)
{
  if (span == NULL)
    return;

  note_error (span, error);
  usher_tracer_add (self->tracer, span);
}

void
usher_trace_end (UsherTrace *self, const GError *error)
{
  usher_trace_close (self, g_steal_pointer (&self->span), error);
}
