/* usher-outcome.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-outcome-private.h"

#include "usher-error.h"

gboolean
usher_outcome_is_lost_race (const GError *error)
{
  return g_error_matches (error, USHER_ERROR, USHER_ERROR_CONFLICT) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_TAKEN);
}

gboolean
usher_outcome_is_deferral (const GError *error)
{
  return usher_outcome_is_lost_race (error) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_FULL) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

gboolean
usher_outcome_is_fault (const GError *error)
{
  return g_error_matches (error, USHER_ERROR, USHER_ERROR_INVALID) ||
         g_error_matches (error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
}

GError *
usher_outcome_translate (const GError *error, gboolean is_request)
{
  /* the store has told the operator, with paths that are nobody else's business */
  if (is_request && g_error_matches (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    return g_error_new_literal (USHER_ERROR,
                                USHER_ERROR_UNAVAILABLE,
                                "This cannot be done at the moment, try again later");

  return NULL;
}
