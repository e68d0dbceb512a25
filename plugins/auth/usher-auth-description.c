/* usher-auth-description.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-description.h"

#include "usher-auth-contract.h"
#include "usher-user.h"

/* what people are shown, and what they are asked for in whole: usher-auth-routes.c reads new passwords besides its forms */
#define SHOWN      "shownUser"
#define CURRENT    "currentUser"
#define NONE       "nothing"
#define NEW_USER   "newUser"
#define NEW_SECRET "newPassword"
#define SIGN_IN    "signIn"

#define ASKED (USHER_FIELD_INPUT | USHER_FIELD_REQUIRED)
#define THERE (USHER_FIELD_REQUIRED | USHER_FIELD_NULLABLE)

#define BAN   "/admin/users/:id/ban"
#define UNBAN "/admin/users/:id/unban"
#define USERS "/api/users/"

static const UsherField shown_fields[] = {
  { "id", USHER_FIELD_ID, USHER_FIELD_REQUIRED },
  { USHER_USER_EMAIL, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
};

static const UsherField current_fields[] = {
  { "currentUser.id", USHER_FIELD_ID, THERE },
  { "currentUser.email", USHER_FIELD_STRING, THERE },
  { "currentUser.iat", USHER_FIELD_INTEGER, THERE },
};

static const UsherField new_user_fields[] = {
  { "email", USHER_FIELD_STRING, ASKED | USHER_FIELD_TRIM, 1, USHER_USER_MAX_EMAIL },
  { "password", USHER_FIELD_STRING, ASKED },
};

static const UsherField new_password_fields[] = {
  { "current", USHER_FIELD_STRING, ASKED, 1, G_MAXINT64 },
  { "new", USHER_FIELD_STRING, ASKED },
};

static const UsherAnswerEntry answers[] = {
  { "GET", USERS "currentuser", 200, CURRENT, "Who is signed in, or null" },
  { "POST", USERS "signup", 201, SHOWN, "The new user, and a session" },
  { "POST", USERS "signup", 400, NULL, "Email must be valid" },
  { "POST", USERS "signup", 400, NULL, "Password must be at least 8 characters" },
  { "POST", USERS "signup", 400, NULL, "Email in use" },
  { "POST", USERS "signin", 200, SHOWN, "The user, and a session" },
  { "POST", USERS "signin", 400, NULL, "Email must be valid" },
  { "POST", USERS "signin", 400, NULL, "Password must be provided" },
  { "POST", USERS "signin", 400, NULL, "Invalid credentials" },
  { "POST", USERS "signout", 200, NONE, "No session goes on here" },
  { "POST", USERS "signout-all", 200, NONE, "All sessions of the user have ended" },
  { "POST", USERS "password", 200, NONE, "The other sessions of the user have ended" },
  { "POST", USERS "password", 400, NULL, "Password must be at least 8 characters" },
  { "POST", USERS "password", 400, NULL, "Invalid credentials" },
  { "POST", BAN, 200, USHER_USER_COLLECTION, "The user, who is banned" },
  { "POST", BAN, 404, NULL, "Not Found" },
  { "POST", UNBAN, 200, USHER_USER_COLLECTION, "The user, who is not banned" },
  { "POST", UNBAN, 404, NULL, "Not Found" },
};

static void
describe_routes (UsherContext *context)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *summary;
    const char *body;
  } routes[] = {
    { "GET", USERS "currentuser", "Tell who is signed in", NULL },
    { "POST", USERS "signup", "Sign up", NEW_USER },
    { "POST", USERS "signin", "Sign in", SIGN_IN },
    { "POST", USERS "signout", "End this session", NULL },
    { "POST", USERS "signout-all", "End all of one's sessions", NULL },
    { "POST", USERS "password", "Take another password", NEW_SECRET },
    { "POST", BAN, "Ban a user", NULL },
    { "POST", UNBAN, "Take a ban back", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    usher_context_describe_route (
        context, routes[i].method, routes[i].path, routes[i].summary, routes[i].body, NULL);
  usher_context_add_answers (context, answers, G_N_ELEMENTS (answers));
}

void
usher_auth_describe (UsherContext *context)
{
  static const char length[] = "8 to 256 characters, counted in the normal form NFKC";

  usher_context_add_view (context, SHOWN, shown_fields, G_N_ELEMENTS (shown_fields));
  usher_context_add_view (context, CURRENT, current_fields, G_N_ELEMENTS (current_fields));
  usher_context_add_view (context, NONE, NULL, 0);
  usher_context_add_form (context, NEW_USER, new_user_fields, G_N_ELEMENTS (new_user_fields));
  usher_context_add_form (context,
                          NEW_SECRET,
                          new_password_fields,
                          G_N_ELEMENTS (new_password_fields));
  describe_routes (context);

  usher_context_describe_event (context, USHER_AUTH_BANNED, "A user is banned");
  usher_context_describe_event (context, USHER_AUTH_UNBANNED, "A ban is taken back");
  usher_context_describe_event (context,
                                USHER_AUTH_SESSION_ENDED,
                                "A session, or all of a user, ended before their time");

  usher_context_describe_field (context, NULL, "email", NULL, NULL, "ann@example.com");
  usher_context_describe_field (context, NULL, "currentUser.email", NULL, NULL, "ann@example.com");
  usher_context_describe_field (context,
                                NULL,
                                "currentUser.iat",
                                "When the session began, in seconds since 1970",
                                NULL,
                                NULL);
  usher_context_describe_field (context, NEW_USER, "password", length, NULL, "correct horse");
  usher_context_describe_field (context, SIGN_IN, "password", NULL, NULL, "correct horse");
  usher_context_describe_field (context, NEW_SECRET, "current", NULL, NULL, "correct horse");
  usher_context_describe_field (context, NEW_SECRET, "new", length, NULL, "battery staple");
  usher_context_describe_field (context,
                                USHER_AUTH_SESSION_ENDED,
                                USHER_AUTH_ID,
                                "The jti of the session, or * for all that began before “before”",
                                NULL,
                                USHER_AUTH_ALL);
  usher_context_describe_field (
      context, USHER_AUTH_SESSION_ENDED, USHER_AUTH_BEFORE, "Microseconds since 1970", NULL, NULL);
  usher_context_describe_field (context,
                                USHER_AUTH_SESSION_ENDED,
                                USHER_AUTH_EXP,
                                "In microseconds since 1970: nobody needs to know of it then",
                                NULL,
                                NULL);
}
