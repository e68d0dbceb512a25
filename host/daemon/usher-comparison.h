/* usher-comparison.h: what a change of the services breaks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (element-type utf8) (nullable): what in @now, which “usher describe --json” has printed, breaks a client or listener of what is in the
 * file @path, a sentence each; NULL with INVALID: that is no such description. @services: (nullable): of which services alone */
GPtrArray *usher_comparison_make (const char *path,
                                  const char *now,
                                  const char *const *services,
                                  GError **error);

G_END_DECLS
