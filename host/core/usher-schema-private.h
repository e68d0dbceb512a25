/* usher-schema-private.h: what a schema holds
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
};

G_END_DECLS
