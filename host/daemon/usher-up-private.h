/* usher-up-private.h: the supervisor's process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-gateway.h"
#include "usher-life.h"
#include "usher-plugin-page.h"
#include "usher-process-page.h"
#include "usher-supervisor.h"
#include "usher-watch.h"

G_BEGIN_DECLS

/* A host without services, whose public port is a gateway to the processes that have them. */
typedef struct
{
  UsherLife life;
  UsherProfile *profile;       /* (owned) */
  UsherPluginPage *plugins;    /* (owned) */
  UsherProcessPage *processes; /* (owned) */
  UsherSupervisor *supervisor; /* (owned) (nullable) */
  UsherGateway *gateway;       /* (owned) (nullable) */
  UsherBus *bus;               /* (owned) (nullable) */
  UsherWatch *watch;           /* (owned) (nullable) */
  gboolean is_open;            /* the public port */
  gboolean watches;
} UsherUp;

/* the exit status; @watches: services are reloaded when they are built anew, or edited */
int usher_up_live (const UsherOptions *options, gboolean watches);
/* what operators can ask and order; before the host listens */
gboolean usher_up_add_routes (UsherUp *self, GError **error);
/* an UsherDescribeFunc, of an UsherUp: by “usher describe” with the same options */
char *usher_up_describe (UsherDescriptionFormat format, gpointer user_data, GError **error);
/* after each change */
void usher_up_update_pages (UsherUp *self);

G_END_DECLS
