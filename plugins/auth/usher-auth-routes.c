/* usher-auth-routes.c: people sign up and in, and take another password
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-routes.h"

#include <usher.h>

#include "usher-auth-sessions.h"
#include "usher-auth-try.h"
#include "usher-password.h"
#include "usher-user.h"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
/* what is asked of who signs up or in, or takes another password; never stored */
#define EMAIL    "email"
#define PASSWORD "password"
#define CURRENT  "current"
#define NEW      "new"

#define INVALID_EMAIL "Email must be valid"

/* the forms; passwords to be are not in them: usher_password_find_problem() judges those */
#define SIGN_UP "signUp"
#define SIGN_IN "signIn"
#define CHANGE  "change"

static const UsherField sign_up_fields[] = {
  { EMAIL,
    USHER_FIELD_STRING,
    ASKED | USHER_FIELD_TRIM,
    1,
    USHER_USER_MAX_EMAIL,
    INVALID_EMAIL,
    INVALID_EMAIL },
};

static const UsherField sign_in_fields[] = {
  { EMAIL,
    USHER_FIELD_STRING,
    ASKED | USHER_FIELD_TRIM,
    1,
    USHER_USER_MAX_EMAIL,
    INVALID_EMAIL,
    INVALID_EMAIL },
  { PASSWORD, USHER_FIELD_STRING, ASKED, 1, G_MAXINT64, "Password must be provided" },
};

static const UsherField change_fields[] = {
  { CURRENT, USHER_FIELD_STRING, ASKED, 1, G_MAXINT64, "Password must be provided" },
};

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
begin_session (UsherContext *context, UsherDocument *user)
{
  return usher_context_begin_session (context,
                                      usher_document_get_id (user),
                                      usher_document_get_string (user, USHER_USER_EMAIL));
}

static void
read_cost (UsherContext *context, UsherPasswordCost *cost)
{
  cost->passes = (guint64) usher_context_get_integer (context, "hash-passes");
  cost->memory = (gsize) usher_context_get_integer (context, "hash-memory-kib") * 1024;
}

static gboolean
set_password (UsherContext *context, UsherDocument *user, const char *password, GError **error)
{
  UsherPasswordCost cost;
  g_autofree char *hash = NULL;

  read_cost (context, &cost);
  hash = usher_password_hash (password, &cost, error);
  if (hash == NULL)
    return FALSE;

  usher_document_set_string (user, USHER_USER_PASSWORD, hash);

  return TRUE;
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
read_sign_up (UsherContext *context,
              UsherRequest *request,
              char **email,
              const char **password,
              GError **error)
{
  g_autoptr (UsherDocument) input = NULL;

  if (usher_request_get_json (request, error) == NULL)
    return FALSE;

  input = usher_request_read (request, usher_context_get_form (context, SIGN_UP), NULL);
  if (input != NULL)
    *email = g_strdup (usher_document_get_string (input, EMAIL));
  if (input != NULL && !usher_user_is_email (*email))
    usher_problems_add (usher_request_get_problems (request), EMAIL, INVALID_EMAIL);
  *password = read_new_password (request, PASSWORD);

  return usher_request_check (request, error);
}

/* (transfer full) (nullable) */
static UsherDocument *
make_user (UsherContext *context,
           UsherUnit *unit,
           const char *email,
           const char *password,
           GError **error)
{
  g_autoptr (UsherDocument) user = usher_unit_new_document (unit, USHER_USER_COLLECTION, error);
  g_autofree char *email_key = usher_user_make_email_key (email);
  g_autofree char *id = usher_unit_new_id (unit);

  if (user == NULL || !set_password (context, user, password, error))
    return NULL;

  /* places are known by it */
  usher_document_set_id (user, id);
  usher_document_set_string (user, USHER_USER_EMAIL, email);
  usher_document_set_string (user, USHER_USER_EMAIL_KEY, email_key);
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
         gpointer context,
         GError **error)
{
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  g_autofree char *email = NULL;
  g_autofree char *email_key = NULL;
  const char *password = NULL;

  if (!read_sign_up (context, request, &email, &password, error))
    return FALSE;

  attempt = usher_auth_try_sign_up (context, request, reply, error);
  email_key = usher_user_make_email_key (email);
  if (attempt == NULL || !find_user (unit, email_key, &user, error))
    return FALSE;
  if (user != NULL)
    return usher_refuse (error, USHER_ERROR_INVALID, "Email in use");

  user = make_user (context, unit, email, password, error);
  if (user == NULL)
    {
      usher_auth_try_give_back (attempt);
      return FALSE;
    }

  note_place (user, request, unit);
  if (!usher_unit_insert (unit, user, error))
    return FALSE;

  session = begin_session (context, user);
  usher_reply_set_status (reply, 201);
  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, usher_user_to_json (user));

  return TRUE;
}

/* Before the hash: many tries at once are no way around the limit. @user: (nullable) */
static UsherAuthTry *
begin_try (UsherContext *context,
           UsherRequest *request,
           UsherReply *reply,
           UsherDocument *user,
           const char *email_key,
           GError **error)
{
  g_autofree char *network = usher_request_dup_network (request);
  gint64 now = usher_clock_get_time (usher_context_get_clock (context));
  gboolean is_known = user != NULL && usher_user_knows_place (user, network, now);

  return usher_auth_try_sign_in (context, request, reply, email_key, is_known, error);
}

/* The right one, of who is not banned: else the try counts. @user: (nullable) */
static gboolean
check_password (UsherContext *context,
                UsherDocument *user,
                const char *password,
                gboolean *is_outdated,
                GError **error)
{
  UsherPasswordCost cost;
  const char *hash = user != NULL ? usher_document_get_string (user, USHER_USER_PASSWORD) : NULL;

  read_cost (context, &cost);

  return (usher_password_check (hash, password, &cost, is_outdated) &&
          !usher_user_is_banned (user)) ||
         usher_refuse (error, USHER_ERROR_INVALID, "Invalid credentials");
}

/* Another password may have been set while this one was hashed. */
static gboolean
check_still (UsherUnit *unit, UsherDocument *user, GError **error)
{
  const char *hash = usher_document_get_string (user, USHER_USER_PASSWORD);
  const char *id = usher_document_get_id (user);
  g_autoptr (UsherDocument) now = NULL;

  if (!usher_unit_lookup (unit, USHER_USER_COLLECTION, id, &now, error))
    return FALSE;

  return (now != NULL && usher_document_has_string (now, USHER_USER_PASSWORD, hash)) ||
         usher_refuse (error, USHER_ERROR_INVALID, "Invalid credentials");
}

/* What a sign-in changes of the user, who else must be as he was read. */
static gboolean
keep_up (UsherContext *context,
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
  if (outdated != NULL && !set_password (context, user, outdated, error))
    return FALSE;

  return (outdated == NULL && !is_new_place) || usher_unit_replace (unit, user, error);
}

static gboolean
sign_in (UsherRequest *request,
         UsherUnit *unit,
         UsherReply *reply,
         gpointer context,
         GError **error)
{
  g_autoptr (UsherDocument) credentials =
      usher_request_read (request, usher_context_get_form (context, SIGN_IN), error);
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  g_autofree char *email_key = NULL;
  const char *password = NULL;
  gboolean is_outdated = FALSE;

  if (credentials == NULL)
    return FALSE;

  password = usher_document_get_string (credentials, PASSWORD);
  email_key = usher_user_make_email_key (usher_document_get_string (credentials, EMAIL));
  if (!find_user (unit, email_key, &user, error))
    return FALSE;

  attempt = begin_try (context, request, reply, user, email_key, error);
  /* before the hash: whoever sets another password meanwhile ends it */
  session = user != NULL ? begin_session (context, user) : NULL;
  if (attempt == NULL || !check_password (context, user, password, &is_outdated, error))
    return FALSE;

  usher_auth_try_give_back (attempt);
  if (!keep_up (context, request, unit, user, is_outdated ? password : NULL, error))
    return FALSE;

  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, usher_user_to_json (user));

  return TRUE;
}

/* Both (out) (transfer full) and (transfer none). */
static gboolean
read_change (UsherContext *context,
             UsherRequest *request,
             UsherDocument **input,
             const char **password,
             GError **error)
{
  if (usher_request_get_json (request, error) == NULL)
    return FALSE;

  *input = usher_request_read (request, usher_context_get_form (context, CHANGE), NULL);
  *password = read_new_password (request, NEW);

  return usher_request_check (request, error);
}

/* Who asks; a session may outlive what it is about for a moment. */
static gboolean
find_self (UsherRequest *request, UsherUnit *unit, UsherDocument **user, GError **error)
{
  const char *id = usher_request_get_user_id (request);

  if (!usher_unit_lookup (unit, USHER_USER_COLLECTION, id, user, error))
    return FALSE;

  return (*user != NULL && !usher_user_is_banned (*user)) ||
         usher_refuse (error, USHER_ERROR_UNAUTHORIZED, "not signed in");
}

/* The caller's session ends too, and another one begins. */
static gboolean
change_password (UsherRequest *request,
                 UsherUnit *unit,
                 UsherReply *reply,
                 gpointer context,
                 GError **error)
{
  g_autoptr (UsherDocument) input = NULL;
  g_autoptr (UsherDocument) user = NULL;
  g_autoptr (UsherAuthTry) attempt = NULL;
  g_autoptr (UsherSession) session = NULL;
  const char *email_key = NULL;
  const char *password = NULL;
  const char *current = NULL;
  gboolean is_outdated = FALSE;

  if (!read_change (context, request, &input, &password, error) ||
      !find_self (request, unit, &user, error))
    return FALSE;

  current = usher_document_get_string (input, CURRENT);
  email_key = usher_document_get_string (user, USHER_USER_EMAIL_KEY);
  attempt = begin_try (context, request, reply, user, email_key, error);
  if (attempt == NULL || !check_password (context, user, current, &is_outdated, error))
    return FALSE;

  usher_auth_try_give_back (attempt);
  note_place (user, request, unit);
  if (!set_password (context, user, password, error) || !usher_unit_replace (unit, user, error))
    return FALSE;

  session = begin_session (context, user);
  usher_auth_sessions_end_before (unit, session);
  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, g_strdup ("{}"));

  return TRUE;
}

#define HASHED (USHER_ROUTE_BLOCKING | USHER_ROUTE_UNKEYED)

static const UsherRouteEntry routes[] = {
  { "POST", "/api/users/signup", HASHED, sign_up },
  { "POST", "/api/users/signin", HASHED, sign_in },
  { "POST", "/api/users/password", USHER_ROUTE_SIGNED_IN | HASHED, change_password },
};

void
usher_auth_routes_add (UsherContext *context)
{
  usher_context_add_form (context, SIGN_UP, sign_up_fields, G_N_ELEMENTS (sign_up_fields));
  usher_context_add_form (context, SIGN_IN, sign_in_fields, G_N_ELEMENTS (sign_in_fields));
  usher_context_add_form (context, CHANGE, change_fields, G_N_ELEMENTS (change_fields));
  usher_context_add_routes (context, routes, G_N_ELEMENTS (routes), context);
}
