/* usher-answers-private.h: what subscribers said, on its way to the hub
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-delivery.h"
#include "usher-wake-private.h"

G_BEGIN_DECLS

typedef struct
{
  guint subscription; /* ours */
  guint64 sequence;
  UsherAnswerKind kind;
  gint64 delay;
  char *reason; /* (owned) (nullable) */
} UsherAnswer;

/* Counted, any thread: it outlives the bus for as long as a delivery is out. */
typedef struct _UsherAnswers UsherAnswers;

UsherAnswers *usher_answers_new (UsherWake *wake);
void usher_answers_unref (UsherAnswers *self);
/* (transfer full) (element-type UsherAnswer) (nullable): all that came since, NULL: nothing */
GArray *usher_answers_take (UsherAnswers *self);

/* How the answers to the deliveries of one subscription come back. Counted, any thread. */
typedef struct _UsherAnswerWay UsherAnswerWay;

UsherAnswerWay *usher_answer_way_new (UsherAnswers *answers, guint subscription);
void usher_answer_way_unref (UsherAnswerWay *self);
/* a delivery that finds back by it */
UsherDelivery *usher_answer_way_deliver (UsherAnswerWay *self,
                                         UsherEvent *event,
                                         guint attempt,
                                         gboolean redelivered);

G_END_DECLS
