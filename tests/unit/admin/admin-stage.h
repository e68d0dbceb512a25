/* admin-stage.h: a host as operators see it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stage.h"
#include "usher-admin.h"
#include "usher-test-hub.h"
#include "usher-test-json.h"

G_BEGIN_DECLS

#define ADMIN_STAGE_ID      "aaaaaaaaaaaaaaaaaaaaaaaa"
#define ADMIN_STAGE_PAYLOAD "{\"x\":\"</script><script>alert(1)</script>\"}"

/* A stage whose service has the routes GET /things/:id, GET /refuse (403), POST /say (publishes in “said” or ?channel=), POST
 * /bump (loses a race, then sets a timer that is due), a listener of “said” (done, deferred, then failed) and a timer
 * “alarm” (failed, then done). */
typedef struct
{
  Stage stage;
  UsherAdmin *admin;
  UsherClock *clock; /* (owned) */
  UsherTestHub *hub; /* (owned) (nullable) */
  UsherBus *bus;     /* (owned) (nullable) */
  int n_heard;       /* (atomic) */
  int n_races;       /* (atomic): to come */
  int n_fired;       /* (atomic) */
} AdminStage;

void admin_stage_set_up (AdminStage *self, gconstpointer data);
void admin_stage_tear_down (AdminStage *self, gconstpointer data);
/* on a real hub; without one: stage_start() */
void admin_stage_start (AdminStage *self);

/* (transfer full): of the admin listener */
UsherReply *admin_stage_ask (AdminStage *self, const char *method, const char *target);
/* (transfer full): the answer's body, whose status must be 200 */
char *admin_stage_get (AdminStage *self, const char *target);
JsonNode *admin_stage_get_json (AdminStage *self, const char *target);
void
admin_stage_assert_status (AdminStage *self, const char *method, const char *target, guint status);
/* of the public listener; @key: (nullable) */
void admin_stage_call (AdminStage *self,
                       const char *method,
                       const char *target,
                       const char *key,
                       guint status);

G_END_DECLS
