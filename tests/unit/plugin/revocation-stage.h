/* revocation-stage.h: a host's sessions, a bus that tells who is refused, and the file in between
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fake-bus.h"
#include "usher-manual-clock.h"
#include "usher-revocations-private.h"
#include "usher-test-hub.h"

G_BEGIN_DECLS

#define ALICE    "a11cea11cea11cea11cea11c"
#define BOB      "b0bb0bb0bb0bb0bb0bb0bb0b"
#define REFUSED  "user:refused"
#define RESTORED "user:restored"
#define ENDED    "session:ended"
#define LIFETIME (7 * G_TIME_SPAN_DAY)

/* of refused users, restored ones, ended sessions */
extern const char *const revocation_stage_channels[USHER_REVOCATION_N_ROLES];

typedef struct
{
  char *directory;               /* (owned) */
  char *path;                    /* (owned): what is known */
  UsherManualClock *clock;       /* (owned) */
  UsherSessions *sessions;       /* (owned) */
  FakeBus *bus;                  /* (owned) */
  UsherRevocations *revocations; /* (owned) (nullable) */
  UsherRevocations *other;       /* (owned) (nullable): of another host on the same directory */

  UsherTestHub *hub; /* (owned) (nullable): a real one, in the place of @bus */
  UsherBus *member;  /* (owned) (nullable) */
} RevocationStage;

void revocation_stage_set_up (RevocationStage *self, gconstpointer data);
void revocation_stage_tear_down (RevocationStage *self, gconstpointer data);
/* what the file knows */
void revocation_stage_load (RevocationStage *self);
gboolean revocation_stage_try_to_follow (RevocationStage *self, GError **error);
/* loads first */
void revocation_stage_follow (RevocationStage *self);
/* another run of the host, on what this one has left; nothing is loaded yet */
void revocation_stage_restart (RevocationStage *self);
/* a real hub from now on */
void revocation_stage_open_hub (RevocationStage *self);
/* (transfer full): what the channels of users say */
char *revocation_stage_make_user (const char *user, int version);
/* what the bus has when it is asked */
void revocation_stage_keep (RevocationStage *self,
                            const char *channel,
                            guint64 sequence,
                            const char *user,
                            int version);
void revocation_stage_bring_payload (RevocationStage *self,
                                     const char *channel,
                                     guint64 sequence,
                                     const char *payload);
void revocation_stage_bring (RevocationStage *self,
                             const char *channel,
                             guint64 sequence,
                             const char *user,
                             int version);
/* (transfer full): a token; @id: (out) (optional) */
char *revocation_stage_begin (RevocationStage *self, const char *user, char **id);
gboolean revocation_stage_is_good (RevocationStage *self, const char *token);
gboolean revocation_stage_is_accepted (RevocationStage *self, const char *user);
gint64 revocation_stage_get_time (RevocationStage *self);
/* tells the end of a session of Alice; “*”: of all */
void revocation_stage_end (RevocationStage *self, guint64 sequence, const char *id);

G_END_DECLS
