/* usher-problems.h: what is wrong with an input, a message a field
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_PROBLEMS (usher_problems_get_type ())

typedef struct _UsherProblems UsherProblems;

USHER_API
GType usher_problems_get_type (void);
USHER_API
UsherProblems *usher_problems_new (void);
USHER_API
UsherProblems *usher_problems_ref (UsherProblems *self);
USHER_API
void usher_problems_unref (UsherProblems *self);
USHER_API
void usher_problems_add (UsherProblems *self, const char *field, const char *message);
USHER_API
guint usher_problems_get_length (UsherProblems *self);
USHER_API
char *usher_problems_to_json (UsherProblems *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherProblems, usher_problems_unref)

G_END_DECLS
