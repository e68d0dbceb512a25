/* usher-page-private.h: the page for people
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-host-class.h"

G_BEGIN_DECLS

/* A file that never changes, at / and at /streaming, with its script and its style. What it shows it asks the other pages
 * for. */
gboolean usher_page_add_routes (UsherHost *host, GError **error);

G_END_DECLS
