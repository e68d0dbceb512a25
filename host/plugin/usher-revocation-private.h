/* usher-revocation-private.h: whose sessions are over before their time, as one event tells it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-event.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_REVOCATION_NONE,   /* an event that tells nothing */
  USHER_REVOCATION_REFUSE, /* all sessions of a user, until he is accepted */
  USHER_REVOCATION_ACCEPT,
  USHER_REVOCATION_END,     /* one session */
  USHER_REVOCATION_END_ALL, /* those of a user that began earlier */
} UsherRevocationKind;

/* what a channel is for */
typedef enum
{
  USHER_REVOCATION_ROLE_REVOKE,
  USHER_REVOCATION_ROLE_RESTORE,
  USHER_REVOCATION_ROLE_ENDED,
  USHER_REVOCATION_N_ROLES,
} UsherRevocationRole;

typedef struct
{
  UsherRevocationKind kind;
  const char *id; /* (unowned): of the user, or of the session */
  gint64 version; /* of the user: the newest word counts */
  gint64 before;  /* microseconds */
  gint64 expires; /* microseconds: when it is over by itself */
} UsherRevocation;

/* @revocation: (out): borrows from @event; NONE when the event tells nothing, which is logged */
void
usher_revocation_read (UsherRevocation *revocation, UsherRevocationRole role, UsherEvent *event);

G_END_DECLS
