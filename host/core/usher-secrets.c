/* usher-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-secrets.h"

#include <string.h>

#include "usher-error.h"

#define MAX_NAME 128
#define LETTERS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/**
 * UsherSecrets:
 *
 * A place with secrets that have names: a folder of files, the environment, a keyring, or several of them in order.
 *
 * Nobody needs to be told of a change: who uses a secret for long asks [method@Secrets.get_mark], which costs next to nothing,
 * whether to look it up again. Any thread.
 */
G_DEFINE_INTERFACE (UsherSecrets, usher_secrets, G_TYPE_OBJECT)

static UsherSecret *
find_nothing (UsherSecrets *self, const char *name, GError **error)
{
  usher_refuse (error, USHER_ERROR_NOT_FOUND, "there is no secret “%s”", name);

  return NULL;
}

static char *
describe_type (UsherSecrets *self, const char *name)
{
  return g_strdup_printf ("“%s” in %s", name, G_OBJECT_TYPE_NAME (self));
}

static guint64
get_no_mark (UsherSecrets *self, const char *name)
{
  return 0;
}

static char **
list_nothing (UsherSecrets *self)
{
  return g_new0 (char *, 1);
}

static gboolean
refuse_to_store (UsherSecrets *self, const char *name, UsherSecret *secret, GError **error)
{
  g_autofree char *place = usher_secrets_describe (self, name);

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "%s is not for this program to write",
                       place);
}

static gboolean
refuse_to_remove (UsherSecrets *self, const char *name, GError **error)
{
  return refuse_to_store (self, name, NULL, error);
}

static void
usher_secrets_default_init (UsherSecretsInterface *iface)
{
  iface->lookup = find_nothing;
  iface->describe = describe_type;
  iface->get_mark = get_no_mark;
  iface->list = list_nothing;
  iface->store = refuse_to_store;
  iface->remove = refuse_to_remove;
}

/**
 * usher_secret_is_name:
 * @name: a text
 *
 * Looks whether settings can name a secret so: letters, digits, `.`, `_` and `-`, the first a letter or digit, 128 at
 * most.
 *
 * Returns: whether it can
 */
gboolean
usher_secret_is_name (const char *name)
{
  gsize length = 0;

  g_return_val_if_fail (name != NULL, FALSE);

  length = strspn (name, LETTERS "._-");

  return length > 0 && length <= MAX_NAME && name[length] == '\0' &&
         strchr ("._-", name[0]) == NULL;
}

static gboolean
check_name (const char *name, GError **error)
{
  g_autofree char *clean = NULL;

  /* whoever is asked is not led out of where he looks */
  if (*name != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0 &&
      strcmp (name, "..") != 0)
    return TRUE;

  clean = g_utf8_make_valid (name, -1);

  return usher_refuse (error, USHER_ERROR_INVALID, "“%s” is no name of a secret", clean);
}

/**
 * usher_secrets_lookup:
 * @self: a place with secrets
 * @name: a name
 * @error: return location for a [error@Error]
 *
 * Looks a secret up. May block, for a bounded time. An error says where was looked, and never what was found.
 *
 * Returns: (transfer full): the secret, or `NULL`: `USHER_ERROR_NOT_FOUND` when there is none of that name,
 *   `USHER_ERROR_UNAVAILABLE` when that cannot be told, as of a keyring that is locked, `USHER_ERROR_FORBIDDEN` when it may
 *   not be read or everybody may write it, `USHER_ERROR_INVALID` when @name is none or the secret is empty or too long
 */
UsherSecret *
usher_secrets_lookup (UsherSecrets *self, const char *name, GError **error)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_name (name, error))
    return NULL;

  return USHER_SECRETS_GET_IFACE (self)->lookup (self, name, error);
}

/**
 * usher_secrets_describe:
 * @self: a place with secrets
 * @name: a name
 *
 * Says where a secret of that name is looked for, for people.
 *
 * Returns: (transfer full): the place
 */
char *
usher_secrets_describe (UsherSecrets *self, const char *name)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return USHER_SECRETS_GET_IFACE (self)->describe (self, name);
}

/**
 * usher_secrets_get_mark:
 * @self: a place with secrets
 * @name: a name
 *
 * Tells whether a secret may have changed. Never blocks.
 *
 * Returns: a number, which is another one then
 */
guint64
usher_secrets_get_mark (UsherSecrets *self, const char *name)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), 0);
  g_return_val_if_fail (name != NULL, 0);

  return USHER_SECRETS_GET_IFACE (self)->get_mark (self, name);
}

/**
 * usher_secrets_list:
 * @self: a place with secrets
 *
 * Lists the names of the secrets that are there, as far as that can be told. May block, for a bounded time.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 */
char **
usher_secrets_list (UsherSecrets *self)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), NULL);

  return USHER_SECRETS_GET_IFACE (self)->list (self);
}

/**
 * usher_secrets_store:
 * @self: a place with secrets
 * @name: a name
 * @secret: a secret
 * @error: return location for a [error@Error]
 *
 * Keeps a secret, in the place of what had the name. May block, for a bounded time.
 *
 * Returns: whether it is kept; `USHER_ERROR_UNAVAILABLE` when it cannot be, as in a folder of others
 */
gboolean
usher_secrets_store (UsherSecrets *self, const char *name, UsherSecret *secret, GError **error)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (secret != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_name (name, error) &&
         USHER_SECRETS_GET_IFACE (self)->store (self, name, secret, error);
}

/**
 * usher_secrets_remove:
 * @self: a place with secrets
 * @name: a name
 * @error: return location for a [error@Error]
 *
 * Forgets a secret. May block, for a bounded time.
 *
 * Returns: whether it is gone; `USHER_ERROR_NOT_FOUND` when it was not there, `USHER_ERROR_UNAVAILABLE` when it cannot be
 *   removed
 */
gboolean
usher_secrets_remove (UsherSecrets *self, const char *name, GError **error)
{
  g_return_val_if_fail (USHER_IS_SECRETS (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return check_name (name, error) && USHER_SECRETS_GET_IFACE (self)->remove (self, name, error);
}
