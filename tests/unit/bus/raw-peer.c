/* raw-peer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "raw-peer.h"

#include "usher-greeting-private.h"

zsock_t *
raw_peer_new (UsherTestHub *hub)
{
  zsock_t *dealer = zsock_new (ZMQ_DEALER);

  zsock_set_linger (dealer, 0);
  zsock_set_rcvhwm (dealer, 1);
  zsock_set_rcvbuf (dealer, 4096);
  zsock_set_sndhwm (dealer, 0);
  zsock_set_rcvtimeo (dealer, RAW_PEER_PATIENCE);
  g_assert_cmpint (zsock_connect (dealer, "%s", hub->endpoint), ==, 0);

  return dealer;
}

void
raw_peer_say (zsock_t *dealer, GByteArray *frame)
{
  g_assert_cmpint (zmq_send (zsock_resolve (dealer), frame->data, frame->len, 0), ==, frame->len);
  g_byte_array_unref (frame);
}

gboolean
raw_peer_hear (zsock_t *dealer, zmq_msg_t *message, UsherFrameReader *reader, guint8 *type)
{
  zmq_msg_init (message);
  if (zmq_msg_recv (message, zsock_resolve (dealer), 0) < 0)
    {
      zmq_msg_close (message);
      return FALSE;
    }
  usher_frame_reader_init (reader, zmq_msg_data (message), zmq_msg_size (message));
  *type = usher_frame_read_u8 (reader);

  return TRUE;
}

GError *
raw_peer_await (zsock_t *dealer, UsherFrameType one, UsherFrameType other)
{
  GError *error = NULL;
  guint8 type = 0;

  while (type != one && type != other)
    {
      zmq_msg_t message;
      UsherFrameReader reader;

      g_assert_true (raw_peer_hear (dealer, &message, &reader, &type));
      if (type == USHER_FRAME_REFUSED && other == USHER_FRAME_REFUSED)
        error = usher_refusal_read (&reader);
      zmq_msg_close (&message);
    }

  return error;
}

GError *
raw_peer_say_hello (zsock_t *dealer, UsherTestHub *hub, guint number)
{
  g_autofree char *name = g_strdup_printf ("raw-%u", number);
  const UsherHello hello = { .client = name,
                             .endpoint = hub->endpoint,
                             .session = 1,
                             .instance = number,
                             .version = USHER_WIRE_VERSION };

  raw_peer_say (dealer, usher_hello_write (&hello));

  return raw_peer_await (dealer, USHER_FRAME_WELCOME, USHER_FRAME_REFUSED);
}

GByteArray *
raw_peer_make_wish (const char *group, guint max_in_flight)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_SUBSCRIBE);

  usher_frame_add_u32 (frame, 1);
  usher_frame_add_text (frame, RAW_PEER_CHANNEL);
  usher_frame_add_text (frame, group);
  usher_frame_add_text (frame, group);
  usher_frame_add_u8 (frame, USHER_START_ALL);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u32 (frame, max_in_flight);
  usher_frame_add_u64 (frame, 0);
  usher_frame_add_u32 (frame, 0);
  usher_frame_add_u64 (frame, 0);

  return frame;
}

guint
raw_peer_subscribe (zsock_t *dealer, const char *group, guint max_in_flight)
{
  guint8 type = 0;
  guint id = 0;

  raw_peer_say (dealer, raw_peer_make_wish (group, max_in_flight));
  while (type != USHER_FRAME_REPLY)
    {
      zmq_msg_t message;
      UsherFrameReader reader;

      g_assert_true (raw_peer_hear (dealer, &message, &reader, &type));
      if (type == USHER_FRAME_REPLY)
        {
          g_autofree char *text = NULL;

          usher_frame_read_u32 (&reader);
          if (usher_frame_read_u8 (&reader) == 0)
            {
              text = usher_frame_read_text (&reader);
              id = (guint) g_ascii_strtoull (text, NULL, 10);
            }
        }
      zmq_msg_close (&message);
    }

  return id;
}
