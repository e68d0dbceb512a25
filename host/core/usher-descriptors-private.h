/* usher-descriptors-private.h: whether there are file descriptors left
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* ZeroMQ aborts the process when a socket finds no descriptor. So this is asked before one is made. */
gboolean usher_descriptors_are_left (void);

G_END_DECLS
