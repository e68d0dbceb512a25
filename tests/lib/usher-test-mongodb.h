/* usher-test-mongodb.h: a server that speaks MongoDB's protocol
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SecantusDB, which is for tests alone, on loopback with a folder of its own; it is killed with the test. Where it cannot be
 * installed the test fails and says why. Or, where USHER_TEST_MONGODB_URI is set, the server that has this address. */
typedef struct _UsherTestMongodb UsherTestMongodb;

typedef enum
{
  USHER_TEST_MONGODB_STANDALONE = 0,
  USHER_TEST_MONGODB_REPLICA_SET = 1 << 0, /* of one member: with transactions and change streams */
  USHER_TEST_MONGODB_AUTH = 1 << 1,        /* of the user below alone */
  USHER_TEST_MONGODB_TLS = 1 << 2,         /* with the certificate of an authority of its own */
} UsherTestMongodbFlags;

#define USHER_TEST_MONGODB_USER     "usher"
#define USHER_TEST_MONGODB_PASSWORD "open-sesame"

/* Returns when it answers. */
UsherTestMongodb *usher_test_mongodb_new (UsherTestMongodbFlags flags);
void usher_test_mongodb_free (UsherTestMongodb *self);
/* NULL: a server with @flags is to be had; else why not, for g_test_skip(). @breaks: it will be killed, made to fail, or met by
 * other ports. */
const char *usher_test_mongodb_get_lack (UsherTestMongodbFlags flags, gboolean breaks);

/* (transfer full): that of @database, of a base for several, or of the server if it is NULL; with the user's password where
 * that is asked for */
char *usher_test_mongodb_make_uri (UsherTestMongodb *self, const char *database);
/* (transfer full): the same by another port on loopback, and no other way; @options: (nullable) “name=value&…” */
char *usher_test_mongodb_make_uri_by (UsherTestMongodb *self,
                                      guint16 port,
                                      const char *database,
                                      const char *options);
/* (transfer full): a name for a database, or a base of names, that no other test has. What begins so is dropped in the end. */
char *usher_test_mongodb_make_name (UsherTestMongodb *self);
guint16 usher_test_mongodb_get_port (UsherTestMongodb *self);
/* (nullable): of the authority of certificates */
const char *usher_test_mongodb_get_authority (UsherTestMongodb *self);
/* for who counts its processor's time */
GPid usher_test_mongodb_get_pid (UsherTestMongodb *self);

/* SIGKILL; what it has confirmed is there when it is started again */
void usher_test_mongodb_kill (UsherTestMongodb *self);
/* Returns when it answers. */
void usher_test_mongodb_start (UsherTestMongodb *self);
/* Each of @commands, JSON of an array, is answered with an error of @code, until it is 0. */
void usher_test_mongodb_fail (UsherTestMongodb *self, const char *commands, int code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestMongodb, usher_test_mongodb_free)

G_END_DECLS
