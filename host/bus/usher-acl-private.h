/* usher-acl-private.h: which channels a member may publish and subscribe, by its key
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What “NAME.acl” beside the hub's keys says: lines of “publish” or “subscribe” and channels, of which “*” ends one that begins so.
 * What no line names is refused. */
typedef struct _UsherAcl UsherAcl;

typedef enum
{
  USHER_ACL_PUBLISH,
  USHER_ACL_SUBSCRIBE,
  USHER_ACL_N_VERBS,
} UsherAclVerb;

/* (transfer full) (nullable): of the key @name; NULL without an error: there is no file, and all is allowed. INVALID: names the line
 * that cannot be read */
UsherAcl *usher_acl_load (const char *directory, const char *name, GError **error);
/* whether all that are there can be read, and none lies where it would limit nobody */
gboolean usher_acl_check_all (const char *directory, GError **error);
void usher_acl_free (UsherAcl *self);
/* @channel: (nullable): NULL: any */
gboolean usher_acl_allows (const UsherAcl *self, UsherAclVerb verb, const char *channel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAcl, usher_acl_free)

G_END_DECLS
