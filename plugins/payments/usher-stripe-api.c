/* usher-stripe-api.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stripe-api.h"

#include <sodium.h>
#include <string.h>

/* what the answers are read by; tests/service/payments has the server that knows it */
#define VERSION_HEADER "Stripe-Version: 2026-08-26.dahlia"

#define MAX_ANSWER  (256 * 1024)
#define MAX_TRIES   4
#define FIRST_PAUSE (200 * G_TIME_SPAN_MILLISECOND)

struct _UsherStripeApi
{
  char *uri;                  /* (owned): without a slash at its end */
  UsherSecret *authorization; /* (owned): the header */
};

static gboolean
check_key (UsherSecret *secret, GError **error)
{
  const char *key = secret != NULL ? usher_secret_get_text (secret) : "";

  if (*key == '\0')
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "[payments] processor is “stripe”, but “stripe-key” is not set");
  if (g_str_has_prefix (key, "pk_"))
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "[payments] stripe-key is the publishable key: it has to be the secret "
                         "one, which begins with “sk_” or “rk_”");

  return strspn (key, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-") == strlen (key) ||
         usher_refuse (error, USHER_ERROR_INVALID, "[payments] stripe-key is not one word");
}

/* The key goes there, so nobody else may read along. */
static gboolean
check_uri (const char *uri, GError **error)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *scheme = parsed != NULL ? g_uri_get_scheme (parsed) : "";
  const char *host = parsed != NULL ? g_uri_get_host (parsed) : NULL;

  if (host != NULL && g_str_equal (scheme, "https"))
    return TRUE;

  return (host != NULL && g_str_equal (scheme, "http") &&
          (g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1") ||
           g_str_equal (host, "localhost"))) ||
         usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "[payments] stripe-api has to begin with “https://”, or with “http://” on "
                       "this machine");
}

UsherStripeApi *
usher_stripe_api_new (const char *uri, UsherSecret *key, GError **error)
{
  UsherStripeApi *self = NULL;
  g_autofree char *header = NULL;

  if (!check_key (key, error) || !check_uri (uri, error))
    return NULL;

  self = g_new0 (UsherStripeApi, 1);
  self->uri = g_strdup (uri);
  if (g_str_has_suffix (self->uri, "/"))
    self->uri[strlen (self->uri) - 1] = '\0';
  header = g_strconcat ("Authorization: Bearer ", usher_secret_get_text (key), NULL);
  self->authorization = usher_secret_new (header);
  sodium_memzero (header, strlen (header));

  return self;
}

void
usher_stripe_api_free (UsherStripeApi *self)
{
  usher_secret_unref (self->authorization);
  g_free (self->uri);
  g_free (self);
}

void
usher_stripe_form_add (GString *form, const char *name, const char *value)
{
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *escaped_value = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", escaped_name, escaped_value);
}

void
usher_stripe_form_add_key (GString *form, const char *key)
{
  g_auto (GStrv) parts = g_strsplit (key, ":", 3);

  usher_stripe_form_add (form, "metadata[" USHER_STRIPE_ORDER "]", parts[0]);
  usher_stripe_form_add (form,
                         "metadata[" USHER_STRIPE_ATTEMPT "]",
                         parts[1] != NULL ? parts[1] : "");
  usher_stripe_form_add (form, "metadata[" USHER_STRIPE_KEY "]", key);
}

static UsherReply *
try_once (UsherStripeApi *self, const UsherStripeCall *call, gint64 patience, GError **error)
{
  g_autoptr (UsherHttpClient) client = usher_http_client_new (patience);
  g_autofree char *uri = g_strconcat (self->uri, call->path, NULL);
  g_autofree char *key =
      call->key != NULL ? g_strconcat ("Idempotency-Key: ", call->key, NULL) : NULL;
  g_autoptr (GBytes) body =
      call->form != NULL ? g_bytes_new (call->form->str, call->form->len) : NULL;
  const char *const headers[] = { usher_secret_get_text (self->authorization),
                                  VERSION_HEADER,
                                  "Content-Type: application/x-www-form-urlencoded",
                                  key,
                                  NULL };

  usher_http_client_set_max_answer (client, MAX_ANSWER);

  return usher_http_client_ask (client, body != NULL ? "POST" : "GET", uri, headers, body, error);
}

/* The call conflicts with another one, comes too often, or met trouble. */
static gboolean
is_trouble (UsherReply *reply)
{
  guint status = usher_reply_get_status (reply);

  return status == 409 || status == 429 || status >= 500 || status < 200;
}

/* How long to wait before the next try; -1: there is none. Each call may be repeated: by its key, or as it is. */
static gint64
get_pause (UsherReply *reply, guint n_tries)
{
  const char *advice = reply != NULL ? usher_reply_get_header (reply, "Stripe-Should-Retry") : NULL;
  const char *after = reply != NULL ? usher_reply_get_header (reply, "Retry-After") : NULL;
  gint64 pause = FIRST_PAUSE << (n_tries - 1);
  guint64 seconds = 0;

  if (n_tries >= MAX_TRIES || g_strcmp0 (advice, "false") == 0)
    return -1;
  if (after != NULL && g_ascii_string_to_unsigned (after, 10, 0, G_MAXUINT32, &seconds, NULL))
    pause = MAX (pause, (gint64) seconds * G_USEC_PER_SEC);

  /* not all at once */
  return pause + g_random_int_range (0, FIRST_PAUSE);
}

static UsherJson *
return_unavailable (GError **error, const char *reason)
{
  usher_refuse (error, USHER_ERROR_UNAVAILABLE, "the card processor is away: %s", reason);

  return NULL;
}

static UsherJson *
read_answer (UsherReply *reply, guint *status, GError **error)
{
  GBytes *body = usher_reply_get_body (reply);
  gsize size = 0;
  const char *text = g_bytes_get_data (body, &size);
  UsherJson *answer = NULL;

  *status = usher_reply_get_status (reply);
  if (*status == 401 || *status == 403)
    {
      g_message ("Stripe refuses the key in [payments] stripe-key, with status %u: nobody can pay, "
                 "and no money goes back, until there is a good one",
                 *status);
      return return_unavailable (error, "it does not know us");
    }

  if (*status != 200 && *status < 400)
    return return_unavailable (error, "it answers in a way that is not its own");

  answer = usher_json_parse (text != NULL ? text : "", (gssize) size, NULL);

  return answer != NULL ? answer : return_unavailable (error, "it does not answer in JSON");
}

UsherJson *
usher_stripe_api_call (UsherStripeApi *self,
                       const UsherStripeCall *call,
                       guint *status,
                       GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *reason = NULL;

  for (guint n_tries = 1;; n_tries++)
    {
      gint64 left = call->deadline - g_get_monotonic_time ();
      gint64 pause = 0;

      if (left <= 0)
        break;

      g_clear_error (&cause);
      g_clear_object (&reply);
      reply = try_once (self, call, left, &cause);
      if (reply != NULL && !is_trouble (reply))
        return read_answer (reply, status, error);

      pause = get_pause (reply, n_tries);
      if (pause < 0 || pause >= call->deadline - g_get_monotonic_time ())
        break;
      g_usleep (pause);
    }

  if (reply != NULL)
    reason = g_strdup_printf ("it answers with status %u", usher_reply_get_status (reply));

  return return_unavailable (error,
                             reason != NULL  ? reason
                             : cause != NULL ? cause->message
                                             : "it takes too long");
}

gboolean
usher_stripe_read_id (UsherJson *answer, const char *path, char **id, GError **error)
{
  const char *text = usher_json_get_string (answer, path);

  if (text == NULL || *text == '\0' ||
      strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") != strlen (text))
    return usher_refuse (error,
                         USHER_ERROR_UNAVAILABLE,
                         "the card processor is away: its answer lacks “%s”",
                         path);

  g_free (*id);
  *id = g_strdup (text);

  return TRUE;
}
