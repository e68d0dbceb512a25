/* usher-backups.h: backups that operators ask the admin listener for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-setup.h"

G_BEGIN_DECLS

typedef struct _UsherBackups UsherBackups;

void usher_backups_declare_settings (UsherSettings *settings);

/* On the main thread, before the host starts: adds its route. It ends with the host. */
UsherBackups *usher_backups_new (UsherSetup *setup, GError **error);
void usher_backups_free (UsherBackups *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherBackups, usher_backups_free)

G_END_DECLS
