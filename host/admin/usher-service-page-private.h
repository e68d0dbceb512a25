/* usher-service-page-private.h: what the services of a host have done, for /services
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-host-class.h"

G_BEGIN_DECLS

/* (transfer full): JSON; looks at the stores. Any thread. */
char *usher_service_page_make (UsherHost *host);

G_END_DECLS
