/* usher-test-plugins-private.h: what a test wants to have in its box
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher-host.h>

G_BEGIN_DECLS

/* (transfer full) (element-type UsherManifest): of the plugins that @contents names, and of what they require, in the order in
 * which they start */
GPtrArray *usher_test_plugins_find (const char *contents);
/* (transfer full) (element-type utf8): the settings of the environment, then those of @contents, then NULL */
GPtrArray *usher_test_plugins_list_settings (const char *contents);

/* (transfer full): the service of a plugin, NULL with why there is none */
UsherService *usher_test_plugins_load (UsherManifest *manifest, GError **error);

G_END_DECLS
