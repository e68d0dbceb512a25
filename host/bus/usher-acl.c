/* usher-acl.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-acl-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-frame-private.h"
#include "usher-keys-private.h"

#define SUFFIX ".acl"
#define BLANKS " \t\r"

static const char *const verbs[USHER_ACL_N_VERBS] = {
  [USHER_ACL_PUBLISH] = "publish",
  [USHER_ACL_SUBSCRIBE] = "subscribe",
};

struct _UsherAcl
{
  GPtrArray *channels[USHER_ACL_N_VERBS]; /* (owned) (element-type utf8) */
};

void
usher_acl_free (UsherAcl *self)
{
  for (guint i = 0; i < USHER_ACL_N_VERBS; i++)
    g_ptr_array_unref (self->channels[i]);
  g_free (self);
}

static UsherAcl *
new_acl (void)
{
  UsherAcl *self = g_new0 (UsherAcl, 1);

  for (guint i = 0; i < USHER_ACL_N_VERBS; i++)
    self->channels[i] = g_ptr_array_new_with_free_func (g_free);

  return self;
}

/* (nullable): what is wrong with it */
static const char *
find_fault (const char *channel)
{
  const char *star = strchr (channel, '*');

  if (star != NULL && star[1] != '\0')
    return "a “*” that is not the end of a channel";

  return usher_frame_is_name (channel) ? NULL : "a channel that is no name";
}

/* Takes a line in; returns (nullable): what is wrong with it. */
static const char *
read_line (UsherAcl *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, BLANKS, -1);
  GPtrArray *channels = NULL;
  guint n_channels = 0;

  for (char **word = words; *word != NULL && **word != '#'; word++)
    {
      const char *fault = NULL;

      if (**word == '\0')
        continue;
      if (channels == NULL)
        {
          for (guint i = 0; i < USHER_ACL_N_VERBS; i++)
            if (g_str_equal (*word, verbs[i]))
              channels = self->channels[i];
          if (channels == NULL)
            return "neither “publish” nor “subscribe”";
          continue;
        }
      fault = find_fault (*word);
      if (fault != NULL)
        return fault;
      g_ptr_array_add (channels, g_strdup (*word));
      n_channels++;
    }

  return channels != NULL && n_channels == 0 ? "no channel" : NULL;
}

static UsherAcl *
parse (const char *path, const char *text, GError **error)
{
  g_autoptr (UsherAcl) self = new_acl ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *fault = read_line (self, lines[i]);

      if (fault == NULL)
        continue;
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s”, line %u: %s; a line is “publish CHANNEL…” or “subscribe CHANNEL…”",
                   path,
                   i + 1,
                   fault);
      return NULL;
    }

  return g_steal_pointer (&self);
}

UsherAcl *
usher_acl_load (const char *directory, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, SUFFIX, NULL);
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;

  if (strchr (name, G_DIR_SEPARATOR) == NULL && g_file_get_contents (path, &text, NULL, &cause))
    return parse (path, text, error);

  if (cause != NULL && !g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "what a key may do cannot be read: %s",
                 cause->message);

  return NULL;
}

/* Beside the halves of keys a file limits nobody, and whoever laid it there believes that it does. */
static gboolean
check_place (const char *directory, GError **error)
{
  g_autofree char *members = g_build_filename (directory, USHER_KEYS_MEMBERS, NULL);
  g_autoptr (GDir) dir = g_dir_open (members, 0, NULL);
  const char *file = NULL;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      if (!g_str_has_suffix (file, SUFFIX))
        continue;
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s/%s” would limit nobody there: move it to “%s/%s”",
                   members,
                   file,
                   directory,
                   file);
      return FALSE;
    }

  return TRUE;
}

gboolean
usher_acl_check_all (const char *directory, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *file = NULL;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = NULL;
      g_autoptr (UsherAcl) acl = NULL;
      g_autoptr (GError) own = NULL;

      if (!g_str_has_suffix (file, SUFFIX))
        continue;
      name = g_strndup (file, strlen (file) - strlen (SUFFIX));
      acl = usher_acl_load (directory, name, &own);
      if (own != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&own));
          return FALSE;
        }
    }

  return check_place (directory, error);
}

static gboolean
matches (const char *pattern, const char *channel)
{
  gsize length = strlen (pattern);

  if (!g_str_has_suffix (pattern, "*"))
    return channel != NULL && g_str_equal (pattern, channel);

  return channel != NULL ? strncmp (pattern, channel, length - 1) == 0 : length == 1;
}

gboolean
usher_acl_allows (const UsherAcl *self, UsherAclVerb verb, const char *channel)
{
  const GPtrArray *channels = self->channels[verb];

  for (guint i = 0; i < channels->len; i++)
    if (matches (g_ptr_array_index (channels, i), channel))
      return TRUE;

  return FALSE;
}
