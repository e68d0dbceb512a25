/* usher-endings-private.h: which sessions are over before their time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-ending-set-private.h"
#include "usher-session.h"

G_BEGIN_DECLS

/* In memory; whoever has it locks it. */
typedef struct _UsherEndings UsherEndings;

UsherEndings *usher_endings_new (void);
void usher_endings_free (UsherEndings *self);

/* all sessions of the user, or no longer all */
void usher_endings_set_refused (UsherEndings *self, const char *user_id, gboolean refused);
/* at @now others may be forgotten */
void usher_endings_add (UsherEndings *self, const UsherEnding *endings, guint n, gint64 now);
/* what the user has begun before @before, the last of which would end at @expires */
void usher_endings_add_all (UsherEndings *self,
                            const char *user_id,
                            gint64 before,
                            gint64 expires,
                            gint64 now);
/* what is remembered: some may be over by themselves meanwhile */
guint usher_endings_get_n_sessions (const UsherEndings *self);
/* users */
guint usher_endings_get_n_refused (const UsherEndings *self);
gboolean usher_endings_has (const UsherEndings *self, UsherSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherEndings, usher_endings_free)

G_END_DECLS
