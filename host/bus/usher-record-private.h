/* usher-record-private.h: structs that a table describes, so that one piece of code copies, sends and frees them all
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-frame-private.h"

G_BEGIN_DECLS

typedef struct _UsherRecordType UsherRecordType;

typedef enum
{
  USHER_RECORD_NAME,    /* char *, never NULL nor empty */
  USHER_RECORD_TEXT,    /* char *, NULL: none, and so is an empty one that was sent */
  USHER_RECORD_FLAG,    /* gboolean */
  USHER_RECORD_COUNT,   /* guint */
  USHER_RECORD_NUMBER,  /* guint64, gint64 */
  USHER_RECORD_STRINGS, /* GStrv, NULL: none */
  USHER_RECORD_EVENT,   /* UsherEvent *, NULL: none */
  USHER_RECORD_EVENTS,  /* GPtrArray of UsherEvent */
  USHER_RECORD_LIST,    /* GPtrArray of records */
} UsherRecordKind;

typedef struct
{
  UsherRecordKind kind;
  gsize offset;
  const UsherRecordType *element; /* (nullable): of a list */
} UsherRecordField;

/* On the wire each record has its size before it, and its fields one after the other: so that builds of different fields read each
 * other, new ones come last. */
struct _UsherRecordType
{
  gsize size;
  GDestroyNotify free; /* usher_record_free() with this type */
  guint n_fields;
  const UsherRecordField *fields;
};

/* nothing in it, and its lists empty */
gpointer usher_record_new (const UsherRecordType *type);
gpointer usher_record_copy (const UsherRecordType *type, gconstpointer record);
void usher_record_free (const UsherRecordType *type, gpointer record);
void usher_record_write (const UsherRecordType *type, gconstpointer record, GByteArray *frame);
/* (nullable): NULL: it is malformed, and @reader has failed */
gpointer usher_record_read (const UsherRecordType *type, UsherFrameReader *reader);
/* (element-type record): a list by itself; likewise */
void usher_record_write_list (const UsherRecordType *type, GPtrArray *list, GByteArray *frame);
GPtrArray *usher_record_read_list (const UsherRecordType *type, UsherFrameReader *reader);

G_END_DECLS
