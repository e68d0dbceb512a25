/* usher-greeting.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-greeting-private.h"

#include "usher-error.h"

/* of builds that do not tell theirs */
#define FIRST_VERSION 1

static guint
read_version (UsherFrameReader *reader)
{
  return reader->at == reader->end ? FIRST_VERSION : usher_frame_read_u32 (reader);
}

/* What another version has there is not known. */
static void
read_reach (UsherFrameReader *reader, guint version, UsherReach *reach)
{
  *reach = (UsherReach){ 0 };
  if (version == USHER_WIRE_VERSION)
    usher_frame_read_reach (reader, reach);
}

GByteArray *
usher_hello_write (const UsherHello *self)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_HELLO);

  usher_frame_add_text (frame, self->client);
  usher_frame_add_text (frame, self->endpoint);
  usher_frame_add_u32 (frame, self->session);
  usher_frame_add_u64 (frame, self->instance);
  usher_frame_add_u32 (frame, self->version);
  usher_frame_add_reach (frame, &self->known);

  return frame;
}

gboolean
usher_hello_read (UsherHello *self, UsherFrameReader *reader)
{
  self->client = usher_frame_read_text (reader);
  self->endpoint = usher_frame_read_text (reader);
  self->session = usher_frame_read_u32 (reader);
  self->instance = usher_frame_read_u64 (reader);
  self->version = read_version (reader);
  read_reach (reader, self->version, &self->known);

  return !reader->failed;
}

void
usher_hello_clear (UsherHello *self)
{
  g_clear_pointer (&self->client, g_free);
  g_clear_pointer (&self->endpoint, g_free);
}

GByteArray *
usher_welcome_write (const UsherWelcome *self)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_WELCOME);

  usher_frame_add_text (frame, self->epoch);
  usher_frame_add_text (frame, self->push);
  usher_frame_add_text (frame, self->live);
  usher_frame_add_u32 (frame, self->session);
  usher_frame_add_u32 (frame, self->version);
  usher_frame_add_reach (frame, &self->reach);

  return frame;
}

gboolean
usher_welcome_read (UsherWelcome *self, UsherFrameReader *reader)
{
  self->epoch = usher_frame_read_text (reader);
  self->push = usher_frame_read_text (reader);
  self->live = usher_frame_read_text (reader);
  self->session = usher_frame_read_u32 (reader);
  self->version = read_version (reader);
  read_reach (reader, self->version, &self->reach);

  return !reader->failed;
}

void
usher_welcome_clear (UsherWelcome *self)
{
  g_clear_pointer (&self->epoch, g_free);
  g_clear_pointer (&self->push, g_free);
  g_clear_pointer (&self->live, g_free);
}

gboolean
usher_greeting_check_versions (guint hub, guint member, GError **error)
{
  if (hub == member)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_UNAVAILABLE,
               "the hub speaks version %u of the bus's wire, the member version %u: both need the "
               "same release of usher",
               hub,
               member);

  return FALSE;
}

/* The code comes last: builds before it read the words alone. */
GByteArray *
usher_refusal_write (const GError *error)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_REFUSED);

  usher_frame_add_words (frame, error->message);
  usher_frame_add_u8 (frame, (guint8) error->code);

  return frame;
}

GError *
usher_refusal_read (UsherFrameReader *reader)
{
  g_autofree char *reason = usher_frame_read_text (reader);
  int code = reader->at == reader->end ? USHER_ERROR_BUSY : usher_frame_read_u8 (reader);

  if (reader->failed || reason == NULL)
    return NULL;

  return g_error_new_literal (USHER_ERROR, code, reason);
}
