/* usher-restore-place.h: the names that a restore takes in a data directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-directory-lock-private.h"

G_BEGIN_DECLS

/* being filled, nothing else has been touched */
#define USHER_RESTORE_STAGE "restore.tmp"
/* filled; what was there is being moved aside and this in its place: no host starts while it is there */
#define USHER_RESTORE_READY USHER_DIRECTORY_RESTORING
/* the beginning of the names of folders with what was there before */
#define USHER_RESTORE_ASIDE "aside-"

static inline gboolean
usher_restore_place_is (const char *name)
{
  return g_str_equal (name, USHER_RESTORE_STAGE) || g_str_equal (name, USHER_RESTORE_READY) ||
         g_str_has_prefix (name, USHER_RESTORE_ASIDE);
}

G_END_DECLS
