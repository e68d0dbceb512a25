/* usher-event-question.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-event-question-private.h"

/* how long the bus may be silent in all */
#define PATIENCE (USHER_EVENT_QUESTION_WAIT + 30 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherClerk *clerk; /* (owned) */
  UsherEventPageFunc func;
  gpointer user_data;
  GDestroyNotify destroy; /* (nullable) */
  UsherBusEvents *events; /* (owned) (nullable): the bus's answer */
  GError *error;          /* (owned) (nullable) */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->destroy != NULL)
    question->destroy (question->user_data);
  g_clear_pointer (&question->events, usher_bus_events_free);
  g_clear_error (&question->error);
  usher_clerk_unref (question->clerk);
  g_free (question);
}

static void
take_answer (gpointer data)
{
  Question *question = data;
  g_autoptr (UsherEventPage) page = NULL;

  if (question->events != NULL)
    page = usher_event_page_new (question->events);
  question->func (page, question->error, question->user_data);
}

/* on the bus's thread */
static void
on_events (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  Question *question = user_data;

  question->events = events;
  question->error = error != NULL ? g_error_copy (error) : NULL;
  usher_clerk_post (question->clerk, take_answer, question, question_free);
}

void
usher_event_question_put (UsherBus *bus,
                          const UsherEventsQuery *query,
                          UsherClerk *clerk,
                          UsherEventPageFunc func,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  Question *self = g_new0 (Question, 1);
  UsherEventsQuery patient = *query;

  self->clerk = usher_clerk_ref (clerk);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  patient.patience = PATIENCE;
  usher_bus_read_events (bus, &patient, on_events, self, NULL);
}
