/* usher-reply.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-reply.h"

#include <string.h>

#include "usher-document-private.h"
#include "usher-entity-tag-private.h"
#include "usher-error.h"
#include "usher-json-writer.h"
#include "usher-reply-private.h"
#include "usher-request-private.h"
#include "usher-stream-private.h"

#define JSON_TYPE   "application/json"
#define RETRY_AFTER "1"

typedef struct
{
  char *name;  /* (owned) */
  char *value; /* (owned) */
} Header;

/**
 * UsherReply:
 *
 * What the host answers: at first status 200 and no body.
 *
 * JSON of documents is spliced from the texts that the store keeps, nothing is parsed. A reply is used by one
 * thread at a time.
 */
struct _UsherReply
{
  GObject parent_instance;

  guint status;
  GBytes *body;               /* (owned) (nullable) */
  const char *media_type;     /* (unowned) (nullable): interned */
  GArray *headers;            /* (owned) (nullable) (element-type Header) */
  char tag[USHER_ENTITY_TAG]; /* of the document that is the body, or empty */
  gboolean shows_tag;
  gboolean has_session;
  UsherSession *session; /* (owned) (nullable) */
  UsherStream *stream;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (UsherReply, usher_reply, G_TYPE_OBJECT)

static void
clear_header (gpointer data)
{
  Header *header = data;

  g_free (header->name);
  g_free (header->value);
}

/* A stream that no listener has taken has no reader. */
static void
drop_stream (UsherReply *self)
{
  g_autoptr (UsherStream) stream = g_steal_pointer (&self->stream);

  if (stream != NULL)
    usher_stream_detach (stream);
}

static void
clear (UsherReply *self)
{
  drop_stream (self);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, g_array_unref);
  g_clear_pointer (&self->session, usher_session_unref);
  self->tag[0] = '\0';
  self->shows_tag = FALSE;
}

static void
usher_reply_finalize (GObject *object)
{
  clear (USHER_REPLY (object));

  G_OBJECT_CLASS (usher_reply_parent_class)->finalize (object);
}

static void
usher_reply_class_init (UsherReplyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_reply_finalize;
}

static void
usher_reply_init (UsherReply *self)
{
  self->status = 200;
}

/**
 * usher_reply_new:
 *
 * Makes a reply with status 200 and no body.
 *
 * Returns: (transfer full): the reply
 */
UsherReply *
usher_reply_new (void)
{
  return g_object_new (USHER_TYPE_REPLY, NULL);
}

/**
 * usher_reply_reset:
 * @self: a reply
 *
 * Makes the reply what it was at first, for another run of the handler.
 */
void
usher_reply_reset (UsherReply *self)
{
  g_return_if_fail (USHER_IS_REPLY (self));

  clear (self);
  self->status = 200;
  self->media_type = NULL;
  self->has_session = FALSE;
}

/**
 * usher_reply_set_status:
 * @self: a reply
 * @status: an HTTP status
 *
 * Sets the status.
 */
void
usher_reply_set_status (UsherReply *self, guint status)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (status >= 200 && status < 600);

  self->status = status;
}

static Header *
find_header (UsherReply *self, const char *name)
{
  for (guint i = 0; self->headers != NULL && i < self->headers->len; i++)
    {
      Header *header = &g_array_index (self->headers, Header, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        return header;
    }

  return NULL;
}

void
usher_reply_take_header (UsherReply *self, char *name, char *value)
{
  Header added = { name, value };

  if (self->headers == NULL)
    {
      self->headers = g_array_new (FALSE, FALSE, sizeof (Header));
      g_array_set_clear_func (self->headers, clear_header);
    }
  g_array_append_val (self->headers, added);
}

/* The listener says these itself: others would contradict it. */
static const char *const own_headers[] = {
  "connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding",
};

static gboolean
is_settable (const char *name)
{
  const char *at = name;

  while (g_ascii_isalnum (*at) || (*at != '\0' && strchr ("!#$%&'*+-.^_`|~", *at) != NULL))
    at++;
  if (at == name || *at != '\0')
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (own_headers); i++)
    if (g_ascii_strcasecmp (own_headers[i], name) == 0)
      return FALSE;

  return TRUE;
}

/**
 * usher_reply_set_header:
 * @self: a reply
 * @name: the name; one that is no token of HTTP is refused, and so is what the listener says itself: `Connection`,
 *   `Content-Length`, `Content-Type`, `Date`, `Keep-Alive` and `Transfer-Encoding`
 * @value: the value; one with a line break is refused
 *
 * Sets a header, in the place of one of that name.
 */
void
usher_reply_set_header (UsherReply *self, const char *name, const char *value)
{
  Header *header = NULL;

  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (is_settable (name));
  g_return_if_fail (value != NULL);
  g_return_if_fail (strpbrk (value, "\r\n") == NULL);

  header = find_header (self, name);
  if (header != NULL)
    {
      g_free (header->value);
      header->value = g_strdup (value);
    }
  else
    usher_reply_take_header (self, g_strdup (name), g_strdup (value));
}

/* Takes ownership of @body. */
static void
take_body (UsherReply *self, GBytes *body, const char *media_type)
{
  drop_stream (self);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body;
  self->media_type = media_type;
  self->tag[0] = '\0';
  self->shows_tag = FALSE;
}

/**
 * usher_reply_set_body:
 * @self: a reply
 * @body: the body
 * @media_type: its media type
 *
 * Sets any body.
 */
void
usher_reply_set_body (UsherReply *self, GBytes *body, const char *media_type)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (body != NULL);
  g_return_if_fail (media_type != NULL);

  take_body (self, g_bytes_ref (body), g_intern_string (media_type));
}

/**
 * usher_reply_stream:
 * @self: a reply
 * @media_type: the media type of the body
 *
 * Lets the body come in pieces, in place of any other. Finish the exchange at once, or let the handler return: the head is
 * sent then, and the stream lives on for whoever writes. A handler that runs again makes another; the first has no
 * reader then. Where the unit changes something, the head and what was written are sent when that is durable.
 *
 * Returns: (transfer full): the stream
 */
UsherStream *
usher_reply_stream (UsherReply *self, const char *media_type)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), NULL);
  g_return_val_if_fail (media_type != NULL, NULL);

  take_body (self, NULL, g_intern_string (media_type));
  self->stream = usher_stream_new ();

  return g_object_ref (self->stream);
}

UsherStream *
usher_reply_steal_stream (UsherReply *self)
{
  return g_steal_pointer (&self->stream);
}

/**
 * usher_reply_take_json:
 * @self: a reply
 * @json: (transfer full): JSON text
 *
 * Sets a JSON body.
 */
void
usher_reply_take_json (UsherReply *self, char *json)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (json != NULL);

  take_body (self, g_bytes_new_take (json, strlen (json)), JSON_TYPE);
}

/**
 * usher_reply_set_document:
 * @self: a reply
 * @document: a document
 *
 * Sets the text of a document as the body. Where it is as the store has it, an answer 200 to `GET` or `HEAD` has an `ETag`
 * and `Cache-Control: private, no-cache`, unless the handler sets its own; `If-None-Match` and `If-Match` are heeded then, here as for an
 * `ETag` that the handler sets.
 */
void
usher_reply_set_document (UsherReply *self, UsherDocument *document)
{
  const char *text = NULL;
  gsize length = 0;

  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (document != NULL);

  text = usher_document_get_text (document, &length);
  take_body (self, g_bytes_new (text, length), JSON_TYPE);
  if (usher_document_is_as_stored (document))
    usher_entity_tag_write (self->tag, document);
}

/**
 * usher_reply_answer:
 * @self: a reply
 * @status: the status of the answer
 * @document: (nullable): what is asked for or has become of it; `NULL` where that failed, and the error says how
 *
 * Answers with a document: the last line of a handler, `return usher_reply_answer (reply, 200, ticket);`.
 *
 * Returns: whether there is a document, for a handler to return
 */
gboolean
usher_reply_answer (UsherReply *self, guint status, UsherDocument *document)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), FALSE);

  if (document == NULL)
    return FALSE;

  usher_reply_set_status (self, status);
  usher_reply_set_document (self, document);

  return TRUE;
}

void
usher_reply_show_tag (UsherReply *self)
{
  self->shows_tag = self->tag[0] != '\0' && find_header (self, "ETag") == NULL;
}

gboolean
usher_reply_shows_tag (UsherReply *self)
{
  return self->shows_tag;
}

void
usher_reply_set_unchanged (UsherReply *self)
{
  drop_stream (self);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->media_type = NULL;
  self->status = 304;
}

static void
set_first (UsherReply *self, GPtrArray *documents, guint n)
{
  GString *json = NULL;
  gsize total = 2;
  gsize length = 0;

  for (guint i = 0; i < n; i++)
    {
      usher_document_get_text (g_ptr_array_index (documents, i), &length);
      total += length + 1;
    }

  json = g_string_sized_new (total + 1);
  g_string_append_c (json, '[');
  for (guint i = 0; i < n; i++)
    {
      const char *text = usher_document_get_text (g_ptr_array_index (documents, i), &length);

      if (i > 0)
        g_string_append_c (json, ',');
      g_string_append_len (json, text, (gssize) length);
    }
  g_string_append_c (json, ']');

  take_body (self, g_string_free_to_bytes (json), JSON_TYPE);
}

/**
 * usher_reply_set_documents:
 * @self: a reply
 * @documents: (element-type UsherDocument): documents
 *
 * Sets the array of the documents' texts as the body.
 */
void
usher_reply_set_documents (UsherReply *self, GPtrArray *documents)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (documents != NULL);

  set_first (self, documents, documents->len);
}

/**
 * usher_reply_set_page:
 * @self: a reply
 * @request: what asks for the list
 * @documents: (element-type UsherDocument): documents, asked for with one more than @limit
 * @limit: how many a page has
 *
 * Sets a page of a list as the body, and a `Link` to the next page when there is one: the target of @request with all its
 * parameters, but with the last document of this page in `after`.
 */
void
usher_reply_set_page (UsherReply *self, UsherRequest *request, GPtrArray *documents, guint limit)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (USHER_IS_REQUEST (request));
  g_return_if_fail (documents != NULL);
  g_return_if_fail (limit > 0);

  set_first (self, documents, MIN (documents->len, limit));
  if (documents->len > limit)
    usher_reply_set_next (self, request, g_ptr_array_index (documents, limit - 1), NULL);
}

void
usher_reply_set_next (UsherReply *self, UsherRequest *request, UsherDocument *last, const char *at)
{
  g_autofree char *target =
      usher_request_make_next_target (request, usher_document_get_id (last), at);
  g_autofree char *link = g_strdup_printf ("<%s>; rel=\"next\"", target);

  usher_reply_set_header (self, "Link", link);
}

/**
 * usher_reply_set_session:
 * @self: a reply
 * @session: (nullable): a session, `NULL` to clear the client's
 *
 * Lets the host set the session's cookie, or clear it.
 */
void
usher_reply_set_session (UsherReply *self, UsherSession *session)
{
  g_autoptr (UsherSession) old = NULL;

  g_return_if_fail (USHER_IS_REPLY (self));

  old = g_steal_pointer (&self->session);
  self->session = session != NULL ? usher_session_ref (session) : NULL;
  self->has_session = TRUE;
}

static void
set_message (UsherReply *self, guint status, const char *message)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "errors");
  usher_json_writer_begin_array (writer);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "message", message);
  usher_json_writer_end_object (writer);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
  self->status = status;
  usher_reply_take_json (self, usher_json_writer_end (writer));
}

/**
 * usher_reply_refuse:
 * @self: a reply
 * @status: an HTTP status
 * @message: what a person is told
 *
 * Sets one message in the error shape with a status of the handler's choice. The handler returns `TRUE`: its
 * unit is committed.
 */
void
usher_reply_refuse (UsherReply *self, guint status, const char *message)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (status >= 400 && status < 600);
  g_return_if_fail (message != NULL);

  set_message (self, status, message);
}

typedef struct
{
  UsherError code;
  guint status;
  const char *message; /* (nullable): NULL: the error has one that was written for people */
} Meaning;

/* The one table from what went wrong to what the client is told. */
static const Meaning meanings[] = {
  { USHER_ERROR_INVALID, 400, NULL },
  { USHER_ERROR_UNAUTHORIZED, 401, "Not authorized" },
  { USHER_ERROR_FORBIDDEN, 403, NULL },
  { USHER_ERROR_NOT_FOUND, 404, "Not Found" },
  { USHER_ERROR_NOT_ALLOWED, 405, "Method not allowed" },
  { USHER_ERROR_CONFLICT, 409, "Changed by somebody else at the same time" },
  { USHER_ERROR_TAKEN, 409, "Already taken" },
  { USHER_ERROR_BUSY, 409, NULL },
  { USHER_ERROR_TOO_LARGE, 413, "Body too large" },
  { USHER_ERROR_UNSUPPORTED, 415, "Body must be application/json" },
  { USHER_ERROR_LIMITED, 429, NULL },
  { USHER_ERROR_UNAVAILABLE, 503, NULL },
  { USHER_ERROR_FULL, 503, "No room, try again later" },
  { USHER_ERROR_OUTDATED, 412, NULL },
};

static const Meaning *
look_up (const GError *error)
{
  static const Meaning unforeseen = { USHER_ERROR_FAILED, 500, "Something went wrong" };

  for (guint i = 0; error->domain == USHER_ERROR && i < G_N_ELEMENTS (meanings); i++)
    if ((int) meanings[i].code == error->code)
      return &meanings[i];

  return &unforeseen;
}

/**
 * usher_error_get_status:
 * @error: an error
 *
 * Gets the HTTP status of an error, by the one table. What is not in it, and errors of other domains, are 500.
 *
 * Returns: the status
 */
guint
usher_error_get_status (const GError *error)
{
  g_return_val_if_fail (error != NULL, 500);

  return look_up (error)->status;
}

/**
 * usher_reply_set_error:
 * @self: a reply
 * @error: an error
 * @problems: (nullable): what is wrong with the input, for `USHER_ERROR_INVALID`
 *
 * Sets status and body for an error. Only messages of codes that are written for people go out.
 */
void
usher_reply_set_error (UsherReply *self, const GError *error, UsherProblems *problems)
{
  const Meaning *meaning = NULL;

  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (error != NULL);

  meaning = look_up (error);
  if (meaning->status == 400 && problems != NULL && usher_problems_get_length (problems) > 0)
    {
      self->status = meaning->status;
      usher_reply_take_json (self, usher_problems_to_json (problems));
      return;
    }

  set_message (self, meaning->status, meaning->message != NULL ? meaning->message : error->message);
  if ((meaning->status == 429 || meaning->status == 503) &&
      find_header (self, "Retry-After") == NULL)
    usher_reply_set_header (self, "Retry-After", RETRY_AFTER);
}

/**
 * usher_reply_get_status:
 * @self: a reply
 *
 * Gets the status.
 *
 * Returns: the status
 */
guint
usher_reply_get_status (UsherReply *self)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), 0);

  return self->status;
}

/**
 * usher_reply_get_body:
 * @self: a reply
 *
 * Gets the body.
 *
 * Returns: (transfer none) (nullable): the body, `NULL` when there is none
 */
GBytes *
usher_reply_get_body (UsherReply *self)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), NULL);

  return self->body;
}

/**
 * usher_reply_get_media_type:
 * @self: a reply
 *
 * Gets the media type of the body.
 *
 * Returns: (nullable): the media type, `NULL` when there is no body
 */
const char *
usher_reply_get_media_type (UsherReply *self)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), NULL);

  return self->media_type;
}

/**
 * usher_reply_get_header:
 * @self: a reply
 * @name: a name, in any case
 *
 * Gets a header that was set.
 *
 * Returns: (nullable): the value, `NULL` when it is not set
 */
const char *
usher_reply_get_header (UsherReply *self, const char *name)
{
  Header *header = NULL;

  g_return_val_if_fail (USHER_IS_REPLY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  header = find_header (self, name);
  if (header != NULL)
    return header->value;

  return self->shows_tag && g_ascii_strcasecmp (name, "ETag") == 0 ? self->tag : NULL;
}

/**
 * usher_reply_foreach_header:
 * @self: a reply
 * @func: (scope call) (closure user_data): called for each header
 * @user_data: data for @func
 *
 * Calls a function for each header that was set.
 */
void
usher_reply_foreach_header (UsherReply *self, UsherHeaderFunc func, gpointer user_data)
{
  g_return_if_fail (USHER_IS_REPLY (self));
  g_return_if_fail (func != NULL);

  for (guint i = 0; self->headers != NULL && i < self->headers->len; i++)
    {
      Header *header = &g_array_index (self->headers, Header, i);

      func (header->name, header->value, user_data);
    }
  if (self->shows_tag)
    func ("ETag", self->tag, user_data);
}

/**
 * usher_reply_get_session:
 * @self: a reply
 * @session: (out) (optional) (nullable) (transfer none): the session, `NULL` when it is cleared
 *
 * Tells whether the reply sets or clears the client's session.
 *
 * Returns: whether it does
 */
gboolean
usher_reply_get_session (UsherReply *self, UsherSession **session)
{
  g_return_val_if_fail (USHER_IS_REPLY (self), FALSE);

  if (session != NULL)
    *session = self->session;

  return self->has_session;
}
