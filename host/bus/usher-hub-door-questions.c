/* usher-hub-door-questions.c: what members ask, and what the hub answers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

/* A question that is being answered. */
typedef struct
{
  UsherHubDoor *door;
  UsherHubMember *member;
  guint request;
  UsherFrameReader *reader; /* behind its kind */
} Question;

/* @error: (nullable): NULL: there is nothing else to say */
static void
reply (const Question *question, const GError *error)
{
  usher_hub_door_reply (
      question->door, question->member->identity, question->request, error, NULL, 0);
}

/* Takes ownership of @frame. */
static void
send_body (const Question *question, GByteArray *frame)
{
  usher_hub_door_send_reply (question->door, question->member, question->request, frame);
}

static void
answer_last_sequence (const Question *question)
{
  g_autofree char *name = usher_frame_read_text (question->reader);
  const UsherHubChannel *channel =
      name != NULL ? usher_hub_log_find_channel (question->door->log, name) : NULL;

  usher_hub_door_reply (question->door,
                        question->member->identity,
                        question->request,
                        NULL,
                        NULL,
                        channel != NULL ? usher_hub_channel_get_last (channel) : 0);
}

static void
answer_check (const Question *question)
{
  UsherReach known;
  g_autoptr (GError) error = NULL;

  usher_frame_read_reach (question->reader, &known);
  if (question->reader->failed)
    g_set_error (&error, USHER_ERROR, USHER_ERROR_INVALID, "that is not how far a log has come");
  else
    usher_hub_log_check (question->door->log, &known, &error);
  reply (question, error);
}

static void
answer_figures (const Question *question)
{
  UsherBusParts parts = usher_frame_read_u32 (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures = usher_hub_door_get_figures (question->door, parts, &error);
  GByteArray *frame = NULL;

  if (figures == NULL)
    {
      reply (question, error);
      return;
    }

  frame = usher_hub_door_begin_reply (question->request);
  usher_record_write (&usher_bus_figures_type, figures, frame);
  send_body (question, frame);
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

  if (!usher_hub_door_allows (question->member, USHER_ACL_SUBSCRIBE, channel, &error) ||
      !usher_hub_door_answer_events (
          question->door, question->member, question->request, &query, &error))
    reply (question, error);
}

static void
answer_parked (const Question *question)
{
  g_autofree char *channel = usher_frame_read_text (question->reader);
  guint offset = usher_frame_read_u32 (question->reader);
  guint limit = usher_frame_read_u32 (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      usher_hub_log_list_parked (question->door->log, channel, offset, limit, &error);
  GByteArray *frame = NULL;

  if (list == NULL)
    {
      reply (question, error);
      return;
    }

  frame = usher_hub_door_begin_reply (question->request);
  usher_record_write_list (&usher_parked_event_type, list, frame);
  send_body (question, frame);
}

static void
answer_find (const Question *question)
{
  g_autofree char *id = usher_frame_read_text (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherParkedEvent) parked =
      usher_hub_log_describe_parked (question->door->log, id != NULL ? id : "", &error);
  GByteArray *frame = NULL;

  if (parked == NULL ||
      !usher_hub_door_allows (question->member, USHER_ACL_SUBSCRIBE, parked->channel, &error))
    {
      reply (question, error);
      return;
    }

  frame = usher_hub_door_begin_reply (question->request);
  usher_record_write (&usher_parked_event_type, parked, frame);
  send_body (question, frame);
}

static gboolean
drop (UsherHubDoor *door, const UsherParked *parked, GError **error)
{
  usher_hub_log_unpark (door->log, parked->id);

  return TRUE;
}

static void
treat_parked (const Question *question,
              gboolean (*func) (UsherHubDoor *door, const UsherParked *parked, GError **error))
{
  g_autofree char *id = usher_frame_read_text (question->reader);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherParked) parked =
      usher_hub_log_find_parked (question->door->log, id != NULL ? id : "", &error);

  if (parked != NULL &&
      usher_hub_door_allows (question->member, USHER_ACL_SUBSCRIBE, parked->channel, &error) &&
      func (question->door, parked, &error))
    usher_hub_door_reply_later (question->door, question->member, question->request);
  else
    reply (question, error);
}

void
usher_hub_door_take_question (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
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

    case USHER_ASK_FIND:
      answer_find (&question);
      break;

    case USHER_ASK_REPLAY:
      treat_parked (&question, usher_hub_door_replay);
      break;

    case USHER_ASK_DROP:
      treat_parked (&question, drop);
      break;

    case USHER_ASK_CHECK:
      answer_check (&question);
      break;

    default:
      {
        g_autoptr (GError) error = g_error_new (USHER_ERROR,
                                                USHER_ERROR_NOT_FOUND,
                                                "the hub has no answer to question %u",
                                                kind);

        reply (&question, error);
        break;
      }
    }
}
