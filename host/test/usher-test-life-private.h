/* usher-test-life-private.h: whether a process lives
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of what stands for a process in a box. Counted; any thread. */
typedef struct _UsherTestLife UsherTestLife;

UsherTestLife *usher_test_life_new (void);
UsherTestLife *usher_test_life_ref (UsherTestLife *self);
void usher_test_life_unref (UsherTestLife *self);
void usher_test_life_end (UsherTestLife *self);
gboolean usher_test_life_has_ended (UsherTestLife *self);
/* (transfer full) (nullable): what everybody hears whom it would tell anything, once it has ended */
GError *usher_test_life_dup_silence (UsherTestLife *self);

G_END_DECLS
