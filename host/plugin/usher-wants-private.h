/* usher-wants-private.h: what a plugin would like to have beside it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"

G_BEGIN_DECLS

/* says in the log which plugins that are wanted are not there at all; another process may run those that are */
USHER_API
void usher_wants_tell (UsherCatalog *catalog, UsherManifest *manifest);

G_END_DECLS
