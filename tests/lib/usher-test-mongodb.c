/* usher-test-mongodb.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-mongodb.h"

#include <gio/gio.h>
#include <mongoc/mongoc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

#define SERVER_VARIABLE "USHER_TEST_MONGODB_URI"

struct _UsherTestMongodb
{
  UsherTestMongodbFlags flags;
  char *folder;    /* (owned) (nullable): NULL: another's */
  char *program;   /* (owned) (nullable) */
  char *authority; /* (owned) (nullable) */
  char *base;      /* (owned): that all names begin with */
  guint16 port;
  GSubprocess *child; /* (owned) (nullable) */
  int n_names;        /* (atomic) */
};

/* the lines of a program that must succeed */
static char *
run (const char *first, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  g_autofree char *wrong = NULL;
  const char *word = first;
  va_list more;

  va_start (more, first);
  for (; word != NULL; word = va_arg (more, const char *))
    g_ptr_array_add (words, (gpointer) word);
  va_end (more);
  g_ptr_array_add (words, NULL);

  process = g_subprocess_newv ((const char *const *) words->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &said, &wrong, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s failed: %s", first, wrong);

  return g_strchomp (g_steal_pointer (&said));
}

/* the whole server, as its administrator */
static mongoc_client_t *
connect_server (UsherTestMongodb *self)
{
  g_autofree char *uri = usher_test_mongodb_make_uri (self, NULL);
  mongoc_client_t *client = NULL;

  mongoc_init ();
  client = mongoc_client_new (uri);
  g_assert_nonnull (client);

  return client;
}

/* @reply: (out) (nullable) */
static void
command (mongoc_client_t *client, const char *json, bson_t *reply)
{
  bson_error_t error;
  bson_t *words = bson_new_from_json ((const guint8 *) json, -1, &error);
  bson_t own;

  g_assert_nonnull (words);
  if (!mongoc_client_command_simple (client, "admin", words, NULL, &own, &error))
    g_error ("the server refuses %s: %s", json, error.message);
  if (reply != NULL)
    bson_copy_to (&own, reply);
  bson_destroy (&own);
  bson_destroy (words);
}

/* an authority that is its own server, for as long as a test may ever run */
static void
make_certificate (UsherTestMongodb *self)
{
  g_autofree char *key = g_build_filename (self->folder, "key.pem", NULL);
  g_autofree char *said = NULL;

  self->authority = g_build_filename (self->folder, "authority.pem", NULL);
  said = run ("openssl",
              "req",
              "-x509",
              "-newkey",
              "rsa:2048",
              "-nodes",
              "-days",
              "2",
              "-subj",
              "/CN=localhost",
              "-addext",
              "subjectAltName=IP:127.0.0.1,DNS:localhost",
              "-keyout",
              key,
              "-out",
              self->authority,
              NULL);
}

static gboolean
answers (UsherTestMongodb *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", self->port, NULL, NULL);

  return connection != NULL;
}

static void
add (GPtrArray *words, const char *word)
{
  g_ptr_array_add (words, g_strdup (word));
}

static GPtrArray *
make_arguments (UsherTestMongodb *self, UsherTestMongodbFlags flags)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  add (words, self->program);
  add (words, "--sync-on-commit");
  add (words, "--enable-test-commands");
  add (words, "--port");
  g_ptr_array_add (words, g_strdup_printf ("%u", self->port));
  add (words, "--storage-path");
  g_ptr_array_add (words, g_build_filename (self->folder, "data", NULL));
  if ((flags & USHER_TEST_MONGODB_REPLICA_SET) == 0)
    add (words, "--standalone");
  if ((flags & USHER_TEST_MONGODB_AUTH) != 0)
    add (words, "--auth");
  if ((flags & USHER_TEST_MONGODB_TLS) != 0)
    {
      add (words, "--tls-cert-file");
      add (words, self->authority);
      add (words, "--tls-key-file");
      g_ptr_array_add (words, g_build_filename (self->folder, "key.pem", NULL));
    }
  g_ptr_array_add (words, NULL);

  return words;
}

static void
start (UsherTestMongodb *self, UsherTestMongodbFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GPtrArray) words = make_arguments (self, flags);
  g_autofree char *log = g_build_filename (self->folder, "log", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (self->child);
  /* so it finds no settings either */
  g_subprocess_launcher_set_cwd (launcher, self->folder);
  g_subprocess_launcher_setenv (launcher, "HOME", self->folder, TRUE);
  g_subprocess_launcher_set_stdout_file_path (launcher, log);
  self->child = g_subprocess_launcher_spawnv (launcher, (const char *const *) words->pdata, &error);
  g_assert_no_error (error);

  usher_test_until (answers (self) || g_subprocess_get_identifier (self->child) == NULL);
  if (g_subprocess_get_identifier (self->child) == NULL)
    {
      g_file_get_contents (log, &text, NULL, NULL);
      g_error ("the server for tests does not start: %s", text);
    }
}

/* Nobody can be added by who asks for a password already. */
static void
add_user (UsherTestMongodb *self)
{
  static const char user[] =
      "{\"createUser\":\"" USHER_TEST_MONGODB_USER "\",\"pwd\":\"" USHER_TEST_MONGODB_PASSWORD
      "\",\"roles\":[{\"role\":\"root\",\"db\":\"admin\"}]}";
  UsherTestMongodbFlags flags = self->flags;
  mongoc_client_t *client = NULL;

  self->flags = flags & USHER_TEST_MONGODB_REPLICA_SET;
  start (self, self->flags);
  client = connect_server (self);
  command (client, user, NULL);
  mongoc_client_destroy (client);
  usher_test_mongodb_kill (self);
  self->flags = flags;
}

UsherTestMongodb *
usher_test_mongodb_new (UsherTestMongodbFlags flags)
{
  UsherTestMongodb *self = g_new0 (UsherTestMongodb, 1);
  g_autoptr (GError) error = NULL;

  self->flags = flags;
  self->base = g_strdup_printf ("usher-test-%d-", (int) getpid ());
  if (g_getenv (SERVER_VARIABLE) != NULL)
    return self;

  self->program = run (USHER_TEST_MONGODB_SCRIPT, NULL);
  self->folder = g_dir_make_tmp ("usher-mongodb-XXXXXX", &error);
  g_assert_no_error (error);
  self->port = usher_test_find_port ();
  if ((flags & USHER_TEST_MONGODB_TLS) != 0)
    make_certificate (self);
  if ((flags & USHER_TEST_MONGODB_AUTH) != 0)
    add_user (self);
  usher_test_mongodb_start (self);

  return self;
}

/* from a server that goes on */
static void
drop_all (UsherTestMongodb *self)
{
  mongoc_client_t *client = connect_server (self);
  bson_error_t error;
  char **names = mongoc_client_get_database_names_with_opts (client, NULL, &error);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], self->base))
      {
        mongoc_database_t *database = mongoc_client_get_database (client, names[i]);

        mongoc_database_drop (database, NULL);
        mongoc_database_destroy (database);
      }
  bson_strfreev (names);
  mongoc_client_destroy (client);
}

void
usher_test_mongodb_free (UsherTestMongodb *self)
{
  if (self->folder == NULL)
    drop_all (self);
  if (self->child != NULL)
    usher_test_mongodb_kill (self);
  if (self->folder != NULL)
    usher_test_remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->program);
  g_free (self->authority);
  g_free (self->base);
  g_free (self);
}

static gboolean
is_replica_set (void)
{
  mongoc_client_t *client = NULL;
  bson_iter_t iter;
  bson_t reply;
  gboolean has_set = FALSE;

  mongoc_init ();
  client = mongoc_client_new (g_getenv (SERVER_VARIABLE));
  if (client == NULL)
    g_error (SERVER_VARIABLE " is no address of a MongoDB server");
  command (client, "{\"hello\":1}", &reply);
  has_set = bson_iter_init_find (&iter, &reply, "setName");
  bson_destroy (&reply);
  mongoc_client_destroy (client);

  return has_set;
}

const char *
usher_test_mongodb_get_lack (UsherTestMongodbFlags flags, gboolean breaks)
{
  gboolean wants_set = (flags & USHER_TEST_MONGODB_REPLICA_SET) != 0;

  if (g_getenv (SERVER_VARIABLE) == NULL)
    return NULL;
  if (breaks)
    return "the server of " SERVER_VARIABLE " is not this test's to break";
  if ((flags & (USHER_TEST_MONGODB_AUTH | USHER_TEST_MONGODB_TLS)) != 0)
    return "the server of " SERVER_VARIABLE " has users and certificates of its own";
  if (wants_set != is_replica_set ())
    return wants_set ? "the server of " SERVER_VARIABLE " is of no replica set"
                     : "the server of " SERVER_VARIABLE " is of a replica set";

  return NULL;
}

/* @way: the option that says how the server is looked for; @options: (nullable) */
static char *
make_own (UsherTestMongodb *self,
          guint16 port,
          const char *database,
          const char *way,
          const char *options)
{
  gboolean has_user = (self->flags & USHER_TEST_MONGODB_AUTH) != 0;
  g_autoptr (GString) uri = g_string_new ("mongodb://");

  if (has_user)
    g_string_append (uri, USHER_TEST_MONGODB_USER ":" USHER_TEST_MONGODB_PASSWORD "@");
  g_string_append_printf (uri, "127.0.0.1:%u/%s?%s", port, database != NULL ? database : "", way);
  if (has_user)
    g_string_append (uri, "&authSource=admin");
  if ((self->flags & USHER_TEST_MONGODB_TLS) != 0)
    g_string_append_printf (uri, "&tls=true&tlsCAFile=%s", self->authority);
  if (options != NULL)
    g_string_append_printf (uri, "&%s", options);

  return g_string_free (g_steal_pointer (&uri), FALSE);
}

/* the other's, with this path */
static char *
make_others (const char *uri, const char *database)
{
  const char *servers = strstr (uri, "://");
  const char *options = strchr (uri, '?');
  gsize length = 0;

  g_assert_nonnull (servers);
  length = strcspn (servers + 3, "/?");

  return g_strdup_printf ("%.*s/%s%s",
                          (int) (servers + 3 + length - uri),
                          uri,
                          database != NULL ? database : "",
                          options != NULL ? options : "");
}

char *
usher_test_mongodb_make_uri (UsherTestMongodb *self, const char *database)
{
  gboolean is_set = (self->flags & USHER_TEST_MONGODB_REPLICA_SET) != 0;

  if (self->folder == NULL)
    return make_others (g_getenv (SERVER_VARIABLE), database);

  return make_own (
      self, self->port, database, is_set ? "replicaSet=secantus" : "directConnection=true", NULL);
}

char *
usher_test_mongodb_make_uri_by (UsherTestMongodb *self,
                                guint16 port,
                                const char *database,
                                const char *options)
{
  /* who asks the server who is in its set is told the way without the proxy */
  return make_own (self, port, database, "directConnection=true", options);
}

char *
usher_test_mongodb_make_name (UsherTestMongodb *self)
{
  return g_strdup_printf ("%s%d", self->base, g_atomic_int_add (&self->n_names, 1));
}

guint16
usher_test_mongodb_get_port (UsherTestMongodb *self)
{
  return self->port;
}

const char *
usher_test_mongodb_get_authority (UsherTestMongodb *self)
{
  return self->authority;
}

GPid
usher_test_mongodb_get_pid (UsherTestMongodb *self)
{
  const char *pid = self->child != NULL ? g_subprocess_get_identifier (self->child) : NULL;

  return pid != NULL ? (GPid) g_ascii_strtoll (pid, NULL, 10) : 0;
}

void
usher_test_mongodb_kill (UsherTestMongodb *self)
{
  usher_test_subprocess_end (self->child, SIGKILL);
  g_clear_object (&self->child);
}

void
usher_test_mongodb_start (UsherTestMongodb *self)
{
  start (self, self->flags);
}

void
usher_test_mongodb_fail (UsherTestMongodb *self, const char *commands, int code)
{
  g_autofree char *json =
      g_strdup_printf ("{\"configureFailPoint\":\"failCommand\",\"mode\":\"%s\","
                       "\"data\":{\"failCommands\":%s,\"errorCode\":%d}}",
                       code != 0 ? "alwaysOn" : "off",
                       commands,
                       code);
  mongoc_client_t *client = connect_server (self);

  command (client, json, NULL);
  mongoc_client_destroy (client);
}
