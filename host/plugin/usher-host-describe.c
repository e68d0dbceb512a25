/* usher-host-describe.c: what a host is, for who wants to use it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-asyncapi-private.h"
#include "usher-description-json-private.h"
#include "usher-description-private.h"
#include "usher-host-private.h"
#include "usher-host-view-private.h"
#include "usher-json-layout-private.h"
#include "usher-openapi-private.h"

/* where the listeners are unless somebody says otherwise */
#define DEFAULT_URI       "http://127.0.0.1:3000"
#define DEFAULT_ADMIN_URI "http://127.0.0.1:8222"

/* @uri: (nullable) */
static const char *
choose_uri (const char *uri, const char *or_else)
{
  return uri != NULL && g_str_has_prefix (uri, "http://") ? uri : or_else;
}

static UsherDescription *
make_description (UsherHost *self)
{
  UsherDescription *description =
      usher_description_new (choose_uri (usher_host_get_uri (self), DEFAULT_URI),
                             choose_uri (usher_host_get_admin_uri (self), DEFAULT_ADMIN_URI));

  for (guint i = 0; i < usher_host_get_n_lanes (self); i++)
    usher_description_add (description,
                           usher_lane_get_declarations (usher_host_get_lane (self, i)));

  return description;
}

/**
 * usher_host_describe:
 * @self: a host
 * @format: in which form
 *
 * Describes the services of the host by what they have declared: their routes, with what is asked for and answered, and their events,
 * with who listens. A host that has not started, or has stopped, is described as well. Any thread, once all services were added.
 *
 * What services with the same declarations say is the same text, so that it may be kept and compared. Where the listeners are is part
 * of it: where they are not open, it is where they would be by default.
 *
 * Returns: (transfer full): JSON, a member a line
 */
char *
usher_host_describe (UsherHost *self, UsherDescriptionFormat format)
{
  g_autoptr (UsherDescription) description = NULL;
  g_autoptr (UsherJsonWriter) writer = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (USHER_IS_HOST (self), NULL);

  description = make_description (self);
  writer = usher_json_writer_new ();
  switch (format)
    {
    case USHER_DESCRIPTION_OPENAPI:
      usher_openapi_write (description, writer);
      break;

    case USHER_DESCRIPTION_ASYNCAPI:
      usher_asyncapi_write (description, writer);
      break;

    case USHER_DESCRIPTION_JSON:
    default:
      usher_description_write (description, writer);
      break;
    }
  text = usher_json_writer_end (writer);

  return usher_json_layout (text);
}
