/* usher-upgrade-private.h: a step from one level of documents to another
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-handlers.h"

G_BEGIN_DECLS

/* Never changes; any thread. */
typedef struct _UsherUpgrade UsherUpgrade;

UsherUpgrade *usher_upgrade_new (const char *collection,
                                 guint from,
                                 guint to,
                                 UsherUpgradeFunc func,
                                 gpointer user_data,
                                 GDestroyNotify destroy);
void usher_upgrade_free (UsherUpgrade *self);
const char *usher_upgrade_get_collection (const UsherUpgrade *self);
guint usher_upgrade_get_from (const UsherUpgrade *self);
guint usher_upgrade_get_to (const UsherUpgrade *self);
gboolean usher_upgrade_run (const UsherUpgrade *self, UsherDocument *document, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherUpgrade, usher_upgrade_free)

G_END_DECLS
