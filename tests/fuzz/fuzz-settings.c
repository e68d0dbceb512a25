/* fuzz-settings.c: values that are taken fit, whether they came before or after their setting was declared
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-error.h"
#include "usher-settings.h"

static const UsherSetting declared[] = {
  { "http", "listen", USHER_SETTING_STRING, "127.0.0.1:0", 0, 0, "an address" },
  { "http", "max-body", USHER_SETTING_INTEGER, "1024", 1, 65536, "bytes" },
  { "http", "secure", USHER_SETTING_BOOLEAN, "false", 0, 0, "whether" },
  { "http", "trusted-proxies", USHER_SETTING_LIST, "", 0, 0, "addresses" },
  { "bus", "any", USHER_SETTING_INTEGER, "-1", 0, 0, "a number" },
};

const char *const fuzz_tokens[] = {
  "[http]\n",
  "[bus]\n",
  "\nlisten=",
  "\nmax-body=",
  "\nsecure=",
  "\ntrusted-proxies=",
  "\nany=",
  "http.max-body=",
  "USHER_HTTP__MAX_BODY=",
  "USHER_BUS__ANY=",
  "USHER_",
  "__",
  "true",
  "false",
  "-9223372036854775808",
  "9223372036854775807",
  "9223372036854775808",
  "65536",
  "0x10",
  " ",
  ";",
  ",",
  "\\s",
  "\\",
  "=",
  ".",
  "#",
  "[",
  "]",
  "\n",
  "\xc3\xa9",
  "\xff",
  NULL,
};

static void
assert_fit (UsherSettings *settings)
{
  gint64 size = usher_settings_get_integer (settings, "http", "max-body");
  g_auto (GStrv) list = usher_settings_dup_list (settings, "http", "trusted-proxies");

  g_assert_cmpint (size, >=, 1);
  g_assert_cmpint (size, <=, 65536);
  g_assert_nonnull (list);
  g_assert_nonnull (usher_settings_get_string (settings, "http", "listen"));
  usher_settings_get_boolean (settings, "http", "secure");
  usher_settings_get_integer (settings, "bus", "any");
}

/* Each line is a variable and an assignment. */
static gboolean
give_lines (UsherSettings *settings, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean ok = usher_settings_load_environment (settings, (const char *const *) lines, NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    ok = usher_settings_assign (settings, lines[i], "-s", NULL) && ok;

  return ok;
}

static gboolean
load (UsherSettings *settings, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (usher_settings_load_file (settings, path, &error))
    return TRUE;

  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));

  return FALSE;
}

static gboolean
declare (UsherSettings *settings)
{
  return usher_settings_declare (settings, declared, G_N_ELEMENTS (declared), NULL);
}

static void
check (UsherSettings *settings)
{
  g_auto (GStrv) problems = usher_settings_list_problems (settings);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; problems[i] != NULL; i++)
    g_assert_true (g_utf8_validate (problems[i], -1, NULL));
  g_assert_true (usher_settings_check (settings, &error) == (error == NULL));
  g_assert_true ((error == NULL) == (g_strv_length (problems) == 0));
}

static void
assert_equal (UsherSettings *settings, UsherSettings *other)
{
  g_assert_cmpstr (usher_settings_get_string (settings, "http", "listen"),
                   ==,
                   usher_settings_get_string (other, "http", "listen"));
  g_assert_cmpint (usher_settings_get_integer (settings, "http", "max-body"),
                   ==,
                   usher_settings_get_integer (other, "http", "max-body"));
  g_assert_cmpint (usher_settings_get_integer (settings, "bus", "any"),
                   ==,
                   usher_settings_get_integer (other, "bus", "any"));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write_file ("fuzz.conf", data, size);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (UsherSettings) early = usher_settings_new ();
  g_autoptr (UsherSettings) late = usher_settings_new ();
  gboolean is_early = declare (early);
  gboolean is_late = FALSE;

  /* GLib warns of its own where a value has two bad escapes */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_assert_true (is_early);
  is_early = load (early, path) && is_early;
  is_early = give_lines (early, text) && is_early;
  assert_fit (early);
  check (early);

  is_late = load (late, path);
  is_late = give_lines (late, text) && is_late;
  is_late = declare (late) && is_late;
  if (!is_early || !is_late)
    return 0;

  check (late);
  assert_equal (early, late);

  return 0;
}
