/* usher-auth-try.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-auth-try.h"

/* what one try may take: by address, by e-mail and address, by e-mail */
#define MAX_TAKEN 3

struct _UsherAuthTry
{
  UsherContext *context; /* (unowned) */
  UsherReply *reply;     /* (unowned) */
  guint n_taken;
  UsherLimiter *limiters[MAX_TAKEN]; /* (unowned): the context's */
  char *keys[MAX_TAKEN];             /* (owned) */
};

void
usher_auth_try_free (UsherAuthTry *self)
{
  for (guint i = 0; i < self->n_taken; i++)
    g_free (self->keys[i]);
  g_free (self);
}

void
usher_auth_try_give_back (UsherAuthTry *self)
{
  for (guint i = 0; i < self->n_taken; i++)
    usher_limiter_release (self->limiters[i], self->keys[i]);
  for (; self->n_taken > 0; self->n_taken--)
    g_free (self->keys[self->n_taken - 1]);
}

/* What was taken before is given back when there is no more of this: a try that is refused counts nowhere. */
static gboolean
take (UsherAuthTry *self, const char *setting, const char *key, GError **error)
{
  gint64 window = usher_context_get_integer (self->context, USHER_AUTH_WINDOW) * G_TIME_SPAN_SECOND;
  guint max = (guint) usher_context_get_integer (self->context, setting);
  UsherLimiter *limiter = usher_context_get_limiter (self->context, setting, max, window);
  g_autofree char *seconds = NULL;
  gint64 wait = 0;

  if (usher_limiter_reserve (limiter, key, &wait, error))
    {
      self->limiters[self->n_taken] = limiter;
      self->keys[self->n_taken++] = g_strdup (key);
      return TRUE;
    }

  usher_auth_try_give_back (self);
  seconds = g_strdup_printf ("%" G_GINT64_FORMAT, (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
  usher_reply_set_header (self->reply, "Retry-After", seconds);

  return FALSE;
}

/* Who comes by a proxy that does not say from where is limited by the e-mail alone. */
static gboolean
take_address (UsherAuthTry *self, const char *setting, const char *network, GError **error)
{
  return *network == '\0' || take (self, setting, network, error);
}

UsherAuthTry *
usher_auth_try_sign_in (UsherContext *context,
                        UsherRequest *request,
                        UsherReply *reply,
                        const char *email_key,
                        gboolean is_known,
                        GError **error)
{
  g_autoptr (UsherAuthTry) self = g_new0 (UsherAuthTry, 1);
  g_autofree char *network = usher_request_dup_network (request);
  g_autofree char *pair = g_strconcat (email_key, " ", network, NULL);

  self->context = context;
  self->reply = reply;
  if (!take_address (self, USHER_AUTH_MAX_BY_ADDRESS, network, error) ||
      !take (self, USHER_AUTH_MAX_BY_PAIR, pair, error) ||
      (!is_known && !take (self, USHER_AUTH_MAX_BY_EMAIL, email_key, error)))
    return NULL;

  return g_steal_pointer (&self);
}

UsherAuthTry *
usher_auth_try_sign_up (UsherContext *context,
                        UsherRequest *request,
                        UsherReply *reply,
                        GError **error)
{
  g_autoptr (UsherAuthTry) self = g_new0 (UsherAuthTry, 1);
  g_autofree char *network = usher_request_dup_network (request);

  self->context = context;
  self->reply = reply;

  return take_address (self, USHER_AUTH_MAX_SIGN_UPS, network, error) ? g_steal_pointer (&self)
                                                                      : NULL;
}
