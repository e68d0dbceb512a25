/* keyring-stage.h: a keyring of the test's own
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-program.h"

G_BEGIN_DECLS

/* The program, on a session bus with a keyring that is unlocked. */
typedef struct
{
  UsherTestProgram program; /* first, so that it is one */
  GTestDBus *bus;           /* (owned) */
  GSubprocess *keyring;     /* (owned) */
} KeyringStage;

void keyring_stage_set_up (KeyringStage *self, gconstpointer data);
void keyring_stage_tear_down (KeyringStage *self, gconstpointer data);
void keyring_stage_lock (KeyringStage *self);
/* runs “usher @arguments” with @input as its standard input; the status must be @status, and what it says have @pattern */
void keyring_stage_say (KeyringStage *self,
                        const char *arguments,
                        const char *input,
                        int status,
                        const char *pattern);

G_END_DECLS
