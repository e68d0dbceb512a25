/* usher-user-places.c: whence a user signed in lately
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-user.h"

/* A list of `NAME:SECOND` with spaces between, the latest last. The name is a hash: who reads the store learns no address
 * of which he does not think himself. */
#define MAX_PLACES  16
#define NAME_LENGTH 16
/* what was noted is up to a day older than the latest time, as not every sign-in is written down */
#define NOTED_EVERY (24 * 60 * 60)
#define KNOWN_FOR   (30 * 24 * 60 * 60 + NOTED_EVERY)

static char *
make_name (UsherDocument *user, const char *network)
{
  const char *id = usher_document_get_id (user);
  char *name =
      g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) id, strlen (id), network, -1);

  name[NAME_LENGTH] = '\0';

  return name;
}

static char **
split (UsherDocument *user)
{
  const char *places = usher_document_get_string (user, USHER_USER_PLACES);

  return g_strsplit (places != NULL ? places : "", " ", -1);
}

/* of a place with that name, in seconds; -1: it is another */
static gint64
read_age (const char *place, const char *name, gint64 now)
{
  if (!g_str_has_prefix (place, name) || place[NAME_LENGTH] != ':')
    return -1;

  /* what seems to come was noted before the clock was set back */
  return ABS (now / G_USEC_PER_SEC - g_ascii_strtoll (place + NAME_LENGTH + 1, NULL, 10));
}

static gboolean
has_place (UsherDocument *user, const char *network, gint64 now, gint64 max_age)
{
  g_autofree char *name = make_name (user, network);
  g_auto (GStrv) places = split (user);

  for (guint i = 0; places[i] != NULL; i++)
    {
      gint64 age = read_age (places[i], name, now);

      if (age >= 0 && age < max_age)
        return TRUE;
    }

  return FALSE;
}

gboolean
usher_user_knows_place (UsherDocument *user, const char *network, gint64 now)
{
  return has_place (user, network, now, KNOWN_FOR);
}

gboolean
usher_user_note_place (UsherDocument *user, const char *network, gint64 now)
{
  g_autofree char *name = NULL;
  g_auto (GStrv) places = NULL;
  g_autoptr (GString) text = NULL;
  guint n_places = 0;

  if (*network == '\0' || has_place (user, network, now, NOTED_EVERY))
    return FALSE;

  name = make_name (user, network);
  places = split (user);
  n_places = g_strv_length (places);
  text = g_string_new (NULL);
  for (guint i = 0; i < n_places; i++)
    if (i + MAX_PLACES > n_places && read_age (places[i], name, now) < 0)
      g_string_append_printf (text, "%s ", places[i]);
  g_string_append_printf (text, "%s:%" G_GINT64_FORMAT, name, now / G_USEC_PER_SEC);
  usher_document_set_string (user, USHER_USER_PLACES, text->str);

  return TRUE;
}
