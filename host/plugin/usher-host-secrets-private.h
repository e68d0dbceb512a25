/* usher-host-secrets-private.h: what a host's secrets are, for the program around it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-session-source-private.h"
#include "usher-settings.h"

G_BEGIN_DECLS

/* the setting secrets.directory, for who says himself where secrets are, before other settings refer to them */
USHER_API
gboolean usher_host_declare_secrets (UsherSettings *settings, GError **error);
/* (transfer full): where the keys of sessions are of a host on that data directory */
USHER_API
UsherSessionSource *
usher_host_open_session_keys (const char *directory, UsherSettings *settings, GError **error);

G_END_DECLS
