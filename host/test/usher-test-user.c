/* usher-test-user.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-user.h"

#include <string.h>

#include "usher-test-host-private.h"
#include "usher-test-reply.h"

#define ID_LENGTH 24

/**
 * UsherTestUser:
 *
 * Somebody who asks the services of a box: a user who is signed in, or nobody. Any thread.
 */
struct _UsherTestUser
{
  GObject parent_instance;

  UsherTestHost *host; /* (unowned): the box, which has it */
  char *id;            /* (owned) (nullable): NULL: nobody */
  char *email;         /* (owned) (nullable): likewise */
};

G_DEFINE_FINAL_TYPE (UsherTestUser, usher_test_user, G_TYPE_OBJECT)

static void
usher_test_user_finalize (GObject *object)
{
  UsherTestUser *self = USHER_TEST_USER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->email, g_free);

  G_OBJECT_CLASS (usher_test_user_parent_class)->finalize (object);
}

static void
usher_test_user_class_init (UsherTestUserClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_test_user_finalize;
}

static void
usher_test_user_init (UsherTestUser *self)
{
}

UsherTestUser *
usher_test_user_new (UsherTestHost *host, const char *name)
{
  UsherTestUser *self = g_object_new (USHER_TEST_TYPE_USER, NULL);

  self->host = host;
  if (name == NULL)
    return self;

  self->email = g_strconcat (name, "@example.org", NULL);
  if (usher_id_is_valid (name))
    self->id = g_strdup (name);
  else
    {
      self->id = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
      self->id[ID_LENGTH] = '\0';
    }

  return self;
}

UsherTestHost *
usher_test_user_get_host (UsherTestUser *self)
{
  return self->host;
}

/**
 * usher_test_user_get_id:
 * @self: a user
 *
 * Gets the id of the user, as a handler sees it.
 *
 * Returns: (transfer none) (nullable): the id, always the same for one name; `NULL`: nobody is signed in
 */
const char *
usher_test_user_get_id (UsherTestUser *self)
{
  g_return_val_if_fail (USHER_TEST_IS_USER (self), NULL);

  return self->id;
}

/**
 * usher_test_user_get_email:
 * @self: a user
 *
 * Gets the e-mail address that is in the session of the user.
 *
 * Returns: (transfer none) (nullable): the address, `NULL`: nobody is signed in
 */
const char *
usher_test_user_get_email (UsherTestUser *self)
{
  g_return_val_if_fail (USHER_TEST_IS_USER (self), NULL);

  return self->email;
}

static void
add_headers (UsherRequest *request, const char *headers)
{
  g_auto (GStrv) lines = g_strsplit (headers, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ": ", 2);

      g_assert_cmpuint (g_strv_length (parts), ==, 2);
      usher_request_add_header (request, parts[0], parts[1]);
    }
}

static void
sign_in (UsherTestUser *self, UsherRequest *request)
{
  UsherTestPlace *place = usher_test_host_get_place (self->host, 0);
  g_autofree char *token = NULL;
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  token = usher_host_make_token (usher_test_place_get_host (place), self->id, self->email, &error);
  usher_test_place_unref (place);
  g_assert_no_error (error);
  value = g_strconcat ("Bearer ", token, NULL);
  usher_request_add_header (request, "Authorization", value);
}

/**
 * usher_test_user_make_request:
 * @self: a user
 * @method: the HTTP method
 * @target: path and query
 * @body: (nullable): the body, sent as `application/json`
 * @headers: (nullable): more header fields, `Name: value`, with `\n` between
 *
 * Makes a request of the user, for [method@Host.ask], so that more of it can be said first.
 *
 * Returns: (transfer full): the request
 */
UsherRequest *
usher_test_user_make_request (UsherTestUser *self,
                              const char *method,
                              const char *target,
                              const char *body,
                              const char *headers)
{
  UsherRequest *request = NULL;

  g_return_val_if_fail (USHER_TEST_IS_USER (self), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (target != NULL, NULL);

  request = usher_request_new (method, target);
  if (self->id != NULL)
    sign_in (self, request);

  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      usher_request_set_body (request, bytes);
      usher_request_add_header (request, "Content-Type", "application/json");
    }

  if (headers != NULL)
    add_headers (request, headers);

  return request;
}

/**
 * usher_test_user_call:
 * @self: a user
 * @method: the HTTP method
 * @target: path and query
 * @body: (nullable): the body, sent as `application/json`
 * @headers: (nullable): more header fields, `Name: value`, with `\n` between
 *
 * Asks, and waits for the answer. Any thread, and from many.
 *
 * Returns: (transfer full) (nullable): the answer, `NULL`: the host has died before it was given
 */
UsherReply *
usher_test_user_call (UsherTestUser *self,
                      const char *method,
                      const char *target,
                      const char *body,
                      const char *headers)
{
  g_autoptr (UsherRequest) request =
      usher_test_user_make_request (self, method, target, body, headers);

  g_return_val_if_fail (request != NULL, NULL);

  return usher_test_host_ask (self->host, request, FALSE);
}

/**
 * usher_test_user_get:
 * @self: a user
 * @target: path and query
 *
 * Asks with `GET`.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_user_get (UsherTestUser *self, const char *target)
{
  return usher_test_user_call (self, "GET", target, NULL, NULL);
}

/**
 * usher_test_user_post:
 * @self: a user
 * @target: path and query
 * @body: (nullable): the body, sent as `application/json`
 *
 * Asks with `POST`.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_user_post (UsherTestUser *self, const char *target, const char *body)
{
  return usher_test_user_call (self, "POST", target, body, NULL);
}

/**
 * usher_test_user_put:
 * @self: a user
 * @target: path and query
 * @body: (nullable): the body, sent as `application/json`
 *
 * Asks with `PUT`.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_user_put (UsherTestUser *self, const char *target, const char *body)
{
  return usher_test_user_call (self, "PUT", target, body, NULL);
}

/**
 * usher_test_user_delete:
 * @self: a user
 * @target: path and query
 *
 * Asks with `DELETE`.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_user_delete (UsherTestUser *self, const char *target)
{
  return usher_test_user_call (self, "DELETE", target, NULL, NULL);
}

/**
 * usher_test_user_create:
 * @self: a user
 * @target: path and query
 * @body: the body, sent as `application/json`
 *
 * Makes a document by a `POST`, which must be answered with 201.
 *
 * Returns: (transfer full): its id
 */
char *
usher_test_user_create (UsherTestUser *self, const char *target, const char *body)
{
  g_autoptr (UsherReply) reply = usher_test_user_post (self, target, body);

  usher_test_assert_status (reply, 201);

  return usher_test_dup_member (reply, "id");
}

/**
 * usher_test_host_ask:
 * @self: a box
 * @request: a request
 * @admin: whether it is for the admin listener
 *
 * Lets a host that has the path answer. Any thread, and from many.
 *
 * Returns: (transfer full) (nullable): the answer, `NULL`: the host has died before it was given
 */
UsherReply *
usher_test_host_ask (UsherTestHost *self, UsherRequest *request, gboolean admin)
{
  UsherTestPlace *place = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);
  g_return_val_if_fail (USHER_IS_REQUEST (request), NULL);

  place = usher_test_host_find_path (self, usher_request_get_path (request));
  reply = usher_host_call (usher_test_place_get_host (place), request, admin);

  return usher_test_host_heed (self, place) ? NULL : g_steal_pointer (&reply);
}

/**
 * usher_test_host_call:
 * @self: a box
 * @method: the HTTP method
 * @target: path and query
 * @user: (nullable): who asks, as for [method@Host.as]
 * @body: (nullable): the body, sent as `application/json`
 *
 * Asks, in one call. Any thread, and from many.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_host_call (UsherTestHost *self,
                      const char *method,
                      const char *target,
                      const char *user,
                      const char *body)
{
  return usher_test_user_call (usher_test_host_as (self, user), method, target, body, NULL);
}

/**
 * usher_test_host_call_admin:
 * @self: a box
 * @method: the HTTP method
 * @target: path and query
 *
 * Asks the admin listener. Any thread, and from many.
 *
 * Returns: (transfer full) (nullable): as of [method@User.call]
 */
UsherReply *
usher_test_host_call_admin (UsherTestHost *self, const char *method, const char *target)
{
  g_autoptr (UsherRequest) request = usher_request_new (method, target);

  return usher_test_host_ask (self, request, TRUE);
}
