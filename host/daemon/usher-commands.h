/* usher-commands.h: what the program can be told to do
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-options.h"

G_BEGIN_DECLS

/* each returns the exit status */
int usher_run (const UsherOptions *options);
int usher_run_hub (const UsherOptions *options);
int usher_check (const UsherOptions *options);
int usher_list_plugins (const UsherOptions *options);
int usher_list_settings (const UsherOptions *options);

G_END_DECLS
