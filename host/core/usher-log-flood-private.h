/* usher-log-flood-private.h: what is said again and again is not all written
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a message may be written at @now, in monotonic microseconds; @n_left_out: how many like it were not since one was.
 * Messages are alike when they differ in numbers and in what is “quoted” alone. Any thread. */
gboolean usher_log_flood_admit (const char *message, gint64 now, guint64 *n_left_out);

G_END_DECLS
