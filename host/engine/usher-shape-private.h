/* usher-shape-private.h: what a body is made of, whichever table it is of
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-field.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_SHAPE_COLLECTION, /* its documents, which have `id` and `version` besides */
  USHER_SHAPE_FORM,
  USHER_SHAPE_VIEW,
  USHER_SHAPE_EVENT,
} UsherShapeKind;

/* All of it borrowed. */
typedef struct
{
  const char *name;
  UsherShapeKind kind;
  const UsherField *fields;
  guint n_fields;
} UsherShape;

G_END_DECLS
