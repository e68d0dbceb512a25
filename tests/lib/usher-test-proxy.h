/* usher-test-proxy.h: a network between two ends of TCP, which can be broken
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* It runs a thread. The verbs return when they have taken effect. */
typedef struct _UsherTestProxy UsherTestProxy;

/* on loopback, in front of @target */
UsherTestProxy *usher_test_proxy_new (guint16 target);
void usher_test_proxy_free (UsherTestProxy *self);
guint16 usher_test_proxy_get_port (UsherTestProxy *self);
/* how many have ever connected */
guint usher_test_proxy_count (UsherTestProxy *self);

/* resets all connections; new ones are let through */
void usher_test_proxy_cut (UsherTestProxy *self);
/* half-open: both ends of all connections stay open and hear nothing more; new ones are let through */
void usher_test_proxy_stall (UsherTestProxy *self);
/* whether new connections are closed at once */
void usher_test_proxy_shut (UsherTestProxy *self, gboolean shut);
/* all that comes from now on arrives so much later */
void usher_test_proxy_delay (UsherTestProxy *self, gint64 microseconds);
/* sends bytes to the target, in the middle of all connections */
void usher_test_proxy_inject (UsherTestProxy *self, gconstpointer bytes, gsize size);
/* connects to the target once more and sends what the last one who connected has sent so far */
void usher_test_proxy_repeat (UsherTestProxy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestProxy, usher_test_proxy_free)

G_END_DECLS
