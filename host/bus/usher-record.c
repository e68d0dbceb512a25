/* usher-record.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-record-private.h"

#include <string.h>

#define MEMBER(type, record, field) G_STRUCT_MEMBER (type, record, (field)->offset)

static GPtrArray *
new_list (const UsherRecordField *field)
{
  return g_ptr_array_new_with_free_func (
      field->kind == USHER_RECORD_LIST ? field->element->free : (GDestroyNotify) usher_event_unref);
}

gpointer
usher_record_new (const UsherRecordType *type)
{
  gpointer record = g_malloc0 (type->size);

  for (guint i = 0; i < type->n_fields; i++)
    {
      const UsherRecordField *field = &type->fields[i];

      if (field->kind == USHER_RECORD_LIST || field->kind == USHER_RECORD_EVENTS)
        MEMBER (GPtrArray *, record, field) = new_list (field);
    }

  return record;
}

static void
copy_list (const UsherRecordField *field, GPtrArray *from, GPtrArray *to)
{
  for (guint i = 0; i < from->len; i++)
    {
      gpointer item = g_ptr_array_index (from, i);

      g_ptr_array_add (to,
                       field->kind == USHER_RECORD_LIST ? usher_record_copy (field->element, item)
                                                        : usher_event_ref (item));
    }
}

static void
copy_field (const UsherRecordField *field, gconstpointer from, gpointer to)
{
  UsherEvent *event = NULL;

  switch (field->kind)
    {
    case USHER_RECORD_NAME:
    case USHER_RECORD_TEXT:
      MEMBER (char *, to, field) = g_strdup (MEMBER (char *, from, field));
      break;

    case USHER_RECORD_FLAG:
    case USHER_RECORD_COUNT:
      MEMBER (guint, to, field) = MEMBER (guint, from, field);
      break;

    case USHER_RECORD_NUMBER:
      MEMBER (guint64, to, field) = MEMBER (guint64, from, field);
      break;

    case USHER_RECORD_STRINGS:
      MEMBER (char **, to, field) = g_strdupv (MEMBER (char **, from, field));
      break;

    case USHER_RECORD_EVENT:
      event = MEMBER (UsherEvent *, from, field);
      MEMBER (UsherEvent *, to, field) = event != NULL ? usher_event_ref (event) : NULL;
      break;

    case USHER_RECORD_EVENTS:
    case USHER_RECORD_LIST:
    default:
      copy_list (field, MEMBER (GPtrArray *, from, field), MEMBER (GPtrArray *, to, field));
      break;
    }
}

gpointer
usher_record_copy (const UsherRecordType *type, gconstpointer record)
{
  gpointer copy = usher_record_new (type);

  for (guint i = 0; i < type->n_fields; i++)
    copy_field (&type->fields[i], record, copy);

  return copy;
}

void
usher_record_free (const UsherRecordType *type, gpointer record)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      const UsherRecordField *field = &type->fields[i];

      if (field->kind == USHER_RECORD_NAME || field->kind == USHER_RECORD_TEXT)
        g_free (MEMBER (char *, record, field));
      else if (field->kind == USHER_RECORD_STRINGS)
        g_strfreev (MEMBER (char **, record, field));
      else if (field->kind == USHER_RECORD_EVENT)
        g_clear_pointer (&MEMBER (UsherEvent *, record, field), usher_event_unref);
      else if (field->kind == USHER_RECORD_LIST || field->kind == USHER_RECORD_EVENTS)
        g_ptr_array_unref (MEMBER (GPtrArray *, record, field));
    }
  g_free (record);
}

/* its channel, u64 sequence, and the event; an empty channel: none */
static void
write_event (UsherEvent *event, GByteArray *frame)
{
  usher_frame_add_text (frame, event != NULL ? usher_event_get_channel (event) : NULL);
  if (event == NULL)
    return;

  usher_frame_add_u64 (frame, usher_event_get_sequence (event));
  usher_frame_add_event (frame, event);
}

static UsherEvent *
read_event (UsherFrameReader *reader)
{
  g_autofree char *channel = usher_frame_read_text (reader);
  guint64 sequence = 0;

  if (channel == NULL)
    return NULL;

  sequence = usher_frame_read_u64 (reader);

  return usher_frame_read_event (reader, channel, sequence);
}

static void
write_strings (char **strings, GByteArray *frame)
{
  guint n = strings != NULL ? g_strv_length (strings) : 0;

  usher_frame_add_u32 (frame, n);
  for (guint i = 0; i < n; i++)
    usher_frame_add_text (frame, strings[i]);
}

static char **
read_strings (UsherFrameReader *reader)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = usher_frame_read_u32 (reader);

  for (guint i = 0; i < n && !reader->failed; i++)
    {
      g_autofree char *text = usher_frame_read_text (reader);

      g_strv_builder_add (builder, text != NULL ? text : "");
    }

  return g_strv_builder_end (builder);
}

void
usher_record_write_list (const UsherRecordType *type, GPtrArray *list, GByteArray *frame)
{
  usher_frame_add_u32 (frame, list->len);
  for (guint i = 0; i < list->len; i++)
    usher_record_write (type, g_ptr_array_index (list, i), frame);
}

static void
write_events (GPtrArray *list, GByteArray *frame)
{
  usher_frame_add_u32 (frame, list->len);
  for (guint i = 0; i < list->len; i++)
    write_event (g_ptr_array_index (list, i), frame);
}

static void
write_field (const UsherRecordField *field, gconstpointer record, GByteArray *frame)
{
  switch (field->kind)
    {
    case USHER_RECORD_NAME:
    case USHER_RECORD_TEXT:
      usher_frame_add_text (frame, MEMBER (char *, record, field));
      break;

    case USHER_RECORD_FLAG:
    case USHER_RECORD_COUNT:
      usher_frame_add_u32 (frame, MEMBER (guint, record, field));
      break;

    case USHER_RECORD_NUMBER:
      usher_frame_add_u64 (frame, MEMBER (guint64, record, field));
      break;

    case USHER_RECORD_STRINGS:
      write_strings (MEMBER (char **, record, field), frame);
      break;

    case USHER_RECORD_EVENT:
      write_event (MEMBER (UsherEvent *, record, field), frame);
      break;

    case USHER_RECORD_EVENTS:
      write_events (MEMBER (GPtrArray *, record, field), frame);
      break;

    case USHER_RECORD_LIST:
    default:
      usher_record_write_list (field->element, MEMBER (GPtrArray *, record, field), frame);
      break;
    }
}

void
usher_record_write (const UsherRecordType *type, gconstpointer record, GByteArray *frame)
{
  guint start = frame->len;
  guint32 size = 0;

  usher_frame_add_u32 (frame, 0);
  for (guint i = 0; i < type->n_fields; i++)
    write_field (&type->fields[i], record, frame);

  size = GUINT32_TO_LE (frame->len - start - sizeof size);
  memcpy (frame->data + start, &size, sizeof size);
}

/* Each item takes some bytes, so that the frame ends before the memory does. */
static void
read_list (const UsherRecordField *field, GPtrArray *list, UsherFrameReader *reader)
{
  guint n = usher_frame_read_u32 (reader);

  for (guint i = 0; i < n && !reader->failed; i++)
    {
      gpointer item = field->kind == USHER_RECORD_LIST ? usher_record_read (field->element, reader)
                                                       : read_event (reader);

      if (item != NULL)
        g_ptr_array_add (list, item);
      else
        reader->failed = TRUE;
    }
}

static void
read_field (const UsherRecordField *field, gpointer record, UsherFrameReader *reader)
{
  switch (field->kind)
    {
    case USHER_RECORD_NAME:
    case USHER_RECORD_TEXT:
      MEMBER (char *, record, field) = usher_frame_read_text (reader);
      if (field->kind == USHER_RECORD_NAME && MEMBER (char *, record, field) == NULL)
        reader->failed = TRUE;
      break;

    case USHER_RECORD_FLAG:
    case USHER_RECORD_COUNT:
      MEMBER (guint, record, field) = usher_frame_read_u32 (reader);
      break;

    case USHER_RECORD_NUMBER:
      MEMBER (guint64, record, field) = usher_frame_read_u64 (reader);
      break;

    case USHER_RECORD_STRINGS:
      MEMBER (char **, record, field) = read_strings (reader);
      break;

    case USHER_RECORD_EVENT:
      MEMBER (UsherEvent *, record, field) = read_event (reader);
      break;

    case USHER_RECORD_EVENTS:
    case USHER_RECORD_LIST:
    default:
      read_list (field, MEMBER (GPtrArray *, record, field), reader);
      break;
    }
}

/* A record by an older build ends before the last field, which stays empty; a newer one goes on behind it. */
static void
read_fields (const UsherRecordType *type, gpointer record, UsherFrameReader *reader)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      const UsherRecordField *field = &type->fields[i];

      if (reader->at < reader->end)
        read_field (field, record, reader);
      else if (field->kind == USHER_RECORD_NAME)
        reader->failed = TRUE;
    }
}

gpointer
usher_record_read (const UsherRecordType *type, UsherFrameReader *reader)
{
  gpointer record = usher_record_new (type);
  UsherFrameReader own = { 0 };

  if (usher_frame_read_part (reader, &own))
    read_fields (type, record, &own);
  reader->failed = reader->failed || own.failed;
  if (!reader->failed)
    return record;

  usher_record_free (type, record);

  return NULL;
}

GPtrArray *
usher_record_read_list (const UsherRecordType *type, UsherFrameReader *reader)
{
  const UsherRecordField field = { USHER_RECORD_LIST, 0, type };
  g_autoptr (GPtrArray) list = new_list (&field);

  read_list (&field, list, reader);

  return reader->failed ? NULL : g_steal_pointer (&list);
}
