/* usher-test-gate.h: where threads that shall race wait for each other
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * UsherTestGate:
 *
 * Where threads wait for each other: everyone who passes waits until all have come; again and again.
 */
typedef struct
{
  /*< private >*/
  GMutex mutex;
  GCond cond;
  guint n_all;
  guint n_waiting; /* (mutex mutex) */
  guint round;     /* (mutex mutex) */
} UsherTestGate;

USHER_API
void usher_test_gate_init (UsherTestGate *self, guint n_all);
USHER_API
void usher_test_gate_clear (UsherTestGate *self);
USHER_API
void usher_test_gate_pass (UsherTestGate *self);
USHER_API
void usher_test_race (guint n_threads, GThreadFunc func, gpointer data);

G_END_DECLS
