/* usher-auth-routes.c: people sign up and in, and take another password
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-routes.h"

#include <string.h>
#include <usher.h>

#include "usher-auth-sessions.h"
#include "usher-auth-settings.h"
#include "usher-auth-try.h"
#include "usher-password.h"
#include "usher-user.h"

/* what the handlers share; a reference for each route */
typedef struct
{
  UsherContext *context; /* (unowned): it has the routes */
  UsherSchema *sign_up;  /* (owned): what is asked of who signs up, but for the password */
  UsherSchema *sign_in;  /* (owned) */
  UsherSchema *change;   /* (owned): likewise, but for the password to be */
} Entrance;

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_INVALID, message);

  return FALSE;
}

/* The user of an address in any spelling; @user: (out) (nullable). */
static gboolean
find_user (UsherUnit *unit, const char *email_key, UsherDocument **user, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new (USHER_USER_COLLECTION);
  g_autoptr (GPtrArray) users = NULL;

  usher_query_equal (query, USHER_USER_EMAIL_KEY, email_key);
  usher_query_limit (query, 1);
  users = usher_unit_query (unit, query, error);
  if (users == NULL)
    return FALSE;

  *user = users->len > 0 ? usher_document_ref (g_ptr_array_index (users, 0)) : NULL;

  return TRUE;
}

static UsherSession *
begin_session (Entrance *self, UsherDocument *user)
{
  return usher_context_begin_session (self->context,
                                      usher_document_get_id (user),
                                      usher_document_get_string (user, USHER_USER_EMAIL));
}

/* A password that somebody wants to have: (transfer none), NULL with a problem when it is none. */
static const char *
read_new_password (UsherRequest *request, const char *field)
{
  UsherJson *json = usher_request_get_json (request, NULL);
  const char *password = json != NULL ? usher_json_get_string (json, field) : NULL;
  const char *problem = usher_password_find_problem (password);

  if (problem != NULL)
    usher_problems_add (usher_request_get_problems (request), field, problem);

  return password;
}

/* A person is told all that is wrong at once. @email: (out) (transfer full), as it was written; @password: (out)
 * (transfer none) */
static gboolean
read_sign_up (Entrance *self,
              UsherRequest *request,
              char **email,
              const char **password,
              GError **error)
{
  g_autoptr (UsherDocument) input = NULL;

  if (usher_request_get_json (request, error) == NULL)
    return FALSE;

  input = usher_request_read (request, self->sign_up, NULL);
  if (input != NULL)
    *email = g_strdup (usher_document_get_string (input, USHER_CREDENTIALS_EMAIL));
  if (input != NULL && !usher_user_is_email (*email))
    usher_problems_add (usher_request_get_problems (request),
                        USHER_CREDENTIALS_EMAIL,
                        "Email must be valid");
  *password = read_new_password (request, USHER_CREDENTIALS_PASSWORD);

  return usher_request_check (request, error);
}

/* (transfer full) (nullable) */
static UsherDocument *
make_user (Entrance *self, UsherUnit *unit, const char *email, const char *password, GError **error)
{
  UsherPasswordCost cost;
  g_autoptr (UsherDocument) user = usher_unit_new_document (unit, USHER_USER_COLLECTION, error);
  g_autofree char *email_key = usher_user_make_email_key (email);
  g_autofree char *hash = NULL;
  g_autofree char *id = NULL;

  usher_auth_settings_read_cost (self->context, &cost);
  hash = user != NULL ? usher_password_hash (password, &cost, error) : NULL;
  if (hash == NULL)
    return NULL;

  /* places are known by it */
  id = usher_unit_new_id (unit);
  usher_document_set_id (user, id);
  usher_document_set_string (user, USHER_USER_EMAIL, email);
  usher_document_set_string (user, USHER_USER_EMAIL_KEY, email_key);
  usher_document_set_string (user, USHER_USER_PASSWORD, hash);
  usher_document_set_boolean (user, USHER_USER_BANNED, FALSE);

  return g_steal_pointer (&user);
}

static gboolean
note_place (UsherDocument *user, UsherRequest *request, UsherUnit *unit)
{
  g_autofree char *network = usher_request_dup_network (request);

  return usher_user_note_place (user, network, usher_unit_get_time (unit));
}

/* Of many at once with one address the index lets one commit; the others run again and find it. */
static gboolean
sign_up (UsherRequest *request,
         UsherUnit *unit,
         UsherReply *reply,
         gpointer user_data,
         GError **error)
{
  Entrance *self = user_data;
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  g_autofree char *email = NULL;
  g_autofree char *email_key = NULL;
  const char *password = NULL;

  if (!read_sign_up (self, request, &email, &password, error))
    return FALSE;

  attempt = usher_auth_try_sign_up (self->context, request, reply, error);
  email_key = usher_user_make_email_key (email);
  if (attempt == NULL || !find_user (unit, email_key, &user, error))
    return FALSE;
  if (user != NULL)
    return refuse (error, "Email in use");

  user = make_user (self, unit, email, password, error);
  if (user == NULL)
    {
      usher_auth_try_give_back (attempt);
      return FALSE;
    }

  note_place (user, request, unit);
  if (!usher_unit_insert (unit, user, error))
    return FALSE;

  session = begin_session (self, user);
  usher_reply_set_status (reply, 201);
  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, usher_user_to_json (user));

  return TRUE;
}

/* Before the hash: many tries at once are no way around the limit. @user: (nullable) */
static UsherAuthTry *
begin_try (Entrance *self,
           UsherRequest *request,
           UsherReply *reply,
           UsherDocument *user,
           const char *email_key,
           GError **error)
{
  g_autofree char *network = usher_request_dup_network (request);
  gint64 now = usher_clock_get_time (usher_context_get_clock (self->context));
  gboolean is_known = user != NULL && usher_user_knows_place (user, network, now);

  return usher_auth_try_sign_in (self->context, request, reply, email_key, is_known, error);
}

/* The right one, of who is not banned: else the try counts. @user: (nullable) */
static gboolean
check_password (Entrance *self,
                UsherDocument *user,
                const char *password,
                gboolean *is_outdated,
                GError **error)
{
  UsherPasswordCost cost;
  const char *hash = user != NULL ? usher_document_get_string (user, USHER_USER_PASSWORD) : NULL;

  usher_auth_settings_read_cost (self->context, &cost);

  return (usher_password_check (hash, password, &cost, is_outdated) &&
          !usher_user_is_banned (user)) ||
         refuse (error, "Invalid credentials");
}

static gboolean
set_password (Entrance *self, UsherDocument *user, const char *password, GError **error)
{
  UsherPasswordCost cost;
  g_autofree char *hash = NULL;

  usher_auth_settings_read_cost (self->context, &cost);
  hash = usher_password_hash (password, &cost, error);
  if (hash == NULL)
    return FALSE;

  usher_document_set_string (user, USHER_USER_PASSWORD, hash);

  return TRUE;
}

/* Another password may have been set while this one was hashed. */
static gboolean
check_still (UsherUnit *unit, UsherDocument *user, GError **error)
{
  const char *id = usher_document_get_id (user);
  g_autoptr (UsherDocument) now = NULL;

  if (!usher_unit_lookup (unit, USHER_USER_COLLECTION, id, &now, error))
    return FALSE;

  return (now != NULL && strcmp (usher_document_get_string (now, USHER_USER_PASSWORD),
                                 usher_document_get_string (user, USHER_USER_PASSWORD)) == 0) ||
         refuse (error, "Invalid credentials");
}

/* What a sign-in changes of the user, who else must be as he was read. */
static gboolean
keep_up (Entrance *self,
         UsherRequest *request,
         UsherUnit *unit,
         UsherDocument *user,
         const char *outdated,
         GError **error)
{
  gboolean is_new_place = FALSE;

  if (outdated == NULL && !check_still (unit, user, error))
    return FALSE;

  is_new_place = note_place (user, request, unit);
  if (outdated != NULL && !set_password (self, user, outdated, error))
    return FALSE;

  return (outdated == NULL && !is_new_place) || usher_unit_replace (unit, user, error);
}

static gboolean
sign_in (UsherRequest *request,
         UsherUnit *unit,
         UsherReply *reply,
         gpointer user_data,
         GError **error)
{
  Entrance *self = user_data;
  g_autoptr (UsherDocument) credentials = usher_request_read (request, self->sign_in, error);
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  g_autofree char *email_key = NULL;
  const char *password = NULL;
  gboolean is_outdated = FALSE;

  if (credentials == NULL)
    return FALSE;

  password = usher_document_get_string (credentials, USHER_CREDENTIALS_PASSWORD);
  email_key =
      usher_user_make_email_key (usher_document_get_string (credentials, USHER_CREDENTIALS_EMAIL));
  if (!find_user (unit, email_key, &user, error))
    return FALSE;

  attempt = begin_try (self, request, reply, user, email_key, error);
  /* before the hash: whoever sets another password meanwhile ends it */
  session = user != NULL ? begin_session (self, user) : NULL;
  if (attempt == NULL || !check_password (self, user, password, &is_outdated, error))
    return FALSE;

  usher_auth_try_give_back (attempt);
  if (!keep_up (self, request, unit, user, is_outdated ? password : NULL, error))
    return FALSE;

  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, usher_user_to_json (user));

  return TRUE;
}

/* Both (out) (transfer full) and (transfer none). */
static gboolean
read_change (Entrance *self,
             UsherRequest *request,
             UsherDocument **input,
             const char **password,
             GError **error)
{
  if (usher_request_get_json (request, error) == NULL)
    return FALSE;

  *input = usher_request_read (request, self->change, NULL);
  *password = read_new_password (request, USHER_CREDENTIALS_NEW);

  return usher_request_check (request, error);
}

/* Who asks; a session may outlive what it is about for a moment. */
static gboolean
find_self (UsherRequest *request, UsherUnit *unit, UsherDocument **user, GError **error)
{
  const char *id = usher_session_get_user_id (usher_request_get_session (request));

  if (!usher_unit_lookup (unit, USHER_USER_COLLECTION, id, user, error))
    return FALSE;
  if (*user != NULL && !usher_user_is_banned (*user))
    return TRUE;

  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_UNAUTHORIZED, "not signed in");

  return FALSE;
}

/* The caller's session ends too, and another one begins. */
static gboolean
change_password (UsherRequest *request,
                 UsherUnit *unit,
                 UsherReply *reply,
                 gpointer user_data,
                 GError **error)
{
  Entrance *self = user_data;
  g_autoptr (UsherDocument) input = NULL;
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  const char *current = NULL;
  const char *password = NULL;
  gboolean is_outdated = FALSE;

  if (!read_change (self, request, &input, &password, error) ||
      !find_self (request, unit, &user, error))
    return FALSE;

  current = usher_document_get_string (input, USHER_CREDENTIALS_CURRENT);
  attempt = begin_try (
      self, request, reply, user, usher_document_get_string (user, USHER_USER_EMAIL_KEY), error);
  if (attempt == NULL || !check_password (self, user, current, &is_outdated, error))
    return FALSE;

  usher_auth_try_give_back (attempt);
  note_place (user, request, unit);
  if (!set_password (self, user, password, error) || !usher_unit_replace (unit, user, error))
    return FALSE;

  session = begin_session (self, user);
  usher_auth_sessions_end_before (unit, session);
  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

static void
entrance_clear (gpointer data)
{
  Entrance *self = data;

  g_clear_pointer (&self->sign_up, usher_schema_unref);
  g_clear_pointer (&self->sign_in, usher_schema_unref);
  g_clear_pointer (&self->change, usher_schema_unref);
}

static void
entrance_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, entrance_clear);
}

static UsherSchema *
make_schema (const char *name, const UsherField *(*get_fields) (guint *n_fields), GError **error)
{
  guint n_fields = 0;
  const UsherField *fields = get_fields (&n_fields);

  return usher_schema_new (name, fields, n_fields, error);
}

static gboolean
make_schemas (Entrance *self, GError **error)
{
  self->sign_up = make_schema ("signUp", usher_user_get_sign_up_fields, error);
  if (self->sign_up == NULL)
    return FALSE;

  self->sign_in = make_schema ("signIn", usher_user_get_sign_in_fields, error);
  if (self->sign_in == NULL)
    return FALSE;

  self->change = make_schema ("change", usher_user_get_change_fields, error);

  return self->change != NULL;
}

static const struct
{
  const char *pattern;
  UsherRouteFlags flags;
  UsherRequestHandler handler;
} routes[] = {
  { "/api/users/signup", 0, sign_up },
  { "/api/users/signin", 0, sign_in },
  { "/api/users/password", USHER_ROUTE_SIGNED_IN, change_password },
};

gboolean
usher_auth_routes_add (UsherContext *context, GError **error)
{
  Entrance *self = g_atomic_rc_box_new0 (Entrance);
  gboolean ok = make_schemas (self, error);

  self->context = context;
  for (guint i = 0; ok && i < G_N_ELEMENTS (routes); i++)
    usher_context_add_route (context,
                             "POST",
                             routes[i].pattern,
                             routes[i].flags | USHER_ROUTE_BLOCKING | USHER_ROUTE_UNKEYED,
                             routes[i].handler,
                             g_atomic_rc_box_acquire (self),
                             entrance_unref);
  entrance_unref (self);

  return ok;
}
