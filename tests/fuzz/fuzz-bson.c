/* fuzz-bson.c: a document that anybody wrote is read, or refused by name; what was read is written, and read as the same
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-error.h"
#include "usher-mongo-table-private.h"
#include "usher-mongo-value-private.h"

#define ID "0123456789abcdef01234567"

static const UsherField fields[] = {
  { "title", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
  { "ticket.id", USHER_FIELD_ID },
  { "ticket.price", USHER_FIELD_MONEY },
  { "count", USHER_FIELD_INTEGER },
  { "open", USHER_FIELD_BOOLEAN },
  { "at", USHER_FIELD_TIME },
  { "more", USHER_FIELD_JSON },
  { "cost", USHER_FIELD_MONEY },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
};

/* members; ~ stands for the byte 0, which ends a token */
const char *const fuzz_tokens[] = {
  "\x02title~\x02~~~x~",
  "\x10"
  "cost~\x01~~~",
  "\x01"
  "cost~~~~~~~\xf0\x3f",
  "\x01"
  "count~~~~~~~\xf8\x7f",
  "\x12"
  "count~\xff\xff\xff\xff\xff\xff\xff\x7f",
  "\x09"
  "at~~~~~~~~~",
  "\x09"
  "at~~~~~~~~\x7f",
  "\x08open~\x01",
  "\x0amore~",
  "\x03more~\x05~~~~",
  "\x04more~\x0c~~~\x10"
  "0~\x01~~~~",
  "\x03ticket~\x11~~~\x10price~\x05~~~~",
  "\x03_private~\x15~~~\x02secret~\x02~~~x~~",
  "\x10_level~\x02~~~",
  "\x13"
  "cost~~~~~~~~~~~~~~~~\x40\x30",
  "\x07ticket~abcdefghijkl",
  "\x05"
  "blob~\x01~~~~x",
  "\x0bmore~a~b~",
  "\xff"
  "more~",
  "~",
  "\xff\xff\xff\x7f",
  "\xed\xa0\x80",
  "$a.b",
  NULL,
};

/* a document of whichever members */
static bson_t *
make_row (const uint8_t *data, size_t size)
{
  g_auto (bson_t) head = BSON_INITIALIZER;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint32 length;

  usher_mongo_append_id (&head, "_id", ID);
  bson_append_int64 (&head, "version", -1, 3);
  g_byte_array_append (bytes, bson_get_data (&head), head.len - 1);
  for (size_t i = 0; i < size; i++)
    g_byte_array_append (bytes, data[i] == '~' ? (const guint8 *) "" : data + i, 1);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  length = GUINT32_TO_LE (bytes->len);
  memcpy (bytes->data, &length, sizeof length);

  return bson_new_from_data (bytes->data, bytes->len);
}

static void
assert_document (UsherDocument *document)
{
  gsize length = 0;
  const char *text = usher_document_get_text (document, &length);
  g_autofree char *private_text = usher_document_dup_private_text (document);
  g_autoptr (UsherJson) json = usher_json_parse (text, (gssize) length, NULL);
  g_autoptr (UsherJson) private_json =
      private_text != NULL ? usher_json_parse (private_text, -1, NULL) : NULL;

  g_assert_nonnull (json);
  g_assert_cmpstr (usher_json_get_string (json, "id"), ==, ID);
  g_assert_true ((private_json != NULL) == (private_text != NULL));
}

/* (transfer full): after it was written */
static UsherDocument *
write_and_read (UsherMongoTable *table, UsherDocument *document)
{
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;
  UsherDocument *again = NULL;

  usher_mongo_append_id (&row, "_id", ID);
  usher_mongo_document_append (table, document, &row, &error);
  g_assert_no_error (error);
  again = usher_mongo_document_read (table, &row, &error);
  g_assert_no_error (error);
  assert_document (again);

  return again;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("things", fields, G_N_ELEMENTS (fields), NULL);
  g_autoptr (UsherMongoTable) table = usher_mongo_table_new (schema);
  bson_t *row = make_row (data, size);
  g_autoptr (UsherDocument) document =
      row != NULL ? usher_mongo_document_read (table, row, &error) : NULL;
  g_autoptr (UsherDocument) once = NULL;
  g_autoptr (UsherDocument) twice = NULL;

  if (document != NULL)
    {
      g_assert_no_error (error);
      assert_document (document);
      /* a number may get another form when it is written first */
      once = write_and_read (table, document);
      twice = write_and_read (table, once);
      g_assert_cmpstr (usher_document_get_text (once, NULL),
                       ==,
                       usher_document_get_text (twice, NULL));
    }
  else if (row != NULL)
    g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_clear_pointer (&row, bson_destroy);

  return 0;
}
