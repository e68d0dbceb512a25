/* usher-test-listener.h: a subscriber of any bus, which takes deliveries in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  UsherBus *bus; /* (unowned) */
  guint id;
  gboolean acks; /* each at once */

  GMutex mutex;
  GCond cond;
  GQueue deliveries; /* (mutex mutex) (element-type UsherDelivery): not acked at once */
  GArray *sequences; /* (mutex mutex): of all that came, in order */
  gboolean shut;     /* (mutex mutex): the bus's thread is held at the next delivery */
  gboolean held;     /* (mutex mutex): and is there */
} UsherTestListener;

UsherTestListener *
usher_test_listener_new (UsherBus *bus, const UsherSubscription *wish, gboolean acks);
/* leaves the subscription, without answering what it has */
void usher_test_listener_free (UsherTestListener *self);
/* (transfer full) (nullable): the next delivery, if there is one */
UsherDelivery *usher_test_listener_try_take (UsherTestListener *self);
/* (transfer full): the next delivery, which must come */
UsherDelivery *usher_test_listener_take (UsherTestListener *self);
/* the next one must have this sequence */
UsherDelivery *usher_test_listener_expect (UsherTestListener *self, guint64 sequence);
void usher_test_listener_expect_ack (UsherTestListener *self, guint64 sequence);
/* waits until @n have come in all */
void usher_test_listener_await (UsherTestListener *self, guint n);
guint usher_test_listener_count (UsherTestListener *self);
/* nothing has come that was not taken; whether something may come yet is for the test to know */
void usher_test_listener_assert_quiet (UsherTestListener *self);
/* all that came are @first, @first + 1, …, in order and once, @n of them */
void usher_test_listener_assert_run (UsherTestListener *self, guint64 first, guint n);
void usher_test_listener_shut (UsherTestListener *self);
void usher_test_listener_await_held (UsherTestListener *self);
void usher_test_listener_release (UsherTestListener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestListener, usher_test_listener_free)

G_END_DECLS
