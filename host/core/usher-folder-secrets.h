/* usher-folder-secrets.h: secrets that are files of a folder
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

#define USHER_TYPE_FOLDER_SECRETS (usher_folder_secrets_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherFolderSecrets, usher_folder_secrets, USHER, FOLDER_SECRETS, GObject)

USHER_API
UsherSecrets *usher_folder_secrets_new (const char *folder);

G_END_DECLS
