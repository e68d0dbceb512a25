/* usher-sites.h: where the databases of services are, as far as that can be told without them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-host-class.h"

G_BEGIN_DECLS

/* Adds to @problems (element-type utf8) what can be no address; of a host without services, what “store.uri” says. */
void usher_sites_check (UsherHost *host, UsherSettings *settings, GPtrArray *problems);
/* how many services of a host have their databases on a server */
guint usher_sites_count_remote (UsherHost *host);
/* (transfer full) (element-type utf8): the databases of plugins that are not in @directory, for people: “the database of “orders”, at …” */
GPtrArray *
usher_sites_list_elsewhere (UsherSettings *settings, UsherCatalog *catalog, const char *directory);
/* (transfer full): the value of a setting, as anybody may see it: without the credentials of an address */
char *usher_sites_dup_public (const char *value);
/* whether it is an address with a password */
gboolean usher_sites_has_password (const char *value);

G_END_DECLS
