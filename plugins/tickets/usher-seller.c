/* usher-seller.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-seller.h"

#define BANNED  "banned"
#define VERSION "userVersion"

static const UsherField seller_fields[] = {
  { BANNED, USHER_FIELD_BOOLEAN },
  { VERSION, USHER_FIELD_INTEGER },
};

const UsherField *
usher_seller_get_fields (guint *n_fields)
{
  *n_fields = G_N_ELEMENTS (seller_fields);

  return seller_fields;
}

gboolean
usher_seller_is_banned (UsherDocument *seller)
{
  return seller != NULL && usher_document_get_boolean (seller, BANNED);
}

gboolean
usher_seller_learn (UsherDocument *seller, gboolean banned, gint64 version)
{
  if (usher_document_has (seller, VERSION) &&
      version <= usher_document_get_integer (seller, VERSION))
    return FALSE;

  usher_document_set_boolean (seller, BANNED, banned);
  usher_document_set_integer (seller, VERSION, version);

  return TRUE;
}
