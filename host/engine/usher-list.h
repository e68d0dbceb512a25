/* usher-list.h: a request for a list
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-json-writer.h"
#include "usher-query.h"
#include "usher-reply.h"
#include "usher-request.h"
#include "usher-unit.h"

G_BEGIN_DECLS

/**
 * UsherListView: (skip)
 * @key: (nullable): an indexed field by which clients know the documents: `?after=` may have it in place of the id
 * @write: writes the members of a document that are shown, into an object
 *
 * How the documents of a list are shown that clients do not see as they are, for [func@list_answer_view].
 */
typedef struct
{
  const char *key;
  void (*write) (UsherDocument *document, UsherJsonWriter *writer);
} UsherListView;

USHER_API
gboolean usher_list_answer (UsherRequest *request,
                            UsherUnit *unit,
                            UsherReply *reply,
                            UsherQuery *query,
                            GError **error);
USHER_API
gboolean usher_list_answer_view (UsherRequest *request,
                                 UsherUnit *unit,
                                 UsherReply *reply,
                                 UsherQuery *query,
                                 const UsherListView *view,
                                 GError **error);

G_END_DECLS
