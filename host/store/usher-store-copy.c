/* usher-store-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-copy.h"

#include <string.h>

#include "usher-directory-lock-private.h"
#include "usher-error.h"
#include "usher-store-copy-mark-private.h"
#include "usher-store-copy-service-private.h"
#include "usher-store-transfer-private.h"
#include "usher-store-uri.h"

#define FOLDER "sqlite:"

typedef struct
{
  const char *from;             /* (unowned) */
  const char *to;               /* (unowned) */
  char *origin;                 /* (owned): what marks call @from */
  UsherDirectoryLock *locks[2]; /* (owned) (nullable): of folders */
  char **names;                 /* (owned) */
  GPtrArray *services;          /* (owned) (element-type UsherStoreCopyService) */
  GPtrArray *kept; /* (owned) (element-type UsherStoreCopyService): that are copied already */
} Copy;

static void
copy_clear (Copy *self)
{
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_pointer (&self->services, g_ptr_array_unref);
  g_strfreev (self->names);
  g_free (self->origin);
  for (guint i = 0; i < G_N_ELEMENTS (self->locks); i++)
    g_clear_pointer (&self->locks[i], usher_directory_lock_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Copy, copy_clear)

/* (transfer full) (nullable): the path of a base that is a folder */
static char *
dup_folder (const char *base)
{
  return g_str_has_prefix (base, FOLDER) ? g_canonicalize_filename (base + strlen (FOLDER), NULL)
                                         : NULL;
}

/* (transfer full): one text for one place, without what is secret */
static char *
dup_place (const char *base)
{
  g_autofree char *folder = dup_folder (base);
  g_autofree char *public = NULL;

  if (folder != NULL)
    return g_strconcat (FOLDER, folder, NULL);

  public = usher_store_uri_dup_public (base);

  return g_strndup (public, strcspn (public, "?"));
}

/* A folder is mostly a data directory, which a host that runs has for itself. */
static gboolean
lock (const char *base, gboolean is_target, UsherDirectoryLock **lock, GError **error)
{
  g_autofree char *folder = dup_folder (base);

  if (folder == NULL)
    return TRUE;
  if (!is_target && !g_file_test (folder, G_FILE_TEST_IS_DIR))
    return usher_refuse (error, USHER_ERROR_NOT_FOUND, "there is no folder “%s”", folder);

  *lock = usher_directory_lock_new (folder, "lock", "folder", USHER_DIRECTORY_ALONE, error);

  return *lock != NULL;
}

static gboolean
lock_both (Copy *self, GError **error)
{
  g_autofree char *to = dup_place (self->to);

  self->origin = dup_place (self->from);
  if (g_str_equal (self->origin, to))
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "“%s” cannot be copied to itself",
                         self->origin);

  return lock (self->from, FALSE, &self->locks[0], error) &&
         lock (self->to, TRUE, &self->locks[1], error);
}

static gboolean
check_name (GPtrArray *found, const char *name, const char *origin, GError **error)
{
  g_autofree char *names = NULL;

  if (g_ptr_array_find_with_equal_func (found, name, g_str_equal, NULL))
    return TRUE;

  g_ptr_array_add (found, NULL);
  names = g_strjoinv ("”, “", (char **) found->pdata);
  g_ptr_array_set_size (found, (int) found->len - 1);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "“%s” has no database of service “%s”, but of “%s”",
               origin,
               name,
               names);

  return FALSE;
}

/* (nullable): the part up to the “-” of @name that others have too, or behind which is the name of another */
static char *
find_other_prefix (GPtrArray *found, const char *name)
{
  for (const char *dash = strchr (name, '-'); dash != NULL; dash = strchr (dash + 1, '-'))
    {
      gsize length = (gsize) (dash + 1 - name);

      for (guint i = 0; i < found->len; i++)
        {
          const char *other = g_ptr_array_index (found, i);

          if (!g_str_equal (other, name) &&
              (g_str_equal (other, dash + 1) || strncmp (other, name, length) == 0))
            return g_strndup (name, length - 1);
        }
    }

  return NULL;
}

/* On a server the databases of a service “test-orders” and of service “orders” of who has “-test” more in his address have one
 * name, so who says nothing is not to get those of another. */
static gboolean
check_prefixes (Copy *self, GPtrArray *found, GError **error)
{
  for (guint i = 0; !g_str_has_prefix (self->from, FOLDER) && i < found->len; i++)
    {
      const char *name = g_ptr_array_index (found, i);
      g_autofree char *other = find_other_prefix (found, name);

      if (other != NULL)
        return usher_refuse (error,
                             USHER_ERROR_INVALID,
                             "“%s” has a database that is either of a service “%s”, or of another "
                             "address that ends in “-%s”: name the services that are meant",
                             self->origin,
                             name,
                             other);
    }

  return TRUE;
}

/* @wanted: (nullable): all that are there */
static gboolean
choose_services (Copy *self, const char *const *wanted, GError **error)
{
  g_autoptr (GPtrArray) found = usher_store_transfer_list_services (self->from, error);
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func (g_free);

  if (found == NULL)
    return FALSE;
  if (found->len == 0)
    return usher_refuse (error,
                         USHER_ERROR_NOT_FOUND,
                         "“%s” has no database of a service",
                         self->origin);

  if ((wanted == NULL || wanted[0] == NULL) && !check_prefixes (self, found, error))
    return FALSE;
  for (guint i = 0; wanted != NULL && wanted[i] != NULL; i++)
    if (!check_name (found, wanted[i], self->origin, error))
      return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      const char *name = g_ptr_array_index (found, i);

      if (wanted == NULL || wanted[0] == NULL || g_strv_contains (wanted, name))
        g_ptr_array_add (chosen, g_strdup (name));
    }

  g_ptr_array_add (chosen, NULL);
  self->names = (char **) g_ptr_array_free (g_steal_pointer (&chosen), FALSE);

  return TRUE;
}

static gboolean
open_services (Copy *self, UsherStoreCopyFunc func, gpointer user_data, GError **error)
{
  for (guint i = 0; self->names != NULL && self->names[i] != NULL; i++)
    {
      g_autofree char *from = usher_store_make_uri (self->from, self->names[i], error);
      g_autofree char *to =
          from != NULL ? usher_store_make_uri (self->to, self->names[i], error) : NULL;
      UsherStoreCopyService *service =
          to != NULL ? usher_store_copy_service_new (self->names[i], from, to, error) : NULL;

      if (service == NULL)
        return FALSE;
      usher_store_copy_service_set_func (service, func, user_data);
      g_ptr_array_add (self->services, service);
    }

  return TRUE;
}

/* Whether a copy from here that was killed had got as far as to take the marks away, and this service was among them. */
static gboolean
was_ending (Copy *self, const char *name)
{
  for (guint i = 0; i < self->services->len; i++)
    {
      const char *text = usher_store_copy_service_get_mark (g_ptr_array_index (self->services, i));
      g_autoptr (UsherStoreCopyMark) mark =
          text != NULL ? usher_store_copy_mark_parse (text) : NULL;

      if (mark != NULL && mark->is_whole && g_str_equal (mark->from, self->origin) &&
          g_strv_contains ((const char *const *) mark->services, name))
        return TRUE;
    }

  return FALSE;
}

/* The source may have changed since. */
static gboolean
keep_if_same (Copy *self, UsherStoreCopyService *service, gboolean *is_same, GError **error)
{
  if (!usher_store_copy_service_compare (service, is_same, error))
    return FALSE;
  if (*is_same)
    g_ptr_array_add (self->kept, service);

  return TRUE;
}

/* Whether a service may be copied, or is already. */
static gboolean
look (Copy *self, UsherStoreCopyService *service, GError **error)
{
  const char *text = usher_store_copy_service_get_mark (service);
  g_autoptr (UsherStoreCopyMark) mark = text != NULL ? usher_store_copy_mark_parse (text) : NULL;
  g_autoptr (GError) trouble = NULL;
  gboolean is_same = FALSE;

  if (mark != NULL)
    return !mark->is_whole || !g_str_equal (mark->from, self->origin) ||
           keep_if_same (self, service, &is_same, error);

  if (usher_store_copy_service_check_empty (service, &trouble))
    return TRUE;
  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_CONFLICT) &&
      was_ending (self, usher_store_copy_service_get_name (service)))
    {
      if (!keep_if_same (self, service, &is_same, error))
        return FALSE;
      if (is_same)
        return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&trouble));

  return FALSE;
}

static gboolean
look_at_all (Copy *self, GError **error)
{
  for (guint i = 0; i < self->services->len; i++)
    if (!look (self, g_ptr_array_index (self->services, i), error))
      return FALSE;

  return TRUE;
}

static gboolean
is_kept (Copy *self, UsherStoreCopyService *service)
{
  return g_ptr_array_find (self->kept, service, NULL);
}

/* @mark: (nullable): for all that are not copied yet, or all */
static gboolean
mark_all (Copy *self, const char *mark, GError **error)
{
  for (guint i = 0; i < self->services->len; i++)
    {
      UsherStoreCopyService *service = g_ptr_array_index (self->services, i);

      if ((mark == NULL || !is_kept (self, service)) &&
          !usher_store_copy_service_set_mark (service, mark, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
copy_all (Copy *self, GError **error)
{
  g_autofree char *whole =
      usher_store_copy_mark_make (TRUE, self->origin, (const char *const *) self->names);

  for (guint i = 0; i < self->services->len; i++)
    {
      UsherStoreCopyService *service = g_ptr_array_index (self->services, i);

      if (is_kept (self, service))
        continue;
      if (!usher_store_copy_service_run (service, error) ||
          !usher_store_copy_service_set_mark (service, whole, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_unused (Copy *self, GError **error)
{
  for (guint i = 0; i < self->services->len; i++)
    if (!usher_store_copy_service_check_unused (g_ptr_array_index (self->services, i), error))
      return FALSE;

  return TRUE;
}

static GVariant *
describe (Copy *self)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sa{sx}}"));

  for (guint i = 0; i < self->services->len; i++)
    {
      UsherStoreCopyService *service = g_ptr_array_index (self->services, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE ("{sa{sx}}"));
      g_variant_builder_add (&builder, "s", usher_store_copy_service_get_name (service));
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("a{sx}"));
      usher_store_copy_service_describe (service, &builder);
      g_variant_builder_close (&builder);
      g_variant_builder_close (&builder);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * usher_store_copy:
 * @from: where the databases of services are, as for [func@Store.make_uri]
 * @to: where they shall be, likewise
 * @services: (nullable) (array zero-terminated=1): the names of those that are meant, `NULL` or none: all that are there
 * @func: (nullable) (scope call) (closure user_data): is told how far it has come
 * @user_data: data for @func
 * @error: return location for an error
 *
 * Copies all that services have: documents, events that are still to be sent, what was applied, keys of requests, timers, and how far
 * the bus's log had come; then reads it back and compares. No host may run on either place meanwhile.
 *
 * Until all services are copied each has a mark, and no host starts on it. Whoever copies again from the same place after a kill
 * goes on: what is copied is compared once more, the rest begins anew. The thread is blocked for as long as it takes.
 *
 * `USHER_ERROR_INVALID`: an address is none, or of a server on which it cannot be told whose databases are meant; `USHER_ERROR_BUSY`: a host has one of them; `USHER_ERROR_NOT_FOUND`: there is no such
 * service; `USHER_ERROR_CONFLICT`: something is in the target, the message names it; `USHER_ERROR_CORRUPT`: the copy is not the same;
 * and what opening a store says.
 *
 * Returns: (transfer full): of type `a{sa{sx}}`, for each service how many `documents`, `events`, `inbox`, `requests` and `timers` it
 *   has; `NULL` on error
 */
GVariant *
usher_store_copy (const char *from,
                  const char *to,
                  const char *const *services,
                  UsherStoreCopyFunc func,
                  gpointer user_data,
                  GError **error)
{
  g_auto (Copy) self = { .from = from, .to = to };
  g_autofree char *mark = NULL;

  g_return_val_if_fail (from != NULL, NULL);
  g_return_val_if_fail (to != NULL, NULL);

  self.services = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_store_copy_service_free);
  self.kept = g_ptr_array_new ();
  if (!lock_both (&self, error) || !choose_services (&self, services, error) ||
      !open_services (&self, func, user_data, error) || !look_at_all (&self, error))
    return NULL;

  mark = usher_store_copy_mark_make (FALSE, self.origin, (const char *const *) self.names);
  if (!mark_all (&self, mark, error) || !copy_all (&self, error) || !check_unused (&self, error) ||
      !mark_all (&self, NULL, error))
    return NULL;

  return describe (&self);
}
