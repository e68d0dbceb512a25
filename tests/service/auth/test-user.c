/* test-user.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-user.h"

#define LONG_LABEL "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"
#define LONG_LOCAL LONG_LABEL "d"

static const char *const good[] = {
  "a@b.co",
  "Alice.Smith+tag@mail.example.org",
  "o'brien@example.org",
  "x_y-z@sub-domain.example.org",
  "1@2.3",
  LONG_LOCAL "@example.org",
  "a@" LONG_LABEL ".org",
};

static const char *const bad[] = {
  "",
  "alice",
  "@example.org",
  "alice@",
  "alice@example",
  "alice@@example.org",
  "alice@bob@example.org",
  "alice @example.org",
  "alice@exam ple.org",
  "alice@example..org",
  "alice@.example.org",
  "alice@example.org.",
  "alice@-example.org",
  "alice@example-.org",
  "alice@exa_mple.org",
  ".alice@example.org",
  "alice.@example.org",
  "al..ice@example.org",
  "al\tice@example.org",
  "alice\n@example.org",
  "<alice@example.org>",
  "\"alice\"@example.org",
  "al\303\257ce@example.org",
};

static const char *const too_long[] = {
  LONG_LOCAL "e@example.org",
  "a@" LONG_LABEL "d.org",
  LONG_LOCAL "@" LONG_LABEL "." LONG_LABEL "." LONG_LABEL ".org",
};

static void
test_email_good (void)
{
  g_test_summary ("What is an e-mail is taken.");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (!usher_user_is_email (good[i]))
      g_error ("“%s” is refused", good[i]);
}

static void
test_email_bad (void)
{
  g_test_summary ("What is no e-mail is refused.");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (usher_user_is_email (bad[i]))
      g_error ("“%s” is taken", bad[i]);
  for (guint i = 0; i < G_N_ELEMENTS (too_long); i++)
    if (usher_user_is_email (too_long[i]))
      g_error ("“%s” is taken", too_long[i]);
}

static void
test_email_key (void)
{
  g_autofree char *upper = usher_user_make_email_key ("Alice@Example.ORG");
  g_autofree char *lower = usher_user_make_email_key ("alice@example.org");

  g_test_summary ("The spellings of one e-mail have one key.");

  g_assert_cmpstr (upper, ==, lower);
}

static UsherDocument *
make_user (void)
{
  g_autoptr (UsherSchema) schema = NULL;
  g_autoptr (GError) error = NULL;
  UsherDocument *user;

  schema = usher_schema_new (USHER_USER_COLLECTION,
                             usher_user_fields,
                             G_N_ELEMENTS (usher_user_fields),
                             &error);
  g_assert_no_error (error);
  user = usher_document_new (schema);
  usher_document_set_id (user, "a11cea11cea11cea11cea11c");
  usher_document_set_string (user, USHER_USER_EMAIL, "alice@example.org");
  usher_document_set_string (user, USHER_USER_EMAIL_KEY, "alice@example.org");
  usher_document_set_string (user, USHER_USER_PASSWORD, "$argon2id$secret");

  return user;
}

static void
test_ban (void)
{
  g_autoptr (UsherDocument) user = make_user ();

  g_test_summary ("A ban is told apart from one that is repeated.");

  g_assert_false (usher_user_is_banned (user));
  g_assert_true (usher_user_set_banned (user, TRUE));
  g_assert_false (usher_user_set_banned (user, TRUE));
  g_assert_true (usher_user_is_banned (user));
  g_assert_true (usher_user_set_banned (user, FALSE));
  g_assert_false (usher_user_set_banned (user, FALSE));
}

static void
test_places (void)
{
  g_autoptr (UsherDocument) user = make_user ();
  gint64 now = 100 * G_TIME_SPAN_DAY;

  g_test_summary ("A place is known for 30 days from the last time, and noted once a day.");

  g_assert_false (usher_user_knows_place (user, "192.0.2.1", now));
  g_assert_true (usher_user_note_place (user, "192.0.2.1", now));
  g_assert_true (usher_user_knows_place (user, "192.0.2.1", now));
  g_assert_false (usher_user_knows_place (user, "192.0.2.11", now));
  g_assert_false (usher_user_knows_place (user, "192.0.2.", now));
  g_assert_false (
      usher_user_note_place (user, "192.0.2.1", now + G_TIME_SPAN_DAY - G_USEC_PER_SEC));

  now += G_TIME_SPAN_DAY;
  g_assert_true (usher_user_note_place (user, "192.0.2.1", now));
  g_assert_true (usher_user_knows_place (user, "192.0.2.1", now + 30 * G_TIME_SPAN_DAY));
  g_assert_false (usher_user_knows_place (user, "192.0.2.1", now + 31 * G_TIME_SPAN_DAY));
  g_assert_null (strstr (usher_document_get_string (user, USHER_USER_PLACES), "192"));
}

static void
test_places_bounded (void)
{
  g_autoptr (UsherDocument) user = make_user ();

  g_test_summary ("A user has so many places, and the one that was not seen for longest goes.");

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *network = g_strdup_printf ("192.0.2.%u", i);

      g_assert_true (usher_user_note_place (user, network, i * G_TIME_SPAN_HOUR));
      if (i > 50)
        g_assert_true (usher_user_knows_place (user, "192.0.2.50", i * G_TIME_SPAN_HOUR) ==
                       (i < 66));
    }

  g_assert_cmpuint (strlen (usher_document_get_string (user, USHER_USER_PLACES)), <, 600);
  g_assert_false (usher_user_knows_place (user, "192.0.2.83", 99 * G_TIME_SPAN_HOUR));
  g_assert_true (usher_user_knows_place (user, "192.0.2.84", 99 * G_TIME_SPAN_HOUR));
  g_assert_true (usher_user_knows_place (user, "192.0.2.99", 99 * G_TIME_SPAN_HOUR));
}

static void
test_places_clock (void)
{
  g_autoptr (UsherDocument) user = make_user ();
  gint64 now = 100 * G_TIME_SPAN_DAY;

  g_test_summary ("What was noted while the clock was ahead is not known for ever.");

  usher_user_note_place (user, "192.0.2.1", now + 365 * G_TIME_SPAN_DAY);
  g_assert_false (usher_user_knows_place (user, "192.0.2.1", now));
  g_assert_true (usher_user_note_place (user, "192.0.2.1", now));
  g_assert_true (usher_user_knows_place (user, "192.0.2.1", now));
  g_assert_false (usher_user_knows_place (user, "192.0.2.1", now + 365 * G_TIME_SPAN_DAY));
}

static void
test_secret (void)
{
  g_autoptr (UsherDocument) user = make_user ();
  g_autofree char *json = usher_user_to_json (user);

  g_test_summary ("The hash is in no text of a user.");

  g_assert_cmpstr (json,
                   ==,
                   "{\"id\":\"a11cea11cea11cea11cea11c\",\"email\":\"alice@example.org\"}");
  g_assert_null (strstr (usher_document_get_text (user, NULL), "argon2id"));
  g_assert_null (strstr (usher_document_get_text (user, NULL), USHER_USER_EMAIL_KEY));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/user/email/good", test_email_good);
  g_test_add_func ("/user/email/bad", test_email_bad);
  g_test_add_func ("/user/email/key", test_email_key);
  g_test_add_func ("/user/ban", test_ban);
  g_test_add_func ("/user/places/known", test_places);
  g_test_add_func ("/user/places/bounded", test_places_bounded);
  g_test_add_func ("/user/places/clock", test_places_clock);
  g_test_add_func ("/user/secret", test_secret);

  return g_test_run ();
}
