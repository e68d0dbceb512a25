/* usher-secrets.h: where secrets are
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-macros.h"
#include "usher-secret.h"

G_BEGIN_DECLS

#define USHER_TYPE_SECRETS (usher_secrets_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherSecrets, usher_secrets, USHER, SECRETS, GObject)

/**
 * UsherSecretsInterface:
 * @lookup: (nullable): the secret of a name
 * @describe: (nullable): where the secret of a name is looked for, such as `file “/run/secrets/stripe”`
 * @get_mark: (nullable): a number that is another one when the secret may have changed; any by default
 * @list: (nullable): the names that are there
 * @store: (nullable): keeps a secret, in the place of what had the name
 * @remove: (nullable): forgets one
 *
 * What a place with secrets does. All may be called by any thread and take a bounded time.
 */
struct _UsherSecretsInterface
{
  GTypeInterface parent_iface;

  UsherSecret *(*lookup) (UsherSecrets *self, const char *name, GError **error);
  char *(*describe) (UsherSecrets *self, const char *name);
  guint64 (*get_mark) (UsherSecrets *self, const char *name);
  char **(*list) (UsherSecrets *self);
  gboolean (*store) (UsherSecrets *self, const char *name, UsherSecret *secret, GError **error);
  gboolean (*remove) (UsherSecrets *self, const char *name, GError **error);
};

USHER_API
UsherSecret *usher_secrets_lookup (UsherSecrets *self, const char *name, GError **error);
USHER_API
char *usher_secrets_describe (UsherSecrets *self, const char *name);
USHER_API
guint64 usher_secrets_get_mark (UsherSecrets *self, const char *name);
USHER_API
char **usher_secrets_list (UsherSecrets *self);
USHER_API
gboolean
usher_secrets_store (UsherSecrets *self, const char *name, UsherSecret *secret, GError **error);
USHER_API
gboolean usher_secrets_remove (UsherSecrets *self, const char *name, GError **error);

USHER_API
gboolean usher_secret_is_name (const char *name);

G_END_DECLS
