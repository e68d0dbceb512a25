/* usher-test-hub.h: a hub, where members come in, and its log, which outlives it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"
#include "usher-hub.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_TEST_HUB_INPROC,
  USHER_TEST_HUB_IPC,
  USHER_TEST_HUB_TCP,
  USHER_TEST_HUB_CURVE, /* tcp with keys */
} UsherTestHubWay;

typedef struct
{
  char *directory;       /* (owned): its log, and what else the test puts there */
  char *endpoint;        /* (owned): the same after a restart */
  char *keys;            /* (owned) (nullable): the hub's and the members' */
  UsherClock *clock;     /* (owned) */
  UsherHubLimits limits; /* from the next start on */
  UsherHub *hub;         /* (owned) (nullable): while it runs */
  gboolean keeps_directory;
} UsherTestHub;

/* one that runs; @clock: (nullable): NULL: the real one */
UsherTestHub *usher_test_hub_new (UsherTestHubWay way, UsherClock *clock);
/* likewise, on the log that is in @directory, which stays */
UsherTestHub *usher_test_hub_new_in (const char *directory, UsherTestHubWay way, UsherClock *clock);
/* stops it; nobody else may have it, and its files go */
void usher_test_hub_free (UsherTestHub *self);
void usher_test_hub_start (UsherTestHub *self);
void usher_test_hub_stop (UsherTestHub *self);
void usher_test_hub_restart (UsherTestHub *self);

UsherBus *usher_test_hub_join (UsherTestHub *self, const char *client);
/* leaves in order; takes the last reference */
void usher_test_hub_leave (UsherBus *bus);
/* returns when the hub has done all that @bus had told it, and sent what came of it */
void usher_test_hub_settle (UsherBus *bus);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestHub, usher_test_hub_free)

G_END_DECLS
