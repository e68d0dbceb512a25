/* usher-keys-make.c: new keys, in files
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-keys.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-keys-private.h"
#include "usher-write-private.h"

#define MAX_NAME 64

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "“%s” cannot be made: %s",
               path,
               g_strerror (errno));

  return FALSE;
}

/* Writes a file that is not there yet, in the format of czmq. */
static gboolean
write_file (const char *path, const char *text, mode_t mode, GPtrArray *made, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  int saved = 0;

  if (fd >= 0)
    g_ptr_array_add (made, g_strdup (path));
  if (fd >= 0 && usher_write_all (fd, text, strlen (text)) && fchmod (fd, mode) == 0 &&
      fsync (fd) == 0)
    {
      close (fd);
      return TRUE;
    }

  saved = errno;
  if (fd >= 0)
    close (fd);
  if (saved == EEXIST)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_CONFLICT,
                 "“%s” is there already: keys are never overwritten",
                 path);
  else
    g_set_error (error,
                 USHER_ERROR,
                 saved == ENOSPC ? USHER_ERROR_FULL : USHER_ERROR_UNAVAILABLE,
                 "“%s” cannot be written: %s",
                 path,
                 g_strerror (saved));

  return FALSE;
}

/* The public half of a key, or both. */
static char *
format_key (zcert_t *cert, const char *name, gboolean has_secret)
{
  return g_strdup_printf ("#   %s of Usher's bus\n\n"
                          "metadata\n    name = \"%s\"\n"
                          "curve\n    public-key = \"%s\"\n%s%s%s",
                          has_secret ? "SECRET key, not to be given away," : "Public key",
                          name,
                          zcert_public_txt (cert),
                          has_secret ? "    secret-key = \"" : "",
                          has_secret ? zcert_secret_txt (cert) : "",
                          has_secret ? "\"\n" : "");
}

/* Writes @folder/@file.key, with both halves or the public one alone. */
static gboolean
write_key (zcert_t *cert,
           const char *name,
           const char *path,
           gboolean has_secret,
           GPtrArray *made,
           GError **error)
{
  g_autofree char *file = g_strconcat (path, has_secret ? ".key_secret" : ".key", NULL);
  g_autofree char *text = format_key (cert, name, has_secret);

  return write_file (file, text, has_secret ? 0600 : 0644, made, error);
}

/* Makes a pair; @path: without suffix; @shown: (nullable): where the public half lies too */
static gboolean
make_pair (const char *name, const char *path, const char *shown, GPtrArray *made, GError **error)
{
  zcert_t *cert = zcert_new ();
  gboolean ok = FALSE;

  if (cert == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE, "this libzmq cannot make keys");
      return FALSE;
    }
  ok = write_key (cert, name, path, TRUE, made, error) &&
       write_key (cert, name, path, FALSE, made, error) &&
       (shown == NULL || write_key (cert, name, shown, FALSE, made, error));
  zcert_destroy (&cert);

  return ok;
}

static gboolean
make_first (const char *directory, GPtrArray *made, GError **error)
{
  g_autofree char *hub = g_build_filename (directory, USHER_KEYS_HUB, NULL);
  g_autofree char *member = g_build_filename (directory, USHER_KEYS_MEMBER, NULL);
  g_autofree char *members = g_build_filename (directory, USHER_KEYS_MEMBERS, NULL);
  g_autofree char *shown = g_build_filename (members, USHER_KEYS_MEMBER, NULL);

  return make_folder (members, error) && make_pair (USHER_KEYS_HUB, hub, NULL, made, error) &&
         make_pair (USHER_KEYS_MEMBER, member, shown, made, error);
}

/* Another member gets a directory of its own, ready to be carried to its machine. */
static gboolean
make_member (const char *directory, const char *name, GPtrArray *made, GError **error)
{
  g_autofree char *folder = g_build_filename (directory, name, NULL);
  g_autofree char *hub = g_build_filename (directory, USHER_KEYS_HUB ".key", NULL);
  g_autofree char *hub_copy = g_build_filename (folder, USHER_KEYS_HUB ".key", NULL);
  g_autofree char *member = g_build_filename (folder, USHER_KEYS_MEMBER, NULL);
  g_autofree char *shown = g_build_filename (directory, USHER_KEYS_MEMBERS, name, NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (hub, &text, NULL, NULL))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "“%s” is not there: make the hub's key first, with “usher keys %s”",
                   hub,
                   directory);
      return FALSE;
    }

  return make_folder (folder, error) && make_pair (name, member, shown, made, error) &&
         write_file (hub_copy, text, 0644, made, error);
}

/* It becomes the name of files. */
static gboolean
check_name (const char *name, GError **error)
{
  gsize length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_");

  if (length > 0 && length <= MAX_NAME && name[length] == '\0' &&
      !g_str_equal (name, USHER_KEYS_MEMBERS) && !g_str_equal (name, USHER_KEYS_MEMBER) &&
      !g_str_equal (name, USHER_KEYS_HUB))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "“%s” is no name for a member: it wants 1 to %d letters, digits, “-” and “_”, and "
               "not “hub”, “member” or “members”",
               name,
               MAX_NAME);

  return FALSE;
}

/**
 * usher_keys_make:
 * @directory: where the keys are, or shall be; made when it is missing
 * @member: (nullable): the name of one more member, or `NULL` for the first keys
 * @error: return location for a [error@Error]
 *
 * Makes the keys that let members join a hub over tcp, see [method@Hub.set_keys]. The first keys are the hub's own and
 * one member's. For one more member a directory named after it is made in @directory, to be carried to the member's
 * machine, and its public half is put where the hub finds it. No file is ever overwritten. Any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the files that were made, or `NULL`: `USHER_ERROR_CONFLICT` when
 *   one of them is there already, `USHER_ERROR_INVALID` for a name that is none, `USHER_ERROR_NOT_FOUND` when there are no
 *   first keys yet, `USHER_ERROR_UNAVAILABLE` and `USHER_ERROR_FULL` when they cannot be written
 */
char **
usher_keys_make (const char *directory, const char *member, GError **error)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  gboolean ok = FALSE;

  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (member != NULL)
    ok = check_name (member, error) && make_member (directory, member, made, error);
  else
    ok = make_folder (directory, error) && make_first (directory, made, error);
  if (!ok)
    return NULL;

  g_ptr_array_add (made, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&made), FALSE);
}
