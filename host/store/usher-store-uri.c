/* usher-store-uri.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-uri-private.h"

#include <string.h>

#include "usher-error.h"

/* what a server takes as the name of a database */
#define LONGEST_NAME   63
#define DEFAULT_PREFIX "usher"
#define HIDDEN         "***"

/* what is to become the address of one database */
typedef struct
{
  const char *base;  /* (unowned) */
  const char *shown; /* (unowned) (nullable): what errors call it */
} Base;

static gboolean
refuse (const Base *self, const char *reason, GError **error)
{
  g_autofree char *public =
      self->shown != NULL ? g_strdup (self->shown) : usher_store_uri_dup_public (self->base);

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "“%s” is no address for the databases of services: %s",
                       public,
                       reason);
}

/* what follows the scheme of a server's address, NULL when it is none */
static const char *
skip_server_scheme (const char *uri)
{
  const char *const schemes[] = { "mongodb://", "mongodb+srv://" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (uri, schemes[i]))
      return uri + strlen (schemes[i]);

  return NULL;
}

static gboolean
check_hosts (const Base *self, const char *hosts, GError **error)
{
  const char *at = strchr (hosts, '@');
  const char *list = at != NULL ? at + 1 : hosts;

  if (strchr (list, '@') != NULL)
    return refuse (self, "write a “@” of a user's name or password as “%40”", error);
  if (list[0] == '\0' || list[0] == ',' || g_str_has_suffix (list, ",") ||
      strstr (list, ",,") != NULL)
    return refuse (self, "name a host, as “mongodb://HOST” does", error);

  return TRUE;
}

static gboolean
check_prefix (const Base *self, const char *prefix, GError **error)
{
  for (const char *next = prefix; *next != '\0'; next++)
    if (!g_ascii_isalnum (*next) && *next != '-' && *next != '_')
      return refuse (self,
                     "what follows the “/” behind the hosts begins the names of the databases, and "
                     "is of ASCII letters, "
                     "digits, “-” and “_”; write a “/” of a user's name or password as “%2F”",
                     error);

  return TRUE;
}

/* @rest: of the base, behind its scheme */
static char *
make_server_uri (const Base *self, const char *rest, const char *service, GError **error)
{
  gsize before_options = strcspn (rest, "?");
  g_autofree char *place = g_strndup (rest, before_options);
  char *slash = strchr (place, '/');
  const char *prefix = slash != NULL && slash[1] != '\0' ? slash + 1 : DEFAULT_PREFIX;
  g_autofree char *name = g_strdup_printf ("%s-%s", prefix, service);

  if (slash != NULL)
    *slash = '\0';
  if (!check_hosts (self, place, error) || !check_prefix (self, prefix, error))
    return NULL;
  if (strlen (name) > LONGEST_NAME)
    {
      g_autofree char *reason =
          g_strdup_printf ("the name of the database%s%s%s is over %d characters",
                           self->shown == NULL ? ", “" : "",
                           self->shown == NULL ? name : "",
                           self->shown == NULL ? "”," : "",
                           LONGEST_NAME);

      refuse (self, reason, error);
      return NULL;
    }

  return g_strdup_printf (
      "%.*s%s/%s%s", (int) (rest - self->base), self->base, place, name, rest + before_options);
}

char *
usher_store_make_uri_named (const char *base,
                            const char *shown,
                            const char *service,
                            GError **error)
{
  const Base self = { base, shown };
  const char *rest = NULL;

  if (g_str_has_prefix (base, "sqlite:") && base[strlen ("sqlite:")] != '\0')
    return g_strdup_printf ("%s/%s.db", base, service);

  rest = skip_server_scheme (base);
  if (rest != NULL)
    return make_server_uri (&self, rest, service, error);

  refuse (&self,
          "known are “sqlite:FOLDER”, “mongodb://HOST[:PORT][,…][/PREFIX][?OPTIONS]” and "
          "“mongodb+srv://HOST[/PREFIX][?OPTIONS]”",
          error);

  return NULL;
}

/**
 * usher_store_make_uri:
 * @base: where the databases of all services are: `sqlite:FOLDER`, or `mongodb://…` or `mongodb+srv://…`, the path of which, `usher`
 *   when there is none, begins the name of each database
 * @service: the name of a service
 * @error: return location for an error
 *
 * Says where the database of one service is: a file of its name, or a database of a server. Nothing is opened. What only the
 * server's library knows to be wrong, such as an unknown option, [func@Store.open] says.
 *
 * `USHER_ERROR_INVALID` names what is wrong with @base, without its credentials.
 *
 * Returns: (transfer full): an address for [func@Store.open], with the credentials of @base, `NULL` on error
 */
char *
usher_store_make_uri (const char *base, const char *service, GError **error)
{
  g_return_val_if_fail (base != NULL, NULL);
  g_return_val_if_fail (service != NULL, NULL);

  return usher_store_make_uri_named (base, NULL, service, error);
}

/* whether an option may tell a secret, such as the password of a key or a token of a session */
static gboolean
hides_option (const char *option)
{
  g_autofree char *lower = g_ascii_strdown (option, -1);

  return strstr (lower, "password") != NULL || g_str_has_prefix (lower, "authmechanismproperties");
}

static char *
dup_public_options (const char *options)
{
  g_auto (GStrv) parts = g_strsplit (options, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (hides_option (parts[i]))
      {
        g_free (parts[i]);
        parts[i] = g_strdup (HIDDEN);
      }

  return g_strjoinv ("&", parts);
}

/* Whether these are hosts, each with a port or none: what is not may be a password that lacks its “@”. */
static gboolean
has_hosts (const char *rest)
{
  g_autofree char *place = g_strndup (rest, strcspn (rest, "/?"));
  g_auto (GStrv) hosts = g_strsplit (place, ",", -1);

  for (guint i = 0; hosts[i] != NULL; i++)
    {
      const char *port = hosts[i][0] == '[' ? strstr (hosts[i], "]:") : strchr (hosts[i], ':');

      port = port != NULL ? strchr (port, ':') + 1 : "";
      if (strspn (port, G_CSET_DIGITS) != strlen (port))
        return FALSE;
    }

  return TRUE;
}

/**
 * usher_store_uri_dup_public:
 * @uri: the address of a database, or what shall be one and is malformed
 *
 * Makes what a person may see of an address: user, password and whatever else may be a secret are left out.
 *
 * Returns: (transfer full): text for people; it is no address any more
 */
char *
usher_store_uri_dup_public (const char *uri)
{
  const char *scheme_end;
  const char *rest;
  const char *at;
  const char *options;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  if (g_str_has_prefix (uri, "sqlite:"))
    return g_strdup (uri);

  /* of a malformed one nobody knows where the password ends: at the last “@” it has ended */
  scheme_end = strstr (uri, "://");
  rest = scheme_end != NULL ? scheme_end + strlen ("://") : uri;
  at = strrchr (rest, '@');
  if (at == NULL && scheme_end != NULL && !has_hosts (rest))
    return g_strdup_printf ("%.*s" HIDDEN, (int) (rest - uri), uri);
  options = strchr (at != NULL ? at : rest, '?');
  if (options != NULL)
    shown = dup_public_options (options + 1);

  return g_strdup_printf ("%.*s%s%.*s%s%s",
                          (int) (rest - uri),
                          uri,
                          at != NULL ? HIDDEN : "",
                          (int) strcspn (at != NULL ? at : rest, "?"),
                          at != NULL ? at : rest,
                          options != NULL ? "?" : "",
                          options != NULL ? shown : "");
}
