/* usher-session-source-private.h: where the keys of sessions are, and what changes there
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"
#include "usher-session-keys-private.h"

G_BEGIN_DECLS

/* any thread */
typedef struct _UsherSessionSource UsherSessionSource;

/* @path: a file that is made when it is missing: with a key, mode 0600, or with `secret:NAME` where a keyring among @secrets
 * (nullable) took that. */
USHER_API
UsherSessionSource *usher_session_source_new (const char *path, UsherSecrets *secrets);
/* @reference: `secret:NAME`, `credential:NAME`, `file:PATH` of a file that is there */
USHER_API
UsherSessionSource *
usher_session_source_new_reference (const char *reference, UsherSecrets *secrets, GError **error);
USHER_API
void usher_session_source_free (UsherSessionSource *self);
/* (transfer full) (nullable): the keys, if they are others than the last look has given; NULL without an error: they are not */
UsherSessionKeys *usher_session_source_look (UsherSessionSource *self, GError **error);
/* One more key, which signs @after seconds from @now on, in the place of those whose sessions are over. @after: less than 0: as
 * soon as all who share the source are sure to have seen it; hosts that run find it by themselves. Returns: when that is, in
 * seconds since 1970; -1 on error */
USHER_API
gint64 usher_session_source_rotate (UsherSessionSource *self,
                                    gint64 now,
                                    gint64 after,
                                    gint64 lifetime,
                                    GError **error);
/* (transfer full): for people */
USHER_API
char *usher_session_source_describe (UsherSessionSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSessionSource, usher_session_source_free)

G_END_DECLS
