/* usher-test-old-mongodb.h: a server of MongoDB's protocol that is too old
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* On loopback, on threads of its own. It knows how to say what it is, and nothing else. */
typedef struct _UsherTestOldMongodb UsherTestOldMongodb;

UsherTestOldMongodb *usher_test_old_mongodb_new (void);
void usher_test_old_mongodb_free (UsherTestOldMongodb *self);
guint16 usher_test_old_mongodb_get_port (UsherTestOldMongodb *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestOldMongodb, usher_test_old_mongodb_free)

G_END_DECLS
