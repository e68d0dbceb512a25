/* usher-request.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request.h"

#include <string.h>

#include "usher-request-private.h"

#define MAX_ID        64
#define FIRST_ROOM    16
#define UNKNOWN       USHER_N_HEADERS
#define SEGMENTS_NEW  (-2)
#define SEGMENTS_NONE (-1)

/**
 * UsherRequest:
 *
 * What a client asks, whatever listener brought it.
 *
 * All text of a request lies in one arena that lives as long as the request, so what a getter returns
 * stays valid until then. A request is used by one thread at a time.
 */
G_DEFINE_FINAL_TYPE (UsherRequest, usher_request, G_TYPE_OBJECT)

static void
drop_parts (UsherRequest *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->session, usher_session_unref);
  g_clear_pointer (&self->json, usher_json_unref);
  g_clear_pointer (&self->problems, usher_problems_unref);
  usher_text_arena_clear (&self->arena);
}

static void
usher_request_finalize (GObject *object)
{
  drop_parts (USHER_REQUEST (object));
  g_free (USHER_REQUEST (object)->headers);

  G_OBJECT_CLASS (usher_request_parent_class)->finalize (object);
}

static void
usher_request_class_init (UsherRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_request_finalize;
}

static void
usher_request_init (UsherRequest *self)
{
  usher_text_arena_init (&self->arena);
  self->n_segments = SEGMENTS_NEW;
  self->address = "";
  self->method = "GET";
  self->path = "/";
}

void
usher_request_clear (UsherRequest *self)
{
  const gsize first = G_STRUCT_OFFSET (UsherRequest, method);

  drop_parts (self);
  memset ((char *) self + first, 0, G_STRUCT_OFFSET (UsherRequest, arena) - first);
  usher_request_init (self);
}

/* The absolute form names the server as well, in place of Host. */
static char *
take_authority (UsherRequest *self, char *target)
{
  g_autofree char *rooted = NULL;
  gsize scheme = 0;
  gsize length = 0;

  if (g_ascii_strncasecmp (target, "http://", 7) == 0)
    scheme = 7;
  else if (g_ascii_strncasecmp (target, "https://", 8) == 0)
    scheme = 8;
  if (scheme == 0)
    return target;

  target += scheme;
  length = strcspn (target, "/?#");
  self->authority = usher_text_arena_copy (&self->arena, target, length);
  target += length;

  if (*target == '/')
    return target;

  /* “http://name” is its root, also with a query */
  rooted = g_strconcat ("/", target, NULL);

  return usher_text_arena_copy (&self->arena, rooted, strlen (rooted));
}

void
usher_request_take_target (UsherRequest *self, char *target)
{
  char *path = take_authority (self, target);
  char *query = NULL;

  path[strcspn (path, "#")] = '\0';
  query = strchr (path, '?');
  if (query != NULL)
    *query++ = '\0';
  self->path = path;
  self->query = query;
}

/**
 * usher_request_new:
 * @method: the method
 * @target: the path with an optional query, as on the request line
 *
 * Makes a request. A path with `%00`, a bad escape or `..` has no route.
 *
 * Returns: (transfer full): the request
 */
UsherRequest *
usher_request_new (const char *method, const char *target)
{
  UsherRequest *self = NULL;

  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (target != NULL, NULL);

  self = g_object_new (USHER_TYPE_REQUEST, NULL);
  usher_request_take_target (self, usher_text_arena_copy (&self->arena, target, strlen (target)));
  self->method = usher_text_arena_copy (&self->arena, method, strlen (method));

  return self;
}

static guint
bit (UsherKnownHeader header)
{
  return 1U << header;
}

static UsherKnownHeader
find_known (const char *name, gsize length)
{
  static const struct
  {
    const char *name;
    guint length;
    UsherKnownHeader header;
  } known[] = {
    { "Host", 4, USHER_HEADER_HOST },
    { "Cookie", 6, USHER_HEADER_COOKIE },
    { "Expect", 6, USHER_HEADER_EXPECT },
    { "Origin", 6, USHER_HEADER_ORIGIN },
    { "If-Match", 8, USHER_HEADER_IF_MATCH },
    { "Forwarded", 9, USHER_HEADER_FORWARDED },
    { "Connection", 10, USHER_HEADER_CONNECTION },
    { "Traceparent", 11, USHER_HEADER_TRACEPARENT },
    { "Content-Type", 12, USHER_HEADER_CONTENT_TYPE },
    { "X-Request-Id", 12, USHER_HEADER_REQUEST_ID },
    { "Authorization", 13, USHER_HEADER_AUTHORIZATION },
    { "If-None-Match", 13, USHER_HEADER_IF_NONE_MATCH },
    { "Content-Length", 14, USHER_HEADER_CONTENT_LENGTH },
    { "Sec-Fetch-Site", 14, USHER_HEADER_SEC_FETCH_SITE },
    { "Idempotency-Key", 15, USHER_HEADER_IDEMPOTENCY_KEY },
    { "X-Forwarded-For", 15, USHER_HEADER_FORWARDED_FOR },
    { "X-Forwarded-Host", 16, USHER_HEADER_FORWARDED_HOST },
    { "X-Forwarded-Proto", 17, USHER_HEADER_FORWARDED_PROTO },
    { "Transfer-Encoding", 17, USHER_HEADER_TRANSFER_ENCODING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known) && known[i].length <= length; i++)
    if (known[i].length == length && g_ascii_strcasecmp (known[i].name, name) == 0)
      return known[i].header;

  return UNKNOWN;
}

/* Of a header that came before, the first counts, but for lists, and for what a proxy adds behind the client's own
 * word. */
static void
add_again (UsherRequest *self, UsherKnownHeader known, const char *value)
{
  const guint lists = bit (USHER_HEADER_CONNECTION) | bit (USHER_HEADER_COOKIE) |
                      bit (USHER_HEADER_FORWARDED) | bit (USHER_HEADER_FORWARDED_FOR) |
                      bit (USHER_HEADER_IF_MATCH) | bit (USHER_HEADER_IF_NONE_MATCH);

  self->twice |= bit (known);
  self->unjoined |= bit (known) & lists;
  if (known == USHER_HEADER_FORWARDED_HOST || known == USHER_HEADER_FORWARDED_PROTO)
    self->known[known] = value;
}

/* Once, when somebody asks: fields that come by the hundred cost no more than their length. */
static void
join (UsherRequest *self, UsherKnownHeader known)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < self->n_headers; i++)
    if (find_known (self->headers[i].name, strlen (self->headers[i].name)) == known)
      {
        if (joined->len > 0)
          g_string_append (joined, known == USHER_HEADER_COOKIE ? "; " : ", ");
        g_string_append (joined, self->headers[i].value);
      }

  self->unjoined &= ~bit (known);
  self->known[known] = usher_text_arena_copy (&self->arena, joined->str, joined->len);
}

void
usher_request_take_header (UsherRequest *self,
                           const char *name,
                           gsize name_length,
                           const char *value)
{
  UsherKnownHeader known = find_known (name, name_length);

  if (self->n_headers == self->n_headers_room)
    {
      self->n_headers_room = MAX (2 * self->n_headers_room, FIRST_ROOM);
      self->headers = g_renew (UsherPair, self->headers, self->n_headers_room);
    }
  self->headers[self->n_headers++] = (UsherPair){ name, value };

  if (known == UNKNOWN)
    return;
  if (self->known[known] == NULL)
    self->known[known] = value;
  else
    add_again (self, known, value);
}

gboolean
usher_request_drop_header (UsherRequest *self, const char *name)
{
  guint n = 0;

  if (find_known (name, strlen (name)) != UNKNOWN)
    return FALSE;

  for (guint i = 0; i < self->n_headers; i++)
    if (g_ascii_strcasecmp (self->headers[i].name, name) != 0)
      self->headers[n++] = self->headers[i];
  self->n_headers = n;

  return TRUE;
}

/**
 * usher_request_add_header:
 * @self: a request
 * @name: the name
 * @value: the value
 *
 * Adds a header.
 */
void
usher_request_add_header (UsherRequest *self, const char *name, const char *value)
{
  g_return_if_fail (USHER_IS_REQUEST (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);

  usher_request_take_header (self,
                             usher_text_arena_copy (&self->arena, name, strlen (name)),
                             strlen (name),
                             usher_text_arena_copy (&self->arena, value, strlen (value)));
}

const char *
usher_request_peek_header (UsherRequest *self, UsherKnownHeader header)
{
  if ((self->unjoined & bit (header)) != 0)
    join (self, header);

  return self->known[header];
}

gboolean
usher_request_has_twice (UsherRequest *self, UsherKnownHeader header)
{
  return (self->twice & bit (header)) != 0;
}

/**
 * usher_request_set_body:
 * @self: a request
 * @body: (nullable): the body
 *
 * Sets the body.
 */
void
usher_request_set_body (UsherRequest *self, GBytes *body)
{
  g_autoptr (GBytes) old = NULL;

  g_return_if_fail (USHER_IS_REQUEST (self));

  old = g_steal_pointer (&self->body);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_clear_pointer (&self->json, usher_json_unref);
}

/**
 * usher_request_set_origin:
 * @self: a request
 * @address: the address of the client
 * @secure: whether it came by HTTPS
 *
 * Sets where the request came from. What a proxy said of it counts only if the proxy is trusted; that is
 * for the caller to know.
 */
void
usher_request_set_origin (UsherRequest *self, const char *address, gboolean secure)
{
  g_return_if_fail (USHER_IS_REQUEST (self));
  g_return_if_fail (address != NULL);

  self->address = usher_text_arena_copy (&self->arena, address, strlen (address));
  self->is_secure = secure;
}

void
usher_request_set_authority (UsherRequest *self, const char *authority)
{
  self->authority = usher_text_arena_copy (&self->arena, authority, strlen (authority));
}

const char *
usher_request_get_authority (UsherRequest *self)
{
  return self->authority != NULL ? self->authority : self->known[USHER_HEADER_HOST];
}

/**
 * usher_request_set_session:
 * @self: a request
 * @session: (nullable): who asks
 *
 * Sets who asks, `NULL` for anybody.
 */
void
usher_request_set_session (UsherRequest *self, UsherSession *session)
{
  g_autoptr (UsherSession) old = NULL;

  g_return_if_fail (USHER_IS_REQUEST (self));

  old = g_steal_pointer (&self->session);
  self->session = session != NULL ? usher_session_ref (session) : NULL;
}

/**
 * usher_request_set_id:
 * @self: a request
 * @id: the id
 *
 * Sets the id under which the request is answered and logged.
 */
void
usher_request_set_id (UsherRequest *self, const char *id)
{
  g_return_if_fail (USHER_IS_REQUEST (self));
  g_return_if_fail (id != NULL);

  self->id = usher_text_arena_copy (&self->arena, id, strlen (id));
}

gboolean
usher_request_is_id (const char *text)
{
  gsize length = 0;

  for (; text[length] != '\0'; length++)
    if (length == MAX_ID ||
        (!g_ascii_isalnum (text[length]) && strchr ("._-", text[length]) == NULL))
      return FALSE;

  return length > 0;
}

static void
append_hexadecimal (char *out, guint64 value)
{
  for (int i = 15; i >= 0; i--, value >>= 4)
    out[i] = "0123456789abcdef"[value & 15];
}

/* A number of this process, and one that counts requests; the mixing is one to one, so no id comes twice, and
 * it tells nobody how many there were. */
static void
make_id (UsherRequest *self)
{
  static gsize seed = 0;
  static gsize count = 0;
  char text[32];
  guint64 mixed = 0;

  if (g_once_init_enter (&seed))
    {
      gsize made = ((gsize) g_random_int () << 32) | g_random_int () | 1;

      g_once_init_leave (&seed, made);
    }

  mixed = seed + __atomic_fetch_add (&count, 1, __ATOMIC_RELAXED) *
                     G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  mixed = (mixed ^ (mixed >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  append_hexadecimal (text, seed * G_GUINT64_CONSTANT (0xd1342543de82ef95));
  append_hexadecimal (text + 16, mixed ^ (mixed >> 31));
  self->id = usher_text_arena_copy (&self->arena, text, sizeof text);
}

void
usher_request_adopt_id (UsherRequest *self)
{
  const char *id = self->known[USHER_HEADER_REQUEST_ID];

  if (id != NULL && usher_request_is_id (id))
    self->id = id;
  else
    make_id (self);
}

/**
 * usher_request_set_parameter:
 * @self: a request
 * @name: a name in the pattern of a route
 * @value: the segment of the path, decoded
 *
 * Sets what a route's pattern named.
 */
void
usher_request_set_parameter (UsherRequest *self, const char *name, const char *value)
{
  UsherPair *parameter = NULL;

  g_return_if_fail (USHER_IS_REQUEST (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (value != NULL);
  g_return_if_fail (self->n_parameters < USHER_MAX_PARAMETERS);

  parameter = &self->parameters[self->n_parameters++];
  parameter->name = usher_text_arena_copy (&self->arena, name, strlen (name));
  parameter->value = usher_text_arena_copy (&self->arena, value, strlen (value));
}

/**
 * usher_request_get_id:
 * @self: a request
 *
 * Gets the id under which the request is answered and logged. One is made when there is none.
 *
 * Returns: the id
 */
const char *
usher_request_get_id (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  if (self->id == NULL)
    usher_request_adopt_id (self);

  return self->id;
}

/**
 * usher_request_get_method:
 * @self: a request
 *
 * Gets the method.
 *
 * Returns: the method
 */
const char *
usher_request_get_method (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->method;
}

/**
 * usher_request_get_path:
 * @self: a request
 *
 * Gets the path as it came, not decoded, without the query.
 *
 * Returns: the path
 */
const char *
usher_request_get_path (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->path;
}

/**
 * usher_request_get_parameter:
 * @self: a request
 * @name: a name in the pattern of the route
 *
 * Gets the segment of the path that the pattern named, decoded.
 *
 * Returns: (nullable): the segment, `NULL` when the pattern has no such name
 */
const char *
usher_request_get_parameter (UsherRequest *self, const char *name)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < self->n_parameters; i++)
    if (strcmp (self->parameters[i].name, name) == 0)
      return self->parameters[i].value;

  return NULL;
}

const char *
usher_request_decode (UsherRequest *self, const char *text, gsize length, gboolean is_query)
{
  char *copy = usher_text_arena_copy (&self->arena, text, length);
  gsize out = 0;

  for (gsize i = 0; i < length; i++)
    {
      int high = 0;
      int low = 0;

      if (text[i] != '%')
        {
          copy[out++] = (char) (text[i] == '+' && is_query ? ' ' : text[i]);
          continue;
        }

      high = i + 2 < length ? g_ascii_xdigit_value (text[i + 1]) : -1;
      low = i + 2 < length ? g_ascii_xdigit_value (text[i + 2]) : -1;
      if (high < 0 || low < 0 || high + low == 0)
        return NULL;
      copy[out++] = (char) (high * 16 + low);
      i += 2;
    }
  copy[out] = '\0';

  return g_utf8_validate (copy, (gssize) out, NULL) ? copy : NULL;
}

static int
split_path (UsherRequest *self)
{
  const char *segment = self->path;
  int n = 0;

  if (*segment != '/')
    return SEGMENTS_NONE;

  while (segment != NULL)
    {
      const char *end = strchr (segment + 1, '/');
      gsize length = end != NULL ? (gsize) (end - segment - 1) : strlen (segment + 1);
      const char *decoded = usher_request_decode (self, segment + 1, length, FALSE);

      if (n == USHER_MAX_SEGMENTS || decoded == NULL || strcmp (decoded, ".") == 0 ||
          strcmp (decoded, "..") == 0)
        return SEGMENTS_NONE;
      self->segments[n++] = decoded;
      segment = end;
    }

  return n;
}

const char *const *
usher_request_get_segments (UsherRequest *self, guint *n_segments)
{
  if (self->n_segments == SEGMENTS_NEW)
    self->n_segments = split_path (self);
  if (self->n_segments == SEGMENTS_NONE)
    return NULL;

  *n_segments = (guint) self->n_segments;

  return self->segments;
}

/**
 * usher_request_get_header:
 * @self: a request
 * @name: the name of a header, in any case
 *
 * Gets the first value of a header.
 *
 * Returns: (nullable): the value, `NULL` when it is not there
 */
const char *
usher_request_get_header (UsherRequest *self, const char *name)
{
  UsherKnownHeader known = UNKNOWN;

  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  known = find_known (name, strlen (name));
  if (known != UNKNOWN)
    return self->known[known];

  for (guint i = 0; i < self->n_headers; i++)
    if (g_ascii_strcasecmp (self->headers[i].name, name) == 0)
      return self->headers[i].value;

  return NULL;
}

static char *
find_cookie (const char *cookies, const char *name)
{
  gsize length = strlen (name);

  while (*cookies != '\0')
    {
      gsize end = strcspn (cookies, ";");

      if (end > length && cookies[length] == '=' && strncmp (cookies, name, length) == 0)
        return g_strchomp (g_strndup (cookies + length + 1, end - length - 1));
      cookies += end;
      cookies += strspn (cookies, "; \t");
    }

  return NULL;
}

/**
 * usher_request_dup_cookie:
 * @self: a request
 * @name: the name of a cookie
 *
 * Gets the value of a cookie.
 *
 * Returns: (transfer full) (nullable): the value, `NULL` when it is not there
 */
char *
usher_request_dup_cookie (UsherRequest *self, const char *name)
{
  const char *cookies = NULL;

  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  cookies = usher_request_peek_header (self, USHER_HEADER_COOKIE);

  return cookies != NULL ? find_cookie (cookies + strspn (cookies, "; \t"), name) : NULL;
}

/**
 * usher_request_get_body:
 * @self: a request
 *
 * Gets the body.
 *
 * Returns: (transfer none) (nullable): the body, `NULL` when there is none
 */
GBytes *
usher_request_get_body (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->body;
}

/**
 * usher_request_get_session:
 * @self: a request
 *
 * Gets who asks.
 *
 * Returns: (transfer none) (nullable): the session, `NULL` for anybody
 */
UsherSession *
usher_request_get_session (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->session;
}

/**
 * usher_request_get_user_id:
 * @self: a request
 *
 * Gets the id of the user who asks, as [method@Session.get_user_id] does.
 *
 * Returns: (nullable): the id, `NULL` for anybody; never on a route with `USHER_ROUTE_SIGNED_IN`
 */
const char *
usher_request_get_user_id (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->session != NULL ? usher_session_get_user_id (self->session) : NULL;
}

/**
 * usher_request_get_address:
 * @self: a request
 *
 * Gets the address of the client.
 *
 * Returns: the address, empty when it is not known
 */
const char *
usher_request_get_address (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);

  return self->address;
}

/**
 * usher_request_is_secure:
 * @self: a request
 *
 * Tells whether the request came by HTTPS.
 *
 * Returns: whether it did
 */
gboolean
usher_request_is_secure (UsherRequest *self)
{
  g_return_val_if_fail (USHER_IS_REQUEST (self), FALSE);

  return self->is_secure;
}
