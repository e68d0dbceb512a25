/* usher-keys-private.h: the keys of a hub or of a member, as they are in a directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <czmq.h>
#include <glib.h>

G_BEGIN_DECLS

/* in a directory of keys; “.key” is the public half, “.key_secret” both */
#define USHER_KEYS_HUB     "hub"
#define USHER_KEYS_MEMBER  "member"
#define USHER_KEYS_MEMBERS "members"

typedef struct
{
  char *directory; /* (owned): where they are */
  zcert_t *own;    /* (owned): with its secret */
  char *hub;       /* (owned) (nullable): the hub's public key, for a member */
  char *members;   /* (owned) (nullable): the folder of who may join, for a hub */
} UsherKeys;

UsherKeys *usher_keys_new_for_hub (const char *directory, GError **error);
UsherKeys *usher_keys_new_for_member (const char *directory, GError **error);
void usher_keys_free (UsherKeys *self);
/* of a hub: whether what @socket binds from now on asks who comes */
gboolean usher_keys_protect (const UsherKeys *self, zsock_t *socket, gboolean protects);
/* of a member: before it connects */
gboolean usher_keys_present (const UsherKeys *self, zsock_t *socket);
/* whether a tcp endpoint is on loopback, so that it does without keys */
gboolean usher_keys_may_miss (const char *endpoint, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherKeys, usher_keys_free)

G_END_DECLS
