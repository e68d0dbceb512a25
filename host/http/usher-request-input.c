/* usher-request-input.c: what a request asks for, as handlers want it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-request-private.h"

/**
 * usher_request_get_json:
 * @self: a request
 * @error: return location for a [error@Error]
 *
 * Reads the body as JSON, once.
 *
 * Returns: (transfer none): the JSON, or `NULL` with `USHER_ERROR_INVALID`
 */
UsherJson *
usher_request_get_json (UsherRequest *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *text = "";
  gsize length = 0;

  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->json != NULL)
    return self->json;

  if (self->body != NULL)
    text = g_bytes_get_data (self->body, &length);
  self->json = usher_json_parse (text != NULL ? text : "", (gssize) length, &local_error);
  if (self->json == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "The body is not valid JSON: %s",
                 local_error->message);

  return self->json;
}

/**
 * usher_request_get_problems:
 * @self: a request
 *
 * Gets what is wrong with the request, to add to it.
 *
 * Returns: (transfer none): the problems
 */
UsherProblems *
usher_request_get_problems (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  if (self->problems == NULL)
    self->problems = usher_problems_new ();

  return self->problems;
}

/**
 * usher_request_check:
 * @self: a request
 * @error: return location for a [error@Error]
 *
 * Tells whether the request has no problems.
 *
 * Returns: `FALSE` with `USHER_ERROR_INVALID` when it has some; the answer lists them all
 */
gboolean
usher_request_check (UsherRequest *self, GError **error)
{
  guint n = 0;

  g_return_val_if_fail (USHER_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  n = self->problems != NULL ? usher_problems_get_length (self->problems) : 0;
  if (n > 0)
    g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "The request has %u problems", n);

  return n == 0;
}

/**
 * usher_request_read:
 * @self: a request
 * @schema: what the body shall be
 * @error: return location for a [error@Error]
 *
 * Reads the input fields of a schema out of the body. What does not fit is kept in the request: return the
 * error, and the host answers with the whole list.
 *
 * Returns: (transfer full): a document without id, or `NULL` with `USHER_ERROR_INVALID`
 */
UsherDocument *
usher_request_read (UsherRequest *self, UsherSchema *schema, GError **error)
{
  g_autoptr (UsherDocument) document = NULL;
  UsherJson *json = NULL;

  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  json = usher_request_get_json (self, error);
  if (json == NULL)
    return NULL;

  document = usher_schema_read (schema, json, usher_request_get_problems (self));
  if (!usher_request_check (self, error))
    return NULL;
  if (document == NULL)
    g_set_error_literal (error, USHER_ERROR, USHER_ERROR_INVALID, "The body must be an object");

  return g_steal_pointer (&document);
}

/**
 * usher_request_reset:
 * @self: a request
 *
 * Forgets the problems, for another run of the handler.
 */
void
usher_request_reset (UsherRequest *self)
{
  g_return_if_fail (USHER_IS_REQUEST (self));

  g_clear_pointer (&self->problems, usher_problems_unref);
}
