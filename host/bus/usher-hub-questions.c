/* usher-hub-questions.c: what members ask, and what the hub answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include "usher-error.h"

/* A question that is being answered. */
typedef struct
{
  UsherHub *hub;
  UsherMember *member;
  guint request;
  UsherFrameReader *reader; /* behind its kind */
} Question;

static void
refuse (const Question *question, const GError *error)
{
  usher_hub_reply (question->hub, question->member->identity, question->request, error, NULL, 0);
}

static void
answer_last_sequence (const Question *question)
{
  g_autofree char *name = usher_frame_read_text (question->reader);
  const UsherHubChannel *channel =
      name != NULL ? usher_hub_log_find_channel (question->hub->log, name) : NULL;

  usher_hub_reply (question->hub,
                   question->member->identity,
                   question->request,
                   NULL,
                   NULL,
                   channel != NULL ? usher_hub_channel_get_last (channel) : 0);
}

static void
answer_figures (const Question *question)
{
  UsherBusParts parts = usher_frame_read_u32 (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures = usher_hub_get_figures (question->hub, parts, &error);
  GByteArray *frame = NULL;

  if (figures == NULL)
    {
      refuse (question, error);
      return;
    }

  frame = usher_hub_begin_reply (question->request);
  usher_record_write (&usher_bus_figures_type, figures, frame);
  usher_hub_send (question->hub, question->member->identity, frame);
}

static void
answer_events (const Question *question)
{
  UsherFrameReader *reader = question->reader;
  g_autofree char *channel = usher_frame_read_text (reader);
  g_autofree char *cursor = usher_frame_read_text (reader);
  gint64 after = (gint64) usher_frame_read_u64 (reader);
  guint limit = usher_frame_read_u32 (reader);
  gint64 wait = (gint64) usher_frame_read_u64 (reader);
  const UsherEventsQuery query = {
    .channel = channel, .cursor = cursor, .after = after, .limit = limit, .wait = wait
  };
  g_autoptr (GError) error = NULL;

  if (!usher_hub_answer_events (question->hub, question->member, question->request, &query, &error))
    refuse (question, error);
}

static void
answer_parked (const Question *question)
{
  g_autofree char *channel = usher_frame_read_text (question->reader);
  guint offset = usher_frame_read_u32 (question->reader);
  guint limit = usher_frame_read_u32 (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      usher_hub_log_list_parked (question->hub->log, channel, offset, limit, &error);
  GByteArray *frame = NULL;

  if (list == NULL)
    {
      refuse (question, error);
      return;
    }

  frame = usher_hub_begin_reply (question->request);
  usher_record_write_list (&usher_parked_event_type, list, frame);
  usher_hub_send (question->hub, question->member->identity, frame);
}

static gboolean
replay (UsherHub *hub, const UsherParked *parked, GError **error)
{
  return usher_hub_replay (hub, parked, error);
}

static gboolean
drop (UsherHub *hub, const UsherParked *parked, GError **error)
{
  usher_hub_log_unpark (hub->log, parked->id);

  return TRUE;
}

static void
treat_parked (const Question *question,
              gboolean (*func) (UsherHub *hub, const UsherParked *parked, GError **error))
{
  g_autofree char *id = usher_frame_read_text (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherParked) parked =
      usher_hub_log_find_parked (question->hub->log, id != NULL ? id : "", &error);

  if (parked != NULL && func (question->hub, parked, &error))
    usher_hub_reply_later (question->hub, question->member, question->request);
  else
    refuse (question, error);
}

void
usher_hub_take_question (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  const Question question = { self, member, usher_frame_read_u32 (reader), reader };
  UsherAskKind kind = usher_frame_read_u8 (reader);

  if (reader->failed)
    return;

  switch (kind)
    {
    case USHER_ASK_LAST_SEQUENCE:
      answer_last_sequence (&question);
      break;

    case USHER_ASK_FIGURES:
      answer_figures (&question);
      break;

    case USHER_ASK_EVENTS:
      answer_events (&question);
      break;

    case USHER_ASK_PARKED:
      answer_parked (&question);
      break;

    case USHER_ASK_REPLAY:
      treat_parked (&question, replay);
      break;

    case USHER_ASK_DROP:
      treat_parked (&question, drop);
      break;

    default:
      {
        g_autoptr (GError) error = g_error_new (USHER_ERROR,
                                                USHER_ERROR_NOT_FOUND,
                                                "the hub has no answer to question %u",
                                                kind);

        refuse (&question, error);
        break;
      }
    }
}
