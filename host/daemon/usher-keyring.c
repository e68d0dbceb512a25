/* usher-keyring.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-keyring.h"

#include <string.h>

#include "usher-error.h"
#include "usher-keyring-call.h"

/* how long a keyring that did not answer is let alone */
#define REST G_TIME_SPAN_MINUTE

static const SecretSchema schema = {
  "org.usher.Secret",
  SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* Secrets of libsecret: a keyring by the Secret Service, or libsecret's file. Nothing here waits for a person or for a service that
 * hangs: a keyring that is locked is one that cannot be asked. Any thread. */
struct _UsherKeyring
{
  GObject parent_instance;

  GMutex mutex;
  gint64 rest; /* (mutex mutex): until when it is not asked again, monotonic */
  gboolean is_read_only;
};

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherKeyring,
                               usher_keyring,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

static gboolean
is_file (void)
{
  return g_strcmp0 (g_getenv ("SECRET_BACKEND"), "file") == 0;
}

/* (nullable): why there is none; GDBus would start a bus of its own */
static const char *
find_obstacle (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  gboolean has_bus = address != NULL ? *address != '\0' && !g_str_has_prefix (address, "disabled:")
                                     : g_file_test (socket, G_FILE_TEST_EXISTS);

  if (!is_file () && !has_bus)
    return "there is no session bus";

  return usher_libsecret_get () == NULL ? "libsecret is not installed" : NULL;
}

static char *
usher_keyring_describe (UsherSecrets *secrets, const char *name)
{
  const char *obstacle = find_obstacle ();

  if (obstacle != NULL)
    return g_strdup_printf ("“%s” in the keyring (%s)", name, obstacle);

  /* which finds nothing, too, where the password is wrong */
  return g_strdup_printf ("“%s” in the keyring%s", name, is_file () ? " (libsecret's file)" : "");
}

static GHashTable *
make_attributes (const char *name)
{
  GHashTable *attributes = g_hash_table_new (g_str_hash, g_str_equal);

  if (name != NULL)
    g_hash_table_insert (attributes, (gpointer) "name", (gpointer) name);

  return attributes;
}

/* (transfer full): a call, when there is somebody to ask */
static UsherKeyringCall *
begin (UsherKeyring *self, GError **error)
{
  const char *obstacle = find_obstacle ();

  if (obstacle != NULL)
    {
      usher_refuse (error, USHER_ERROR_NOT_FOUND, "there is no keyring: %s", obstacle);
      return NULL;
    }
  if (g_get_monotonic_time () < self->rest)
    {
      usher_refuse (error,
                    USHER_ERROR_UNAVAILABLE,
                    "the keyring did not answer, and is asked again in a minute");
      return NULL;
    }

  return usher_keyring_call_new ();
}

/* Ends a call. @cause: (nullable) (transfer full): why it failed */
static void
end (UsherKeyring *self, UsherKeyringCall *call, GError *cause, GError **error)
{
  g_autoptr (GError) own = cause;

  if (usher_keyring_call_is_late (call))
    {
      self->rest = g_get_monotonic_time () + REST;
      usher_refuse (
          error,
          USHER_ERROR_UNAVAILABLE,
          "the keyring did not answer in time: it hangs, or waits for somebody to unlock it");
    }
  else if (own != NULL && own->domain == USHER_ERROR)
    g_propagate_error (error, g_steal_pointer (&own));
  else if (own != NULL)
    usher_refuse (error, USHER_ERROR_UNAVAILABLE, "the keyring cannot be asked: %s", own->message);

  usher_keyring_call_free (call, usher_libsecret_get ());
}

static void
free_items (GList *items)
{
  g_list_free_full (items, g_object_unref);
}

/* (transfer full) (nullable): what has @name, or all of ours; without asking anybody to unlock it */
static GList *
search (UsherKeyringCall *call, const char *name, SecretSearchFlags flags, GError **error)
{
  const UsherLibsecret *library = usher_libsecret_get ();
  g_autoptr (GHashTable) attributes = make_attributes (name);
  GAsyncResult *result = NULL;

  library->search (&schema,
                   attributes,
                   flags,
                   usher_keyring_call_get_cancellable (call),
                   usher_keyring_call_done,
                   call);
  result = usher_keyring_call_await (call);

  return result != NULL ? library->search_finish (result, error) : NULL;
}

static gboolean
is_locked (gpointer item)
{
  const UsherLibsecret *library = usher_libsecret_get ();

  return g_type_is_a (G_OBJECT_TYPE (item), library->item_get_type ()) &&
         library->item_get_locked (item);
}

static UsherSecret *
retrieve (UsherKeyringCall *call, gpointer item, GError **error)
{
  const UsherLibsecret *library = usher_libsecret_get ();
  GAsyncResult *result = NULL;
  SecretValue *value = NULL;
  UsherSecret *secret = NULL;
  const char *data = NULL;
  gsize size = 0;

  if (is_locked (item))
    {
      usher_refuse (error, USHER_ERROR_UNAVAILABLE, "the keyring is locked: unlock it");
      return NULL;
    }

  library->retrieve (item,
                     usher_keyring_call_get_cancellable (call),
                     usher_keyring_call_done,
                     call);
  result = usher_keyring_call_await (call);
  value = result != NULL ? library->retrieve_finish (item, result, error) : NULL;
  if (value == NULL)
    return NULL;

  data = library->value_get (value, &size);
  secret = usher_secret_new_bytes ((const guint8 *) data, size);
  library->value_unref (value);

  return secret;
}

static UsherSecret *
look_up (UsherKeyring *self, const char *name, GError **error)
{
  UsherKeyringCall *call = begin (self, error);
  GError *cause = NULL;
  GList *items = NULL;
  UsherSecret *secret = NULL;

  if (call == NULL)
    return NULL;

  items = search (call, name, SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS, &cause);
  if (items != NULL)
    secret = retrieve (call, items->data, &cause);
  else if (cause == NULL)
    usher_refuse (&cause, USHER_ERROR_NOT_FOUND, "the keyring has no “%s”", name);
  free_items (items);
  end (self, call, cause, error);

  return secret;
}

static UsherSecret *
usher_keyring_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherKeyring *self = USHER_KEYRING (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return look_up (self, name, error);
}

static char **
usher_keyring_list (UsherSecrets *secrets)
{
  UsherKeyring *self = USHER_KEYRING (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  UsherKeyringCall *call = begin (self, NULL);
  GList *items = NULL;
  GError *cause = NULL;

  if (call == NULL)
    return g_strv_builder_end (builder);

  items = search (call, NULL, SECRET_SEARCH_ALL, &cause);
  for (GList *link = items; link != NULL; link = link->next)
    {
      g_autoptr (GHashTable) attributes = usher_libsecret_get ()->get_attributes (link->data);
      const char *name = g_hash_table_lookup (attributes, "name");

      if (name != NULL)
        g_strv_builder_add (builder, name);
    }
  free_items (items);
  end (self, call, cause, NULL);

  return g_strv_builder_end (builder);
}

static gboolean
put (UsherKeyring *self, const char *name, UsherSecret *secret, GError **error)
{
  const UsherLibsecret *library = NULL;
  UsherKeyringCall *call = begin (self, error);
  g_autoptr (GHashTable) attributes = make_attributes (name);
  g_autofree char *label = g_strdup_printf ("Usher: %s", name);
  GAsyncResult *result = NULL;
  GError *cause = NULL;
  gboolean ok = FALSE;

  if (call == NULL)
    return FALSE;

  library = usher_libsecret_get ();
  library->store (&schema,
                  attributes,
                  SECRET_COLLECTION_DEFAULT,
                  label,
                  usher_secret_get_text (secret),
                  usher_keyring_call_get_cancellable (call),
                  usher_keyring_call_done,
                  call);
  result = usher_keyring_call_await (call);
  ok = result != NULL && library->store_finish (result, &cause);
  end (self, call, cause, error);

  return ok;
}

/* libsecret's file says that it has kept what it cannot give back. */
static gboolean
verify (UsherKeyring *self, const char *name, UsherSecret *secret, GError **error)
{
  g_autoptr (UsherSecret) kept = look_up (self, name, error);

  if (kept == NULL)
    {
      g_prefix_error (error, "what was stored was not found again: ");
      return FALSE;
    }

  return usher_secret_equal (kept, secret) ||
         usher_refuse (error,
                       USHER_ERROR_CONFLICT,
                       "somebody else stored “%s” at the same time: try again",
                       name);
}

static gboolean
usher_keyring_store (UsherSecrets *secrets, const char *name, UsherSecret *secret, GError **error)
{
  UsherKeyring *self = USHER_KEYRING (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->is_read_only)
    return usher_refuse (error, USHER_ERROR_UNAVAILABLE, "nothing is kept by who only looks");

  return put (self, name, secret, error) && verify (self, name, secret, error);
}

static gboolean
usher_keyring_remove (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherKeyring *self = USHER_KEYRING (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const UsherLibsecret *library = NULL;
  UsherKeyringCall *call = begin (self, error);
  g_autoptr (GHashTable) attributes = make_attributes (name);
  GAsyncResult *result = NULL;
  GError *cause = NULL;
  gboolean ok = FALSE;

  if (call == NULL)
    return FALSE;

  library = usher_libsecret_get ();
  library->clear (&schema,
                  attributes,
                  usher_keyring_call_get_cancellable (call),
                  usher_keyring_call_done,
                  call);
  result = usher_keyring_call_await (call);
  ok = result != NULL && library->clear_finish (result, &cause);
  if (!ok && result != NULL && cause == NULL)
    usher_refuse (&cause, USHER_ERROR_NOT_FOUND, "the keyring has no “%s”", name);
  end (self, call, cause, error);

  return ok;
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = usher_keyring_lookup;
  iface->describe = usher_keyring_describe;
  iface->list = usher_keyring_list;
  iface->store = usher_keyring_store;
  iface->remove = usher_keyring_remove;
}

static void
usher_keyring_finalize (GObject *object)
{
  UsherKeyring *self = USHER_KEYRING (object);

  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_keyring_parent_class)->finalize (object);
}

static void
usher_keyring_class_init (UsherKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_keyring_finalize;
}

static void
usher_keyring_init (UsherKeyring *self)
{
  g_mutex_init (&self->mutex);
}

UsherKeyring *
usher_keyring_new (void)
{
  return g_object_new (USHER_TYPE_KEYRING, NULL);
}

void
usher_keyring_set_read_only (UsherKeyring *self)
{
  self->is_read_only = TRUE;
}
