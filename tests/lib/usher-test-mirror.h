/* usher-test-mirror.h: what a database of MongoDB has, as the files of the other store have it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Reads the database @database of the server at @uri, with no code of the host, into the attached database @name of @db, anew each
 * time: “c:COLLECTION” with id, version, body and private; usher_outbox, usher_inbox and usher_timers with what tests ask of
 * them. Members called “price” are money. FALSE: there is no such database. */
gboolean
usher_test_mirror_fill (sqlite3 *db, const char *name, const char *uri, const char *database);

G_END_DECLS
