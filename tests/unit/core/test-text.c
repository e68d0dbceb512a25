/* test-text.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-text-private.h"

static void
assert_trimmed (const char *text, const char *expected)
{
  g_autofree char *trimmed = usher_text_trim (text);
  g_autofree char *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
  g_assert_cmpstr (trimmed, ==, expected);
}

static char *
put (gunichar c, const char *before, const char *after)
{
  char bytes[7] = { 0 };

  g_unichar_to_utf8 (c, bytes);

  return g_strconcat (before, bytes, after, NULL);
}

/* Unicode's White_Space, all 25 of it, and the zero-width characters */
static const gunichar blanks[] = {
  0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x20,   0x85,   0xA0,   0x1680, 0x2000, 0x2001,
  0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028, 0x2029,
  0x202F, 0x205F, 0x3000, 0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF,
};

static void
test_trim (void)
{
  g_test_summary ("Every blank goes at both ends and stays inside");

  for (guint i = 0; i < G_N_ELEMENTS (blanks); i++)
    {
      g_autofree char *inner = put (blanks[i], "a", "b");
      g_autofree char *before = put (blanks[i], " ", inner);
      g_autofree char *around = put (blanks[i], before, "\xe2\x80\x8b ");
      g_autofree char *alone = put (blanks[i], "", "");

      assert_trimmed (around, inner);
      assert_trimmed (alone, "");
      g_assert_false (usher_text_is_visible (alone));
    }
  assert_trimmed ("", "");
  assert_trimmed ("a", "a");
}

static void
test_trim_keeps (void)
{
  /* a heart with its selector, the flag of England with its tags, a mark of direction, an accent */
  static const char *const texts[] = {
    "\u2764\uFE0F",
    "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F",
    "\u05D0!\u200F",
    "e\u0301",
  };

  g_test_summary ("What belongs to the last character is not cut off");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_trimmed (texts[i], texts[i]);
}

static void
test_visible (void)
{
  static const char *const seen[] = {
    "a",          "\u00DF",     "\u6F22",        "7",      "!",      "\u200B.\u200B",
    "\u0301e",    "\U0001F3AB", "\u2764\uFE0F",  "\u0E01", "\uAC00", "\u1112\u1161\u11AB",
    "\U0001FAE8", "\uFFFD",     "\u202Ea\u202C",
  };

  g_test_summary ("Letters of any script, digits, signs and pictures are seen");

  for (guint i = 0; i < G_N_ELEMENTS (seen); i++)
    {
      g_test_message ("%s", seen[i]);
      g_assert_true (usher_text_is_visible (seen[i]));
    }
}

static void
test_invisible (void)
{
  static const char *const unseen[] = {
    "",
    " ",
    "\x01",
    "\x7F",
    "\xc2\x90",
    "\u200B\u200C\u200D\uFEFF",       /* zero-width */
    "\u200E\u200F\u202A\u202C\u2066", /* direction */
    "\u2061\u2064\u206F",             /* other format characters */
    "\u0301",                         /* an accent on nothing */
    "\u0301\u0302\u20DD",
    "\u0903",           /* a spacing mark on nothing */
    "\uFE0F\U000E0100", /* variation selectors */
    "\u115F\u1160",     /* fillers */
    "\u3164",
    "\uFFA0",
    "\u2800",
    "\U000E0001\U000E0020",
    " \u3164\u200D\u0301 ",
  };

  g_test_summary ("What draws nothing by itself is not seen, however much of it there is");

  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    {
      g_autofree char *escaped = g_strescape (unseen[i], NULL);

      g_test_message ("%s", escaped);
      g_assert_false (usher_text_is_visible (unseen[i]));
    }
}

static void
test_controls (void)
{
  static const gunichar controls[] = { 0x01, '\t', '\n', '\r',   0x1B,
                                       0x7F, 0x85, 0x9B, 0x2028, 0x2029 };

  g_test_summary ("Control characters and line breaks are found wherever they stand");

  for (guint i = 0; i < G_N_ELEMENTS (controls); i++)
    {
      g_autofree char *text = put (controls[i], "\u00DF", "b");

      g_assert_true (usher_text_has_controls (text));
    }
  g_assert_false (usher_text_has_controls (""));
  g_assert_false (usher_text_has_controls ("a b \u00DF\u200D\u202E\u3000"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/text/trim/blanks", test_trim);
  g_test_add_func ("/text/trim/keeps", test_trim_keeps);
  g_test_add_func ("/text/visible", test_visible);
  g_test_add_func ("/text/invisible", test_invisible);
  g_test_add_func ("/text/controls", test_controls);

  return g_test_run ();
}
