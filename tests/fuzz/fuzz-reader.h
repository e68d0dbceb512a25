/* fuzz-reader.h: a strict reader of HTTP, which has nothing in common with the one that is tried
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One request or answer. */
typedef struct
{
  char *method; /* (owned) (nullable): of a request */
  char *path;   /* (owned) (nullable): likewise, without the query */
  guint status; /* of an answer */
  gboolean is_old;
  gboolean expects;
  gboolean closes;
  gboolean is_broken; /* a request that is not whole, or none: the last */
  gboolean is_framed; /* it has a length, or chunks */
  GString *body;      /* (owned) */
} FuzzMessage;

/* All requests, (element-type FuzzMessage), up to one that is broken. */
GPtrArray *fuzz_read_requests (const char *data, gsize length);
/* The answers to @requests. Aborts on what is none; @is_cut: the last may be cut off. */
GPtrArray *
fuzz_read_answers (const char *data, gsize length, const GPtrArray *requests, gboolean is_cut);

G_END_DECLS
