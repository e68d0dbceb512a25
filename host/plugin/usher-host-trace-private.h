/* usher-host-trace-private.h: whether a host keeps spans
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-settings.h"
#include "usher-tracer-private.h"

G_BEGIN_DECLS

/* @tracer: (out) (transfer full) (nullable): NULL: nobody wants spans. FALSE: the settings in [trace] make no sense */
gboolean usher_host_open_tracer (UsherSettings *settings, UsherTracer **tracer, GError **error);

G_END_DECLS
