/* usher-test-reply.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-reply.h"

#include "usher-test-json-private.h"

/**
 * usher_test_dup_body:
 * @reply: an answer
 *
 * Gets the body of an answer.
 *
 * Returns: (transfer full): the text, empty when there is no body
 */
char *
usher_test_dup_body (UsherReply *reply)
{
  GBytes *body = usher_reply_get_body (reply);

  if (body == NULL)
    return g_strdup ("");

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static UsherJson *
parse_body (UsherReply *reply)
{
  g_autofree char *body = NULL;
  g_autoptr (GError) error = NULL;
  UsherJson *json = NULL;

  g_assert_nonnull (reply);
  body = usher_test_dup_body (reply);
  json = usher_json_parse (body, -1, &error);
  g_assert_no_error (error);

  return json;
}

/**
 * usher_test_dup_member:
 * @reply: an answer
 * @path: where the member is, such as `ticket.id` or `errors.0.field`
 *
 * Gets a member of an answer as text: a string without its quotes, any other value as it is written.
 *
 * Returns: (transfer full) (nullable): the text, `NULL` when it is missing
 */
char *
usher_test_dup_member (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);

  return usher_test_dup_text (json, path);
}

/**
 * usher_test_get_money:
 * @reply: an answer
 * @path: where an amount is, which there must be
 *
 * Gets an amount, exactly.
 *
 * Returns: minor units, such as cents
 */
gint64
usher_test_get_money (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);
  gint64 cents = 0;

  g_assert_true (usher_json_get_money (json, path, &cents));

  return cents;
}

/**
 * usher_test_count_members:
 * @reply: an answer
 * @path: where the array or object is, empty: it is the answer itself
 *
 * Counts the elements of an array or object.
 *
 * Returns: how many
 */
guint
usher_test_count_members (UsherReply *reply, const char *path)
{
  g_autoptr (UsherJson) json = parse_body (reply);

  return usher_json_get_length (json, path);
}

static void
fail (const char *message, const char *file, int line, const char *func)
{
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}

static void
check_answered (UsherReply *reply, const char *file, int line, const char *func)
{
  if (reply == NULL)
    fail ("there is no answer: the host has died", file, line, func);
}

/**
 * usher_test_check_status:
 * @reply: (nullable): an answer
 * @status: the HTTP status that it must have
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_status] calls.
 *
 * Returns: (transfer none): @reply
 */
UsherReply *
usher_test_check_status (UsherReply *reply,
                         guint status,
                         const char *file,
                         int line,
                         const char *func)
{
  g_autofree char *body = NULL;
  g_autofree char *message = NULL;

  check_answered (reply, file, line, func);
  if (usher_reply_get_status (reply) == status)
    return reply;

  body = usher_test_dup_body (reply);
  message =
      g_strdup_printf ("status is %u, not %u: %s", usher_reply_get_status (reply), status, body);
  fail (message, file, line, func);

  return reply;
}

/**
 * usher_test_check_member:
 * @reply: (nullable): an answer
 * @path: where the member is
 * @expected: (nullable): what it must be
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_member] calls.
 *
 * Returns: (transfer none): @reply
 */
UsherReply *
usher_test_check_member (UsherReply *reply,
                         const char *path,
                         const char *expected,
                         const char *file,
                         int line,
                         const char *func)
{
  g_autofree char *found = NULL;
  g_autofree char *body = NULL;
  g_autofree char *message = NULL;

  check_answered (reply, file, line, func);
  found = usher_test_dup_member (reply, path);
  if (g_strcmp0 (found, expected) == 0)
    return reply;

  body = usher_test_dup_body (reply);
  message = g_strdup_printf ("“%s” is %s, not %s: %s",
                             path,
                             found != NULL ? found : "missing",
                             expected != NULL ? expected : "missing",
                             body);
  fail (message, file, line, func);

  return reply;
}

/**
 * usher_test_check_refused:
 * @reply: (nullable): an answer
 * @status: the HTTP status that it must have
 * @field: (nullable): the field that is wrong
 * @message: what the client is told
 * @file: where in the sources
 * @line: the line
 * @func: the function
 *
 * Is what [func@assert_refused] calls.
 *
 * Returns: (transfer none): @reply
 */
UsherReply *
usher_test_check_refused (UsherReply *reply,
                          guint status,
                          const char *field,
                          const char *message,
                          const char *file,
                          int line,
                          const char *func)
{
  usher_test_check_status (reply, status, file, line, func);
  usher_test_check_member (reply, "errors.0.message", message, file, line, func);
  usher_test_check_member (reply, "errors.0.field", field, file, line, func);
  usher_test_check_member (reply, "errors.1", NULL, file, line, func);

  return reply;
}
