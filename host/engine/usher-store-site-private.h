/* usher-store-site-private.h: where the database of a service is, by the settings
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-settings.h"

G_BEGIN_DECLS

/* for a server at the start of a host; of the stack */
typedef struct
{
  const char *service; /* (unowned) */
  gint64 deadline;     /* monotonic */
  gboolean is_told;    /* that it is waited for */
} UsherStoreSiteWait;

/* what a service's own group says of its database */
USHER_API
gboolean
usher_store_site_declare_settings (UsherSettings *settings, const char *service, GError **error);
/* (transfer full) (nullable): its address: by “store-uri” of @service, else by “store.uri”, else a file in @directory. INVALID, without
 * credentials, names the setting. */
USHER_API
char *usher_store_site_dup_uri (UsherSettings *settings,
                                const char *service,
                                const char *directory,
                                GError **error);
/* (transfer full) (nullable): likewise by the setting @group.@key, which is declared, and set. What refers to a secret is called by that. */
USHER_API
char *usher_store_site_make_uri (UsherSettings *settings,
                                 const char *group,
                                 const char *key,
                                 const char *service,
                                 GError **error);
/* whether the database is on a server, as far as the settings make sense */
USHER_API
gboolean usher_store_site_is_remote (UsherSettings *settings, const char *service);
/* a file that is not there */
gboolean usher_store_site_is_missing (const char *uri);
/* from now on a server at @uri is waited for as long as “store.start-timeout” says, and a file not at all */
void usher_store_site_begin (UsherStoreSiteWait *self,
                             UsherSettings *settings,
                             const char *service,
                             const char *uri);
/* It did not open for @error. TRUE, a moment later: it may open now; FALSE: it will not, or did not in time. */
gboolean usher_store_site_wait (UsherStoreSiteWait *self, const GError *error);

G_END_DECLS
