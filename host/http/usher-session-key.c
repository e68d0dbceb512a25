/* usher-session-key.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-session-key-private.h"

#include <errno.h>
#include <jwt.h>
#include <sodium.h>
#include <string.h>

#include "usher-error.h"
#include "usher-json.h"
#include "usher-secret.h"

#define KID_LENGTH  16
#define MAX_SECONDS (G_MAXINT64 / G_USEC_PER_SEC)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (jwt_t, jwt_free)

struct _UsherSessionKey
{
  UsherSecret *bytes; /* (owned) */
  gint64 from;
  char kid[KID_LENGTH + 1];
};

UsherSessionKey *
usher_session_key_new (const guint8 *bytes, gint64 from)
{
  UsherSessionKey *self = g_new0 (UsherSessionKey, 1);
  guint8 sum[crypto_hash_sha256_BYTES];

  self->bytes = usher_secret_new_bytes (bytes, USHER_SESSION_KEY_SIZE);
  self->from = from;

  /* names the key without telling it; a GChecksum would keep a copy of the key, and not clear it */
  crypto_hash_sha256 (sum, bytes, USHER_SESSION_KEY_SIZE);
  sodium_bin2hex (self->kid, sizeof self->kid, sum, KID_LENGTH / 2);

  return self;
}

void
usher_session_key_free (UsherSessionKey *self)
{
  usher_secret_unref (self->bytes);
  g_free (self);
}

const guint8 *
usher_session_key_get_bytes (UsherSessionKey *self)
{
  gsize size = 0;

  return usher_secret_get_data (self->bytes, &size);
}

gint64
usher_session_key_get_from (UsherSessionKey *self)
{
  return self->from;
}

/* `iat` has whole seconds, as everybody expects; which session began first is told by `begun`, in microseconds. */
static int
fill_token (UsherSessionKey *self, UsherSession *session, jwt_t *token)
{
  const char *id = usher_session_get_id (session);
  const gint64 issued = usher_session_get_issued (session);
  int code = jwt_set_alg (token,
                          JWT_ALG_HS256,
                          usher_session_key_get_bytes (self),
                          USHER_SESSION_KEY_SIZE);

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

  return strlen (id) == USHER_SESSION_ID_LENGTH &&
         strspn (id, "0123456789abcdef") == USHER_SESSION_ID_LENGTH;
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
      jwt_decode (&token, text, usher_session_key_get_bytes (self), USHER_SESSION_KEY_SIZE) != 0 ||
      jwt_get_alg (token) != JWT_ALG_HS256)
    return NULL;

  claims = read_part (strchr (text, '.') + 1);

  return claims != NULL ? read_claims (claims, now) : NULL;
}

char *
usher_session_key_make_id (void)
{
  guchar bytes[USHER_SESSION_ID_LENGTH / 2];
  char *id = g_malloc (USHER_SESSION_ID_LENGTH + 1);

  randombytes_buf (bytes, sizeof bytes);

  return sodium_bin2hex (id, USHER_SESSION_ID_LENGTH + 1, bytes, sizeof bytes);
}
