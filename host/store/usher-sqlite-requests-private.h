/* usher-sqlite-requests-private.h: keys of requests and their answers, in a SQLite file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-request-record.h"
#include "usher-sqlite-connection.h"

G_BEGIN_DECLS

/* @record: (out) (nullable) */
gboolean usher_sqlite_requests_find (UsherSqliteConnection *connection,
                                     const char *key,
                                     UsherRequestRecord **record,
                                     GError **error);
/* whether the key is new, or waits for the answer of this request, which may take it over */
gboolean usher_sqlite_requests_is_free (UsherSqliteConnection *connection,
                                        const UsherRequestRecord *record,
                                        gboolean *is_free,
                                        GError **error);
gboolean usher_sqlite_requests_set (UsherSqliteConnection *connection,
                                    const UsherRequestRecord *record,
                                    GError **error);

G_END_DECLS
