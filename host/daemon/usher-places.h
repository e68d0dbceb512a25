/* usher-places.h: the processes that one admin listener leads to
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin-client.h"

G_BEGIN_DECLS

/* A process that can be asked for its services. */
typedef struct _UsherPlace UsherPlace;

/* (transfer full) (element-type UsherPlace): the host that is asked, or what its supervisor has that runs */
GPtrArray *usher_places_list (UsherAdminClient *client, GError **error);
/* what its paths begin with */
const char *usher_place_get_prefix (const UsherPlace *place);
/* (nullable): its name at its supervisor; NULL: a host by itself */
const char *usher_place_get_process (const UsherPlace *place);
/* whether it has it, as far as is known */
gboolean usher_place_has_service (const UsherPlace *place, const char *service);

G_END_DECLS
