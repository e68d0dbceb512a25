/* test-background-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-background-secrets-private.h"
#include "usher-error.h"
#include "usher-kept-secret-private.h"
#include "usher-test-base.h"

#define NAME "stripe"

/* A keyring that hangs as long as the test wants it to. */
struct _HangingSecrets
{
  GObject parent_instance;

  GMutex mutex;
  GCond moved;
  const char *text; /* (unowned) (nullable) (mutex mutex) */
  int code;         /* (mutex mutex): of the error where there is no text */
  gboolean hangs;   /* (mutex mutex) */
  guint n_asked;    /* (mutex mutex) */
  guint n_answered; /* (mutex mutex) */
};

#define HANGING_TYPE_SECRETS (hanging_secrets_get_type ())
G_DECLARE_FINAL_TYPE (HangingSecrets, hanging_secrets, HANGING, SECRETS, GObject)

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HangingSecrets,
                               hanging_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

static UsherSecret *
hanging_secrets_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  HangingSecrets *self = HANGING_SECRETS (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *text = self->text;

  self->n_asked++;
  g_cond_broadcast (&self->moved);
  while (self->hangs)
    g_cond_wait (&self->moved, &self->mutex);
  self->n_answered++;
  g_cond_broadcast (&self->moved);
  if (text != NULL)
    return usher_secret_new (text);

  g_set_error (error, USHER_ERROR, self->code, "the keyring says no");

  return NULL;
}

static gboolean
hanging_secrets_store (UsherSecrets *secrets, const char *name, UsherSecret *secret, GError **error)
{
  HangingSecrets *self = HANGING_SECRETS (secrets);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->text = g_intern_string (usher_secret_get_text (secret));

  return TRUE;
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = hanging_secrets_lookup;
  iface->store = hanging_secrets_store;
}

static void
hanging_secrets_class_init (HangingSecretsClass *klass)
{
}

static void
hanging_secrets_init (HangingSecrets *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->moved);
  self->text = "first";
}

static void
set (HangingSecrets *self, const char *text, int code, gboolean hangs)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->text = text;
  self->code = code;
  self->hangs = hangs;
  g_cond_broadcast (&self->moved);
}

/* Until the thread behind has asked, or been answered, that often. */
static void
await (HangingSecrets *self, const guint *counter, guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (*counter < n)
    g_cond_wait (&self->moved, &self->mutex);
}

static guint
get (HangingSecrets *self, const guint *counter)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return *counter;
}

typedef struct
{
  HangingSecrets *place;   /* (owned) */
  UsherSecrets *secrets;   /* (owned) */
  UsherKeptSecret *secret; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->place = g_object_new (HANGING_TYPE_SECRETS, NULL);
  fixture->secrets = usher_background_secrets_new (USHER_SECRETS (fixture->place), 0);
  fixture->secret = usher_kept_secret_new (fixture->secrets, NAME);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_kept_secret_free (fixture->secret);
  g_assert_finalize_object (fixture->secrets);
  g_mutex_clear (&fixture->place->mutex);
  g_cond_clear (&fixture->place->moved);
  g_assert_finalize_object (fixture->place);
}

static gboolean
is_now (Fixture *fixture, const char *text)
{
  g_autoptr (UsherSecret) secret = usher_kept_secret_dup (fixture->secret, NULL);

  return secret != NULL && g_str_equal (usher_secret_get_text (secret), text);
}

static void
test_hanging (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "While a keyring hangs, what is known is used at once, and the new one when it is there");

  g_assert_true (is_now (fixture, "first"));
  set (fixture->place, "second", 0, TRUE);
  g_assert_true (is_now (fixture, "first"));
  await (fixture->place, &fixture->place->n_asked, 2);
  for (guint i = 0; i < 100; i++)
    g_assert_true (is_now (fixture, "first"));
  g_assert_cmpuint (get (fixture->place, &fixture->place->n_asked), ==, 2);

  set (fixture->place, "second", 0, FALSE);
  usher_test_until (is_now (fixture, "second"));
}

static void
test_lost (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A keyring that cannot tell leaves what is known, and says so once");

  g_assert_true (is_now (fixture, "first"));
  g_test_expect_message ("usher-core", G_LOG_LEVEL_MESSAGE, "*“stripe” stays as it was*says no*");
  set (fixture->place, NULL, USHER_ERROR_UNAVAILABLE, FALSE);
  g_assert_true (is_now (fixture, "first"));
  await (fixture->place, &fixture->place->n_answered, 2);
  usher_test_until (is_now (fixture, "first") &&
                    get (fixture->place, &fixture->place->n_answered) >= 4);
  set (fixture->place, "second", 0, FALSE);
  usher_test_until (is_now (fixture, "second"));
  g_test_assert_expected_messages ();
}

static void
test_not_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSecret) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that nobody keeps is looked up each time, and what is not there is said");

  other = usher_secrets_lookup (fixture->secrets, "other", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_secret_get_text (other), ==, "first");
  set (fixture->place, NULL, USHER_ERROR_NOT_FOUND, FALSE);
  g_assert_null (usher_secrets_lookup (fixture->secrets, "other", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static gpointer
look_up (gpointer secrets)
{
  return usher_secrets_lookup (secrets, NAME, NULL);
}

static void
test_store (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSecrets) secrets =
      usher_background_secrets_new (USHER_SECRETS (fixture->place), G_TIME_SPAN_HOUR);
  g_autoptr (UsherSecret) second = usher_secret_new ("second");
  g_autoptr (UsherSecret) late = NULL;
  g_autoptr (UsherSecret) now = NULL;
  GThread *thread = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What a keyring said before a secret was stored is not what is known after that");

  usher_secrets_get_mark (secrets, NAME);
  set (fixture->place, "first", 0, TRUE);
  thread = g_thread_new ("looks", look_up, secrets);
  await (fixture->place, &fixture->place->n_asked, 1);
  usher_secrets_store (secrets, NAME, second, &error);
  g_assert_no_error (error);
  set (fixture->place, "second", 0, FALSE);
  late = g_thread_join (thread);
  g_assert_cmpstr (usher_secret_get_text (late), ==, "first");

  now = usher_secrets_lookup (secrets, NAME, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (usher_secret_get_text (now), ==, "second");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  test ("/background-secrets/lookup/hanging", test_hanging);
  test ("/background-secrets/lookup/lost", test_lost);
  test ("/background-secrets/lookup/not-kept", test_not_kept);
  test ("/background-secrets/store", test_store);
#undef test

  return g_test_run ();
}
