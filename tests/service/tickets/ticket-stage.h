/* ticket-stage.h: a ticket of Alice, and an order that reserves it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "service-stage.h"

G_BEGIN_DECLS

#define GOOD_TICKET "{\"title\":\"Concert\",\"price\":19.99}"

/* Alice's, whose event is forgotten; (transfer full): the id */
char *ticket_stage_make (UsherTestHost *host, const char *body);
/* an order that saw version 0 takes it; what is said of that is for the test */
void ticket_stage_reserve (UsherTestHost *host, const char *ticket_id, const char *order_id);
/* the same, and what is said of it is forgotten */
void ticket_stage_settle (UsherTestHost *host, const char *ticket_id, const char *order_id);

/* Alice is banned, or no more, by @version of her; what follows of that is over when it returns */
void ticket_stage_tell_ban (UsherTestHost *host, gboolean banned, gint64 version);

G_END_DECLS
