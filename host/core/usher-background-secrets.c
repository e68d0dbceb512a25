/* usher-background-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-background-secrets-private.h"

#include "usher-error.h"

/* What is known of a secret that somebody uses for long. */
typedef struct
{
  char *name;          /* (owned) */
  UsherSecret *secret; /* (owned) (nullable) */
  GError *error;       /* (owned) (nullable): why there is none; neither: nobody has asked yet */
  gint64 looked;       /* monotonic */
  guint64 mark;
  gboolean is_asked; /* the thread behind is at it */
  gboolean is_stale; /* it was told that the place cannot be asked */
} Known;

/* Secrets of a place that may take its time, such as a keyring that hangs. The first look-up of a name waits for the place. Once
 * somebody has asked for the mark of a name, what is known of it is told at once, and the place is asked again by a thread behind,
 * at most once a period. Any thread. */
struct _UsherBackgroundSecrets
{
  GObject parent_instance;

  UsherSecrets *place; /* (owned) */
  gint64 period;
  GThreadPool *pool; /* (owned): of one thread */
  GMutex mutex;      /* held for no longer than it takes to look into @known */
  /* none is taken out, as the thread behind has them */
  GHashTable *known; /* (owned) (mutex mutex) (element-type utf8 Known) */
  guint64
      n_changes; /* (mutex mutex): how often names were written here; no answer from before is learnt */
};

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherBackgroundSecrets,
                               usher_background_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

static void
known_free (gpointer data)
{
  Known *known = data;

  g_free (known->name);
  g_clear_pointer (&known->secret, usher_secret_unref);
  g_clear_error (&known->error);
  g_free (known);
}

static gboolean
is_answered (const Known *known)
{
  return known->secret != NULL || known->error != NULL;
}

static gboolean
is_same (const Known *known, UsherSecret *secret)
{
  return secret != NULL ? known->secret != NULL && usher_secret_equal (known->secret, secret)
                        : known->secret == NULL;
}

/* Takes an answer of the place over. With the mutex held; one that cannot tell leaves what is known. */
static void
learn (Known *known, const char *name, UsherSecret *secret, const GError *error)
{
  gboolean is_lost = secret == NULL && known->secret != NULL &&
                     !g_error_matches (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);

  known->looked = g_get_monotonic_time ();
  if (is_lost && !known->is_stale)
    g_message ("secret “%s” stays as it was: %s", name, error->message);
  known->is_stale = is_lost;
  if (is_lost)
    return;

  if (!is_same (known, secret))
    known->mark++;
  g_clear_pointer (&known->secret, usher_secret_unref);
  g_clear_error (&known->error);
  known->secret = secret != NULL ? usher_secret_ref (secret) : NULL;
  known->error = secret == NULL ? g_error_copy (error) : NULL;
}

static guint64
get_n_changes (UsherBackgroundSecrets *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_changes;
}

static UsherSecret *
ask (UsherBackgroundSecrets *self, const char *name, GError **error)
{
  guint64 n_changes = get_n_changes (self);
  g_autoptr (GError) cause = NULL;
  UsherSecret *secret = usher_secrets_lookup (self->place, name, &cause);
  Known *known = NULL;

  g_mutex_lock (&self->mutex);
  known = g_hash_table_lookup (self->known, name);
  if (known != NULL && n_changes == self->n_changes)
    learn (known, name, secret, cause);
  if (known != NULL)
    known->is_asked = FALSE;
  g_mutex_unlock (&self->mutex);

  if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));

  return secret;
}

static void
ask_behind (gpointer data, gpointer user_data)
{
  const Known *known = data;
  g_autoptr (UsherSecret) secret = ask (user_data, known->name, NULL);
}

static UsherSecret *
usher_background_secrets_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherBackgroundSecrets *self = USHER_BACKGROUND_SECRETS (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const Known *known = g_hash_table_lookup (self->known, name);

  if (known == NULL || !is_answered (known))
    {
      g_clear_pointer (&locker, g_mutex_locker_free);
      return ask (self, name, error);
    }
  if (known->secret != NULL)
    return usher_secret_ref (known->secret);

  g_propagate_error (error, g_error_copy (known->error));

  return NULL;
}

static char *
usher_background_secrets_describe (UsherSecrets *secrets, const char *name)
{
  return usher_secrets_describe (USHER_BACKGROUND_SECRETS (secrets)->place, name);
}

/* Who asks keeps the secret: from now on it is looked after. */
static guint64
usher_background_secrets_get_mark (UsherSecrets *secrets, const char *name)
{
  UsherBackgroundSecrets *self = USHER_BACKGROUND_SECRETS (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Known *known = g_hash_table_lookup (self->known, name);
  gint64 now = g_get_monotonic_time ();

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      known->name = g_strdup (name);
      g_hash_table_insert (self->known, known->name, known);
    }
  if (is_answered (known) && !known->is_asked && now - known->looked >= self->period)
    {
      /* where no thread can be had either, after a period again */
      known->looked = now;
      known->is_asked = g_thread_pool_push (self->pool, known, NULL);
    }

  return known->mark;
}

static char **
usher_background_secrets_list (UsherSecrets *secrets)
{
  return usher_secrets_list (USHER_BACKGROUND_SECRETS (secrets)->place);
}

/* What was known is asked for again by the next look-up. */
static void
forget (UsherBackgroundSecrets *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Known *known = g_hash_table_lookup (self->known, name);

  self->n_changes++;
  if (known == NULL)
    return;

  g_clear_pointer (&known->secret, usher_secret_unref);
  g_clear_error (&known->error);
  known->mark++;
}

static gboolean
usher_background_secrets_store (UsherSecrets *secrets,
                                const char *name,
                                UsherSecret *secret,
                                GError **error)
{
  UsherBackgroundSecrets *self = USHER_BACKGROUND_SECRETS (secrets);
  gboolean ok = usher_secrets_store (self->place, name, secret, error);

  forget (self, name);

  return ok;
}

static gboolean
usher_background_secrets_remove (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherBackgroundSecrets *self = USHER_BACKGROUND_SECRETS (secrets);
  gboolean ok = usher_secrets_remove (self->place, name, error);

  forget (self, name);

  return ok;
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = usher_background_secrets_lookup;
  iface->describe = usher_background_secrets_describe;
  iface->get_mark = usher_background_secrets_get_mark;
  iface->list = usher_background_secrets_list;
  iface->store = usher_background_secrets_store;
  iface->remove = usher_background_secrets_remove;
}

static void
usher_background_secrets_finalize (GObject *object)
{
  UsherBackgroundSecrets *self = USHER_BACKGROUND_SECRETS (object);

  /* as long as the place takes for the one that it is asked for */
  g_thread_pool_free (self->pool, TRUE, TRUE);
  g_hash_table_unref (self->known);
  g_object_unref (self->place);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_background_secrets_parent_class)->finalize (object);
}

static void
usher_background_secrets_class_init (UsherBackgroundSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_background_secrets_finalize;
}

static void
usher_background_secrets_init (UsherBackgroundSecrets *self)
{
  g_mutex_init (&self->mutex);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, known_free);
  self->pool = g_thread_pool_new (ask_behind, self, 1, FALSE, NULL);
}

UsherSecrets *
usher_background_secrets_new (UsherSecrets *place, gint64 period)
{
  UsherBackgroundSecrets *self = g_object_new (USHER_TYPE_BACKGROUND_SECRETS, NULL);

  self->place = g_object_ref (place);
  self->period = period;

  return USHER_SECRETS (self);
}
