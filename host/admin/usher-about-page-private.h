/* usher-about-page-private.h: which host this is, for /about
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): JSON. @directory: (nullable): where its data are; @has_bus: or one is not to be expected; @since: when it began; @now: both in microseconds */
char *usher_about_page_make (const char *directory, gboolean has_bus, gint64 since, gint64 now);

G_END_DECLS
