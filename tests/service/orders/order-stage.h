/* order-stage.h: what orders is told of tickets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "service-stage.h"

G_BEGIN_DECLS

/* a ticket of Alice is new; @price: as JSON has it */
void order_stage_give_ticket (UsherTestHost *host, const char *ticket_id, const char *price);
/* (transfer full): the body of an order for it */
char *order_stage_make_body (const char *ticket_id);

G_END_DECLS
