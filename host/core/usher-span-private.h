/* usher-span-private.h: one thing that was done within a trace, and how long it took
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-trace-context-private.h"

G_BEGIN_DECLS

/* the numbers of OpenTelemetry */
typedef enum
{
  USHER_SPAN_INTERNAL = 1,
  USHER_SPAN_SERVER = 2,
  USHER_SPAN_PRODUCER = 4,
  USHER_SPAN_CONSUMER = 5,
} UsherSpanKind;

/* what a span may have of attributes */
#define USHER_SPAN_MAX_ATTRIBUTES 10

typedef struct
{
  const char *key; /* (unowned): static */
  char *text;      /* (owned) (nullable): NULL: a number */
  gint64 number;
} UsherSpanAttribute;

/* One thread at a time. */
typedef struct
{
  UsherTraceContext context;
  guint8 parent[8]; /* zeros: it has none */
  UsherSpanKind kind;
  char *name;    /* (owned) */
  char *service; /* (owned) */
  gint64 began;  /* wall time, microseconds */
  gint64 ended;
  gboolean has_failed;
  UsherSpanAttribute attributes[USHER_SPAN_MAX_ATTRIBUTES];
  guint n_attributes;
} UsherSpan;

/* begins now; @parent: of 8 bytes */
UsherSpan *usher_span_new (const UsherTraceContext *context,
                           const guint8 *parent,
                           UsherSpanKind kind,
                           const char *name,
                           const char *service);
void usher_span_free (UsherSpan *self);
/* @key: static; @value: (nullable): NULL: nothing to tell. What is too much is left out, and long texts are cut. */
void usher_span_set_text (UsherSpan *self, const char *key, const char *value);
void usher_span_set_number (UsherSpan *self, const char *key, gint64 value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSpan, usher_span_free)

G_END_DECLS
