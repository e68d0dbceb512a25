/* usher-test-documents.c: what the services of a box have stored
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host-private.h"

#include "usher-test-json-private.h"

/**
 * usher_test_host_dup_document:
 * @self: a box
 * @service: one of its services
 * @collection: one of its collections
 * @id: the id of a document
 *
 * Looks at a document as it is stored, without its private fields. Any thread.
 *
 * Returns: (transfer full) (nullable): its JSON text, `NULL`: there is none
 */
char *
usher_test_host_dup_document (UsherTestHost *self,
                              const char *service,
                              const char *collection,
                              const char *id)
{
  UsherTestPlace *place = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);
  g_return_val_if_fail (service != NULL, NULL);
  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  place = usher_test_host_find_place (self, service);
  text =
      usher_host_dup_document (usher_test_place_get_host (place), service, collection, id, &error);
  usher_test_place_unref (place);
  g_assert_no_error (error);

  return text;
}

/**
 * usher_test_host_dup_field:
 * @self: a box
 * @service: one of its services
 * @collection: one of its collections
 * @id: the id of a document, which there is
 * @field: where in the document, such as `title` or `ticket.id`
 *
 * Looks at a field of a document. Any thread.
 *
 * Returns: (transfer full) (nullable): as [func@dup_member] gives it, `NULL`: it is not set
 */
char *
usher_test_host_dup_field (UsherTestHost *self,
                           const char *service,
                           const char *collection,
                           const char *id,
                           const char *field)
{
  g_autofree char *text = usher_test_host_dup_document (self, service, collection, id);
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (GError) error = NULL;

  if (text == NULL)
    g_error ("service “%s” has no “%s” with the id “%s”", service, collection, id);

  json = usher_json_parse (text, -1, &error);
  g_assert_no_error (error);

  return usher_test_dup_text (json, field);
}
