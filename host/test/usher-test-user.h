/* usher-test-user.h: somebody who asks
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-host.h"

G_BEGIN_DECLS

/**
 * USHER_TEST_NOTHING:
 *
 * The id of no document.
 */
#define USHER_TEST_NOTHING "000000000000000000000000"

USHER_API
const char *usher_test_user_get_id (UsherTestUser *self);
USHER_API
const char *usher_test_user_get_email (UsherTestUser *self);
USHER_API
UsherReply *usher_test_user_get (UsherTestUser *self, const char *target);
USHER_API
UsherReply *usher_test_user_post (UsherTestUser *self, const char *target, const char *body);
USHER_API
UsherReply *usher_test_user_put (UsherTestUser *self, const char *target, const char *body);
USHER_API
UsherReply *usher_test_user_delete (UsherTestUser *self, const char *target);
USHER_API
UsherReply *usher_test_user_call (UsherTestUser *self,
                                  const char *method,
                                  const char *target,
                                  const char *body,
                                  const char *headers);
USHER_API
UsherRequest *usher_test_user_make_request (UsherTestUser *self,
                                            const char *method,
                                            const char *target,
                                            const char *body,
                                            const char *headers);
USHER_API
char *usher_test_user_create (UsherTestUser *self, const char *target, const char *body);
USHER_API
UsherReply *usher_test_host_ask (UsherTestHost *self, UsherRequest *request, gboolean admin);
USHER_API
UsherReply *usher_test_host_call (UsherTestHost *self,
                                  const char *method,
                                  const char *target,
                                  const char *user,
                                  const char *body);
USHER_API
UsherReply *
usher_test_host_call_admin (UsherTestHost *self, const char *method, const char *target);

G_END_DECLS
