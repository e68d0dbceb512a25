/* usher-mongo-value-private.h: single values as BSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <bson/bson.h>
#include <glib.h>

G_BEGIN_DECLS

/* A time of microseconds: a date of milliseconds, and in `NAMEUs` what is left, if anything. */
void usher_mongo_append_time (bson_t *bson, const char *name, gint64 time);
/* FALSE: there is none */
gboolean usher_mongo_read_time (const bson_t *bson, const char *name, gint64 *time);

G_END_DECLS
