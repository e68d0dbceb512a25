/* test-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "usher-error.h"
#include "usher-host-class.h"
#include "usher-test-base.h"

#define FAKE_TYPE_SERVICE (fake_service_get_type ())
G_DECLARE_FINAL_TYPE (FakeService, fake_service, FAKE, SERVICE, GObject)

struct _FakeService
{
  GObject parent_instance;

  const char *fails; /* (nullable): the verb that fails */
  gboolean silently;
};

static gboolean
do_verb (FakeService *self, const char *verb, GError **error)
{
  if (g_strcmp0 (self->fails, verb) != 0)
    return TRUE;

  if (!self->silently)
    g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "no %s today", verb);

  return FALSE;
}

static gboolean
fake_service_configure (UsherService *service, UsherContext *context, GError **error)
{
  return do_verb (FAKE_SERVICE (service), "configure", error);
}

static gboolean
fake_service_start (UsherService *service, UsherContext *context, GError **error)
{
  return do_verb (FAKE_SERVICE (service), "start", error);
}

static void
fake_service_iface_init (UsherServiceInterface *iface)
{
  iface->configure = fake_service_configure;
  iface->start = fake_service_start;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeService,
                               fake_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, fake_service_iface_init))

static void
fake_service_class_init (FakeServiceClass *klass)
{
}

static void
fake_service_init (FakeService *self)
{
}

#define BARE_TYPE_SERVICE (bare_service_get_type ())
G_DECLARE_FINAL_TYPE (BareService, bare_service, BARE, SERVICE, GObject)

struct _BareService
{
  GObject parent_instance;
};

static void
bare_service_iface_init (UsherServiceInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BareService,
                               bare_service,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SERVICE, bare_service_iface_init))

static void
bare_service_class_init (BareServiceClass *klass)
{
}

static void
bare_service_init (BareService *self)
{
}

typedef struct
{
  char *directory;
  UsherHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSettings) settings = usher_settings_new ();
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("usher-service-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_true (usher_host_declare_settings (settings, &error));
  fixture->host = usher_host_new (fixture->directory, settings, clock, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->host);
  usher_test_remove_tree (fixture->directory);
  g_free (fixture->directory);
}

static gboolean
add_fake (Fixture *fixture, const char *fails, gboolean silently, GError **error)
{
  g_autoptr (FakeService) service = g_object_new (FAKE_TYPE_SERVICE, NULL);

  service->fails = fails;
  service->silently = silently;

  return usher_host_add_service (fixture->host, "fake", USHER_SERVICE (service), error);
}

static void
test_configure_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherService) service = g_object_new (BARE_TYPE_SERVICE, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service without configure() is refused and its type named.");

  g_assert_false (usher_host_add_service (fixture->host, "bare", service, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpstr (
      error->message,
      ==,
      "service “bare” did not configure: type “BareService” does not implement configure()");
}

static void
test_configure_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service that does not configure is refused with its reason.");

  g_assert_false (add_fake (fixture, "configure", FALSE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "service “fake” did not configure: no configure today");
}

static void
test_configure_silent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service that fails without an error, as a binding may, still gives one.");

  g_assert_false (add_fake (fixture, "configure", TRUE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FAILED);
}

static void
test_start_optional (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("start() and stop() may be missing.");

  g_assert_true (add_fake (fixture, NULL, FALSE, &error));
  g_assert_true (usher_host_start (fixture->host, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (usher_host_stop (fixture->host, G_TIME_SPAN_SECOND, &error));
  g_assert_no_error (error);
}

static void
test_start_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A service that does not start keeps the host from starting, and is named.");

  g_assert_true (add_fake (fixture, "start", FALSE, &error));
  g_assert_false (usher_host_start (fixture->host, NULL, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "service “fake” did not start: no start today");
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;

  g_test_summary ("A host in trouble is not ready and says why.");

  g_assert_true (add_fake (fixture, NULL, FALSE, &error));
  g_assert_true (usher_host_start (fixture->host, NULL, &error));
  g_assert_true (usher_host_is_ready (fixture->host, NULL));

  usher_host_set_trouble (fixture->host, "plugin “bank” failed");
  g_assert_false (usher_host_is_ready (fixture->host, &reason));
  g_assert_cmpstr (reason, ==, "plugin “bank” failed");
  g_assert_true (usher_host_stop (fixture->host, G_TIME_SPAN_SECOND, &error));
}

#define add(path, func) g_test_add ("/service/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("configure/missing", test_configure_missing);
  add ("configure/failure", test_configure_failure);
  add ("configure/silent", test_configure_silent);
  add ("start/optional", test_start_optional);
  add ("start/failure", test_start_failure);
  add ("trouble", test_trouble);

  return g_test_run ();
}
