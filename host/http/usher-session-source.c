/* usher-session-source.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-session-source-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-folder-secrets.h"
#include "usher-kept-secret-private.h"
#include "usher-secret-file-private.h"
#include "usher-secret-private.h"
#include "usher-settings.h"

#define FILE_PATH "file:"
#define SECRET    "secret:"
/* seconds until all who share a secret have seen that it changed: longer than any of them looks away */
#define NOTICE 60
/* seconds; who wants a key to sign later than that has mistyped, and a number of more digits would be no line of the file */
#define LATEST (366 * 24 * 3600)

/* Either a file of the host's own, or a secret that somebody keeps for it; and the file may say which one. */
struct _UsherSessionSource
{
  char *path;            /* (owned) (nullable): of the host's own file */
  char *file_name;       /* (owned) (nullable): in its folder */
  UsherSecrets *folder;  /* (owned) (nullable): where that is */
  UsherSecrets *secrets; /* (owned) (nullable) */
  GMutex mutex;
  char *name;            /* (owned) (nullable) (mutex mutex): of the secret */
  UsherKeptSecret *kept; /* (owned) (nullable) (mutex mutex): that secret */
  UsherSecret *last;     /* (owned) (nullable) (mutex mutex): what the last look found */
  guint64 mark;          /* (mutex mutex): of the file then */
};

UsherSessionSource *
usher_session_source_new (const char *path, UsherSecrets *secrets)
{
  UsherSessionSource *self = g_new0 (UsherSessionSource, 1);
  g_autofree char *folder = g_path_get_dirname (path);

  self->path = g_strdup (path);
  self->file_name = g_path_get_basename (path);
  self->folder = usher_folder_secrets_new (folder);
  self->secrets = secrets != NULL ? g_object_ref (secrets) : NULL;
  g_mutex_init (&self->mutex);

  return self;
}

static void
set_name (UsherSessionSource *self, const char *name)
{
  g_clear_pointer (&self->kept, usher_kept_secret_free);
  g_free (self->name);
  self->name = g_strdup (name);
  if (name != NULL)
    self->kept = usher_kept_secret_new (self->secrets, name);
}

/* (transfer full) (nullable): the secrets among which @reference names one, which is @name */
static UsherSecrets *
follow (const char *reference, UsherSecrets *secrets, char **name)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  const char *rest = strchr (reference, ':');
  g_autofree char *parent = NULL;

  if (!usher_setting_is_reference (reference))
    return NULL;
  if (g_str_has_prefix (reference, FILE_PATH))
    {
      parent = g_path_get_dirname (rest + 1);
      *name = g_path_get_basename (rest + 1);
      return usher_folder_secrets_new (parent);
    }

  *name = g_strdup (rest + 1);
  if (g_str_has_prefix (reference, SECRET))
    return g_object_ref (secrets);

  return folder != NULL ? usher_folder_secrets_new (folder) : NULL;
}

UsherSessionSource *
usher_session_source_new_reference (const char *reference, UsherSecrets *secrets, GError **error)
{
  UsherSessionSource *self = NULL;
  g_autofree char *name = NULL;
  UsherSecrets *followed = follow (reference, secrets, &name);

  if (followed == NULL)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "the keys of sessions are not in the settings themselves: session.key wants "
                    "secret:NAME, file:PATH, or, where there are credentials, credential:NAME");
      return NULL;
    }

  self = g_new0 (UsherSessionSource, 1);
  g_mutex_init (&self->mutex);
  self->secrets = followed;
  set_name (self, name);

  return self;
}

void
usher_session_source_free (UsherSessionSource *self)
{
  set_name (self, NULL);
  g_free (self->path);
  g_free (self->file_name);
  g_clear_object (&self->folder);
  g_clear_object (&self->secrets);
  g_clear_pointer (&self->last, usher_secret_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

char *
usher_session_source_describe (UsherSessionSource *self)
{
  if (self->path != NULL)
    return g_strdup_printf ("file “%s”", self->path);

  return usher_secrets_describe (self->secrets, self->name);
}

static gboolean
fail_with_errno (const char *path, int code, GError **error)
{
  return usher_refuse (
      error, USHER_ERROR_UNAVAILABLE, "key file “%s” cannot be read: %s", path, g_strerror (code));
}

static gboolean
check_file (const char *path, int fd, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_with_errno (path, errno, error);

  if ((info.st_mode & 077) != 0)
    return usher_refuse (error,
                         USHER_ERROR_FORBIDDEN,
                         "key file “%s” can be read by others (mode %o): make it 600",
                         path,
                         (guint) info.st_mode & 0777);

  return S_ISREG (info.st_mode) ||
         usher_refuse (error, USHER_ERROR_CORRUPT, "key file “%s” is no file", path);
}

static gboolean
read_file (const char *path, UsherSecret **secret, GError **error)
{
  /* NOLINTNEXTLINE (clang-analyzer-core.NonNullParamChecker): only who has a path comes here */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean ok = FALSE;

  if (fd < 0)
    return fail_with_errno (path, errno, error);

  ok = check_file (path, fd, error);
  if (ok)
    {
      *secret = usher_secret_read (fd);
      ok = *secret != NULL || fail_with_errno (path, errno, error);
    }
  close (fd);

  return ok;
}

/* (transfer full) (nullable): which secret a file says that the keys are */
static char *
find_name (UsherSecret *secret)
{
  const char *text = usher_secret_get_text (secret);
  g_autofree char *name = NULL;

  if (!g_str_has_prefix (text, SECRET))
    return NULL;

  name = g_strchomp (g_strdup (text + strlen (SECRET)));

  return usher_secret_is_name (name) ? g_steal_pointer (&name) : NULL;
}

/* Whether a keyring has a new key, and the file says which. */
static gboolean
make_in_keyring (UsherSessionSource *self)
{
  g_autofree char *id = usher_session_key_make_id ();
  g_autofree char *name = g_strdup_printf ("session-%.12s", id);
  g_autofree char *text = g_strconcat (SECRET, name, "\n", NULL);
  g_autoptr (UsherSecret) reference = usher_secret_new (text);
  g_autoptr (UsherSecret) keys = usher_session_keys_rotate (NULL, 0, 0, 0, NULL);
  g_autoptr (UsherSecret) written = NULL;
  g_autoptr (GError) error = NULL;

  if (self->secrets == NULL || !usher_secrets_store (self->secrets, name, keys, &error))
    {
      g_debug ("the key of sessions is no secret of a keyring: %s",
               error != NULL ? error->message : "there is none");
      return FALSE;
    }

  /* somebody else may have been first */
  if (usher_secret_file_make (self->path, reference, &error) &&
      read_file (self->path, &written, &error) && usher_secret_equal (written, reference))
    {
      g_message ("the key of sessions is in the keyring, as “%s”; “%s” says so", name, self->path);
      return TRUE;
    }

  usher_secrets_remove (self->secrets, name, NULL);

  return written != NULL;
}

static gboolean
make_file (UsherSessionSource *self, GError **error)
{
  guint8 bytes[USHER_SESSION_KEY_SIZE];
  g_autoptr (UsherSecret) secret = NULL;

  if (make_in_keyring (self))
    return TRUE;

  randombytes_buf (bytes, sizeof bytes);
  secret = usher_secret_new_bytes (bytes, sizeof bytes);
  sodium_memzero (bytes, sizeof bytes);

  return usher_secret_file_make (self->path, secret, error);
}

/* Reads the host's own file: what is found is in @self->last, or @self->kept knows where it is. */
static gboolean
look_at_file (UsherSessionSource *self, GError **error)
{
  g_autoptr (UsherSecret) secret = NULL;
  g_autofree char *name = NULL;
  guint64 mark = 0;

  if (self->last == NULL && !g_file_test (self->path, G_FILE_TEST_EXISTS) &&
      !make_file (self, error))
    return FALSE;

  /* before it is read, so that what changes meanwhile is seen by the next look */
  mark = usher_secrets_get_mark (self->folder, self->file_name);
  if (!read_file (self->path, &secret, error))
    return FALSE;

  name = find_name (secret);
  if (name != NULL && self->secrets == NULL)
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "key file “%s” names the secret “%s”, but no secrets can be asked here",
                         self->path,
                         name);

  /* what could not be read now is read by the next look */
  self->mark = mark;
  set_name (self, name);
  g_clear_pointer (&self->last, usher_secret_unref);
  if (name == NULL)
    self->last = g_steal_pointer (&secret);

  return TRUE;
}

static gboolean
fail_to_find (UsherSessionSource *self, const GError *cause, GError **error)
{
  if (self->path == NULL)
    return usher_refuse (error, cause->code, "the key of sessions: %s", cause->message);

  return usher_refuse (error,
                       cause->code,
                       "the key of sessions: %s; start where the keyring is, or remove “%s” to "
                       "begin with a new key, which ends all sessions",
                       cause->message,
                       self->path);
}

/* The secret that the keys are; @is_new: set where it is another one than the last look has found */
static gboolean
look_at_secret (UsherSessionSource *self, gboolean *is_new, GError **error)
{
  g_autoptr (GError) cause = NULL;
  UsherSecret *secret = usher_kept_secret_dup (self->kept, &cause);

  if (secret == NULL)
    return fail_to_find (self, cause, error);

  *is_new = *is_new || secret != self->last;
  g_clear_pointer (&self->last, usher_secret_unref);
  self->last = secret;

  return TRUE;
}

static UsherSessionKeys *
parse (UsherSessionSource *self, GError **error)
{
  g_autofree char *place = usher_session_source_describe (self);
  UsherSessionKeys *keys = usher_session_keys_parse (self->last, error);

  if (keys == NULL)
    g_prefix_error (error, "%s: ", place);

  return keys;
}

UsherSessionKeys *
usher_session_source_look (UsherSessionSource *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_new = FALSE;

  if (self->path != NULL &&
      (self->last == NULL || self->mark != usher_secrets_get_mark (self->folder, self->file_name)))
    {
      is_new = TRUE;
      if (!look_at_file (self, error))
        return NULL;
    }
  if (self->kept != NULL && !look_at_secret (self, &is_new, error))
    return NULL;

  return is_new ? parse (self, error) : NULL;
}

/* Others who rotate the file wait. */
static gboolean
rotate_file (UsherSessionSource *self, gint64 now, gint64 from, gint64 lifetime, GError **error)
{
  int lock = usher_secret_file_lock (self->path);
  g_autoptr (UsherSecret) secret = NULL;
  g_autoptr (UsherSessionKeys) keys = NULL;
  gboolean ok = FALSE;

  g_clear_pointer (&self->last, usher_secret_unref);
  if (look_at_file (self, error) && self->last != NULL)
    keys = parse (self, error);
  if (keys != NULL)
    secret = usher_session_keys_rotate (keys, now, from, lifetime, error);
  if (secret != NULL)
    ok = usher_secret_file_replace (self->path, secret, error);
  if (lock >= 0)
    close (lock);

  return ok;
}

static gboolean
rotate_secret (UsherSessionSource *self, gint64 now, gint64 from, gint64 lifetime, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (UsherSecret) former = usher_secrets_lookup (self->secrets, self->name, &cause);
  g_autoptr (UsherSecret) secret = NULL;
  g_autoptr (UsherSessionKeys) keys = NULL;

  if (former == NULL && !g_error_matches (cause, USHER_ERROR, USHER_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }

  if (former != NULL)
    {
      keys = usher_session_keys_parse (former, error);
      if (keys == NULL)
        {
          g_prefix_error (error, "secret “%s”: ", self->name);
          return FALSE;
        }
    }
  secret = usher_session_keys_rotate (keys, now, from, lifetime, error);

  return secret != NULL && usher_secrets_store (self->secrets, self->name, secret, error);
}

gint64
usher_session_source_rotate (UsherSessionSource *self,
                             gint64 now,
                             gint64 after,
                             gint64 lifetime,
                             GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_file = FALSE;
  gboolean ok = FALSE;
  gint64 from = 0;

  if (after > LATEST)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "a new key signs within a year, %d seconds, from now on",
                    LATEST);
      return -1;
    }
  if (self->path != NULL && !look_at_file (self, error))
    return -1;

  is_file = self->name == NULL;
  if (after < 0)
    after = is_file ? 0 : NOTICE;
  from = now + after;
  ok = is_file ? rotate_file (self, now, from, lifetime, error)
               : rotate_secret (self, now, from, lifetime, error);

  return ok ? from : -1;
}
