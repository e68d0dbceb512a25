/* usher-frame-private.h: the bytes that hub and members exchange
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-delivery.h"
#include "usher-event.h"
#include "usher-reach.h"

G_BEGIN_DECLS

/* the first byte of each message; little-endian numbers, strings as u32 length and bytes */
typedef enum
{
  /* member to hub */
  USHER_FRAME_HELLO =
      1, /* client, endpoint, u32 session, u64 instance, u32 version, reach of the log that it knows */
  USHER_FRAME_PUBLISH, /* channel, u64 first number, u64 up to which its answers are known, u16 count, events */
  USHER_FRAME_SUBSCRIBE, /* u32 request, channel, group, durable, u8 start, u64, i64, u32 max in flight, i64 ack wait,
                            u32 max deliver, i64 defer limit */
  USHER_FRAME_LEAVE, /* u32 request, u32 subscription, u8 forget */
  USHER_FRAME_ANSWER, /* u16 count, each: u32 subscription, u64 sequence, u8 kind, i64 delay, reason */
  USHER_FRAME_FETCH, /* u32 subscription, u64 from */
  USHER_FRAME_ASK,   /* u32 request, u8 what, and what belongs to that */
  USHER_FRAME_PAUSE, /* u32 request */
  USHER_FRAME_PING,  /* the other way too: the member answers with one */
  USHER_FRAME_BYE,   /* u32 request */
  USHER_FRAME_MARK,  /* u64: back when the member has come to it, among what it was sent */
  /* hub to member, on the way back */
  USHER_FRAME_WELCOME =
      65, /* epoch, endpoint of deliveries, endpoint of channels (both or none), u32 session, u32 version,
             reach */
  USHER_FRAME_AGAIN, /* the hub does not know the member: say hello */
  USHER_FRAME_CONFIRM, /* u32 session, reach, u64 up to, u16 count of refused, each: u64 number, u8 code, reason */
  USHER_FRAME_REPLY, /* u32 request, u8 code (0: well), text, u64 number, and what was asked for */
  USHER_FRAME_FETCHED, /* u32 subscription, u64 last sequence, u8 more follow, u64 base, u16 count, events */
  USHER_FRAME_PONG,    /* reach, where it answers a ping */
  USHER_FRAME_GROWN,   /* channel, u64 last sequence: for who has no way for channels */
  USHER_FRAME_REFUSED, /* reason, u8 UsherError: to a hello */
  /* hub to member, deliveries */
  USHER_FRAME_DELIVER, /* u32 subscription, u64 base, u16 count, u32 attempt, u8 redelivered, events */
  /* hub to all, behind the topic (the channel and a NUL) */
  USHER_FRAME_LIVE, /* u64 base, u16 count, events */
  USHER_FRAME_HEAD, /* u64 last sequence */
} UsherFrameType;

/* What a member asks, and what the frame and the answer have for it. */
typedef enum
{
  USHER_ASK_LAST_SEQUENCE = 1, /* channel: a number */
  USHER_ASK_FIGURES,           /* u32 parts: a record of figures */
  USHER_ASK_EVENTS, /* channel, cursor, i64 after, u32 limit, i64 wait: a record of a page */
  USHER_ASK_PARKED, /* channel, u32 offset, u32 limit: a list of records without events */
  USHER_ASK_REPLAY, /* id */
  USHER_ASK_DROP,   /* id */
  USHER_ASK_FIND,   /* id: the record of what is parked, with its event */
  USHER_ASK_CHECK,  /* reach: whether the log has come so far */
} UsherAskKind;

#define USHER_FRAME_MAX_EVENTS 64
#define USHER_FRAME_MAX_BYTES  (64 * 1024)
/* what a message has at most: the largest event with all its texts, behind smaller ones, and what goes before them */
#define USHER_FRAME_MAX_SIZE (USHER_EVENT_MAX_PAYLOAD + 4 * USHER_FRAME_MAX_BYTES)
#define USHER_EVENT_ID_SIZE  16

/* Sends a frame; takes ownership of @frame. */
typedef void (*UsherSendFunc) (GByteArray *frame, gpointer user_data);

/* writing */
GByteArray *usher_frame_new (UsherFrameType type);
void usher_frame_add_u8 (GByteArray *frame, guint8 value);
void usher_frame_add_u16 (GByteArray *frame, guint16 value);
void usher_frame_add_u32 (GByteArray *frame, guint32 value);
void usher_frame_add_u64 (GByteArray *frame, guint64 value);
void usher_frame_add_text (GByteArray *frame, const char *text);
/* what is said of a mistake, which repeats what was asked: its beginning, where it is long */
void usher_frame_add_words (GByteArray *frame, const char *words);
/* log, u64 run, u64 position, i64 time */
void usher_frame_add_reach (GByteArray *frame, const UsherReach *reach);
/* u32 size of what follows, 16 bytes of id, i64 time, correlation, causation, traceparent, payload */
void usher_frame_add_event (GByteArray *frame, UsherEvent *event);

/* Reading: a cursor that is never past the end. Once something is missing all later reads give 0, and
 * `failed` says so. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
  gboolean failed;
} UsherFrameReader;

void usher_frame_reader_init (UsherFrameReader *reader, gconstpointer data, gsize size);
guint8 usher_frame_read_u8 (UsherFrameReader *reader);
guint16 usher_frame_read_u16 (UsherFrameReader *reader);
guint32 usher_frame_read_u32 (UsherFrameReader *reader);
guint64 usher_frame_read_u64 (UsherFrameReader *reader);
/* u32 size, and as many bytes, which @part reads; FALSE: they are not there */
gboolean usher_frame_read_part (UsherFrameReader *reader, UsherFrameReader *part);
/* a copy; NULL for an empty one */
char *usher_frame_read_text (UsherFrameReader *reader);
void usher_frame_read_reach (UsherFrameReader *reader, UsherReach *reach);
/* skips one event and tells its bytes and the bytes of its id; FALSE at the end or when malformed */
gboolean usher_frame_skip_event (UsherFrameReader *reader,
                                 const guint8 **bytes,
                                 gsize *size,
                                 const guint8 **id);
/* whether an event that was skipped has no more than one may have */
gboolean usher_frame_is_small_enough (const guint8 *bytes, gsize size);
UsherEvent *
usher_frame_read_event (UsherFrameReader *reader, const char *channel, guint64 sequence);

/* whether it may name a channel, a group or a durable: text of one line */
gboolean usher_frame_is_name (const char *text);
/* a UUID's 16 bytes; FALSE when it is none */
gboolean usher_frame_parse_id (const char *uuid, guint8 *bytes);

G_END_DECLS
