/* usher-keys.h: who may join a bus over tcp
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

USHER_API
char **usher_keys_make (const char *directory, const char *member, GError **error);

G_END_DECLS
