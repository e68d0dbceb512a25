/* usher-notify-socket.h: where children say how they are, as to a service manager
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UsherNotifySocket UsherNotifySocket;

/* @text: lines such as READY=1, see sd_notify(3); @pid: whose it is, by the kernel's word. On the main thread. */
typedef void (*UsherNotifyFunc) (GPid pid, const char *text, gpointer user_data);

/* @path: of the socket, which is replaced */
UsherNotifySocket *usher_notify_socket_new (const char *path,
                                            UsherNotifyFunc func,
                                            gpointer user_data,
                                            GError **error);
void usher_notify_socket_free (UsherNotifySocket *self);

/* what has come and was not read yet */
void usher_notify_socket_read (UsherNotifySocket *self);
/* whether who knows the path finds this socket; somebody may have deleted it */
gboolean usher_notify_socket_is_there (UsherNotifySocket *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherNotifySocket, usher_notify_socket_free)

G_END_DECLS
