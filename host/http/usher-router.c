/* usher-router.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-router.h"

#include <string.h>

#include "usher-error.h"
#include "usher-exchange-private.h"
#include "usher-origin-private.h"
#include "usher-refusals-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"
#include "usher-tally-private.h"

#define COOKIE    "session"
#define PARAMETER ":"

/* A route, and what answers it. */
typedef struct
{
  UsherRoute *route; /* (owned) */
  GStrv segments;    /* (owned): of the pattern */
  UsherRouteFunc func;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
  UsherTally
      *tally; /* (owned) (nullable): answers by the first digit of their status, then durations */
  UsherTally
      *sum; /* (unowned): where it counts, its own or that of the router which follows its table */
} Entry;

/* One segment of the patterns. */
typedef struct
{
  char *segment;       /* (owned): PARAMETER for any */
  GPtrArray *children; /* (owned) (element-type Node) */
  GPtrArray *entries;  /* (owned) (element-type Entry): one a method */
} Node;

/**
 * UsherRouter:
 *
 * Which handler a request is for, and what is checked before it, in this order: draining (503), route (404,
 * 405, or 204 for `OPTIONS`), size (413), origin (403), media type (415), signed in (401).
 *
 * A literal segment of a pattern beats a parameter. Routes are added before the first request; after that any
 * thread may use the router.
 */
struct _UsherRouter
{
  GObject parent_instance;

  UsherSessions *sessions; /* (owned) (nullable) */
  gsize max_body;
  Node *root;         /* (owned) */
  UsherRouter *table; /* (unowned) (nullable) (atomic): whose routes count instead */
  GPtrArray *tables;  /* (owned) (element-type UsherRouter): all that ever did */
  GPtrArray *added;   /* (unowned) (element-type Entry): all of them, in the order they came */
  Entry *nowhere;     /* (owned): counts what found no route, and what found one in a table */
  int draining;       /* (atomic) */
};

G_DEFINE_FINAL_TYPE (UsherRouter, usher_router, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->destroy != NULL)
    entry->destroy (entry->user_data);
  usher_route_unref (entry->route);
  g_strfreev (entry->segments);
  g_clear_pointer (&entry->tally, usher_tally_free);
  g_free (entry);
}

/* takes ownership of @route */
static Entry *
entry_new (UsherRoute *route)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->route = route;
  entry->tally = usher_tally_new (USHER_ROUTE_N_CLASSES + USHER_TALLY_N_DURATION);
  entry->sum = entry->tally;

  return entry;
}

static void
node_free (gpointer data)
{
  Node *node = data;

  g_free (node->segment);
  g_ptr_array_unref (node->children);
  g_ptr_array_unref (node->entries);
  g_free (node);
}

static Node *
node_new (const char *segment)
{
  Node *node = g_new0 (Node, 1);

  node->segment = g_strdup (segment);
  node->children = g_ptr_array_new_with_free_func (node_free);
  node->entries = g_ptr_array_new_with_free_func (entry_free);

  return node;
}

static void
usher_router_finalize (GObject *object)
{
  UsherRouter *self = USHER_ROUTER (object);

  g_clear_object (&self->sessions);
  g_clear_pointer (&self->added, g_ptr_array_unref);
  g_clear_pointer (&self->root, node_free);
  g_clear_pointer (&self->tables, g_ptr_array_unref);
  g_clear_pointer (&self->nowhere, entry_free);

  G_OBJECT_CLASS (usher_router_parent_class)->finalize (object);
}

static void
usher_router_class_init (UsherRouterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_router_finalize;
}

static void
usher_router_init (UsherRouter *self)
{
  self->root = node_new ("");
  self->tables = g_ptr_array_new_with_free_func (g_object_unref);
  self->added = g_ptr_array_new ();
  self->nowhere = entry_new (usher_route_new (NULL, "", "", USHER_ROUTE_NONE));
}

/**
 * usher_router_new:
 * @sessions: (nullable): what reads session tokens, `NULL`: everybody is anonymous
 * @max_body: how many bytes a body may have
 *
 * Makes a router without routes.
 *
 * Returns: (transfer full): the router
 */
UsherRouter *
usher_router_new (UsherSessions *sessions, gsize max_body)
{
  UsherRouter *self = NULL;

  g_return_val_if_fail (sessions == NULL || USHER_IS_SESSIONS (sessions), NULL);

  self = g_object_new (USHER_TYPE_ROUTER, NULL);
  self->sessions = sessions != NULL ? g_object_ref (sessions) : NULL;
  self->max_body = max_body;

  return self;
}

gsize
usher_router_get_max_body (UsherRouter *self)
{
  return self->max_body;
}

void
usher_router_follow (UsherRouter *self, UsherRouter *table)
{
  for (guint i = 0; i < table->added->len; i++)
    {
      Entry *entry = g_ptr_array_index (table->added, i);

      g_clear_pointer (&entry->tally, usher_tally_free);
      entry->sum = self->nowhere->sum;
    }
  g_ptr_array_add (self->tables, g_object_ref (table));
  g_atomic_pointer_set (&self->table, table);
}

static Node *
find_child (Node *node, const char *segment)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      Node *child = g_ptr_array_index (node->children, i);

      if (strcmp (child->segment, segment) == 0)
        return child;
    }

  return NULL;
}

static Node *
ensure_child (Node *node, const char *segment)
{
  const char *key = *segment == ':' ? PARAMETER : segment;
  Node *child = find_child (node, key);

  if (child == NULL)
    {
      child = node_new (key);
      g_ptr_array_add (node->children, child);
    }

  return child;
}

static Entry *
find_entry (Node *node, const char *method)
{
  for (guint i = 0; i < node->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (node->entries, i);

      if (strcmp (usher_route_get_method (entry->route), method) == 0)
        return entry;
    }

  return NULL;
}

/* Upper case alone, as all methods are that the parser knows: another would never be asked for. */
static gboolean
is_method (const char *method)
{
  return *method != '\0' && method[strspn (method, G_CSET_A_2_Z "-")] == '\0';
}

static gboolean
has_twice (const char *const *segments, guint n)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (segments[i], segments[n]) == 0)
      return TRUE;

  return FALSE;
}

/* A second parameter of one name would hide the first. */
static gboolean
is_pattern (const char *const *segments)
{
  guint n = 0;
  guint n_parameters = 0;

  for (; segments[n] != NULL; n++)
    {
      if (*segments[n] != ':')
        continue;
      if (has_twice (segments, n))
        return FALSE;
      n_parameters++;
    }

  return n > 1 && *segments[0] == '\0' && n <= USHER_MAX_SEGMENTS + 1 &&
         n_parameters <= USHER_MAX_PARAMETERS;
}

/**
 * usher_router_add:
 * @self: a router that has had no request
 * @method: the method; `GET` answers `HEAD` too
 * @pattern: the path; a segment `:name` stands for any
 * @flags: what is checked
 * @func: (scope notified) (closure user_data) (destroy destroy): what answers
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data with the router, and at once on error
 * @error: return location for a [error@Error]
 *
 * Adds a route.
 *
 * Returns: `FALSE` with `USHER_ERROR_CONFLICT` when method and pattern are taken,
 *   `USHER_ERROR_INVALID` when either is none: a method is in upper case
 */
gboolean
usher_router_add (UsherRouter *self,
                  const char *method,
                  const char *pattern,
                  UsherRouteFlags flags,
                  UsherRouteFunc func,
                  gpointer user_data,
                  GDestroyNotify destroy,
                  GError **error)
{
  g_autoptr (UsherRoute) route = NULL;

  g_return_val_if_fail (USHER_IS_ROUTER (self), FALSE);
  g_return_val_if_fail (method != NULL, FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  route = usher_route_new (NULL, method, pattern, flags);

  return usher_router_add_route (self, route, func, user_data, destroy, error);
}

static void
set_taken (GError **error, const UsherRoute *taken, const char *pattern)
{
  const char *service = usher_route_get_service (taken);
  g_autofree char *owner =
      service != NULL ? g_strdup_printf ("service “%s”", service) : g_strdup ("the host");

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "route “%s %s” is taken by %s",
               usher_route_get_method (taken),
               pattern,
               owner);
}

/* The place of a pattern; NULL, with an error: it is none, or @method is taken there. */
static Node *
ensure_node (UsherRouter *self, const char *method, const char *pattern, GError **error)
{
  g_auto (GStrv) segments = g_strsplit (pattern, "/", -1);
  Node *node = self->root;
  const Entry *taken = NULL;

  if (!is_method (method))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” of route “%s” is no method: it is in upper case",
                   method,
                   pattern);
      return NULL;
    }

  if (!is_pattern ((const char *const *) segments))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "“%s” is no pattern of a path: it begins with “/”, is bounded, and names a "
                   "parameter once",
                   pattern);
      return NULL;
    }

  for (guint i = 1; segments[i] != NULL; i++)
    node = ensure_child (node, segments[i]);
  taken = find_entry (node, method);
  if (taken != NULL)
    {
      set_taken (error, taken->route, pattern);
      return NULL;
    }

  return node;
}

gboolean
usher_router_add_route (UsherRouter *self,
                        UsherRoute *route,
                        UsherRouteFunc func,
                        gpointer user_data,
                        GDestroyNotify destroy,
                        GError **error)
{
  Entry *entry = entry_new (usher_route_ref (route));
  Node *node = NULL;

  entry->func = func;
  entry->user_data = user_data;
  entry->destroy = destroy;

  node = ensure_node (self, usher_route_get_method (route), usher_route_get_pattern (route), error);
  if (node == NULL)
    {
      entry_free (entry);
      return FALSE;
    }

  entry->segments = g_strsplit (usher_route_get_pattern (route) + 1, "/", -1);
  g_ptr_array_add (node->entries, entry);
  g_ptr_array_add (self->added, entry);

  return TRUE;
}

/* What is looked for, and what is found on the way. */
typedef struct
{
  const char *method;
  const char *const *segments;
  guint n_segments;
  GPtrArray *methods; /* (owned) (nullable) (element-type utf8): the path fits, but with these */
} Search;

static void
add_method (Search *search, const char *method)
{
  if (search->methods == NULL)
    search->methods = g_ptr_array_new ();
  if (!g_ptr_array_find_with_equal_func (search->methods, method, g_str_equal, NULL))
    g_ptr_array_add (search->methods, (gpointer) method);
}

static void
add_methods (Search *search, Node *node)
{
  for (guint i = 0; i < node->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (node->entries, i);
      const char *method = usher_route_get_method (entry->route);

      add_method (search, method);
      if (strcmp (method, "GET") == 0)
        add_method (search, "HEAD");
    }
}

static Entry *
search_node (Search *search, Node *node, guint i)
{
  const char *segment = NULL;
  Entry *entry = NULL;
  Node *child = NULL;

  if (i == search->n_segments)
    {
      entry = find_entry (node, search->method);
      if (entry == NULL && strcmp (search->method, "HEAD") == 0)
        entry = find_entry (node, "GET");
      if (entry == NULL)
        add_methods (search, node);
      return entry;
    }

  segment = search->segments[i];
  child = find_child (node, segment);
  if (child != NULL)
    entry = search_node (search, child, i + 1);
  child = entry == NULL && *segment != '\0' ? find_child (node, PARAMETER) : NULL;
  if (child != NULL)
    entry = search_node (search, child, i + 1);

  return entry;
}

static void
refuse (UsherExchange *exchange, UsherError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, code, message);

  usher_reply_set_error (usher_exchange_get_reply (exchange), error, NULL);
}

static void
take_parameters (UsherRequest *request, const Entry *entry, const char *const *segments)
{
  for (guint i = 0; entry->segments[i] != NULL; i++)
    if (*entry->segments[i] == ':')
      usher_request_set_parameter (request, entry->segments[i] + 1, segments[i]);
}

/* The path is there, the method is not: who asked for just that is told. */
static void
tell_methods (UsherExchange *exchange, Search *search)
{
  UsherReply *reply = usher_exchange_get_reply (exchange);
  g_autofree char *allow = NULL;

  add_method (search, "OPTIONS");
  g_ptr_array_add (search->methods, NULL);
  allow = g_strjoinv (", ", (char **) search->methods->pdata);
  if (strcmp (search->method, "OPTIONS") == 0)
    usher_reply_set_status (reply, 204);
  else
    refuse (exchange, USHER_ERROR_NOT_ALLOWED, "no such method");
  usher_reply_set_header (reply, "Allow", allow);
}

static gboolean
find (UsherRouter *self, UsherExchange *exchange)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GPtrArray) methods = NULL;
  UsherRouter *table = g_atomic_pointer_get (&self->table);
  Search search = { .method = usher_request_get_method (request) };
  Entry *entry = NULL;

  search.segments = usher_request_get_segments (request, &search.n_segments);
  if (search.segments != NULL)
    entry = search_node (&search, self->root, 0);
  if (entry == NULL && table != NULL && search.segments != NULL)
    entry = search_node (&search, table->root, 0);
  methods = search.methods;

  if (entry != NULL)
    {
      take_parameters (request, entry, search.segments);
      usher_exchange_set_route (exchange, entry);
      return TRUE;
    }

  usher_router_miss (self, exchange);
  if (methods != NULL)
    tell_methods (exchange, &search);
  else if (strcmp (search.method, "OPTIONS") == 0 &&
           strcmp (usher_request_get_path (request), "*") == 0)
    usher_reply_set_status (usher_exchange_get_reply (exchange), 204);
  else
    refuse (exchange, USHER_ERROR_NOT_FOUND, "no such path");

  return FALSE;
}

/* What changes nothing may come from the page of any site. */
static gboolean
is_origin_allowed (UsherRequest *request)
{
  static const char *const safe[] = { "GET", "HEAD", "OPTIONS", NULL };

  return g_strv_contains (safe, usher_request_get_method (request)) ||
         usher_origin_is_own (request);
}

static gboolean
is_media_type_allowed (UsherRequest *request, gboolean has_body)
{
  static const char json[] = "application/json";
  const char *method = usher_request_get_method (request);
  const char *type = usher_request_peek_header (request, USHER_HEADER_CONTENT_TYPE);

  if (!has_body)
    return TRUE;
  if (strcmp (method, "POST") != 0 && strcmp (method, "PUT") != 0 && strcmp (method, "PATCH") != 0)
    return TRUE;
  if (type == NULL || g_ascii_strncasecmp (type, json, sizeof json - 1) != 0)
    return FALSE;

  return strchr ("; \t", type[sizeof json - 1]) != NULL;
}

static void
read_session (UsherRouter *self, UsherRequest *request)
{
  const char *authorization = usher_request_peek_header (request, USHER_HEADER_AUTHORIZATION);
  g_autofree char *cookie = usher_request_dup_cookie (request, COOKIE);
  g_autoptr (UsherSession) session = NULL;

  if (self->sessions == NULL)
    return;

  if (cookie != NULL)
    session = usher_sessions_read_token (self->sessions, cookie);
  if (session == NULL && authorization != NULL &&
      g_ascii_strncasecmp (authorization, "Bearer ", 7) == 0)
    session = usher_sessions_read_token (self->sessions, authorization + 7);

  if (session != NULL)
    usher_request_set_session (request, session);
}

/* A gateway cannot read a session, but sees that there is none. */
static gboolean
may_be_signed_in (UsherRequest *request)
{
  g_autofree char *cookie = usher_request_dup_cookie (request, COOKIE);

  return cookie != NULL || usher_request_peek_header (request, USHER_HEADER_AUTHORIZATION) != NULL;
}

static gboolean
is_signed_in (UsherRouter *self, UsherRequest *request, UsherRouteFlags flags)
{
  read_session (self, request);
  if ((flags & USHER_ROUTE_CREDENTIALS) != 0)
    return may_be_signed_in (request);

  return (flags & USHER_ROUTE_SIGNED_IN) == 0 || usher_request_get_session (request) != NULL;
}

static gboolean
check (UsherRouter *self, UsherExchange *exchange, gint64 length)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const Entry *entry = usher_exchange_get_route (exchange);

  if (length > 0 && (guint64) length > self->max_body)
    refuse (exchange, USHER_ERROR_TOO_LARGE, "too large");
  else if (!is_origin_allowed (request))
    refuse (exchange, USHER_ERROR_FORBIDDEN, usher_refusal_get_message (USHER_REFUSAL_ORIGIN));
  else if (!is_media_type_allowed (request, length != 0))
    refuse (exchange, USHER_ERROR_UNSUPPORTED, "not JSON");
  else if (!is_signed_in (self, request, usher_route_get_flags (entry->route)))
    refuse (exchange, USHER_ERROR_UNAUTHORIZED, "not signed in");
  else
    return TRUE;

  return FALSE;
}

/**
 * usher_router_admit:
 * @self: a router
 * @exchange: an exchange
 * @length: the announced length of the body, or -1 for one that comes in chunks
 *
 * Looks for the route and checks all that the head tells, before the body is read.
 *
 * Returns: whether to go on; if not, the reply is set
 */
gboolean
usher_router_admit (UsherRouter *self, UsherExchange *exchange, gint64 length)
{
  g_return_val_if_fail (USHER_IS_ROUTER (self), FALSE);
  g_return_val_if_fail (USHER_IS_EXCHANGE (exchange), FALSE);

  if (g_atomic_int_get (&self->draining))
    {
      usher_router_miss (self, exchange);
      refuse (exchange, USHER_ERROR_UNAVAILABLE, "The server is stopping, try again");
      usher_reply_set_header (usher_exchange_get_reply (exchange), USHER_DRAINING, "1");
      return FALSE;
    }

  return find (self, exchange) && check (self, exchange, length);
}

static gint64
get_length (UsherExchange *exchange)
{
  GBytes *body = usher_request_get_body (usher_exchange_get_request (exchange));

  return body != NULL ? (gint64) g_bytes_get_size (body) : 0;
}

/**
 * usher_router_run:
 * @self: a router
 * @exchange: (transfer full): an exchange whose request has its body
 *
 * Hands the exchange over to the route's function. One that [method@Router.admit] did not see is admitted first.
 */
void
usher_router_run (UsherRouter *self, UsherExchange *exchange)
{
  g_autoptr (UsherExchange) owned = exchange;
  const Entry *entry = NULL;

  g_return_if_fail (USHER_IS_ROUTER (self));
  g_return_if_fail (USHER_IS_EXCHANGE (exchange));

  if (usher_exchange_get_route (owned) == NULL &&
      !usher_router_admit (self, owned, get_length (owned)))
    {
      usher_exchange_finish (owned);
      return;
    }

  entry = usher_exchange_get_route (owned);
  entry->func (g_steal_pointer (&owned), entry->user_data);
}

/**
 * usher_router_drain:
 * @self: a router
 *
 * Answers every request 503 from now on, with `X-Usher-Draining: 1`: it was not run, another copy may be asked.
 */
void
usher_router_drain (UsherRouter *self)
{
  g_return_if_fail (USHER_IS_ROUTER (self));

  g_atomic_int_set (&self->draining, 1);
}

void
usher_router_miss (UsherRouter *self, UsherExchange *exchange)
{
  usher_exchange_set_route (exchange, self->nowhere);
}

void
usher_router_count (gconstpointer found, guint status, gint64 duration)
{
  const Entry *entry = found;

  usher_tally_add (entry->sum, CLAMP (status / 100, 1, USHER_ROUTE_N_CLASSES) - 1, 1);
  usher_tally_add_duration (entry->sum, USHER_ROUTE_N_CLASSES, duration);
}

static void
tell_figures (const Entry *entry, UsherRouteFiguresFunc func, gpointer user_data)
{
  guint64 counts[USHER_TALLY_N_BOUNDS + 1] = { 0 };
  UsherRouteFigures figures = {
    .method = usher_route_get_method (entry->route),
    .pattern = usher_route_get_pattern (entry->route),
    .n_bounds = USHER_TALLY_N_BOUNDS,
    .bounds = usher_tally_bounds,
    .counts = counts,
    .duration = usher_tally_sum_durations (entry->sum, USHER_ROUTE_N_CLASSES, counts),
  };

  for (guint i = 0; i < USHER_ROUTE_N_CLASSES; i++)
    figures.answers[i] = usher_tally_sum (entry->sum, i);
  func (&figures, user_data);
}

void
usher_router_foreach_figures (UsherRouter *self, UsherRouteFiguresFunc func, gpointer user_data)
{
  tell_figures (self->nowhere, func, user_data);
  for (guint i = 0; i < self->added->len; i++)
    tell_figures (g_ptr_array_index (self->added, i), func, user_data);
}
