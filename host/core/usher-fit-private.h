/* usher-fit-private.h: how an input fits its field, and what a person is told where it does not
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-field.h"

G_BEGIN_DECLS

typedef enum
{
  USHER_FIT,
  USHER_FIT_MISSING,    /* and it is required, or empty, or text of which nothing is seen */
  USHER_FIT_TOO_LITTLE, /* or too short */
  USHER_FIT_TOO_MUCH,   /* or too long */
  USHER_FIT_OTHER_TYPE,
  USHER_FIT_NOT_PLAIN, /* a number with a point or an exponent where it may have none */
  USHER_FIT_TOO_FINE,  /* an amount with too many decimals */
  USHER_FIT_CONTROLS,  /* characters that are none for people */
} UsherFit;

/* (transfer full): a sentence about the cause, the field's own where it has one for that */
char *usher_fit_dup_message (UsherFit self, const UsherField *field);

G_END_DECLS
