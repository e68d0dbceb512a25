/* usher-test-gate.h: where threads that shall race wait for each other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Everyone who passes waits until all have come; again and again. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_all;
  guint n_waiting; /* (mutex mutex) */
  guint round;     /* (mutex mutex) */
} UsherTestGate;

void usher_test_gate_init (UsherTestGate *self, guint n_all);
void usher_test_gate_clear (UsherTestGate *self);
/* runs @func in so many threads, which all begin together, and waits until they have ended */
void usher_test_race (guint n_threads, GThreadFunc func, gpointer data);
void usher_test_gate_pass (UsherTestGate *self);

G_END_DECLS
