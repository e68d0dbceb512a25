/* fake-bus.h: a bus that does what a test says
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-bus.h"

G_BEGIN_DECLS

typedef struct
{
  UsherAnswerKind kind;
  guint64 sequence;
  gint64 delay;
  char *reason; /* (owned) (nullable) */
} FakeAnswer;

#define FAKE_TYPE_BUS (fake_bus_get_type ())
G_DECLARE_FINAL_TYPE (FakeBus, fake_bus, FAKE, BUS, GObject)

FakeBus *fake_bus_new (void);

/* from now on: confirmations wait for fake_bus_confirm() */
void fake_bus_hold (FakeBus *self);
/* how the oldest publication that has no answer is answered; @error: (nullable) */
void fake_bus_confirm (FakeBus *self, const GError *error);
/* the one at @index among those that have no answer */
void fake_bus_confirm_at (FakeBus *self, guint index, const GError *error);
/* waits until so many publications have come in all */
void fake_bus_await_published (FakeBus *self, guint n);
guint fake_bus_get_n_published (FakeBus *self);
const char *fake_bus_get_payload (FakeBus *self, guint index);

/* what a channel holds when somebody subscribes; it is brought at once, or on hold by fake_bus_release() */
void fake_bus_keep (FakeBus *self, UsherEvent *event);
/* all of it is too old from now on: its numbers alone are known */
void fake_bus_drop (FakeBus *self);
void fake_bus_hold_deliveries (FakeBus *self);
void fake_bus_await_subscriptions (FakeBus *self, guint n);
void fake_bus_release (FakeBus *self);
/* brings an event to the subscriber of its channel, on this thread */
void fake_bus_deliver (FakeBus *self, UsherEvent *event, guint attempt, gboolean redelivered);
/* waits for the next answer; (transfer full) */
FakeAnswer *fake_bus_await_answer (FakeBus *self);
guint fake_bus_get_n_answers (FakeBus *self);
void fake_bus_set_connected (FakeBus *self, gboolean connected);
/* which log it has, and how far that has come; whoever knows another one, or more of it, is refused */
void fake_bus_set_reach (FakeBus *self, const char *log, guint64 position);
/* the next subscription is refused */
void fake_bus_refuse_subscriptions (FakeBus *self);

/* how a question that does not wait is answered, in turn, the last one again and again; (transfer full) */
void fake_bus_take_page (FakeBus *self, UsherBusEvents *page);
/* (transfer full): the cursor of the next question that is to wait */
char *fake_bus_await_question (FakeBus *self);
/* how the one that waits longest is answered; @page: (transfer full) (nullable): NULL: with an error */
void fake_bus_answer_question (FakeBus *self, UsherBusEvents *page);
guint fake_bus_get_n_waiting (FakeBus *self);

void fake_answer_free (FakeAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeAnswer, fake_answer_free)

G_END_DECLS
