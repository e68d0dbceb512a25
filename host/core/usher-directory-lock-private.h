/* usher-directory-lock-private.h: who may use a directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* in a data directory while “usher restore” puts files in place: until it is gone nothing may run on what is there */
#define USHER_DIRECTORY_RESTORING "restoring"

typedef struct _UsherDirectoryLock UsherDirectoryLock;

typedef enum
{
  USHER_DIRECTORY_ALONE,
  USHER_DIRECTORY_SHARED, /* with others that share it */
} UsherDirectoryUse;

/* Makes the directory (0700) when it is missing and locks it by @file in it, until it is freed or the process ends.
 * @what: what the directory is, for errors. BUSY names the processes that have it, UNAVAILABLE and FULL say what cannot be
 * written. The program uses it too, no plugin. */
USHER_API
UsherDirectoryLock *usher_directory_lock_new (const char *directory,
                                              const char *file,
                                              const char *what,
                                              UsherDirectoryUse use,
                                              GError **error);
/* lets others share it that ask for no more than that */
USHER_API
gboolean usher_directory_lock_share (UsherDirectoryLock *self, GError **error);
USHER_API
void usher_directory_lock_free (UsherDirectoryLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherDirectoryLock, usher_directory_lock_free)

G_END_DECLS
