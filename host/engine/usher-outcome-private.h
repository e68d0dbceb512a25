/* usher-outcome-private.h: what the error of a handler or a commit means
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* somebody else was first: the handler runs again on fresh documents */
gboolean usher_outcome_is_lost_race (const GError *error);
/* the event that failed with @error is not to blame: it comes again and counts no attempt */
gboolean usher_outcome_is_deferral (const GError *error);
/* a unit that cannot be committed is the service's fault, not the person's */
gboolean usher_outcome_is_fault (const GError *error);
/* (transfer full) (nullable): what is said of a commit or a read that failed; NULL: @error as it is */
GError *usher_outcome_translate (const GError *error, gboolean is_request);

G_END_DECLS
