/* usher-registration.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-registration-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-json-writer.h"
#include "usher-json.h"
#include "usher-request-private.h"

#define MAX_SIZE 1048576

UsherRegistration *
usher_registration_new (const char *name)
{
  UsherRegistration *self = g_new0 (UsherRegistration, 1);

  self->name = g_strdup (name);
  self->pid = getpid ();
  self->services = g_ptr_array_new_with_free_func (g_free);
  self->routes = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_route_unref);

  return self;
}

void
usher_registration_free (UsherRegistration *self)
{
  g_ptr_array_unref (self->services);
  g_ptr_array_unref (self->routes);
  g_free (self->name);
  g_free (self->listen);
  g_free (self->admin);
  g_free (self);
}

gboolean
usher_registration_is_name (const char *name)
{
  return usher_request_is_id (name) && *name != '.';
}

char *
usher_registration_make_path (const char *directory, const char *name)
{
  return g_strdup_printf ("%s/%s.json", directory, name);
}

static void
write_services (UsherRegistration *self, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, "services");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < self->services->len; i++)
    usher_json_writer_add_string (writer, g_ptr_array_index (self->services, i));
  usher_json_writer_end_array (writer);
}

static void
write_routes (UsherRegistration *self, UsherJsonWriter *writer)
{
  usher_json_writer_add_member (writer, "routes");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < self->routes->len; i++)
    {
      const UsherRoute *route = g_ptr_array_index (self->routes, i);
      UsherRouteFlags flags = usher_route_get_flags (route);

      usher_json_writer_begin_object (writer);
      usher_json_writer_set_string (writer, "service", usher_route_get_service (route));
      usher_json_writer_set_string (writer, "method", usher_route_get_method (route));
      usher_json_writer_set_string (writer, "pattern", usher_route_get_pattern (route));
      usher_json_writer_set_boolean (writer, "admin", (flags & USHER_ROUTE_ADMIN) != 0);
      usher_json_writer_set_boolean (writer, "signed_in", (flags & USHER_ROUTE_SIGNED_IN) != 0);
      usher_json_writer_end_object (writer);
    }
  usher_json_writer_end_array (writer);
}

static char *
make_json (UsherRegistration *self)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", self->name);
  usher_json_writer_set_integer (writer, "pid", self->pid);
  usher_json_writer_set_string (writer, "listen", self->listen);
  usher_json_writer_set_string (writer, "admin", self->admin);
  write_services (self, writer);
  write_routes (self, writer);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}

gboolean
usher_registration_write (UsherRegistration *self, const char *directory, GError **error)
{
  g_autofree char *path = usher_registration_make_path (directory, self->name);
  g_autofree char *json = make_json (self);
  g_autoptr (GError) local_error = NULL;

  /* a run directory does not outlive the machine: nothing is flushed */
  if (g_file_set_contents_full (path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &local_error))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "“%s” was not registered: %s",
               self->name,
               local_error->message);

  return FALSE;
}

void
usher_registration_remove (const char *path)
{
  if (g_unlink (path) != 0)
    g_message ("“%s” was not removed: %s", path, g_strerror (errno));
}

/* Reads a regular file of a size that makes sense, and follows no link. */
static char *
read_text (const char *path, gsize *length)
{
  g_autofree char *text = NULL;
  struct stat info = { 0 };
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  gssize n = -1;

  if (fd < 0)
    return NULL;

  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_SIZE)
    {
      text = g_malloc ((gsize) info.st_size + 1);
      n = read (fd, text, (gsize) info.st_size);
    }
  close (fd);
  if (n < 0)
    return NULL;

  text[n] = '\0';
  *length = (gsize) n;

  return g_steal_pointer (&text);
}

static const char *
get_item (UsherJson *json, const char *list, guint i, const char *member)
{
  g_autofree char *path = g_strdup_printf ("%s.%u%s", list, i, member);

  return usher_json_get_string (json, path);
}

static gboolean
is_set (UsherJson *json, guint i, const char *member)
{
  g_autofree char *path = g_strdup_printf ("routes.%u.%s", i, member);
  gboolean value = FALSE;

  return usher_json_get_boolean (json, path, &value) && value;
}

static gboolean
read_lists (UsherRegistration *self, UsherJson *json)
{
  for (guint i = 0; i < usher_json_get_length (json, "services"); i++)
    {
      const char *service = get_item (json, "services", i, "");

      if (service == NULL)
        return FALSE;
      g_ptr_array_add (self->services, g_strdup (service));
    }

  for (guint i = 0; i < usher_json_get_length (json, "routes"); i++)
    {
      const char *service = get_item (json, "routes", i, ".service");
      const char *method = get_item (json, "routes", i, ".method");
      const char *pattern = get_item (json, "routes", i, ".pattern");
      UsherRouteFlags flags = USHER_ROUTE_NONE;

      if (service == NULL || method == NULL || pattern == NULL)
        return FALSE;
      if (is_set (json, i, "admin"))
        flags |= USHER_ROUTE_ADMIN;
      if (is_set (json, i, "signed_in"))
        flags |= USHER_ROUTE_SIGNED_IN;
      g_ptr_array_add (self->routes, usher_route_new (service, method, pattern, flags));
    }

  return TRUE;
}

UsherRegistration *
usher_registration_read (const char *directory, const char *name, GError **error)
{
  g_autofree char *path = usher_registration_make_path (directory, name);
  g_autoptr (UsherRegistration) self = usher_registration_new (name);
  g_autoptr (UsherJson) json = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  text = usher_registration_is_name (name) ? read_text (path, &length) : NULL;
  json = text != NULL ? usher_json_parse (text, (gssize) length, NULL) : NULL;
  if (json != NULL && g_strcmp0 (usher_json_get_string (json, "name"), name) == 0 &&
      usher_json_get_integer (json, "pid", &self->pid) && read_lists (self, json))
    {
      self->listen = g_strdup (usher_json_get_string (json, "listen"));
      self->admin = g_strdup (usher_json_get_string (json, "admin"));
      return g_steal_pointer (&self);
    }

  g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” tells of no host", path);

  return NULL;
}
