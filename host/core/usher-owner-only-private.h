/* usher-owner-only-private.h: files that nobody but their owner may read
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* Makes an empty file at @path unless there is one. It is never open: closing a database drops the locks that its process
 * has on it. What cannot be made says so to who opens it. */
USHER_API
void usher_owner_only_make (const char *path);
/* Takes the file at @path, if it is this process's, from all others: it may be of an earlier version, or made under an
 * odd umask. */
USHER_API
void usher_owner_only_narrow (const char *path);

G_END_DECLS
