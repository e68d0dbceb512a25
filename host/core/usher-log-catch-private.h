/* usher-log-catch-private.h: what a thread does that is a critical fault
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* from now on the first critical message of this thread is kept, until it is asked for. Only where usher_log_open() was
 * called */
void usher_log_catch_begin (void);
/* (transfer full) (nullable): that message, NULL: there was none */
char *usher_log_catch_end (void);

/* how GLib begins to say that the name of a type is taken, which is critical whatever its version thinks of it */
#define USHER_LOG_TYPE_TAKEN "cannot register existing type '"

/* of the log: each message of the thread */
void usher_log_catch_take (GLogLevelFlags level, const char *message);

G_END_DECLS
