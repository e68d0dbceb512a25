/* usher-chained-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-chained-secrets.h"

#include "usher-environment-secrets.h"
#include "usher-error.h"
#include "usher-folder-secrets.h"

/**
 * UsherChainedSecrets:
 *
 * Several places with secrets: the first one that has a name counts.
 *
 * A place that cannot tell whether it has one ends the search: what comes after it may be an older secret. Add places on one thread;
 * then any thread.
 */
struct _UsherChainedSecrets
{
  GObject parent_instance;

  GPtrArray *places; /* (owned) (element-type UsherSecrets) */
};

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherChainedSecrets,
                               usher_chained_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

/* @where: (out) (optional) (transfer none): which place has it, or cannot tell whether it has */
static UsherSecret *
search (UsherChainedSecrets *self, const char *name, UsherSecrets **where, GError **error)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      UsherSecrets *place = g_ptr_array_index (self->places, i);
      g_autoptr (GError) cause = NULL;
      UsherSecret *secret = usher_secrets_lookup (place, name, &cause);

      if (secret == NULL && g_error_matches (cause, USHER_ERROR, USHER_ERROR_NOT_FOUND))
        continue;

      if (where != NULL)
        *where = place;
      if (secret == NULL)
        g_propagate_error (error, g_steal_pointer (&cause));
      return secret;
    }

  return NULL;
}

static char *
usher_chained_secrets_describe (UsherSecrets *secrets, const char *name)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (secrets);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->places->len; i++)
    {
      g_autofree char *place = usher_secrets_describe (g_ptr_array_index (self->places, i), name);

      g_string_append_printf (text, "%s%s", i > 0 ? ", then " : "", place);
    }

  return g_string_free (text, FALSE);
}

static UsherSecret *
usher_chained_secrets_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  g_autoptr (GError) cause = NULL;
  UsherSecret *secret = NULL;
  g_autofree char *places = NULL;

  if (!usher_secret_is_name (name))
    {
      places = g_utf8_make_valid (name, -1);
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "“%s” is no name of a secret, which has letters, digits, “.”, “_” and “-”",
                    places);
      return NULL;
    }

  secret = search (USHER_CHAINED_SECRETS (secrets), name, NULL, &cause);
  if (secret != NULL)
    return secret;

  places = usher_secrets_describe (secrets, name);
  if (cause != NULL)
    g_propagate_prefixed_error (
        error, g_steal_pointer (&cause), "secret “%s” cannot be looked up: ", name);
  else
    usher_refuse (
        error, USHER_ERROR_NOT_FOUND, "there is no secret “%s”, looked for as %s", name, places);

  return NULL;
}

static guint64
usher_chained_secrets_get_mark (UsherSecrets *secrets, const char *name)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (secrets);
  guint64 mark = 0;

  for (guint i = 0; i < self->places->len; i++)
    mark = mark * G_GUINT64_CONSTANT (1000000007) +
           usher_secrets_get_mark (g_ptr_array_index (self->places, i), name);

  return mark;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static char **
usher_chained_secrets_list (UsherSecrets *secrets)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (secrets);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name = NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      g_auto (GStrv) some = usher_secrets_list (g_ptr_array_index (self->places, i));

      for (guint j = 0; some[j] != NULL; j++)
        g_hash_table_add (names, g_strdup (some[j]));
    }

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (sorted, g_strdup (name));
  g_ptr_array_sort (sorted, compare_names);
  g_ptr_array_add (sorted, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&sorted), FALSE);
}

/* Where the search for it ends, for elsewhere it would not be found; else the first place that takes it. */
static gboolean
usher_chained_secrets_store (UsherSecrets *secrets,
                             const char *name,
                             UsherSecret *secret,
                             GError **error)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (secrets);
  g_autoptr (GError) cause = NULL;
  UsherSecrets *where = NULL;
  g_autoptr (UsherSecret) former = search (self, name, &where, NULL);

  if (where != NULL)
    return usher_secrets_store (where, name, secret, error);

  for (guint i = 0; i < self->places->len; i++)
    {
      g_clear_error (&cause);
      if (usher_secrets_store (g_ptr_array_index (self->places, i), name, secret, &cause))
        return TRUE;
    }

  /* the last one is the keyring, if there is one */
  if (cause == NULL)
    return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "there is no place to keep “%s” in", name);
  g_propagate_error (error, g_steal_pointer (&cause));

  return FALSE;
}

static gboolean
usher_chained_secrets_remove (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (secrets);
  const UsherSecretsInterface *plain = g_type_default_interface_peek (USHER_TYPE_SECRETS);

  for (guint i = 0; i < self->places->len; i++)
    {
      UsherSecrets *place = g_ptr_array_index (self->places, i);

      if (USHER_SECRETS_GET_IFACE (place)->remove != plain->remove)
        return usher_secrets_remove (place, name, error);
    }

  return usher_refuse (error,
                       USHER_ERROR_UNAVAILABLE,
                       "there is no keyring that could have “%s”",
                       name);
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = usher_chained_secrets_lookup;
  iface->describe = usher_chained_secrets_describe;
  iface->get_mark = usher_chained_secrets_get_mark;
  iface->list = usher_chained_secrets_list;
  iface->store = usher_chained_secrets_store;
  iface->remove = usher_chained_secrets_remove;
}

static void
usher_chained_secrets_finalize (GObject *object)
{
  UsherChainedSecrets *self = USHER_CHAINED_SECRETS (object);

  g_clear_pointer (&self->places, g_ptr_array_unref);

  G_OBJECT_CLASS (usher_chained_secrets_parent_class)->finalize (object);
}

static void
usher_chained_secrets_class_init (UsherChainedSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_chained_secrets_finalize;
}

static void
usher_chained_secrets_init (UsherChainedSecrets *self)
{
  self->places = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * usher_chained_secrets_new:
 *
 * Makes an order of no places.
 *
 * Returns: (transfer full): the secrets
 */
UsherChainedSecrets *
usher_chained_secrets_new (void)
{
  return g_object_new (USHER_TYPE_CHAINED_SECRETS, NULL);
}

/**
 * usher_chained_secrets_new_default:
 * @folder: (type filename) (nullable): a folder with secrets, `NULL` or empty: none
 *
 * Makes the order in which a host looks, but for the keyring: the service manager's credentials (`$CREDENTIALS_DIRECTORY`),
 * @folder, the environment.
 *
 * Returns: (transfer full): the secrets
 */
UsherChainedSecrets *
usher_chained_secrets_new_default (const char *folder)
{
  UsherChainedSecrets *self = usher_chained_secrets_new ();
  const char *folders[] = { g_getenv ("CREDENTIALS_DIRECTORY"), folder };
  g_autoptr (UsherSecrets) environment = usher_environment_secrets_new ();

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (folders[i] != NULL && *folders[i] != '\0')
      {
        g_autoptr (UsherSecrets) files = usher_folder_secrets_new (folders[i]);

        usher_chained_secrets_add (self, files);
      }
  usher_chained_secrets_add (self, environment);

  return self;
}

/**
 * usher_chained_secrets_add:
 * @self: an order of places
 * @secrets: a place
 *
 * Adds a place behind all others.
 */
void
usher_chained_secrets_add (UsherChainedSecrets *self, UsherSecrets *secrets)
{
  g_return_if_fail (USHER_IS_CHAINED_SECRETS (self));
  g_return_if_fail (USHER_IS_SECRETS (secrets));

  g_ptr_array_add (self->places, g_object_ref (secrets));
}

/**
 * usher_chained_secrets_locate:
 * @self: an order of places
 * @name: a name
 *
 * Says which place a secret would come from. May block, for a bounded time.
 *
 * Returns: (transfer full) (nullable): the place, `NULL`: none has it
 */
char *
usher_chained_secrets_locate (UsherChainedSecrets *self, const char *name)
{
  UsherSecrets *where = NULL;
  g_autoptr (UsherSecret) secret = NULL;

  g_return_val_if_fail (USHER_IS_CHAINED_SECRETS (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  secret = search (self, name, &where, NULL);

  return secret != NULL ? usher_secrets_describe (where, name) : NULL;
}
