/* usher-version-private.h: versions, and ranges of them, in manifests
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MAJOR[.MINOR[.PATCH]]; what is not said is 0 */
typedef struct
{
  guint part[3];
} UsherVersion;

gboolean usher_version_parse (const char *text, UsherVersion *version);
int usher_version_compare (const UsherVersion *a, const UsherVersion *b);

/* `name`, `name >= 1.0`, `name >= 1.0 < 2.0`; INVALID says what is wrong; the name is (transfer full) */
char *usher_version_range_parse (const char *text, GError **error);
/* whether a version is in the range of a text that was parsed before */
gboolean usher_version_range_contains (const char *text, const char *version);

G_END_DECLS
