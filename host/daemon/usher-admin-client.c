/* usher-admin-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-client.h"

#include <string.h>

#include "usher-error.h"
#include "usher-http-client.h"
#include "usher-json.h"
#include "usher-setup.h"

#define UNIX "unix:"

/* what waits for events and what is parked may be long */
#define MAX_ANSWER (64 * 1024 * 1024)

struct _UsherAdminClient
{
  UsherHttpClient *http; /* (owned) */
  char *address;         /* (owned): as the operator gave it */
  char *uri;             /* (owned): what targets are appended to */
  char *token;           /* (owned) (nullable): a header line */
  guint status;          /* of the last answer, 0: there was none */
  char *refusal;         /* (owned) (nullable): the message of the last one that refused */
  char *
      problem; /* (owned) (nullable): why the token may be missing: what is wrong with the settings */
};

/* (transfer full): who listens everywhere is found on this machine, and answers to no name that means everywhere */
static char *
make_uri (const char *admin)
{
  if (g_str_has_prefix (admin, "0.0.0.0:"))
    return g_strconcat ("http://127.0.0.1", strrchr (admin, ':'), NULL);
  if (g_str_has_prefix (admin, "[::]:"))
    return g_strconcat ("http://[::1]", strrchr (admin, ':'), NULL);

  return g_strconcat ("http://", admin, NULL);
}

/* (transfer full) (nullable): the first that is wrong with the settings; who is asked may want nothing of them */
static char *
dup_problem (UsherSetup *setup)
{
  g_auto (GStrv) problems = usher_settings_list_problems (setup->settings);

  if (setup->problems->len > 0)
    return g_strdup (g_ptr_array_index (setup->problems, 0));

  return g_strdup (problems[0]);
}

UsherAdminClient *
usher_admin_client_new (const UsherOptions *options, guint timeout, GError **error)
{
  g_autoptr (UsherSetup) setup = NULL;
  UsherAdminClient *self = NULL;
  const char *token = NULL;

  if (options->admin == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "--admin is “none”, so none can be asked");
      return NULL;
    }

  setup = usher_setup_new_settings (options);
  self = g_new0 (UsherAdminClient, 1);
  self->address = g_strdup (options->admin);
  if (g_str_has_prefix (options->admin, UNIX))
    {
      self->http = usher_http_client_new_on_socket (options->admin + strlen (UNIX),
                                                    timeout * G_USEC_PER_SEC);
      self->uri = g_strdup ("http://localhost");
    }
  else
    {
      self->http = usher_http_client_new (timeout * G_USEC_PER_SEC);
      self->uri = make_uri (options->admin);
    }

  usher_http_client_set_max_answer (self->http, MAX_ANSWER);
  self->problem = dup_problem (setup);
  token = usher_settings_get_string (setup->settings, "admin", "token");
  if (*token != '\0')
    self->token = g_strconcat ("Authorization: Bearer ", token, NULL);

  return self;
}

void
usher_admin_client_free (UsherAdminClient *self)
{
  g_object_unref (self->http);
  g_free (self->address);
  g_free (self->uri);
  g_free (self->token);
  g_free (self->refusal);
  g_free (self->problem);
  g_free (self);
}

/* What the answer says is wrong, in the one shape of errors. */
static void
set_error (UsherAdminClient *self, guint status, const char *text, GError **error)
{
  g_autoptr (UsherJson) json = usher_json_parse (text, -1, NULL);
  const char *message = json != NULL ? usher_json_get_string (json, "errors.0.message") : NULL;
  int code = USHER_ERROR_FAILED;

  if (status == 404)
    code = USHER_ERROR_NOT_FOUND;
  else if (status == 401 || status == 403)
    code = USHER_ERROR_FORBIDDEN;
  else if (status == 503)
    code = USHER_ERROR_UNAVAILABLE;

  g_free (self->refusal);
  self->refusal = g_strdup (message != NULL ? message : "refused");
  g_set_error (error,
               USHER_ERROR,
               code,
               "%s: %s (status %u)%s%s",
               self->address,
               self->refusal,
               status,
               status == 401 && self->problem != NULL ? "; " : "",
               status == 401 && self->problem != NULL ? self->problem : "");
}

char *
usher_admin_client_send (UsherAdminClient *self,
                         const char *method,
                         const char *target,
                         guint *status,
                         GError **error)
{
  const char *const headers[] = { self->token, NULL };
  g_autofree char *uri = g_strconcat (self->uri, target, NULL);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;
  const char *data = NULL;
  gsize length = 0;
  guint answered = 0;

  body = usher_http_client_send (self->http, method, uri, headers, NULL, &answered, error);
  self->status = body != NULL ? answered : 0;
  if (status != NULL)
    *status = self->status;
  if (body == NULL)
    {
      g_prefix_error (error, "nobody answers at %s, see --admin: ", self->address);
      return NULL;
    }

  data = g_bytes_get_data (body, &length);
  text = length > 0 ? g_strndup (data, length) : g_strdup ("");
  if (answered >= 200 && answered < 300)
    return g_steal_pointer (&text);

  set_error (self, answered, text, error);

  return NULL;
}

JsonObject *
usher_admin_client_get (UsherAdminClient *self, const char *target, GError **error)
{
  g_autofree char *text = usher_admin_client_send (self, "GET", target, NULL, error);
  JsonObject *answer = NULL;

  if (text == NULL)
    return NULL;

  answer = usher_answer_parse (text, error);
  if (answer == NULL)
    g_prefix_error (error, "%s: the answer for %s ", self->address, target);

  return answer;
}

JsonObject *
usher_admin_client_list (UsherAdminClient *self, const char *target, GError **error)
{
  g_autoptr (JsonObject) answer = usher_admin_client_get (self, target, error);

  if (answer == NULL || usher_answer_has_items (answer))
    return g_steal_pointer (&answer);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s: the answer for %s has no items",
               self->address,
               target);

  return NULL;
}

const char *
usher_admin_client_get_address (UsherAdminClient *self)
{
  return self->address;
}

const char *
usher_admin_client_get_refusal (UsherAdminClient *self)
{
  return self->refusal;
}

gboolean
usher_admin_client_is_lost (UsherAdminClient *self)
{
  return self->status == 0 || self->status == 401 || self->status == 403;
}
