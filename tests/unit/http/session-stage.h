/* session-stage.h: sessions with a key of their own, a good token, and who forges others
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <jwt.h>

#include "usher-manual-clock.h"
#include "usher-sessions.h"

G_BEGIN_DECLS

/* in seconds */
#define SESSION_STAGE_LIFETIME 100
#define SESSION_STAGE_START    G_GINT64_CONSTANT (1700000000)

/* what is believed, for session_stage_sign() */
#define GOOD_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"KID\"}"
#define GOOD_TIMES  "\"iat\":1700000000,\"exp\":1700000100"
#define GOOD_CLAIMS "{\"sub\":\"u1\",\"email\":\"e\"," GOOD_TIMES "}"
#define GOOD_ID     "0123456789abcdef0123456789abcdef"

typedef struct
{
  char *directory;         /* (owned) */
  char *key_file;          /* (owned) */
  UsherManualClock *clock; /* (owned) */
  UsherSessions *sessions; /* (owned) */
  char *token;             /* (owned) */
  char *kid;               /* (owned) */
} SessionStage;

void session_stage_set_up (SessionStage *self, gconstpointer data);
void session_stage_tear_down (SessionStage *self, gconstpointer data);
/* (transfer full): others with the same key */
UsherSessions *session_stage_open (SessionStage *self, GError **error);
gboolean session_stage_is_good (UsherSessions *sessions, const char *token);
/* (transfer full): a token as somebody would make it who has the key, but another mind */
char *session_stage_forge (SessionStage *self,
                           jwt_alg_t alg,
                           const char *kid,
                           const char *sub,
                           long expires);
/* (transfer full): a token to the letter, with a signature that is right; KID in @header stands for the key's name */
char *session_stage_sign (SessionStage *self, const char *header, const char *claims);

G_END_DECLS
