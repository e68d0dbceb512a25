/* usher-entity-tag-private.h: which version of a document a client has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-document.h"

G_BEGIN_DECLS

/* room for one, with its quotes and its end */
#define USHER_ENTITY_TAG 80

typedef enum
{
  USHER_TAG_IS_LISTED,
  USHER_TAG_IS_NOT_LISTED,
  USHER_TAG_BAD_LIST,
} UsherTagVerdict;

/* A strong tag: the text of a document is what its id, version and level say. Empty for a document without an id. */
void usher_entity_tag_write (char tag[USHER_ENTITY_TAG], UsherDocument *document);
/* @list: the value of If-Match or If-None-Match; @tag: (nullable): NULL: there is nothing; @is_weak: how to compare */
UsherTagVerdict usher_entity_tag_find (const char *list, const char *tag, gboolean is_weak);

G_END_DECLS
