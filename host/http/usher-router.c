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
#include "usher-request-private.h"
#include "usher-router-private.h"
#include "usher-tally-private.h"

#define COOKIE "session"

typedef struct
{
  char *method; /* (owned) */
  GStrv names;  /* (owned): of the parameters, by segment; empty for a literal */
  UsherRouteFlags flags;
  UsherRouteFunc func;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
  char *pattern;     /* (owned) */
  UsherTally *tally; /* (owned): answers by the first digit of their status, then durations */
} Route;

/* One segment of the patterns. */
typedef struct _Node Node;

struct _Node
{
  char *literal;       /* (owned) (nullable): NULL for a parameter */
  GPtrArray *literals; /* (owned) (element-type Node) */
  Node *parameter;     /* (owned) (nullable) */
  GPtrArray *routes;   /* (owned) (element-type Route): one a method */
};

/**
 * UsherRouter:
 *
 * Which handler a request is for, and what is checked before it, in this order: draining (503), route (404,
 * 405), size (413), origin (403), media type (415), signed in (401).
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
  GPtrArray *added;   /* (unowned) (element-type Route): all routes, in the order they came */
  Route *nowhere;     /* (owned): counts what found no route */
  int draining;       /* (atomic) */
};

G_DEFINE_FINAL_TYPE (UsherRouter, usher_router, G_TYPE_OBJECT)

static void
route_free (gpointer data)
{
  Route *route = data;

  if (route->destroy != NULL)
    route->destroy (route->user_data);
  g_free (route->method);
  g_free (route->pattern);
  g_strfreev (route->names);
  usher_tally_free (route->tally);
  g_free (route);
}

static Route *
route_new (const char *method, const char *pattern)
{
  Route *route = g_new0 (Route, 1);

  route->method = g_strdup (method);
  route->pattern = g_strdup (pattern);
  route->tally = usher_tally_new (USHER_ROUTE_N_CLASSES + USHER_TALLY_N_DURATION);

  return route;
}

static void
node_free (gpointer data)
{
  Node *node = data;

  if (node == NULL)
    return;

  g_free (node->literal);
  g_ptr_array_unref (node->literals);
  g_ptr_array_unref (node->routes);
  node_free (node->parameter);
  g_free (node);
}

static Node *
node_new (const char *literal)
{
  Node *node = g_new0 (Node, 1);

  node->literal = g_strdup (literal);
  node->literals = g_ptr_array_new_with_free_func (node_free);
  node->routes = g_ptr_array_new_with_free_func (route_free);

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
  g_clear_pointer (&self->nowhere, route_free);

  G_OBJECT_CLASS (usher_router_parent_class)->finalize (object);
}

static void
usher_router_class_init (UsherRouterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = usher_router_finalize;
}

static void
usher_router_init (UsherRouter *self)
{
  self->root = node_new (NULL);
  self->tables = g_ptr_array_new_with_free_func (g_object_unref);
  self->added = g_ptr_array_new ();
  self->nowhere = route_new ("", "");
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
  g_ptr_array_add (self->tables, g_object_ref (table));
  g_atomic_pointer_set (&self->table, table);
}

static Node *
find_literal (Node *node, const char *segment)
{
  for (guint i = 0; i < node->literals->len; i++)
    {
      Node *child = g_ptr_array_index (node->literals, i);

      if (strcmp (child->literal, segment) == 0)
        return child;
    }

  return NULL;
}

static Node *
ensure_child (Node *node, const char *segment)
{
  Node *child = NULL;

  if (*segment == ':')
    {
      if (node->parameter == NULL)
        node->parameter = node_new (NULL);
      return node->parameter;
    }

  child = find_literal (node, segment);
  if (child == NULL)
    {
      child = node_new (segment);
      g_ptr_array_add (node->literals, child);
    }

  return child;
}

static Route *
find_route (Node *node, const char *method)
{
  for (guint i = 0; i < node->routes->len; i++)
    {
      Route *route = g_ptr_array_index (node->routes, i);

      if (strcmp (route->method, method) == 0)
        return route;
    }

  return NULL;
}

static gboolean
is_pattern (const char *const *segments)
{
  guint n = 0;
  guint n_parameters = 0;

  for (; segments[n] != NULL; n++)
    if (*segments[n] == ':')
      n_parameters++;

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
 *   `USHER_ERROR_INVALID` when the pattern is not one
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
  g_auto (GStrv) segments = NULL;
  Route *route = NULL;
  Node *node = NULL;

  g_return_val_if_fail (USHER_IS_ROUTER (self), FALSE);
  g_return_val_if_fail (method != NULL, FALSE);
  g_return_val_if_fail (pattern != NULL, FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  route = route_new (method, pattern);
  route->flags = flags;
  route->func = func;
  route->user_data = user_data;
  route->destroy = destroy;

  segments = g_strsplit (pattern, "/", -1);
  if (!is_pattern ((const char *const *) segments))
    {
      route_free (route);
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no pattern of a path", pattern);
      return FALSE;
    }

  node = self->root;
  for (guint i = 1; segments[i] != NULL; i++)
    node = ensure_child (node, segments[i]);
  if (find_route (node, method) != NULL)
    {
      route_free (route);
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_CONFLICT, "route “%s %s” is taken", method, pattern);
      return FALSE;
    }

  route->names = g_strdupv (segments + 1);
  for (guint i = 0; route->names[i] != NULL; i++)
    memmove (route->names[i],
             *route->names[i] == ':' ? route->names[i] + 1 : "",
             *route->names[i] == ':' ? strlen (route->names[i]) : 1);
  g_ptr_array_add (node->routes, route);
  g_ptr_array_add (self->added, route);

  return TRUE;
}

/* What is looked for, and what is found on the way. */
typedef struct
{
  const char *method;
  const char *const *segments;
  guint n_segments;
  GPtrArray *nodes; /* (owned) (nullable) (element-type Node): the path fits, the method does not */
} Search;

static Route *
search_node (Search *search, Node *node, guint i)
{
  const char *segment = NULL;
  Route *route = NULL;
  Node *literal = NULL;

  if (i == search->n_segments)
    {
      route = find_route (node, search->method);
      if (route == NULL && strcmp (search->method, "HEAD") == 0)
        route = find_route (node, "GET");
      if (route == NULL && node->routes->len > 0)
        {
          if (search->nodes == NULL)
            search->nodes = g_ptr_array_new ();
          g_ptr_array_add (search->nodes, node);
        }
      return route;
    }

  segment = search->segments[i];
  literal = find_literal (node, segment);
  if (literal != NULL)
    route = search_node (search, literal, i + 1);
  if (route == NULL && node->parameter != NULL && *segment != '\0')
    route = search_node (search, node->parameter, i + 1);

  return route;
}

static void
append_method (GString *allow, const char *method)
{
  g_auto (GStrv) present = g_strsplit (allow->str, ", ", -1);

  if (g_strv_contains ((const char *const *) present, method))
    return;
  if (allow->len > 0)
    g_string_append (allow, ", ");
  g_string_append (allow, method);
}

static char *
make_allow (GPtrArray *nodes)
{
  GString *allow = g_string_new (NULL);

  for (guint i = 0; i < nodes->len; i++)
    {
      Node *node = g_ptr_array_index (nodes, i);

      for (guint j = 0; j < node->routes->len; j++)
        {
          Route *route = g_ptr_array_index (node->routes, j);

          append_method (allow, route->method);
          if (strcmp (route->method, "GET") == 0)
            append_method (allow, "HEAD");
        }
    }

  return g_string_free (allow, FALSE);
}

static void
refuse (UsherExchange *exchange, UsherError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, code, message);

  usher_reply_set_error (usher_exchange_get_reply (exchange), error, NULL);
}

static void
take_parameters (UsherRequest *request, Route *route, const char *const *segments)
{
  for (guint i = 0; route->names[i] != NULL; i++)
    if (*route->names[i] != '\0')
      usher_request_set_parameter (request, route->names[i], segments[i]);
}

static gboolean
find (UsherRouter *self, UsherExchange *exchange)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  g_autoptr (GPtrArray) nodes = NULL;
  UsherRouter *table = g_atomic_pointer_get (&self->table);
  Search search = { .method = usher_request_get_method (request) };
  Route *route = NULL;

  search.segments = usher_request_get_segments (request, &search.n_segments);
  if (search.segments != NULL)
    route = search_node (&search, self->root, 0);
  if (route == NULL && table != NULL && search.segments != NULL)
    route = search_node (&search, table->root, 0);
  nodes = search.nodes;

  if (route != NULL)
    {
      take_parameters (request, route, search.segments);
      usher_exchange_set_route (exchange, route);
      return TRUE;
    }

  usher_router_miss (self, exchange);
  if (nodes != NULL)
    {
      g_autofree char *allow = make_allow (nodes);

      refuse (exchange, USHER_ERROR_NOT_ALLOWED, "no such method");
      usher_reply_set_header (usher_exchange_get_reply (exchange), "Allow", allow);
    }
  else
    refuse (exchange, USHER_ERROR_NOT_FOUND, "no such path");

  return FALSE;
}

/**
 * usher_router_admit:
 * @self: a router
 * @exchange: an exchange
 * @length: the announced length of the body, or -1
 *
 * Looks for the route, before the body is read.
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

  if (!find (self, exchange))
    return FALSE;

  if (length > 0 && (guint64) length > self->max_body)
    {
      refuse (exchange, USHER_ERROR_TOO_LARGE, "too large");
      return FALSE;
    }

  return TRUE;
}

static gboolean
changes_state (const char *method)
{
  return strcmp (method, "GET") != 0 && strcmp (method, "HEAD") != 0 &&
         strcmp (method, "OPTIONS") != 0;
}

/* Compares `scheme://name[:port]` with what the client took this server for. */
static gboolean
is_own_origin (UsherRequest *request, const char *origin)
{
  gboolean secure = usher_request_is_secure (request);
  const char *scheme = secure ? "https://" : "http://";
  const char *authority = usher_request_get_authority (request);
  gsize length = 0;

  if (authority == NULL || g_ascii_strncasecmp (origin, scheme, strlen (scheme)) != 0)
    return FALSE;

  /* a browser leaves the usual port out of Origin */
  length = strlen (authority);
  if (g_str_has_suffix (authority, secure ? ":443" : ":80"))
    length -= secure ? 4 : 3;
  origin += strlen (scheme);

  return strlen (origin) == length && g_ascii_strncasecmp (origin, authority, length) == 0;
}

static gboolean
is_origin_allowed (UsherRequest *request)
{
  const char *site = usher_request_peek_header (request, USHER_HEADER_SEC_FETCH_SITE);
  const char *origin = usher_request_peek_header (request, USHER_HEADER_ORIGIN);

  if (!changes_state (usher_request_get_method (request)))
    return TRUE;
  if (site != NULL && strcmp (site, "same-origin") != 0 && strcmp (site, "none") != 0)
    return FALSE;

  return origin == NULL || is_own_origin (request, origin);
}

static gboolean
is_media_type_allowed (UsherRequest *request)
{
  static const char json[] = "application/json";
  const char *method = usher_request_get_method (request);
  const char *type = usher_request_peek_header (request, USHER_HEADER_CONTENT_TYPE);
  GBytes *body = usher_request_get_body (request);

  if (body == NULL || g_bytes_get_size (body) == 0)
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

static gboolean
check (UsherRouter *self, UsherExchange *exchange)
{
  UsherRequest *request = usher_exchange_get_request (exchange);
  const Route *route = usher_exchange_get_route (exchange);
  GBytes *body = usher_request_get_body (request);

  if (body != NULL && g_bytes_get_size (body) > self->max_body)
    refuse (exchange, USHER_ERROR_TOO_LARGE, "too large");
  else if (!is_origin_allowed (request))
    refuse (exchange, USHER_ERROR_FORBIDDEN, "Requests from other sites are refused");
  else if (!is_media_type_allowed (request))
    refuse (exchange, USHER_ERROR_UNSUPPORTED, "not JSON");
  else
    {
      read_session (self, request);
      if ((route->flags & USHER_ROUTE_SIGNED_IN) == 0 ||
          usher_request_get_session (request) != NULL)
        return TRUE;
      refuse (exchange, USHER_ERROR_UNAUTHORIZED, "not signed in");
    }

  return FALSE;
}

/**
 * usher_router_run:
 * @self: a router
 * @exchange: (transfer full): an exchange whose request has its body
 *
 * Checks what is left to check and hands the exchange over to the route's function. An exchange that
 * [method@Router.admit] did not see is admitted first.
 */
void
usher_router_run (UsherRouter *self, UsherExchange *exchange)
{
  g_autoptr (UsherExchange) owned = exchange;
  const Route *route = NULL;

  g_return_if_fail (USHER_IS_ROUTER (self));
  g_return_if_fail (USHER_IS_EXCHANGE (exchange));

  if ((usher_exchange_get_route (owned) == NULL && !usher_router_admit (self, owned, -1)) ||
      !check (self, owned))
    {
      usher_exchange_finish (owned);
      return;
    }

  route = usher_exchange_get_route (owned);
  route->func (g_steal_pointer (&owned), route->user_data);
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
  const Route *route = found;

  usher_tally_add (route->tally, CLAMP (status / 100, 1, USHER_ROUTE_N_CLASSES) - 1, 1);
  usher_tally_add_duration (route->tally, USHER_ROUTE_N_CLASSES, duration);
}

void
usher_router_foreach_count (UsherRouter *self, UsherRouteCountFunc func, gpointer user_data)
{
  func (self->nowhere->method, self->nowhere->pattern, self->nowhere->tally, user_data);
  for (guint i = 0; i < self->added->len; i++)
    {
      const Route *route = g_ptr_array_index (self->added, i);

      func (route->method, route->pattern, route->tally, user_data);
    }
}
