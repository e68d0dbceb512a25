/* session-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "session-stage.h"

#include <glib/gstdio.h>
#include <string.h>

UsherSessions *
session_stage_open (SessionStage *self, GError **error)
{
  return usher_sessions_new (self->key_file,
                             SESSION_STAGE_LIFETIME * G_USEC_PER_SEC,
                             USHER_CLOCK (self->clock),
                             error);
}

void
session_stage_set_up (SessionStage *self, gconstpointer data)
{
  g_autoptr (UsherSession) session = NULL;
  g_autoptr (GError) error = NULL;
  jwt_t *token = NULL;

  self->directory = g_dir_make_tmp ("usher-sessions-XXXXXX", &error);
  g_assert_no_error (error);
  self->key_file = g_build_filename (self->directory, "key", NULL);
  self->clock = usher_manual_clock_new (SESSION_STAGE_START * G_USEC_PER_SEC);
  self->sessions = session_stage_open (self, &error);
  g_assert_no_error (error);
  session = usher_sessions_begin (self->sessions, "u1", "a@b.example");
  self->token = usher_sessions_make_token (self->sessions, session, &error);
  g_assert_no_error (error);

  g_assert_cmpint (jwt_decode (&token, self->token, NULL, 0), ==, 0);
  self->kid = g_strdup (jwt_get_header (token, "kid"));
  jwt_free (token);
}

void
session_stage_tear_down (SessionStage *self, gconstpointer data)
{
  g_assert_finalize_object (self->sessions);
  g_assert_finalize_object (self->clock);
  g_unlink (self->key_file);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->key_file);
  g_free (self->directory);
  g_free (self->token);
  g_free (self->kid);
}

gboolean
session_stage_is_good (UsherSessions *sessions, const char *token)
{
  g_autoptr (UsherSession) session = usher_sessions_read_token (sessions, token);

  return session != NULL;
}

char *
session_stage_forge (SessionStage *self,
                     jwt_alg_t alg,
                     const char *kid,
                     const char *sub,
                     long expires)
{
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  jwt_t *token = NULL;
  char *text = NULL;
  char *copy = NULL;

  g_assert_true (g_file_get_contents (self->key_file, &key, &length, &error));
  g_assert_cmpint (jwt_new (&token), ==, 0);
  g_assert_cmpint (jwt_set_alg (token,
                                alg,
                                alg != JWT_ALG_NONE ? (const guchar *) key : NULL,
                                alg != JWT_ALG_NONE ? (int) length : 0),
                   ==,
                   0);
  if (kid != NULL)
    jwt_add_header (token, "kid", kid);
  if (sub != NULL)
    jwt_add_grant (token, "sub", sub);
  jwt_add_grant (token, "email", "a@b.example");
  jwt_add_grant_int (token, "iat", SESSION_STAGE_START);
  if (expires != 0)
    jwt_add_grant_int (token, "exp", expires);
  text = jwt_encode_str (token);
  copy = g_strdup (text);
  free (text);
  jwt_free (token);

  return copy;
}

static char *
encode (const char *data, gsize size)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) data, size);
  char *end = strchr (base64, '=');

  if (end != NULL)
    *end = '\0';
  g_strdelimit (base64, "+", '-');
  g_strdelimit (base64, "/", '_');

  return g_steal_pointer (&base64);
}

char *
session_stage_sign (SessionStage *self, const char *header, const char *claims)
{
  g_auto (GStrv) parts = g_strsplit (header, "KID", -1);
  g_autofree char *named = g_strjoinv (self->kid, parts);
  g_autofree char *first = encode (named, strlen (named));
  g_autofree char *second = encode (claims, strlen (claims));
  g_autofree char *text = g_strjoin (".", first, second, NULL);
  g_autofree char *key = NULL;
  g_autofree char *third = NULL;
  g_autoptr (GHmac) hmac = NULL;
  guint8 digest[32];
  gsize size = sizeof digest;
  gsize length = 0;

  g_assert_true (g_file_get_contents (self->key_file, &key, &length, NULL));
  hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) key, length);
  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &size);
  third = encode ((const char *) digest, size);

  return g_strjoin (".", text, third, NULL);
}
