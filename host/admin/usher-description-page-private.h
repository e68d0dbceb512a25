/* usher-description-page-private.h: the services of a host by what they declare
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-desk-private.h"
#include "usher-host-class.h"

G_BEGIN_DECLS

/* @host, @desk: borrowed, and live as long as the routes */
gboolean usher_description_page_add_routes (UsherHost *host, UsherDesk *desk, GError **error);

G_END_DECLS
