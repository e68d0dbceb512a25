/* usher-test-attack.h: many connections at once that no good client makes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-process.h"

G_BEGIN_DECLS

#define USHER_TEST_ENDLESS G_MAXUINT

/* What each connection does. A thread takes them in turns, and opens another one for each that ends. */
typedef struct
{
  const char *start;   /* (nullable): sent first */
  const char *again;   /* (nullable): then sent again and again; NULL: bytes by chance */
  guint size;          /* bytes sent in all, or USHER_TEST_ENDLESS */
  guint pace;          /* bytes a turn, 0: as many as the host takes */
  guint turn;          /* milliseconds */
  guint n_connections; /* of a thread */
  guint n_opened;      /* by a thread in a turn, at most */
  guint patience;      /* turns before it leaves once all is sent, or USHER_TEST_ENDLESS */
  gboolean cuts;       /* sends a part of @size by chance */
  gboolean reads;      /* else no answer is ever read */
  gboolean resets;     /* leaves by a reset */
} UsherTestScript;

/* They run on threads of their own, with less right to the CPU than others have: they stand for other machines. */
typedef struct _UsherTestAttack UsherTestAttack;

/* against the public listener, from several addresses; thread i plays @scripts[i % n]; NULL at the end */
UsherTestAttack *usher_test_attack_new (UsherTestProcess *process,
                                        const UsherTestScript *const *scripts,
                                        guint n_threads);
/* leaves with all connections; (transfer full): what it did, for people */
char *usher_test_attack_free (UsherTestAttack *self);
/* connections opened until now */
guint usher_test_attack_count (UsherTestAttack *self);

G_END_DECLS
