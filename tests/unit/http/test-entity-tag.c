/* test-entity-tag.c: lists of tags, as clients send them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-entity-tag-private.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_lists (void)
{
  static const struct
  {
    const char *list;
    const char *tag;
    UsherTagVerdict strong;
    UsherTagVerdict weak;
  } rows[] = {
    { "\"a\"", "\"a\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "\"a\"", "\"b\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "\"a\"", "\"aa\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "\"aa\"", "\"a\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "\"\"", "\"\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "W/\"a\"", "\"a\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_LISTED },
    { "\"a\"", "W/\"a\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_LISTED },
    { "W/\"a\"", "W/\"a\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_LISTED },
    { "\"b\", \"a\"", "\"a\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "\"a\",\"b\"", "\"a\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { ", ,\"b\" ,\t, \"a\" ,", "\"a\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "\"b,a\"", "\"a\"", USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "\"\303\274!\"", "\"\303\274!\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "*", "\"a\"", USHER_TAG_IS_LISTED, USHER_TAG_IS_LISTED },
    { "*", NULL, USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "\"a\"", NULL, USHER_TAG_IS_NOT_LISTED, USHER_TAG_IS_NOT_LISTED },
    { "", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { " , ", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "a", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "\"a", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "\"a\"b", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "\"a\" \"b\"", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "\"a b\"", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "w/\"a\"", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "W/", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "\"a\", *", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
    { "*, \"a\"", "\"a\"", USHER_TAG_BAD_LIST, USHER_TAG_BAD_LIST },
  };

  g_test_summary ("Lists are read by RFC 9110, 8.8.3, and compared strongly or weakly");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s in %s", rows[i].tag, rows[i].list);
      g_assert_cmpint (usher_entity_tag_find (rows[i].list, rows[i].tag, FALSE),
                       ==,
                       rows[i].strong);
      g_assert_cmpint (usher_entity_tag_find (rows[i].list, rows[i].tag, TRUE), ==, rows[i].weak);
    }
}

static void
assert_tag (UsherSchema *schema, const char *id, gint64 version, guint level, const char *expected)
{
  g_autoptr (UsherDocument) document =
      usher_document_new_from_text (schema, id, version, "{}", -1, NULL);
  char tag[USHER_ENTITY_TAG];

  usher_document_set_level (document, level);
  usher_entity_tag_write (tag, document);
  g_assert_cmpstr (tag, ==, expected);
}

static void
test_write (void)
{
  static const UsherField fields[] = { { "a", USHER_FIELD_STRING } };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema = usher_schema_new ("things", fields, 1, &error);
  g_autoptr (UsherDocument) fresh = NULL;
  char tag[USHER_ENTITY_TAG] = "x";

  g_test_summary ("A tag tells id, version and level, and fits whatever they are");

  g_assert_no_error (error);
  assert_tag (schema, ID, 0, 0, "\"" ID "-0\"");
  assert_tag (schema, ID, 1234567890, 0, "\"" ID "-1234567890\"");
  assert_tag (schema, ID, 3, 2, "\"" ID "-3.2\"");
  assert_tag (schema,
              ID "12345678",
              G_MAXINT64,
              G_MAXUINT,
              "\"" ID "12345678-9223372036854775807.4294967295\"");

  fresh = usher_document_new (schema);
  usher_entity_tag_write (tag, fresh);
  g_assert_cmpstr (tag, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/entity-tag/lists", test_lists);
  g_test_add_func ("/entity-tag/write", test_write);

  return g_test_run ();
}
