/* usher-query-private.h: what a query holds, for the stores
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-query.h"

G_BEGIN_DECLS

typedef struct
{
  char *field; /* (owned) */
  char *value; /* (owned) (nullable): the field is not set */
} UsherQueryCondition;

struct _UsherQuery
{
  char *collection;   /* (owned) */
  GArray *conditions; /* (owned) (element-type UsherQueryCondition) */
  char *after;        /* (owned) (nullable) */
  guint limit;
};

G_END_DECLS
