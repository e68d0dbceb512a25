/* usher-copy.h: a copy of another service's document, kept by its events
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/**
 * UsherCopyFunc:
 * @copy: the copy; a new one has its id and the version alone
 * @event: the event
 * @user_data: (closure): data of who judges
 * @error: return location for an error
 *
 * Takes over what an event says, see [func@copy_apply].
 *
 * Returns: whether @copy shall be stored so
 */
typedef gboolean (*UsherCopyFunc) (UsherDocument *copy,
                                   UsherEvent *event,
                                   gpointer user_data,
                                   GError **error);

USHER_API
gboolean usher_copy_apply (UsherEvent *event,
                           UsherUnit *unit,
                           const char *collection,
                           const char *version_field,
                           UsherCopyFunc apply,
                           gpointer user_data,
                           GError **error);
USHER_API
gboolean usher_copy_apply_latest (UsherEvent *event,
                                  UsherUnit *unit,
                                  const char *collection,
                                  const char *version_field,
                                  UsherCopyFunc apply,
                                  gpointer user_data,
                                  GError **error);

G_END_DECLS
