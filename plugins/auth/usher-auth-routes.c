/* usher-auth-routes.c: people sign up, in and out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-routes.h"

#include <usher.h>

#include "usher-password.h"
#include "usher-user.h"

#define MAX_PASSWORD      256
#define TRIES_AN_EMAIL    10
#define TRIES_AN_ADDRESS  100
#define TRIES_WINDOW      (15 * G_TIME_SPAN_MINUTE)
#define LIMITER_EMAILS    "sign-in-email"
#define LIMITER_ADDRESSES "sign-in-address"

/* what the handlers share; a reference for each route */
typedef struct
{
  UsherContext *context; /* (unowned): it has the routes */
  UsherSchema *sign_up;  /* (owned): what is asked of who signs up */
  UsherSchema *sign_in;  /* (owned) */
} Entrance;

/* 19 MiB and two passes are what OWASP asks of Argon2id at least */
static const UsherSetting settings[] = {
  { "auth",
    "hash-memory-kib",
    USHER_SETTING_INTEGER,
    "19456",
    1024,
    4194304,
    "KiB of memory that one password hash takes" },
  { "auth",
    "hash-passes",
    USHER_SETTING_INTEGER,
    "2",
    1,
    64,
    "how often a password hash goes over that memory" },
};

static UsherPasswordCost
get_cost (Entrance *self)
{
  return (UsherPasswordCost){
    .passes = (guint64) usher_context_get_integer (self->context, "hash-passes"),
    .memory = (gsize) usher_context_get_integer (self->context, "hash-memory-kib") * 1024,
  };
}

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

static void
answer (Entrance *self, UsherReply *reply, guint status, UsherDocument *user)
{
  g_autoptr (UsherSession) session =
      usher_context_begin_session (self->context,
                                   usher_document_get_id (user),
                                   usher_document_get_string (user, USHER_USER_EMAIL));

  usher_reply_set_status (reply, status);
  usher_reply_set_session (reply, session);
  usher_reply_take_json (reply, usher_user_to_json (user));
}

/* What the schema cannot say of an address and a password; a person is told all that is wrong at once. */
static UsherDocument *
read_sign_up (Entrance *self, UsherRequest *request, GError **error)
{
  UsherJson *json = usher_request_get_json (request, error);
  UsherProblems *problems = usher_request_get_problems (request);
  g_autoptr (UsherDocument) credentials = NULL;
  g_autofree char *email = NULL;
  const char *password;

  if (json == NULL)
    return NULL;

  credentials = usher_request_read (request, self->sign_up, NULL);
  email = g_strdup (usher_json_get_string (json, USHER_CREDENTIALS_EMAIL));
  if (email == NULL || !usher_user_is_email (g_strstrip (email)))
    usher_problems_add (problems, USHER_CREDENTIALS_EMAIL, "Email must be valid");

  password = usher_json_get_string (json, USHER_CREDENTIALS_PASSWORD);
  if (password != NULL && g_utf8_strlen (password, -1) > MAX_PASSWORD)
    usher_problems_add (problems,
                        USHER_CREDENTIALS_PASSWORD,
                        "Password must be at most 256 characters");

  return usher_request_check (request, error) ? g_steal_pointer (&credentials) : NULL;
}

static gboolean
insert_user (UsherUnit *unit,
             UsherDocument *credentials,
             const char *email_key,
             const char *hash,
             UsherDocument **inserted,
             GError **error)
{
  g_autoptr (UsherDocument) user = usher_unit_new_document (unit, USHER_USER_COLLECTION, error);

  if (user == NULL)
    return FALSE;

  usher_document_set_string (user,
                             USHER_USER_EMAIL,
                             usher_document_get_string (credentials, USHER_CREDENTIALS_EMAIL));
  usher_document_set_string (user, USHER_USER_EMAIL_KEY, email_key);
  usher_document_set_string (user, USHER_USER_PASSWORD, hash);
  usher_document_set_boolean (user, USHER_USER_BANNED, FALSE);
  if (!usher_unit_insert (unit, user, error))
    return FALSE;

  *inserted = g_steal_pointer (&user);

  return TRUE;
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
  const UsherPasswordCost cost = get_cost (self);
  g_autoptr (UsherDocument) credentials = read_sign_up (self, request, error);
  g_autoptr (UsherDocument) user = NULL;
  g_autofree char *email_key = NULL;
  g_autofree char *hash = NULL;

  if (credentials == NULL)
    return FALSE;

  email_key =
      usher_user_make_email_key (usher_document_get_string (credentials, USHER_CREDENTIALS_EMAIL));
  if (!find_user (unit, email_key, &user, error))
    return FALSE;
  if (user != NULL)
    return refuse (error, "Email in use");

  hash = usher_password_hash (usher_document_get_string (credentials, USHER_CREDENTIALS_PASSWORD),
                              &cost,
                              error);
  if (hash == NULL || !insert_user (unit, credentials, email_key, hash, &user, error))
    return FALSE;

  answer (self, reply, 201, user);

  return TRUE;
}

static UsherLimiter *
get_emails (Entrance *self)
{
  return usher_context_get_limiter (self->context, LIMITER_EMAILS, TRIES_AN_EMAIL, TRIES_WINDOW);
}

static UsherLimiter *
get_addresses (Entrance *self)
{
  return usher_context_get_limiter (self->context,
                                    LIMITER_ADDRESSES,
                                    TRIES_AN_ADDRESS,
                                    TRIES_WINDOW);
}

static void
release_try (Entrance *self, UsherRequest *request, const char *email_key)
{
  const char *address = usher_request_get_address (request);

  usher_limiter_release (get_emails (self), email_key);
  if (address != NULL)
    usher_limiter_release (get_addresses (self), address);
}

/* Before the hash: many tries at once are no way around the limit. */
static gboolean
reserve_try (Entrance *self,
             UsherRequest *request,
             UsherReply *reply,
             const char *email_key,
             GError **error)
{
  const char *address = usher_request_get_address (request);
  g_autofree char *seconds = NULL;
  gint64 retry_after = 0;

  if (usher_limiter_reserve (get_emails (self), email_key, &retry_after, error))
    {
      if (address == NULL ||
          usher_limiter_reserve (get_addresses (self), address, &retry_after, error))
        return TRUE;

      usher_limiter_release (get_emails (self), email_key);
    }

  seconds =
      g_strdup_printf ("%" G_GINT64_FORMAT, (retry_after + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  usher_reply_set_header (reply, "Retry-After", seconds);

  return FALSE;
}

/* The operator asks for costlier hashes than when the password was set. */
static gboolean
renew_hash (UsherUnit *unit,
            UsherDocument *user,
            const char *password,
            const UsherPasswordCost *cost,
            GError **error)
{
  g_autofree char *hash = NULL;

  if (!usher_password_is_outdated (usher_document_get_string (user, USHER_USER_PASSWORD), cost))
    return TRUE;

  hash = usher_password_hash (password, cost, error);
  if (hash == NULL)
    return FALSE;

  usher_document_set_string (user, USHER_USER_PASSWORD, hash);

  return usher_unit_replace (unit, user, error);
}

static gboolean
sign_in (UsherRequest *request,
         UsherUnit *unit,
         UsherReply *reply,
         gpointer user_data,
         GError **error)
{
  Entrance *self = user_data;
  UsherSchema *schema = self->sign_in;
  const UsherPasswordCost cost = get_cost (self);
  g_autoptr (UsherDocument) credentials = usher_request_read (request, schema, error);
  g_autoptr (UsherDocument) user = NULL;
  g_autofree char *email_key = NULL;
  const char *password;
  const char *hash;

  if (credentials == NULL)
    return FALSE;

  password = usher_document_get_string (credentials, USHER_CREDENTIALS_PASSWORD);
  email_key =
      usher_user_make_email_key (usher_document_get_string (credentials, USHER_CREDENTIALS_EMAIL));
  if (!reserve_try (self, request, reply, email_key, error) ||
      !find_user (unit, email_key, &user, error))
    return FALSE;

  hash = user != NULL ? usher_document_get_string (user, USHER_USER_PASSWORD) : NULL;
  if (!usher_password_check (hash, password, &cost) || usher_user_is_banned (user))
    return refuse (error, "Invalid credentials");

  release_try (self, request, email_key);
  if (!renew_hash (unit, user, password, &cost, error))
    return FALSE;

  answer (self, reply, 200, user);

  return TRUE;
}

static gboolean
sign_out (UsherRequest *request,
          UsherUnit *unit,
          UsherReply *reply,
          gpointer user_data,
          GError **error)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_end_object (writer);
  usher_reply_set_session (reply, NULL);
  usher_reply_take_json (reply, usher_json_writer_end (writer));

  return TRUE;
}

static void
write_user (UsherJsonWriter *writer, UsherSession *session)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "id", usher_session_get_user_id (session));
  usher_json_writer_set_string (writer, "email", usher_session_get_email (session));
  usher_json_writer_set_integer (writer,
                                 "iat",
                                 usher_session_get_issued (session) / G_USEC_PER_SEC);
  usher_json_writer_end_object (writer);
}

static gboolean
show_current_user (UsherRequest *request,
                   UsherUnit *unit,
                   UsherReply *reply,
                   gpointer user_data,
                   GError **error)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  UsherSession *session = usher_request_get_session (request);

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "currentUser");
  if (session != NULL)
    write_user (writer, session);
  else
    usher_json_writer_add_null (writer);
  usher_json_writer_end_object (writer);
  usher_reply_take_json (reply, usher_json_writer_end (writer));

  return TRUE;
}

static void
entrance_clear (gpointer data)
{
  Entrance *self = data;

  g_clear_pointer (&self->sign_up, usher_schema_unref);
  g_clear_pointer (&self->sign_in, usher_schema_unref);
}

static void
entrance_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, entrance_clear);
}

static gboolean
make_schemas (Entrance *self, GError **error)
{
  const UsherField *fields;
  guint n_fields;

  fields = usher_user_get_sign_up_fields (&n_fields);
  self->sign_up = usher_schema_new ("signUp", fields, n_fields, error);
  if (self->sign_up == NULL)
    return FALSE;

  fields = usher_user_get_sign_in_fields (&n_fields);
  self->sign_in = usher_schema_new ("signIn", fields, n_fields, error);

  return self->sign_in != NULL;
}

static const struct
{
  const char *method;
  const char *pattern;
  UsherRouteFlags flags;
  UsherRequestHandler handler;
} routes[] = {
  { "POST", "/api/users/signup", USHER_ROUTE_BLOCKING, sign_up },
  { "POST", "/api/users/signin", USHER_ROUTE_BLOCKING, sign_in },
  { "POST", "/api/users/signout", USHER_ROUTE_NONE, sign_out },
  { "GET", "/api/users/currentuser", USHER_ROUTE_NONE, show_current_user },
};

gboolean
usher_auth_routes_add (UsherContext *context, GError **error)
{
  Entrance *self = g_atomic_rc_box_new0 (Entrance);
  gboolean ok = make_schemas (self, error);

  self->context = context;
  usher_context_add_settings (context, settings, G_N_ELEMENTS (settings));
  for (guint i = 0; ok && i < G_N_ELEMENTS (routes); i++)
    usher_context_add_route (context,
                             routes[i].method,
                             routes[i].pattern,
                             routes[i].flags,
                             routes[i].handler,
                             g_atomic_rc_box_acquire (self),
                             entrance_unref);
  entrance_unref (self);

  return ok;
}
