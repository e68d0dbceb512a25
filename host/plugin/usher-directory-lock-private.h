/* usher-directory-lock-private.h: one host a data directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UsherDirectoryLock UsherDirectoryLock;

/* Makes the directory (0700) when it is missing and locks it, until it is freed or the process ends. BUSY names the
 * process that has it, UNAVAILABLE and FULL say what cannot be written. */
UsherDirectoryLock *usher_directory_lock_new (const char *directory, GError **error);
void usher_directory_lock_free (UsherDirectoryLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDirectoryLock, usher_directory_lock_free)

G_END_DECLS
