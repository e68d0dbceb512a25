/* usher-user.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-user.h"

#include <string.h>

#define MAX_LOCAL 64
#define MAX_LABEL 63

const UsherField usher_user_fields[] = {
  { USHER_USER_EMAIL, USHER_FIELD_STRING, USHER_FIELD_REQUIRED },
  { USHER_USER_EMAIL_KEY, USHER_FIELD_STRING, USHER_FIELD_PRIVATE | USHER_FIELD_UNIQUE },
  { USHER_USER_PASSWORD, USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { USHER_USER_BANNED, USHER_FIELD_BOOLEAN, USHER_FIELD_REQUIRED },
  { USHER_USER_PLACES, USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

/* one part of a domain, up to a dot or the end */
static gboolean
is_label (const char *label, gsize length)
{
  if (length == 0 || length > MAX_LABEL || label[0] == '-' || label[length - 1] == '-')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-')
      return FALSE;

  return TRUE;
}

static gboolean
is_domain (const char *domain)
{
  guint n_labels = 0;

  while (TRUE)
    {
      gsize length = strcspn (domain, ".");

      if (!is_label (domain, length))
        return FALSE;

      n_labels++;
      if (domain[length] == '\0')
        return n_labels >= 2;
      domain += length + 1;
    }
}

/* dots stand between atoms, as RFC 5322 has it; quoted local parts are not taken */
static gboolean
is_local_part (const char *local, gsize length)
{
  if (length == 0 || length > MAX_LOCAL || local[0] == '.' || local[length - 1] == '.')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (local[i]) && strchr ("!#$%&'*+-/=?^_`{|}~.", local[i]) == NULL)
        return FALSE;
      if (local[i] == '.' && local[i + 1] == '.')
        return FALSE;
    }

  return TRUE;
}

gboolean
usher_user_is_email (const char *email)
{
  const char *at = strchr (email, '@');

  return at != NULL && strlen (email) <= USHER_USER_MAX_EMAIL &&
         is_local_part (email, at - email) && is_domain (at + 1);
}

char *
usher_user_make_email_key (const char *email)
{
  return g_ascii_strdown (email, -1);
}

gboolean
usher_user_is_banned (UsherDocument *user)
{
  return usher_document_get_boolean (user, USHER_USER_BANNED);
}

gboolean
usher_user_set_banned (UsherDocument *user, gboolean banned)
{
  if (usher_user_is_banned (user) == banned)
    return FALSE;

  usher_document_set_boolean (user, USHER_USER_BANNED, banned);

  return TRUE;
}

char *
usher_user_to_json (UsherDocument *user)
{
  const char *email = usher_document_get_string (user, USHER_USER_EMAIL);
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "id", usher_document_get_id (user));
  usher_json_writer_set_string (writer, "email", email);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
