/* usher-log.h: structured log to standard error or the journal
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

USHER_API
gboolean usher_log_open (const char *level, GError **error);
USHER_API
gboolean usher_log_is_level (const char *level);
USHER_API
gboolean usher_log_set_level (const char *level, GError **error);

G_END_DECLS
