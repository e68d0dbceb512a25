/* usher-test-base.h: what any test may use
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-test-wait.h"

G_BEGIN_DECLS

void usher_test_store_result (GObject *source, GAsyncResult *result, gpointer user_data);
GAsyncResult *usher_test_await (GAsyncResult **result);

/* A time in microseconds that @dice choose, for who kills something at any point of its work: none of them can be waited
 * for. */
void usher_test_let_pass (GRand *dice, gint64 most);

/* as many as this process may ever have */
void usher_test_allow_many_files (void);
/* One that is free, and will be after a restart: below those that the kernel gives to whoever asks for any. */
guint16 usher_test_find_port (void);

G_END_DECLS
