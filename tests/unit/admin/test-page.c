/* test-page.c: the page for people, as it is served
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "admin-stage.h"

static void
assert_has_none (const char *text, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_test_message ("%s", words[i]);
      g_assert_null (strstr (text, words[i]));
    }
}

static void
test_policy (AdminStage *stage, gconstpointer data)
{
  static const char *const paths[] = { "/",
                                       "/streaming",
                                       "/usher-page.css",
                                       "/usher-page.js",
                                       "/usher-page-ask.js",
                                       "/usher-page-parked.js",
                                       "/usher-page-plot.js",
                                       "/usher-page-table.js",
                                       "/usher-page-text.js",
                                       "/usher-page-trouble.js" };

  g_test_summary ("The page may run its own script, use its own style, and nothing else");

  stage_start (&stage->stage);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (UsherReply) reply = admin_stage_ask (stage, "GET", paths[i]);

      stage_assert_status (reply, 200);
      g_assert_cmpstr (usher_reply_get_header (reply, "Content-Security-Policy"),
                       ==,
                       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
                       "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                       "require-trusted-types-for 'script'; trusted-types 'none'");
      g_assert_cmpstr (usher_reply_get_header (reply, "Referrer-Policy"), ==, "no-referrer");
    }
}

static void
assert_script (AdminStage *stage, const char *path)
{
  static const char *const not_in_script[] = {
    "innerHTML", "outerHTML", "insertAdjacentHTML", "DOMParser", "document.write",
    "eval",      "Function",  "setAttribute",       "http:",     NULL
  };
  g_autoptr (UsherReply) script = admin_stage_ask (stage, "GET", path);
  g_autofree char *code = NULL;
  g_auto (GStrv) imports = NULL;

  g_test_message ("%s", path);
  stage_assert_status (script, 200);
  g_assert_cmpstr (usher_reply_get_media_type (script), ==, "text/javascript; charset=utf-8");
  code = stage_dup_body (script);
  assert_has_none (code, not_in_script);

  /* and so on with those that it needs, which form no circle */
  imports = g_strsplit (code, " from './", -1);
  for (guint i = 1; imports[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (imports[i], strcspn (imports[i], "'"));
      g_autofree char *next = g_strconcat ("/", name, NULL);

      assert_script (stage, next);
    }
}

static void
test_files (AdminStage *stage, gconstpointer data)
{
  static const char *const not_in_html[] = { "http:",       "https:",    " style=", " onclick=",
                                             " onload=",    " onerror=", "<style",  "<iframe",
                                             "javascript:", NULL };
  g_autoptr (UsherReply) page = NULL;
  g_autoptr (UsherReply) style = NULL;
  g_autofree char *html = NULL;
  g_auto (GStrv) scripts = NULL;

  g_test_summary ("The page has one script, and nothing of that makes HTML of text");

  stage_start (&stage->stage);
  page = admin_stage_ask (stage, "GET", "/");
  g_assert_cmpstr (usher_reply_get_media_type (page), ==, "text/html; charset=utf-8");
  html = stage_dup_body (page);
  g_assert_true (g_str_has_prefix (html, "<!DOCTYPE html>\n"));
  assert_has_none (html, not_in_html);
  scripts = g_strsplit (html, "<script", -1);
  g_assert_cmpuint (g_strv_length (scripts), ==, 2);
  g_assert_true (g_str_has_prefix (scripts[1], " src=\"usher-page.js\" type=\"module\"></script>"));

  assert_script (stage, "/usher-page.js");
  style = admin_stage_ask (stage, "GET", "/usher-page.css");
  g_assert_cmpstr (usher_reply_get_media_type (style), ==, "text/css; charset=utf-8");
}

/* whether what the page asks for is there; only a supervisor and a gateway have theirs */
static void
assert_answers (AdminStage *stage, const char *path)
{
  g_autofree char *decoded = g_strdup (path);
  g_auto (GStrv) parts = g_strsplit (decoded, "&amp;", -1);
  g_autofree char *joined = g_strjoinv ("&", parts);
  g_autofree char *target = g_strconcat ("/", joined, NULL);
  gboolean is_rare = strcmp (path, "processes") == 0 || strcmp (path, "copies") == 0 ||
                     strcmp (path, "plugins") == 0;

  g_test_message ("%s", target);
  admin_stage_assert_status (stage, "GET", target, is_rare ? 404 : 200);
}

/* the list in the page of a table, if it has one */
static void
assert_has_list (AdminStage *stage, const char *tag)
{
  g_auto (GStrv) words = g_strsplit (tag, "\"", -1);
  g_auto (GStrv) parts = g_strsplit (words[0], "&amp;", -1);
  g_autofree char *joined = g_strjoinv ("&", parts);
  g_autofree char *target = g_strconcat ("/", joined, NULL);
  g_autoptr (UsherReply) reply = admin_stage_ask (stage, "GET", target);
  g_autofree char *body = stage_dup_body (reply);
  g_autofree char *member = NULL;

  if (g_strv_length (words) < 3 || !g_str_has_suffix (words[1], " data-list=") ||
      usher_reply_get_status (reply) != 200)
    return;

  member = g_strdup_printf ("\"%s\":", words[2]);
  g_test_message ("%s in %s", member, target);
  g_assert_nonnull (strstr (body, member));
}

static void
test_json (AdminStage *stage, gconstpointer data)
{
  g_autofree char *html = NULL;
  g_auto (GStrv) tables = NULL;
  g_auto (GStrv) links = NULL;

  g_test_summary (
      "The pages are there that the page shows, and those that it names without a script");

  admin_stage_start (stage);
  html = admin_stage_get (stage, "/streaming");
  tables = g_strsplit (html, "data-page=\"", -1);
  g_assert_cmpuint (g_strv_length (tables), >, 8);
  for (guint i = 1; tables[i] != NULL; i++)
    {
      g_autofree char *path = g_strndup (tables[i], strcspn (tables[i], "\""));

      assert_answers (stage, path);
      assert_has_list (stage, tables[i]);
    }

  g_assert_nonnull (strstr (html, "<noscript>"));
  links = g_strsplit (html, "<a href=\"", -1);
  g_assert_cmpuint (g_strv_length (links), >, 8);
  for (guint i = 1; links[i] != NULL; i++)
    {
      g_autofree char *path = g_strndup (links[i], strcspn (links[i], "\""));

      assert_answers (stage, path);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/page/" path, AdminStage, NULL, admin_stage_set_up, func, admin_stage_tear_down)
  add ("policy", test_policy);
  add ("files", test_files);
  add ("json", test_json);
#undef add

  return g_test_run ();
}
