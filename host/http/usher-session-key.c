/* usher-session-key.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-session-key-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jwt.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-json.h"
#include "usher-write-private.h"

#define KEY_SIZE    32
#define KID_LENGTH  16
#define ID_LENGTH   32
#define MAX_SECONDS (G_MAXINT64 / G_USEC_PER_SEC)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (jwt_t, jwt_free)

struct _UsherSessionKey
{
  guchar bytes[KEY_SIZE];
  char kid[KID_LENGTH + 1];
};

static gboolean
fail_with_errno (const char *what, const char *path, int code, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               code == ENOSPC || code == EDQUOT ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
               "key file “%s” cannot be %s: %s",
               path,
               what,
               g_strerror (code));

  return FALSE;
}

static void
sync_directory (const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fsync (fd) != 0)
    g_info ("directory “%s” was not synced: %s", directory, g_strerror (errno));
  close (fd);
}

/* A whole key appears at once or not at all, and never in the place of another. */
static gboolean
make_file (const char *path, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", path);
  guchar key[KEY_SIZE];
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  int code = 0;

  if (fd < 0)
    return fail_with_errno ("made", path, errno, error);

  randombytes_buf (key, sizeof key);
  if (!usher_write_all (fd, key, sizeof key) || fsync (fd) != 0)
    code = errno;
  sodium_memzero (key, sizeof key);
  if (close (fd) != 0 && code == 0)
    code = errno;
  if (code == 0 && link (temporary, path) != 0 && errno != EEXIST)
    code = errno;
  g_unlink (temporary);

  if (code != 0)
    return fail_with_errno ("made", path, code, error);
  sync_directory (path);

  return TRUE;
}

static gboolean
check_file (const char *path, int fd, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_with_errno ("read", path, errno, error);

  if ((info.st_mode & 077) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FORBIDDEN,
                   "key file “%s” can be read by others (mode %o): make it 600",
                   path,
                   (guint) info.st_mode & 0777);
      return FALSE;
    }

  if (!S_ISREG (info.st_mode) || info.st_size != KEY_SIZE)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_CORRUPT,
                   "key file “%s” does not hold a key of %d bytes",
                   path,
                   KEY_SIZE);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_file (UsherSessionKey *self, const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean ok = FALSE;

  if (fd < 0 && errno == ENOENT)
    {
      if (!make_file (path, error))
        return FALSE;
      fd = open (path, O_RDONLY | O_CLOEXEC);
    }
  if (fd < 0)
    return fail_with_errno ("read", path, errno, error);

  ok = check_file (path, fd, error);
  if (ok && read (fd, self->bytes, KEY_SIZE) != KEY_SIZE)
    ok = fail_with_errno ("read", path, errno, error);
  close (fd);

  return ok;
}

UsherSessionKey *
usher_session_key_new (const char *path, GError **error)
{
  g_autoptr (UsherSessionKey) self = NULL;
  g_autofree char *sum = NULL;

  if (sodium_init () < 0)
    {
      g_set_error_literal (error,
                           USHER_ERROR,
                           USHER_ERROR_UNAVAILABLE,
                           "libsodium could not be initialised");
      return NULL;
    }

  self = g_new0 (UsherSessionKey, 1);
  if (!read_file (self, path, error))
    return NULL;

  /* names the key without telling it */
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, self->bytes, KEY_SIZE);
  memcpy (self->kid, sum, KID_LENGTH);

  return g_steal_pointer (&self);
}

void
usher_session_key_free (UsherSessionKey *self)
{
  sodium_memzero (self->bytes, sizeof self->bytes);
  g_free (self);
}

/* `iat` has whole seconds, as everybody expects; which session began first is told by `begun`, in microseconds. */
static int
fill_token (UsherSessionKey *self, UsherSession *session, jwt_t *token)
{
  const char *id = usher_session_get_id (session);
  const gint64 issued = usher_session_get_issued (session);
  int code = jwt_set_alg (token, JWT_ALG_HS256, self->bytes, KEY_SIZE);

  if (code == 0)
    code = jwt_add_header (token, "kid", self->kid);
  if (code == 0)
    code = jwt_add_grant (token, "sub", usher_session_get_user_id (session));
  if (code == 0)
    code = jwt_add_grant (token, "email", usher_session_get_email (session));
  if (code == 0 && id != NULL)
    code = jwt_add_grant (token, "jti", id);
  if (code == 0)
    code = jwt_add_grant_int (token, "iat", (long) (issued / G_USEC_PER_SEC));
  if (code == 0)
    code = jwt_add_grant_int (token, "begun", (long) issued);
  if (code == 0)
    code = jwt_add_grant_int (token,
                              "exp",
                              (long) (usher_session_get_expires (session) / G_USEC_PER_SEC));

  return code;
}

char *
usher_session_key_sign (UsherSessionKey *self, UsherSession *session, GError **error)
{
  g_autoptr (jwt_t) token = NULL;
  char *encoded = NULL;
  int code = jwt_new (&token);

  if (code == 0)
    code = fill_token (self, session, token);
  if (code == 0)
    encoded = jwt_encode_str (token);
  if (encoded == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FAILED,
                 "a session token was not made: %s",
                 g_strerror (code != 0 ? code : errno));

  /* g_free() is free() */
  return encoded;
}

/* Three parts of base64url, none of them empty. libjwt 1.10 looks a byte beyond parts that are less. */
static gboolean
is_token (const char *text)
{
  for (guint i = 0; i < 3; i++)
    {
      gsize length = 0;

      while (g_ascii_isalnum (text[length]) || text[length] == '-' || text[length] == '_')
        length++;
      if (length < 2 || text[length] != (i < 2 ? '.' : '\0'))
        return FALSE;
      text += length + 1;
    }

  return TRUE;
}

/* (transfer full) (nullable): the strict reader, for libjwt's takes a member twice and leaves types to chance */
static UsherJson *
read_part (const char *text)
{
  const gsize length = strcspn (text, ".");
  g_autofree char *json = g_malloc (length);
  gsize size = 0;

  if (sodium_base642bin ((guchar *) json,
                         length,
                         text,
                         length,
                         NULL,
                         &size,
                         NULL,
                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return NULL;

  return usher_json_parse (json, (gssize) size, NULL);
}

/* Only what this host signs itself is believed: libjwt takes any HS algorithm that the token names, in any case, and
 * knows no extension that `crit` could name. */
static gboolean
is_header (UsherSessionKey *self, UsherJson *header)
{
  const char *alg = usher_json_get_string (header, "alg");
  const char *kid = usher_json_get_string (header, "kid");

  return g_strcmp0 (alg, "HS256") == 0 && g_strcmp0 (kid, self->kid) == 0 &&
         usher_json_get_kind (header, "crit") == USHER_JSON_MISSING;
}

/* @value stays as it is where there is no such claim. */
static gboolean
read_time (UsherJson *claims, const char *name, gint64 max, gint64 *value)
{
  if (usher_json_get_kind (claims, name) == USHER_JSON_MISSING)
    return TRUE;

  return usher_json_get_integer (claims, name, value) && *value >= 0 && *value <= max;
}

/* Sessions of a version of the host that gave no id have neither `jti` nor `begun`. */
static gboolean
is_id (UsherJson *claims)
{
  const char *id = usher_json_get_string (claims, "jti");

  if (id == NULL)
    return usher_json_get_kind (claims, "jti") == USHER_JSON_MISSING;

  return strlen (id) == ID_LENGTH && strspn (id, "0123456789abcdef") == ID_LENGTH;
}

static UsherSession *
read_claims (UsherJson *claims, gint64 now)
{
  const char *user_id = usher_json_get_string (claims, "sub");
  const char *email = usher_json_get_string (claims, "email");
  gint64 issued = -1;
  gint64 expires = -1;
  gint64 not_before = 0;
  gint64 begun = 0;

  if (user_id == NULL || *user_id == '\0' || email == NULL || !is_id (claims))
    return NULL;
  if (!read_time (claims, "iat", MAX_SECONDS - 1, &issued) || issued < 0 ||
      !read_time (claims, "exp", MAX_SECONDS, &expires) || expires < 0 ||
      !read_time (claims, "nbf", MAX_SECONDS, &not_before) || not_before * G_USEC_PER_SEC > now)
    return NULL;

  begun = issued * G_USEC_PER_SEC;
  if (!read_time (claims, "begun", G_MAXINT64, &begun) || begun / G_USEC_PER_SEC != issued)
    return NULL;

  return usher_session_new (
      usher_json_get_string (claims, "jti"), user_id, email, begun, expires * G_USEC_PER_SEC);
}

UsherSession *
usher_session_key_read (UsherSessionKey *self, const char *text, gint64 now)
{
  g_autoptr (UsherJson) header = NULL;
  g_autoptr (UsherJson) claims = NULL;
  g_autoptr (jwt_t) token = NULL;

  if (!is_token (text))
    return NULL;

  header = read_part (text);
  if (header == NULL || !is_header (self, header) ||
      jwt_decode (&token, text, self->bytes, KEY_SIZE) != 0 || jwt_get_alg (token) != JWT_ALG_HS256)
    return NULL;

  claims = read_part (strchr (text, '.') + 1);

  return claims != NULL ? read_claims (claims, now) : NULL;
}

char *
usher_session_key_make_id (void)
{
  guchar bytes[ID_LENGTH / 2];
  char *id = g_malloc (ID_LENGTH + 1);

  randombytes_buf (bytes, sizeof bytes);

  return sodium_bin2hex (id, ID_LENGTH + 1, bytes, sizeof bytes);
}
