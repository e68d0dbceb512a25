/* usher-schema-private.h: what a schema holds, for its halves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-schema.h"

G_BEGIN_DECLS

struct _UsherSchema
{
  gatomicrefcount ref_count;
  char *collection;   /* (owned) */
  UsherField *fields; /* (owned): names and messages too */
  guint n_fields;
  guint level;
  GPtrArray *keys;         /* (owned) (element-type GStrv): the names of the fields of each */
  GPtrArray *key_messages; /* (owned) (element-type utf8): of each, NULL where it has none */
};

G_END_DECLS
