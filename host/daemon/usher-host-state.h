/* usher-host-state.h: what a host that runs tells of itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-admin-client.h"
#include "usher-table.h"

G_BEGIN_DECLS

typedef struct
{
  UsherAdminClient *client; /* (owned) */
  char *reason;             /* (owned) (nullable): why it is not ready */
  char *doubt;              /* (owned) (nullable): what it cannot do although it is ready */
  JsonObject *processes;    /* (owned) (nullable): of a supervisor */
  UsherTable *services;     /* (owned): of the host that was asked, or of the supervisor's */
  JsonObject *server;       /* (owned) (nullable) */
  JsonObject *groups;       /* (owned) (nullable) */
  char *no_bus;             /* (owned) (nullable): why there is nothing of it */
} UsherHostState;

/* Asks the host for all of it. FALSE: nobody answers, or not as an admin listener does; without a client: the options name
 * none. */
gboolean usher_host_state_read (UsherHostState *self, const UsherOptions *options, GError **error);
void usher_host_state_clear (UsherHostState *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherHostState, usher_host_state_clear)

G_END_DECLS
