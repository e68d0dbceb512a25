/* test-mongo-document.c: documents as BSON and back, without a server
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-mongo-document-private.h"
#include "usher-mongo-value-private.h"
#include "usher-schema-record-private.h"
#include "usher-test-base.h"

#define ID    "65920080aaaaaaaaaa000001"
#define OWNER "65920080bbbbbbbbbb000001"

static const UsherField fields[] = {
  { "name", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
  { "owner", USHER_FIELD_ID },
  { "price", USHER_FIELD_MONEY },
  { "count", USHER_FIELD_INTEGER },
  { "open", USHER_FIELD_BOOLEAN },
  { "starts", USHER_FIELD_TIME },
  { "box.label", USHER_FIELD_STRING },
  { "box.cost", USHER_FIELD_MONEY },
  { "more", USHER_FIELD_JSON },
  { "secret", USHER_FIELD_STRING, USHER_FIELD_PRIVATE },
  { "debt", USHER_FIELD_MONEY, USHER_FIELD_PRIVATE },
};

/* an older generation */
static const UsherField few_fields[] = {
  { "name", USHER_FIELD_STRING },
};

typedef struct
{
  UsherSchema *schema;
  UsherMongoTable *table;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  g_assert_no_error (error);
  fixture->table = usher_mongo_table_new (fixture->schema);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_mongo_table_unref (fixture->table);
  usher_schema_unref (fixture->schema);
}

/* @members: what follows id and version */
static char *
make_text (const char *members)
{
  return g_strconcat ("{\"id\":\"" ID "\",\"version\":3", members, "}", NULL);
}

static UsherDocument *
make_document (UsherMongoTable *table, const char *members, const char *private_text)
{
  g_autofree char *text = make_text (members);

  return usher_document_new_from_text (
      usher_mongo_table_get_schema (table), ID, 3, text, -1, private_text);
}

static void
append_id (bson_t *row)
{
  usher_mongo_append_id (row, "_id", ID);
}

static void
write_row (UsherMongoTable *table, const char *members, const char *private_text, bson_t *row)
{
  g_autoptr (UsherDocument) document = make_document (table, members, private_text);
  g_autoptr (GError) error = NULL;

  append_id (row);
  usher_mongo_document_append (table, document, row, &error);
  g_assert_no_error (error);
}

static void
assert_reads (UsherMongoTable *table,
              const bson_t *row,
              const char *members,
              const char *private_text)
{
  g_autofree char *text = make_text (members);
  g_autofree char *found_private = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_mongo_document_read (table, row, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (usher_document_get_text (document, NULL), ==, text);
  found_private = usher_document_dup_private_text (document);
  g_assert_cmpstr (found_private, ==, private_text);
  g_assert_cmpstr (usher_document_get_id (document), ==, ID);
  g_assert_cmpint (usher_document_get_version (document), ==, 3);
}

static void
assert_same (UsherMongoTable *table, const char *members, const char *private_text)
{
  g_auto (bson_t) row = BSON_INITIALIZER;

  write_row (table, members, private_text, &row);
  assert_reads (table, &row, members, private_text);
}

static void
assert_type (const bson_t *row, const char *path, bson_type_t type)
{
  bson_iter_t iter;
  bson_iter_t found;

  g_assert_true (bson_iter_init (&iter, row));
  g_assert_true (bson_iter_find_descendant (&iter, path, &found));
  g_assert_cmpint (bson_iter_type (&found), ==, type);
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  static const char members[] =
      ",\"name\":\"chair “A”\",\"owner\":\"" OWNER "\",\"price\":19.99,"
      "\"count\":-5,\"open\":true,\"starts\":\"2026-01-31T12:00:00.123Z\","
      "\"box\":{\"label\":\"b\\\\\\\"1\",\"cost\":0.5},\"more\":[1,{\"a\":null}]";
  g_auto (bson_t) row = BSON_INITIALIZER;
  bson_iter_t iter;

  g_test_summary ("Fields are of types that other tools read, and come back as they were");

  write_row (fixture->table, members, "{\"secret\":\"s\",\"debt\":7}", &row);
  assert_reads (fixture->table, &row, members, "{\"secret\":\"s\",\"debt\":7}");
  assert_type (&row, "_id", BSON_TYPE_OID);
  assert_type (&row, "owner", BSON_TYPE_OID);
  assert_type (&row, "price", BSON_TYPE_INT64);
  assert_type (&row, "count", BSON_TYPE_INT64);
  assert_type (&row, "open", BSON_TYPE_BOOL);
  assert_type (&row, "starts", BSON_TYPE_DATE_TIME);
  assert_type (&row, "box.cost", BSON_TYPE_INT64);
  assert_type (&row, "_private.debt", BSON_TYPE_INT64);
  g_assert_true (bson_iter_init_find (&iter, &row, "price"));
  g_assert_cmpint (bson_iter_int64 (&iter), ==, 1999);
  g_assert_false (bson_has_field (&row, "_level"));
}

static void
test_numbers (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    bson_type_t type;
    const char *again; /* NULL: the same */
  } rows[] = {
    { "0", BSON_TYPE_INT64, NULL },
    { "-0", BSON_TYPE_DOUBLE, NULL },
    { "9223372036854775807", BSON_TYPE_INT64, NULL },
    { "-9223372036854775808", BSON_TYPE_INT64, NULL },
    { "9223372036854775808", BSON_TYPE_DECIMAL128, NULL },
    { "19.99", BSON_TYPE_DOUBLE, NULL },
    { "0.1", BSON_TYPE_DOUBLE, NULL },
    { "1.50", BSON_TYPE_DECIMAL128, NULL },
    { "0.30000000000000004", BSON_TYPE_DOUBLE, NULL },
    { "0.3000000000000000444", BSON_TYPE_DECIMAL128, NULL },
    { "1e5", BSON_TYPE_DECIMAL128, "1E+5" },
    { "1e-400", BSON_TYPE_DECIMAL128, "1E-400" },
    { "1234567890123456789012345678901234", BSON_TYPE_DECIMAL128, NULL },
    { "-0.00", BSON_TYPE_DECIMAL128, NULL },
  };

  g_test_summary ("A number is kept exactly, as the simplest type that can");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *members =
          g_strdup_printf (",\"more\":%s,\"other\":%s", rows[i].text, rows[i].text);
      const char *again = rows[i].again != NULL ? rows[i].again : rows[i].text;
      g_autofree char *expected = g_strdup_printf (",\"more\":%s,\"other\":%s", again, again);
      g_auto (bson_t) row = BSON_INITIALIZER;

      write_row (fixture->table, members, NULL, &row);
      assert_type (&row, "more", rows[i].type);
      assert_type (&row, "other", rows[i].type);
      assert_reads (fixture->table, &row, expected, NULL);
    }
}

static void
assert_not_kept (Fixture *fixture, const char *members, const char *name)
{
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_autoptr (UsherDocument) document = make_document (fixture->table, members, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_mongo_document_append (fixture->table, document, &row, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, ID));
  g_assert_nonnull (strstr (error->message, "items"));
}

static void
test_not_kept (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What MongoDB cannot keep is refused, with the document and the member");

  assert_not_kept (fixture, ",\"more\":12345678901234567890123456789012345", "more");
  assert_not_kept (fixture, ",\"more\":{\"deep\":1e-99999}", "deep");
  assert_not_kept (fixture, ",\"price\":0.12345678901234567890123456789012345", "price");
  assert_not_kept (fixture, ",\"_timers\":[]", "_timers");
  assert_not_kept (fixture, ",\"a.b\":1", "a.b");
  assert_not_kept (fixture, ",\"$set\":1", "$set");
  assert_not_kept (fixture, ",\"\":1", "none");
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What no schema knows comes back as it was, in whatever depth");

  assert_same (fixture->table, "", NULL);
  assert_same (fixture->table, ",\"box\":{}", NULL);
  assert_same (fixture->table,
               ",\"new\":{\"a.b\":1,\"$c\":[],\"\":\"ü\\u0001\"},\"box\":{\"more\":1.5}",
               NULL);
  assert_same (fixture->table,
               ",\"new\":null,\"more\":{\"id\":1,\"_private\":2}",
               "{\"old\":true}");
}

static void
test_mismatch (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A value that is none of its field's type stays, and does not pass for one");

  assert_same (fixture->table,
               ",\"name\":5,\"owner\":\"nobody\",\"count\":\"five\",\"open\":1",
               NULL);
  assert_same (fixture->table, ",\"price\":1.999,\"starts\":\"soon\",\"box\":\"none\"", NULL);
  assert_same (fixture->table, ",\"price\":999999999999999999", NULL);
  assert_same (fixture->table, ",\"price\":{\"eur\":5},\"count\":1.5", NULL);
}

static void
append_foreign (bson_t *row)
{
  bson_oid_t oid;

  append_id (row);
  bson_append_int32 (row, "version", -1, 3);
  bson_oid_init_from_string (&oid, OWNER);
  bson_append_oid (row, "name", -1, &oid);
  bson_append_utf8 (row, "owner", -1, OWNER, -1);
  bson_append_int32 (row, "price", -1, 1999);
  bson_append_double (row, "count", -1, 12);
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_auto (bson_t) row = BSON_INITIALIZER;
  bson_t box;

  g_test_summary (
      "What another tool wrote is read where it makes sense; what JSON has not stays there");

  append_foreign (&row);
  bson_append_document_begin (&row, "box", -1, &box);
  bson_append_double (&box, "cost", -1, 50);
  bson_append_document_end (&row, &box);
  bson_append_binary (&row, "photo", -1, BSON_SUBTYPE_BINARY, (const guint8 *) "abc", 3);
  bson_append_date_time (&row, "seen", -1, 1);
  bson_append_int32 (&row, "likes", -1, 7);
  bson_append_utf8 (&row, "_mine", -1, "x", -1);
  bson_append_utf8 (&row, "id", -1, "x", -1);
  bson_append_utf8 (&row, "a.b", -1, "x", -1);
  assert_reads (fixture->table,
                &row,
                ",\"name\":\"" OWNER "\",\"owner\":\"" OWNER
                "\",\"price\":19.99,\"count\":12,\"box\":{\"cost\":0.5},\"likes\":7",
                NULL);
}

static void
assert_corrupt (Fixture *fixture, const bson_t *row, const char *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_mongo_document_read (fixture->table, row, &error);
  g_autofree char *quoted = g_strdup_printf ("“%s”", member);

  g_assert_null (document);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, quoted));
  g_assert_nonnull (strstr (error->message, "items"));
  if (strcmp (member, "_id") != 0)
    g_assert_nonnull (strstr (error->message, ID));
}

typedef void (*Spoil) (bson_t *row);

static void
spoil_text (bson_t *row)
{
  bson_append_utf8 (row, "name", -1, "a\0b", 3);
}

static void
spoil_bytes (bson_t *row)
{
  bson_append_utf8 (row, "name", -1, "\xff", 1);
}

static void
spoil_money (bson_t *row)
{
  bson_append_double (row, "price", -1, 19.99);
}

static void
spoil_inner (bson_t *row)
{
  bson_t box;

  bson_append_document_begin (row, "box", -1, &box);
  bson_append_utf8 (&box, "cost", -1, "5", -1);
  bson_append_document_end (row, &box);
}

static void
spoil_number (bson_t *row)
{
  bson_append_double (row, "count", -1, 1.0 / 0.0);
}

static void
spoil_decimal (bson_t *row)
{
  bson_decimal128_t value;

  bson_decimal128_from_string ("NaN", &value);
  bson_append_decimal128 (row, "count", -1, &value);
}

static void
spoil_date (bson_t *row)
{
  bson_append_date_time (row, "starts", -1, G_MAXINT64);
}

static void
spoil_type (bson_t *row)
{
  bson_append_regex (row, "more", -1, "a", "");
}

static void
spoil_twice (bson_t *row)
{
  bson_append_bool (row, "open", -1, TRUE);
  bson_append_bool (row, "open", -1, FALSE);
}

static void
spoil_private (bson_t *row)
{
  bson_append_bool (row, "_private", -1, TRUE);
}

static void
spoil_level (bson_t *row)
{
  bson_append_double (row, "_level", -1, 1.5);
}

static void
spoil_depth (bson_t *row)
{
  g_autofree char *open = g_strnfill (32, '[');
  g_autofree char *close = g_strnfill (32, ']');
  g_autofree char *text = g_strdup_printf ("{\"more\":%s%s}", open, close);
  g_auto (bson_t) deep = BSON_INITIALIZER;

  g_assert_true (bson_init_from_json (&deep, text, -1, NULL));
  bson_concat (row, &deep);
}

static void
test_corrupt (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    Spoil spoil;
    const char *member;
  } rows[] = {
    { spoil_text, "name" },        { spoil_bytes, "name" },   { spoil_money, "price" },
    { spoil_inner, "box.cost" },   { spoil_number, "count" }, { spoil_decimal, "count" },
    { spoil_date, "starts" },      { spoil_type, "more" },    { spoil_twice, "open" },
    { spoil_private, "_private" }, { spoil_level, "_level" },
  };

  g_test_summary ("What cannot be read is told with collection, document and member");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (bson_t) row = BSON_INITIALIZER;

      append_id (&row);
      bson_append_int64 (&row, "version", -1, 3);
      rows[i].spoil (&row);
      assert_corrupt (fixture, &row, rows[i].member);
    }
}

static void
test_corrupt_depth (Fixture *fixture, gconstpointer data)
{
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = NULL;

  g_test_summary ("What is deeper than JSON is read is not read");

  append_id (&row);
  bson_append_int64 (&row, "version", -1, 3);
  spoil_depth (&row);
  document = usher_mongo_document_read (fixture->table, &row, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "“more.0.0"));
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  g_auto (bson_t) named = BSON_INITIALIZER;
  g_auto (bson_t) nameless = BSON_INITIALIZER;
  g_auto (bson_t) removed = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document has an ObjectId; one without version was removed");

  bson_append_utf8 (&named, "_id", -1, "chair", -1);
  bson_append_int64 (&named, "version", -1, 3);
  assert_corrupt (fixture, &named, "_id");
  bson_append_int64 (&nameless, "version", -1, 3);
  assert_corrupt (fixture, &nameless, "_id");
  append_id (&removed);
  bson_append_date_time (&removed, "_removed", -1, 5);
  g_assert_null (usher_mongo_document_read (fixture->table, &removed, &error));
  g_assert_no_error (error);
}

static void
test_level (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", fields, G_N_ELEMENTS (fields), NULL);
  g_autoptr (UsherMongoTable) table = NULL;
  g_autoptr (UsherDocument) document = NULL;
  g_autoptr (UsherDocument) found = NULL;
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document has its level, and none above that of who writes it");

  usher_schema_set_level (schema, 2);
  table = usher_mongo_table_new (schema);
  document = make_document (table, "", NULL);
  usher_document_set_level (document, 5);
  append_id (&row);
  usher_mongo_document_append (table, document, &row, &error);
  g_assert_no_error (error);
  found = usher_mongo_document_read (table, &row, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (usher_document_get_level (found), ==, 2);
}

/* what the database says of the fields */
typedef struct
{
  UsherSchema *schema; /* (nullable) */
  guint n_asked;
} Record;

static char *
give_record (UsherMongoTable *table, gpointer user_data)
{
  Record *record = user_data;

  record->n_asked++;

  return record->schema != NULL ? usher_schema_record_merge (NULL, record->schema) : NULL;
}

static void
test_generations (Fixture *fixture, gconstpointer data)
{
  static const char members[] = ",\"name\":\"chair\",\"owner\":\"" OWNER "\",\"price\":19.99,"
                                "\"starts\":\"2026-01-31T12:00:00.123Z\",\"box\":{\"cost\":0.5}";
  static const char private_text[] = "{\"debt\":0.07}";
  g_autoptr (UsherSchema) schema = usher_schema_new ("items", few_fields, 1, NULL);
  g_autoptr (UsherMongoTable) old = usher_mongo_table_new (schema);
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_auto (bson_t) rewritten = BSON_INITIALIZER;
  Record record = { fixture->schema, 0 };

  g_test_summary ("A generation that does not know a field keeps its type, once it has asked");

  usher_mongo_table_set_record_func (old, give_record, &record, NULL);
  write_row (fixture->table, members, private_text, &row);
  assert_reads (old, &row, members, private_text);
  write_row (old, members, private_text, &rewritten);
  g_assert_true (bson_equal (&row, &rewritten));
}

static void
test_asked (Fixture *fixture, gconstpointer data)
{
  Record record = { NULL, 0 };
  guint n_before;

  g_test_summary ("Each member that nobody knows is asked for at once, and then no more");

  usher_mongo_table_set_record_func (fixture->table, give_record, &record, NULL);
  for (guint i = 0; i < 10; i++)
    assert_same (fixture->table, ",\"name\":\"a\",\"likes\":7", NULL);
  /* once a second at most, on a slow machine too */
  n_before = record.n_asked;
  g_assert_cmpuint (n_before, >, 0);
  g_assert_cmpuint (n_before, <, 10);
  assert_same (fixture->table, ",\"likes\":7,\"box\":{\"likes\":8}", NULL);
  g_assert_cmpuint (record.n_asked, ==, n_before + 1);
}

static void
test_unset (Fixture *fixture, gconstpointer data)
{
  g_auto (bson_t) row = BSON_INITIALIZER;
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GString) joined = g_string_new (NULL);

  g_test_summary ("What a document has not is to be unset, where a version before may have had it");

  write_row (fixture->table, ",\"name\":\"a\",\"box\":{\"label\":\"b\"},\"new\":1", NULL, &row);
  names = usher_mongo_document_list_unset (fixture->table, &row);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (joined, "%s ", (const char *) g_ptr_array_index (names, i));
  g_assert_cmpstr (joined->str, ==, "owner price count open starts more _private _level ");
}

static void
test_times (void)
{
  static const gint64 times[] = { 0, 1, -1, 999, 1000, 1767225600123456, -62135596800000000 };

  g_test_summary ("A time keeps its microseconds");

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_auto (bson_t) row = BSON_INITIALIZER;
      gint64 time = 5;

      usher_mongo_append_time (&row, "at", times[i]);
      g_assert_true (usher_mongo_read_time (&row, "at", &time));
      g_assert_cmpint (time, ==, times[i]);
      g_assert_cmpint (bson_has_field (&row, "atUs"), ==, times[i] % 1000 != 0);
      g_assert_false (usher_mongo_read_time (&row, "since", &time));
    }
}

static void
assert_taken (Fixture *fixture, const char *reply, const char *expected)
{
  g_auto (bson_t) bson = BSON_INITIALIZER;
  g_auto (GStrv) fields_taken = NULL;
  g_autofree char *joined = NULL;

  g_assert_true (bson_init_from_json (&bson, reply, -1, NULL));
  fields_taken = usher_mongo_table_dup_taken (fixture->table, &bson);
  joined = fields_taken != NULL ? g_strjoinv (" ", fields_taken) : NULL;
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key that is taken is told by its fields");

  assert_taken (
      fixture,
      "{\"writeErrors\":[{\"code\":11000,\"keyPattern\":{\"name\":1,\"_private.pin\":1}}]}",
      "name pin");
  assert_taken (fixture, "{\"code\":11000,\"keyPattern\":{\"_id\":1}}", "id");
  assert_taken (fixture, "{\"code\":11000,\"keyPattern\":{\"_timers.u\":1}}", NULL);
  assert_taken (fixture, "{\"code\":112,\"keyPattern\":{\"name\":1}}", NULL);
  assert_taken (fixture, "{\"ok\":1}", NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  test ("/mongo-document/types", test_types);
  test ("/mongo-document/numbers", test_numbers);
  test ("/mongo-document/not-kept", test_not_kept);
  test ("/mongo-document/unknown", test_unknown);
  test ("/mongo-document/mismatch", test_mismatch);
  test ("/mongo-document/foreign", test_foreign);
  test ("/mongo-document/corrupt", test_corrupt);
  test ("/mongo-document/corrupt/depth", test_corrupt_depth);
  test ("/mongo-document/ids", test_ids);
  test ("/mongo-document/level", test_level);
  test ("/mongo-document/generations", test_generations);
  test ("/mongo-document/asked", test_asked);
  test ("/mongo-document/unset", test_unset);
  test ("/mongo-document/taken", test_taken);
#undef test
  g_test_add_func ("/mongo-document/times", test_times);

  return g_test_run ();
}
