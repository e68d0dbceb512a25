/* usher-greeting-private.h: what a member and its hub say to each other first
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"

G_BEGIN_DECLS

/* Of all frames but these two. It grows with each change that the other side could misread; hub and members have the same one.
 * Builds before there was a number say none, which is read as 1. */
#define USHER_WIRE_VERSION 2

/* HELLO. What comes before the version is the same in all versions, so that any two can tell each other. */
typedef struct
{
  char *client;   /* (owned) (nullable) */
  char *endpoint; /* (owned) (nullable): that it came by */
  guint session;  /* the member's own count of its hellos */
  guint64 instance;
  guint version;
} UsherHello;

/* WELCOME; likewise. */
typedef struct
{
  char *epoch; /* (owned) (nullable): of the hub */
  char *push;  /* (owned) (nullable): endpoint of deliveries */
  char *live;  /* (owned) (nullable): endpoint of channels */
  guint session;
  guint version;
} UsherWelcome;

/* (transfer full): the frame */
GByteArray *usher_hello_write (const UsherHello *self);
/* a frame behind its type; FALSE: it is malformed */
gboolean usher_hello_read (UsherHello *self, UsherFrameReader *reader);
void usher_hello_clear (UsherHello *self);

GByteArray *usher_welcome_write (const UsherWelcome *self);
gboolean usher_welcome_read (UsherWelcome *self, UsherFrameReader *reader);
void usher_welcome_clear (UsherWelcome *self);

/* whether they understand each other; UNAVAILABLE names both versions */
gboolean usher_greeting_check_versions (guint hub, guint member, GError **error);

/* (transfer full): a REFUSED frame that tells @error */
GByteArray *usher_refusal_write (const GError *error);
/* (transfer full) (nullable): a frame behind its type; NULL: it is malformed */
GError *usher_refusal_read (UsherFrameReader *reader);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherHello, usher_hello_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (UsherWelcome, usher_welcome_clear)

G_END_DECLS
