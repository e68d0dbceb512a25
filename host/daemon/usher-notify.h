/* usher-notify.h: what the service manager is told
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All on the main thread; nothing happens where nobody listens ($NOTIFY_SOCKET). */

/* @status: a line for “systemctl status”. The first time the watchdog begins, if one is wanted ($WATCHDOG_USEC): from then
 * on the manager is told twice in that time that all is well, as long as the main loop turns and no thread of bus, store
 * and timers hangs. */
void usher_notify_ready (const char *status);
/* until the next usher_notify_ready() */
void usher_notify_reloading (void);
void usher_notify_stopping (void);
/* once it was ready: why it cannot serve now, a line; NULL: it can again. For the supervisor, other managers pass it over. */
#define USHER_NOTIFY_TROUBLE "X_USHER_TROUBLE="
void usher_notify_trouble (const char *trouble);

/* Sockets that the manager has opened ($LISTEN_FDS) take the places of addresses: the one named “public” or else the first
 * that of @listen, the one named “admin” or else the next that of @admin, the one named “probe” that of @probe.
 * @listen, @probe: (nullable) */
void usher_notify_take_sockets (char **listen, char **admin, char **probe);

G_END_DECLS
