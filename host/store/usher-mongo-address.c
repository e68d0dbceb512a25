/* usher-mongo-address.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-address-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-store-uri.h"

/* unless the address says otherwise, in milliseconds */
#define SELECTION_TIMEOUT 2000
#define SOCKET_TIMEOUT    5000
/* an index of a large collection takes long */
#define PATIENCE (4 * 60 * 60 * 1000)
/* below that of a socket, so that the server says what it could not do */
#define MAJORITY_TIMEOUT 4000

struct _UsherMongoAddress
{
  mongoc_uri_t *uri; /* (owned) */
  char *place;       /* (owned) */
};

/* where what the library says to nobody while it reads an address goes (unowned) (element-type GString) */
static GPrivate complaints;

/* The library counts for a tool of its own, in a file of /dev/shm that each process has from when it is loaded on, with a server or without.
 * Who is killed leaves it there, and the next process of that number complains. What is mapped needs no name. */
static void __attribute__ ((constructor)) forget_counters (void)
{
  char name[sizeof "/mongoc-" + 3 * sizeof (int)];

  g_snprintf (name, sizeof name, "/mongoc-%d", (int) getpid ());
  shm_unlink (name);
}

static void
on_said (mongoc_log_level_t level, const char *domain, const char *message, void *user_data)
{
  GString *heard = g_private_get (&complaints);

  if (heard != NULL && level <= MONGOC_LOG_LEVEL_WARNING)
    g_string_append_printf (heard, "%s%s", heard->len > 0 ? "; " : "", message);
  else
    g_debug ("%s: %s", domain, message);
}

/* Nobody says when the library is needed no more: what it has stays until the process ends. */
static void
begin_library (void)
{
  static gsize is_begun = 0;

  if (!g_once_init_enter (&is_begun))
    return;

  mongoc_log_set_handler (on_said, NULL);
  mongoc_init ();
  g_once_init_leave (&is_begun, 1);
}

static void
set_bound (mongoc_uri_t *uri, const char *option, int milliseconds)
{
  if (mongoc_uri_get_option_as_int32 (uri, option, 0) <= 0)
    mongoc_uri_set_option_as_int32 (uri, option, milliseconds);
}

/* The path is a database of a service, in which nobody has put users. */
static void
set_source (mongoc_uri_t *uri)
{
  const char *source = mongoc_uri_get_auth_source (uri);

  if (mongoc_uri_get_username (uri) != NULL &&
      !mongoc_uri_has_option (uri, MONGOC_URI_AUTHSOURCE) &&
      g_strcmp0 (source, mongoc_uri_get_database (uri)) == 0)
    mongoc_uri_set_auth_source (uri, "admin");
}

static void
set_concern (mongoc_uri_t *uri, gint32 timeout)
{
  mongoc_write_concern_t *concern = mongoc_write_concern_new ();

  mongoc_write_concern_set_wmajority (concern, timeout);
  mongoc_write_concern_set_journal (concern, true);
  mongoc_uri_set_write_concern (uri, concern);
  mongoc_write_concern_destroy (concern);
}

static void
set_defaults (mongoc_uri_t *uri)
{
  set_concern (uri, MAJORITY_TIMEOUT);

  set_bound (uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, SELECTION_TIMEOUT);
  set_bound (uri, MONGOC_URI_CONNECTTIMEOUTMS, SELECTION_TIMEOUT);
  set_bound (uri, MONGOC_URI_WAITQUEUETIMEOUTMS, SELECTION_TIMEOUT);
  set_bound (uri, MONGOC_URI_SOCKETTIMEOUTMS, SOCKET_TIMEOUT);
  set_source (uri);
  if (mongoc_uri_get_appname (uri) == NULL)
    mongoc_uri_set_appname (uri, "usher");
}

static gboolean
refuse (const char *uri, const char *reason, GError **error)
{
  g_autofree char *public = usher_store_uri_dup_public (uri);

  return usher_refuse (
      error, USHER_ERROR_INVALID, "“%s” is no address of a database: %s", public, reason);
}

/* The library would say nothing but that it cannot connect. */
static gboolean
check_file (const char *uri, const mongoc_uri_t *parsed, const char *option, GError **error)
{
  const char *path = mongoc_uri_get_option_as_utf8 (parsed, option, NULL);
  g_autofree char *reason = NULL;

  if (path == NULL || g_access (path, R_OK) == 0)
    return TRUE;

  reason = g_strdup_printf ("file “%s” cannot be read: %s", path, g_strerror (errno));
  return refuse (uri, reason, error);
}

static gboolean
check_files (const char *uri, const mongoc_uri_t *parsed, GError **error)
{
  return check_file (uri, parsed, MONGOC_URI_TLSCAFILE, error) &&
         check_file (uri, parsed, MONGOC_URI_TLSCERTIFICATEKEYFILE, error);
}

static mongoc_uri_t *
parse (const char *uri, GError **error)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  bson_error_t trouble = { 0 };
  mongoc_uri_t *parsed = NULL;

  g_private_set (&complaints, heard);
  parsed = mongoc_uri_new_with_error (uri, &trouble);
  g_private_set (&complaints, NULL);

  if (parsed == NULL)
    refuse (uri, trouble.message, error);
  else if (mongoc_uri_get_database (parsed) == NULL)
    refuse (uri, "name one as the path, as “mongodb://HOST/DATABASE” does", error);
  else if (heard->len > 0)
    refuse (uri, heard->str, error);
  else if (check_files (uri, parsed, error))
    return parsed;

  g_clear_pointer (&parsed, mongoc_uri_destroy);
  return NULL;
}

static char *
make_place (const mongoc_uri_t *uri)
{
  const mongoc_host_list_t *hosts = mongoc_uri_get_hosts (uri);
  const char *name = mongoc_uri_get_srv_hostname (uri);
  g_autoptr (GString) place = g_string_new (name != NULL ? "mongodb+srv://" : "mongodb://");

  if (name != NULL)
    g_string_append (place, name);
  for (; name == NULL && hosts != NULL; hosts = hosts->next)
    g_string_append_printf (place, "%s%s", hosts->host_and_port, hosts->next != NULL ? "," : "");
  g_string_append_printf (place, "/%s", mongoc_uri_get_database (uri));

  return g_string_free (g_steal_pointer (&place), FALSE);
}

UsherMongoAddress *
usher_mongo_address_new (const char *uri, GError **error)
{
  UsherMongoAddress *self = NULL;
  mongoc_uri_t *parsed = NULL;

  begin_library ();
  parsed = parse (uri, error);
  if (parsed == NULL)
    return NULL;

  set_defaults (parsed);
  self = g_new0 (UsherMongoAddress, 1);
  self->uri = parsed;
  self->place = make_place (parsed);

  return self;
}

UsherMongoAddress *
usher_mongo_address_new_patient (UsherMongoAddress *self)
{
  UsherMongoAddress *patient = g_new0 (UsherMongoAddress, 1);

  patient->uri = mongoc_uri_copy (self->uri);
  patient->place = g_strdup (self->place);
  mongoc_uri_set_option_as_int32 (patient->uri, MONGOC_URI_SOCKETTIMEOUTMS, PATIENCE);
  set_concern (patient->uri, PATIENCE);

  return patient;
}

void
usher_mongo_address_free (UsherMongoAddress *self)
{
  mongoc_uri_destroy (self->uri);
  g_free (self->place);
  g_free (self);
}

const mongoc_uri_t *
usher_mongo_address_get_uri (UsherMongoAddress *self)
{
  return self->uri;
}

const char *
usher_mongo_address_get_name (UsherMongoAddress *self)
{
  return mongoc_uri_get_database (self->uri);
}

const char *
usher_mongo_address_get_place (UsherMongoAddress *self)
{
  return self->place;
}

char *
usher_mongo_address_mask (UsherMongoAddress *self, const char *message)
{
  const char *password = mongoc_uri_get_password (self->uri);

  if (password != NULL && password[0] != '\0' && strstr (message, password) != NULL)
    return g_strdup ("what it says has the password in it");

  return g_strdup (message);
}
