/* usher-keys.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-keys-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"

#define DOMAIN "usher-bus"
#define TCP    "tcp://"
#define Z85    40 /* characters of a key */
#define KEY    32 /* bytes of it */

/* libzmq 4.3.4 knows it, its header calls it a draft: who comes is refused where nobody can tell whether he may */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

void
usher_keys_free (UsherKeys *self)
{
  zcert_destroy (&self->own);
  g_free (self->directory);
  g_free (self->hub);
  g_free (self->members);
  g_free (self);
}

/* Whether nobody but its owner, who is us or root, has to do with @path. */
static gboolean
check_private (const char *path, gboolean is_folder, GError **error)
{
  struct stat info;

  if (stat (path, &info) != 0 || (S_ISDIR (info.st_mode) != 0) != is_folder)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "“%s” is not there, or is no %s; “usher keys” makes keys",
                   path,
                   is_folder ? "directory" : "file");
      return FALSE;
    }

  if (info.st_uid != geteuid () && info.st_uid != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FORBIDDEN,
                   "“%s” belongs to user %u, who is neither this one nor root",
                   path,
                   (guint) info.st_uid);
      return FALSE;
    }

  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FORBIDDEN,
                   "“%s” has mode %04o, so that others can reach keys: “chmod %s %s” helps",
                   path,
                   (guint) info.st_mode & 07777,
                   is_folder ? "700" : "600",
                   path);
      return FALSE;
    }

  return TRUE;
}

/* (transfer full) (nullable): the key behind @name, in the format of czmq. Its own reader would write what it does not
 * understand to standard error, secret or not. */
static char *
find_key (const char *text, const char *name)
{
  g_autofree char *head = g_strconcat (name, " = \"", NULL);
  const char *start = strstr (text, head);
  const char *end = start != NULL ? strchr (start + strlen (head), '"') : NULL;

  return end != NULL && end == start + strlen (head) + Z85 ? g_strndup (end - Z85, Z85) : NULL;
}

/* (transfer full): the contents of a file of keys. */
static char *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) own = NULL;
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &own))
    g_set_error (error,
                 USHER_ERROR,
                 g_error_matches (own, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? USHER_ERROR_NOT_FOUND
                                                                         : USHER_ERROR_UNAVAILABLE,
                 "a key is missing: %s",
                 own->message);

  return text;
}

/* Reads both halves of a key. */
static zcert_t *
load_secret (const char *directory, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".key_secret", NULL);
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *text = NULL;
  g_autofree char *public = NULL;
  g_autofree char *secret = NULL;
  char own[Z85 + 1] = "";
  guint8 bytes[2][KEY];
  zcert_t *cert = NULL;

  if (!check_private (path, FALSE, error))
    return NULL;
  text = read_file (path, error);
  if (text == NULL)
    return NULL;

  public = find_key (text, "public-key");
  secret = find_key (text, "secret-key");
  if (public != NULL && secret != NULL && zmq_curve_public (own, secret) == 0 &&
      g_str_equal (own, public))
    cert = zcert_new_from (zmq_z85_decode (bytes[0], public), zmq_z85_decode (bytes[1], secret));

  /* libzmq has the one copy that is needed */
  explicit_bzero (text, strlen (text));
  explicit_bzero (bytes, sizeof bytes);
  if (secret != NULL)
    explicit_bzero (secret, Z85);
  if (cert != NULL)
    return cert;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "“%s” has no key, or two halves that do not match",
               path);

  return NULL;
}

static gboolean
check_directory (const char *directory, GError **error)
{
  if (zsys_has_curve ())
    return check_private (directory, TRUE, error);

  g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "this libzmq cannot use keys");

  return FALSE;
}

static UsherKeys *
new_keys (const char *directory)
{
  UsherKeys *self = g_new0 (UsherKeys, 1);

  self->directory = g_strdup (directory);

  return self;
}

UsherKeys *
usher_keys_new_for_hub (const char *directory, GError **error)
{
  g_autoptr (UsherKeys) self = new_keys (directory);

  self->members = g_build_filename (directory, USHER_KEYS_MEMBERS, NULL);
  if (!check_directory (directory, error) || !check_private (self->members, TRUE, error))
    return NULL;

  self->own = load_secret (directory, USHER_KEYS_HUB, error);

  return self->own != NULL ? g_steal_pointer (&self) : NULL;
}

/* (transfer full): the public half of the hub's key. */
static char *
load_hub (const char *directory, GError **error)
{
  g_autofree char *path = g_build_filename (directory, USHER_KEYS_HUB ".key", NULL);
  g_autofree char *text = read_file (path, error);
  char *key = text != NULL ? find_key (text, "public-key") : NULL;

  if (text != NULL && key == NULL)
    g_set_error (error, USHER_ERROR, USHER_ERROR_CORRUPT, "“%s” has no key", path);

  return key;
}

UsherKeys *
usher_keys_new_for_member (const char *directory, GError **error)
{
  g_autoptr (UsherKeys) self = new_keys (directory);

  if (!check_directory (directory, error))
    return NULL;

  self->own = load_secret (directory, USHER_KEYS_MEMBER, error);
  if (self->own != NULL)
    self->hub = load_hub (directory, error);

  return self->hub != NULL ? g_steal_pointer (&self) : NULL;
}

gboolean
usher_keys_protect (const UsherKeys *self, zsock_t *socket, gboolean protects)
{
  void *raw = zsock_resolve (socket);

  if (protects)
    {
      zcert_apply (self->own, socket);
      zsock_set_zap_domain (socket, DOMAIN);
    }

  /* without the second one everybody is let in when nobody is there to ask */
  return zmq_setsockopt (raw, ZMQ_CURVE_SERVER, &protects, sizeof protects) == 0 &&
         zmq_setsockopt (raw, ZMQ_ZAP_ENFORCE_DOMAIN, &protects, sizeof protects) == 0;
}

gboolean
usher_keys_present (const UsherKeys *self, zsock_t *socket)
{
  void *raw = zsock_resolve (socket);

  zcert_apply (self->own, socket);

  return zmq_setsockopt (raw, ZMQ_CURVE_SERVERKEY, self->hub, Z85 + 1) == 0;
}

static gboolean
is_loopback (const char *endpoint)
{
  g_autofree char *host = NULL;
  g_autoptr (GInetAddress) address = NULL;
  const char *colon = strrchr (endpoint, ':');

  if (colon < endpoint + strlen (TCP))
    return FALSE;

  host = g_strndup (endpoint + strlen (TCP), (gsize) (colon - endpoint) - strlen (TCP));
  if (*host == '[' && g_str_has_suffix (host, "]"))
    {
      host[strlen (host) - 1] = '\0';
      address = g_inet_address_new_from_string (host + 1);
    }
  else
    address = g_inet_address_new_from_string (host);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

gboolean
usher_keys_may_miss (const char *endpoint, GError **error)
{
  if (!g_str_has_prefix (endpoint, TCP) || is_loopback (endpoint))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_FORBIDDEN,
               "endpoint “%s” is tcp beyond a loopback address, which needs keys: “usher keys DIR” "
               "makes them, and setting bus.keys=DIR uses them",
               endpoint);

  return FALSE;
}
