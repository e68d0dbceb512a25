/* usher-supervisor.h: starts the processes of a profile and keeps them running
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-profile.h"
#include "usher-slot.h"

G_BEGIN_DECLS

typedef struct _UsherSupervisor UsherSupervisor;

/* something has changed: states, or it is at its end; on the main thread */
typedef void (*UsherSupervisorFunc) (gpointer user_data);

gboolean usher_supervisor_declare_settings (UsherSettings *settings, GError **error);

/* starts the hub, and then the services' processes */
UsherSupervisor *usher_supervisor_new (UsherSetup *setup,
                                       const UsherProfile *profile,
                                       UsherSupervisorFunc func,
                                       gpointer user_data,
                                       GError **error);
/* kills what still runs */
void usher_supervisor_free (UsherSupervisor *self);
/* the services' processes; the hub goes on, so that they can say all that they have to */
void usher_supervisor_stop (UsherSupervisor *self);
void usher_supervisor_stop_hub (UsherSupervisor *self);
/* whether what was told to stop has ended */
gboolean usher_supervisor_is_quiet (UsherSupervisor *self);
/* the copies of a service one after the other; @func: once, on the main thread */
void usher_supervisor_reload (UsherSupervisor *self,
                              const char *service,
                              UsherReloadedFunc func,
                              gpointer user_data);

/* (transfer full) (nullable): which service is not served and why, NULL: all are */
char *usher_supervisor_dup_trouble (UsherSupervisor *self);
/* (transfer full) (nullable): why it makes no sense to go on */
char *usher_supervisor_dup_defeat (UsherSupervisor *self);
/* each process is ready, or it is known that it is not that quick */
gboolean usher_supervisor_is_settled (UsherSupervisor *self);
/* each copy of each process has been ready at least once since the start */
/* its plugin has failed, which is said of it and keeps nothing else from being ready */
gboolean usher_supervisor_is_left_out (UsherSupervisor *self, const char *service);
gboolean usher_supervisor_is_complete (UsherSupervisor *self);
/* calls @func for each process */
void usher_supervisor_foreach (UsherSupervisor *self, GFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSupervisor, usher_supervisor_free)

G_END_DECLS
