/* usher-readiness-private.h: whether a host is ready, and if not, why
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the host itself knows of it; any thread. */
typedef struct _UsherReadiness UsherReadiness;

UsherReadiness *usher_readiness_new (void);
void usher_readiness_free (UsherReadiness *self);
/* all of the start went well, or it is over */
void usher_readiness_set_complete (UsherReadiness *self, gboolean is_complete);
void usher_readiness_set_draining (UsherReadiness *self);
gboolean usher_readiness_is_draining (UsherReadiness *self);
/* @trouble: (nullable): what is missing, by the program around the host */
void usher_readiness_set_trouble (UsherReadiness *self, const char *trouble);
/* (transfer full) (nullable): NULL: it is ready. @passing: (nullable): what is wrong with bus or stores */
char *usher_readiness_dup_reason (UsherReadiness *self, const char *passing);

G_END_DECLS
