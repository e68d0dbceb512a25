/* test-trace-context.c: the headers of W3C Trace Context, and the spans that wait
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-tracer-private.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN  "00f067aa0ba902b7"

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    gboolean is_valid;
    gboolean is_sampled;
  } cases[] = {
    { "00-" TRACE "-" SPAN "-01", TRUE, TRUE },
    { "00-" TRACE "-" SPAN "-00", TRUE, FALSE },
    /* bits that nobody has given a meaning */
    { "00-" TRACE "-" SPAN "-fe", TRUE, FALSE },
    { "00-" TRACE "-" SPAN "-ff", TRUE, TRUE },
    /* a version to come may have more */
    { "cc-" TRACE "-" SPAN "-01", TRUE, TRUE },
    { "cc-" TRACE "-" SPAN "-01-what-follows", TRUE, TRUE },
    { "cc-" TRACE "-" SPAN "-01.what-follows", FALSE, FALSE },
    { "00-" TRACE "-" SPAN "-01-what-follows", FALSE, FALSE },
    { "ff-" TRACE "-" SPAN "-01", FALSE, FALSE },
    { "0-" TRACE "-" SPAN "-01", FALSE, FALSE },
    { "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", FALSE, FALSE },
    { "00-" TRACE "-" SPAN "-0X", FALSE, FALSE },
    { "00-" TRACE "-" SPAN "-1", FALSE, FALSE },
    { "00-" TRACE "-" SPAN "-", FALSE, FALSE },
    { "00-" TRACE "-" SPAN, FALSE, FALSE },
    { "00-00000000000000000000000000000000-" SPAN "-01", FALSE, FALSE },
    { "00-" TRACE "-0000000000000000-01", FALSE, FALSE },
    { "00_" TRACE "_" SPAN "_01", FALSE, FALSE },
    { " 00-" TRACE "-" SPAN "-01", FALSE, FALSE },
    { "00-" TRACE "-" SPAN "-01 ", FALSE, FALSE },
    { "00-é4bf92f3577b34da6a3ce929d0e0e47-" SPAN "-01", FALSE, FALSE },
    { "", FALSE, FALSE },
    { NULL, FALSE, FALSE },
  };

  g_test_summary ("A header is read as the standard says, and none that is malformed");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      UsherTraceContext context;

      g_test_message ("“%s”", cases[i].text);
      g_assert_cmpint (usher_trace_context_parse (&context, cases[i].text), ==, cases[i].is_valid);
      g_assert_cmpint (usher_trace_context_is_set (&context), ==, cases[i].is_valid);
      g_assert_cmpint (context.is_sampled, ==, cases[i].is_sampled);
    }
}

static void
test_long (void)
{
  g_autofree char *rest = g_strnfill (1 << 20, 'x');
  g_autofree char *text = g_strconcat ("cc-" TRACE "-" SPAN "-01-", rest, NULL);
  UsherTraceContext context;

  g_test_summary ("A header without end is none");

  g_assert_false (usher_trace_context_parse (&context, text));
}

static void
test_continue (void)
{
  UsherTraceContext parent;
  UsherTraceContext child;
  UsherTraceContext again;
  char text[USHER_TRACEPARENT_SIZE];

  g_test_summary ("Who goes on has another span of the same trace, and the same flag");

  g_assert_true (usher_trace_context_parse (&parent, "00-" TRACE "-" SPAN "-01"));
  usher_trace_context_continue (&child, &parent);
  usher_trace_context_format (&child, text);

  g_assert_true (g_str_has_prefix (text, "00-" TRACE "-"));
  g_assert_true (g_str_has_suffix (text, "-01"));
  g_assert_null (strstr (text, SPAN));
  g_assert_true (usher_trace_context_parse (&again, text));
  g_assert_cmpmem (&again, sizeof again, &child, sizeof child);

  usher_trace_context_format (&parent, text);
  g_assert_cmpstr (text, ==, "00-" TRACE "-" SPAN "-01");
}

static guint
count_sampled (guint share)
{
  g_autoptr (UsherTracer) tracer = usher_tracer_new (share);
  guint n = 0;

  for (guint i = 0; i < 10000; i++)
    {
      UsherTraceContext context;

      usher_trace_context_begin (&context);
      n += usher_tracer_samples (tracer, &context) ? 1 : 0;
    }

  return n;
}

static void
test_samples (void)
{
  g_test_summary ("Of the traces that begin here a share is kept");

  g_assert_cmpuint (count_sampled (0), ==, 0);
  g_assert_cmpuint (count_sampled (1000000), ==, 10000);
  /* ten times the deviation that chance has */
  g_assert_cmpuint (count_sampled (100000), >, 700);
  g_assert_cmpuint (count_sampled (100000), <, 1300);
}

static void
add_spans (UsherTracer *tracer, guint n)
{
  static const guint8 none[8];
  UsherTraceContext context;

  usher_trace_context_begin (&context);
  for (guint i = 0; i < n; i++)
    {
      UsherSpan *span = usher_span_new (&context, none, USHER_SPAN_INTERNAL, "span", "service");

      usher_span_set_number (span, "usher.number", i);
      usher_tracer_add (tracer, span);
    }
}

static void
test_bounded (void)
{
  g_autoptr (UsherTracer) tracer = usher_tracer_new (1000000);
  g_autoptr (GPtrArray) taken = NULL;
  UsherTracerFigures figures;

  g_test_summary ("Spans that nobody takes are dropped and counted, the oldest stay");

  add_spans (tracer, USHER_TRACER_MAX_SPANS + 100);
  usher_tracer_get_figures (tracer, &figures);
  g_assert_cmpuint (figures.n_waiting, ==, USHER_TRACER_MAX_SPANS);
  g_assert_cmpuint (figures.n_dropped, ==, 100);

  taken = usher_tracer_take (tracer, 10, 0);
  g_assert_cmpuint (taken->len, ==, 10);
  g_assert_cmpint (((UsherSpan *) g_ptr_array_index (taken, 9))->attributes[0].number, ==, 9);
  usher_tracer_get_figures (tracer, &figures);
  g_assert_cmpuint (figures.n_taken, ==, 10);
}

static gpointer
take_all (gpointer data)
{
  return usher_tracer_take (data, 100, G_TIME_SPAN_HOUR);
}

static void
test_wake (void)
{
  g_autoptr (UsherTracer) tracer = usher_tracer_new (1000000);
  g_autoptr (GPtrArray) taken = NULL;
  GThread *thread = g_thread_new ("taker", take_all, tracer);

  g_test_summary ("Who waits for more spans takes what there is when he is woken");

  add_spans (tracer, 3);
  usher_tracer_wake (tracer);
  taken = g_thread_join (thread);
  g_assert_cmpuint (taken->len, ==, 3);
  g_assert_true (usher_tracer_await_wake (tracer, G_MAXINT64));
}

static void
test_long_texts (void)
{
  static const guint8 none[8];
  g_autofree char *name = g_strnfill (300, 'n');
  g_autoptr (GString) value = g_string_new (NULL);
  UsherTraceContext context;
  g_autoptr (UsherSpan) span = NULL;

  g_test_summary ("Names and values are cut between characters, and no more than fit are kept");

  for (guint i = 0; i < 200; i++)
    g_string_append (value, "é");
  usher_trace_context_begin (&context);
  span = usher_span_new (&context, none, USHER_SPAN_INTERNAL, name, "service");
  for (guint i = 0; i < 20; i++)
    usher_span_set_text (span, "usher.text", value->str);

  g_assert_cmpuint (strlen (span->name), <=, 256);
  g_assert_cmpuint (span->n_attributes, ==, USHER_SPAN_MAX_ATTRIBUTES);
  g_assert_cmpuint (strlen (span->attributes[0].text), <=, 256);
  g_assert_true (g_utf8_validate (span->attributes[0].text, -1, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace-context/parse", test_parse);
  g_test_add_func ("/trace-context/parse/long", test_long);
  g_test_add_func ("/trace-context/continue", test_continue);
  g_test_add_func ("/tracer/samples", test_samples);
  g_test_add_func ("/tracer/bounded", test_bounded);
  g_test_add_func ("/tracer/wake", test_wake);
  g_test_add_func ("/span/long", test_long_texts);

  return g_test_run ();
}
