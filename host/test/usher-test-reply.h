/* usher-test-reply.h: what is in an answer, and that it is what it should be
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

USHER_API
char *usher_test_dup_body (UsherReply *reply);
USHER_API
char *usher_test_dup_member (UsherReply *reply, const char *path);
USHER_API
gint64 usher_test_get_money (UsherReply *reply, const char *path);
USHER_API
guint usher_test_count_members (UsherReply *reply, const char *path);

/**
 * usher_test_assert_status:
 * @reply: (nullable): an answer, `NULL`: there was none
 * @status: the HTTP status that it must have
 *
 * The answer has this status; else the test fails, and prints the answer.
 *
 * Returns: (transfer none): @reply, so that calls can be wrapped
 */
#define usher_test_assert_status(reply, status) \
  usher_test_check_status (reply, status, __FILE__, __LINE__, G_STRFUNC)

/**
 * usher_test_assert_member:
 * @reply: (nullable): an answer, `NULL`: there was none
 * @path: where the member is, such as `ticket.id` or `errors.0.field`
 * @expected: (nullable): as [func@dup_member] gives it, `NULL`: it is missing
 *
 * The answer has this member; else the test fails, and prints the answer.
 *
 * Returns: (transfer none): @reply
 */
#define usher_test_assert_member(reply, path, expected) \
  usher_test_check_member (reply, path, expected, __FILE__, __LINE__, G_STRFUNC)

/**
 * usher_test_assert_refused:
 * @reply: (nullable): an answer, `NULL`: there was none
 * @status: the HTTP status that it must have
 * @field: (nullable): the field that is wrong, `NULL`: none is named
 * @message: what the client is told
 *
 * The answer is an error with this one message; else the test fails, and prints the answer.
 *
 * Returns: (transfer none): @reply
 */
#define usher_test_assert_refused(reply, status, field, message) \
  usher_test_check_refused (reply, status, field, message, __FILE__, __LINE__, G_STRFUNC)

USHER_API
UsherReply *usher_test_check_status (UsherReply *reply,
                                     guint status,
                                     const char *file,
                                     int line,
                                     const char *func);
USHER_API
UsherReply *usher_test_check_member (UsherReply *reply,
                                     const char *path,
                                     const char *expected,
                                     const char *file,
                                     int line,
                                     const char *func);
USHER_API
UsherReply *usher_test_check_refused (UsherReply *reply,
                                      guint status,
                                      const char *field,
                                      const char *message,
                                      const char *file,
                                      int line,
                                      const char *func);

G_END_DECLS
