/* usher-front.h: the public HTTP listener
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-router.h"
#include "usher-settings.h"

G_BEGIN_DECLS

/* Implementation-free: libmicrohttpd is in the one .c file. */
#define USHER_TYPE_FRONT (usher_front_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherFront, usher_front, USHER, FRONT, GObject)

typedef void (*UsherFrontIdleFunc) (gpointer user_data);

/* declares group [http]: threads, max-connections, max-connections-per-address, max-head, max-body, head-timeout,
 * body-timeout, idle-timeout, rate, trusted-proxies */
USHER_API
gboolean usher_front_declare_settings (UsherSettings *settings, GError **error);
/* Not started yet: add routes first. */
USHER_API
UsherFront *usher_front_new (UsherRouter *router,
                             UsherSessions *sessions,
                             UsherSettings *settings,
                             UsherClock *clock);
/* called on a listener thread after each batch of requests, before it sleeps; set before start */
USHER_API
void usher_front_set_idle_func (UsherFront *self, UsherFrontIdleFunc func, gpointer user_data);
/* binds and begins to answer; BUSY names an address in use */
USHER_API
gboolean usher_front_start (UsherFront *self, const char *listen, GError **error);
/* "http://127.0.0.1:3000" */
USHER_API
const char *usher_front_get_uri (UsherFront *self);
/* closes the listening socket; open exchanges go on, connections close after their answer */
USHER_API
void usher_front_drain (UsherFront *self);
/* waits at most @timeout microseconds for open exchanges, then closes everything */
USHER_API
void usher_front_stop (UsherFront *self, gint64 timeout);

G_END_DECLS
