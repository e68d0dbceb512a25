/* usher-json-parser.c: reads a JSON text as RFC 8259 has it, and nothing else
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-json.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "usher-error.h"
#include "usher-json-private.h"

#define MAX_DEPTH 32
/* members of an object up to which each is compared with each */
#define FEW_MEMBERS 16

typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  char *strings;
  guint32 n_strings; /* bytes written to @strings */
  UsherJsonToken *tokens;
  guint n_tokens;
  guint n_allocated;
  guint depth;
  const char *problem;
} Parser;

static gboolean parse_value (Parser *parser);

static gboolean
fail (Parser *parser, const char *problem)
{
  if (parser->problem == NULL)
    parser->problem = problem;

  return FALSE;
}

static void
skip_space (Parser *parser)
{
  while (parser->at < parser->end &&
         (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r'))
    parser->at++;
}

/* the character at hand, NUL at the end */
static char
peek (Parser *parser)
{
  return (char) (parser->at < parser->end ? *parser->at : '\0');
}

static guint
add_token (Parser *parser, UsherJsonType type)
{
  UsherJsonToken *token = NULL;

  if (parser->n_tokens == parser->n_allocated)
    {
      parser->n_allocated = parser->n_allocated == 0 ? 16 : parser->n_allocated * 2;
      parser->tokens = g_renew (UsherJsonToken, parser->tokens, parser->n_allocated);
    }

  token = &parser->tokens[parser->n_tokens];
  *token = (UsherJsonToken){ .type = type, .start = (guint32) (parser->at - parser->text) };

  return parser->n_tokens++;
}

static gboolean
end_token (Parser *parser, guint index)
{
  UsherJsonToken *token = &parser->tokens[index];

  token->length = (guint32) (parser->at - parser->text) - token->start;
  token->next = parser->n_tokens;

  return TRUE;
}

static gboolean
parse_hex (Parser *parser, gunichar *unit)
{
  *unit = 0;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (peek (parser));

      if (digit < 0)
        return fail (parser, "a \\u needs four hexadecimal digits");
      *unit = *unit * 16 + (gunichar) digit;
      parser->at++;
    }

  return TRUE;
}

/* after the "\u" */
static gboolean
parse_unicode (Parser *parser)
{
  gunichar c = 0;
  gunichar low = 0;

  if (!parse_hex (parser, &c))
    return FALSE;

  if (c >= 0xd800 && c <= 0xdbff)
    {
      if (parser->end - parser->at < 2 || parser->at[0] != '\\' || parser->at[1] != 'u')
        return fail (parser, "half of a surrogate pair");
      parser->at += 2;
      if (!parse_hex (parser, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail (parser, "half of a surrogate pair");
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (c >= 0xdc00 && c <= 0xdfff)
    return fail (parser, "half of a surrogate pair");
  else if (c == 0)
    return fail (parser, "NUL in a string");

  parser->n_strings += (guint32) g_unichar_to_utf8 (c, parser->strings + parser->n_strings);

  return TRUE;
}

/* after the backslash */
static gboolean
parse_escape (Parser *parser)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  char c = peek (parser);
  const char *found = c != '\0' ? strchr (names, c) : NULL;

  if (c == 'u')
    {
      parser->at++;
      return parse_unicode (parser);
    }
  if (found == NULL)
    return fail (parser, "an unknown escape");

  parser->at++;
  parser->strings[parser->n_strings++] = values[found - names];

  return TRUE;
}

static gboolean
parse_string (Parser *parser)
{
  guint index = add_token (parser, USHER_JSON_STRING);

  parser->tokens[index].string = parser->n_strings;
  parser->at++;
  while (parser->at < parser->end && *parser->at != '"')
    {
      guchar c = (guchar) *parser->at;

      if (c < 0x20)
        return fail (parser, "a control character in a string");
      parser->at++;
      if (c != '\\')
        parser->strings[parser->n_strings++] = (char) c;
      else if (!parse_escape (parser))
        return FALSE;
    }
  if (parser->at >= parser->end)
    return fail (parser, "a string without end");

  parser->at++;
  parser->strings[parser->n_strings++] = '\0';

  return end_token (parser, index);
}

static gboolean
skip_digits (Parser *parser)
{
  const char *start = parser->at;

  while (g_ascii_isdigit (peek (parser)))
    parser->at++;

  return parser->at > start || fail (parser, "a digit is missing");
}

/* Whether a double holds the number; so few digits without an exponent always fit. */
static gboolean
fits_double (const char *number, gsize length, gboolean has_exponent)
{
  g_autofree char *copy = NULL;

  if (!has_exponent && length <= DBL_MAX_10_EXP)
    return TRUE;

  copy = g_strndup (number, length);

  return isfinite (g_ascii_strtod (copy, NULL));
}

static gboolean
parse_number (Parser *parser)
{
  guint index = add_token (parser, USHER_JSON_NUMBER);
  const char *start = parser->at;
  gboolean has_exponent = FALSE;

  if (peek (parser) == '-')
    parser->at++;
  if (peek (parser) == '0')
    parser->at++;
  else if (!skip_digits (parser))
    return FALSE;
  if (peek (parser) == '.')
    {
      parser->at++;
      if (!skip_digits (parser))
        return FALSE;
    }
  has_exponent = peek (parser) == 'e' || peek (parser) == 'E';
  if (has_exponent)
    {
      parser->at++;
      if (peek (parser) == '+' || peek (parser) == '-')
        parser->at++;
      if (!skip_digits (parser))
        return FALSE;
    }

  if (!fits_double (start, (gsize) (parser->at - start), has_exponent))
    return fail (parser, "a number too large");

  return end_token (parser, index);
}

static gboolean
parse_word (Parser *parser, const char *word, UsherJsonType type)
{
  guint index = add_token (parser, type);
  gsize length = strlen (word);

  if ((gsize) (parser->end - parser->at) < length || strncmp (parser->at, word, length) != 0)
    return fail (parser, "an unknown word");

  parser->at += length;

  return end_token (parser, index);
}

static gboolean
parse_array (Parser *parser)
{
  guint index = add_token (parser, USHER_JSON_ARRAY);

  parser->at++;
  skip_space (parser);
  if (peek (parser) == ']')
    {
      parser->at++;
      return end_token (parser, index);
    }

  while (parse_value (parser))
    {
      parser->tokens[index].n_children++;
      if (peek (parser) == ']')
        {
          parser->at++;
          return end_token (parser, index);
        }
      if (peek (parser) != ',')
        return fail (parser, "a comma or ] is missing");
      parser->at++;
    }

  return FALSE;
}

/* the tokens of an object are complete */
static gboolean
has_duplicate (Parser *parser, guint index)
{
  const UsherJsonToken *object = &parser->tokens[index];
  g_autoptr (GHashTable) keys = NULL;
  guint key = index + 1;

  if (object->n_children > FEW_MEMBERS)
    keys = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < object->n_children; i++)
    {
      const char *name = parser->strings + parser->tokens[key].string;

      if (keys != NULL && !g_hash_table_add (keys, (gpointer) name))
        return TRUE;
      for (guint j = 0, other = index + 1; keys == NULL && j < i; j++)
        {
          if (g_str_equal (name, parser->strings + parser->tokens[other].string))
            return TRUE;
          other = parser->tokens[other + 1].next;
        }
      key = parser->tokens[key + 1].next;
    }

  return FALSE;
}

static gboolean
parse_member (Parser *parser)
{
  skip_space (parser);
  if (peek (parser) != '"')
    return fail (parser, "a member needs a name in quotes");
  if (!parse_string (parser))
    return FALSE;

  skip_space (parser);
  if (peek (parser) != ':')
    return fail (parser, "a colon is missing");
  parser->at++;

  return parse_value (parser);
}

static gboolean
parse_object (Parser *parser)
{
  guint index = add_token (parser, USHER_JSON_OBJECT);

  parser->at++;
  skip_space (parser);
  if (peek (parser) == '}')
    {
      parser->at++;
      return end_token (parser, index);
    }

  while (parse_member (parser))
    {
      parser->tokens[index].n_children++;
      if (peek (parser) == '}')
        {
          parser->at++;
          end_token (parser, index);
          return !has_duplicate (parser, index) || fail (parser, "a member is there twice");
        }
      if (peek (parser) != ',')
        return fail (parser, "a comma or } is missing");
      parser->at++;
    }

  return FALSE;
}

static gboolean
parse_container (Parser *parser)
{
  gboolean ok = FALSE;

  if (++parser->depth > MAX_DEPTH)
    return fail (parser, "nested too deeply");

  ok = *parser->at == '{' ? parse_object (parser) : parse_array (parser);
  parser->depth--;

  return ok;
}

/* A value with the space around it. */
static gboolean
parse_value (Parser *parser)
{
  gboolean ok = FALSE;
  char c = '\0';

  skip_space (parser);
  c = peek (parser);
  if (c == '{' || c == '[')
    ok = parse_container (parser);
  else if (c == '"')
    ok = parse_string (parser);
  else if (c == '-' || g_ascii_isdigit (c))
    ok = parse_number (parser);
  else if (c == 't')
    ok = parse_word (parser, "true", USHER_JSON_BOOLEAN);
  else if (c == 'f')
    ok = parse_word (parser, "false", USHER_JSON_BOOLEAN);
  else if (c == 'n')
    ok = parse_word (parser, "null", USHER_JSON_NULL);
  else
    return fail (parser, "a value is missing");
  skip_space (parser);

  return ok;
}

/**
 * usher_json_parse:
 * @text: a text
 * @length: its length in bytes, or -1
 * @error: return location for a [error@Error]
 *
 * Reads a JSON text: UTF-8, one value, no member twice, at most 32 deep, numbers that a
 * double can hold, no NUL.
 *
 * Returns: (transfer full): the value, or `NULL` with `USHER_ERROR_INVALID`, which names the byte
 */
UsherJson *
usher_json_parse (const char *text, gssize length, GError **error)
{
  gsize size = 0;
  Parser parser = { .text = text, .at = text };
  UsherJson *self = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  size = length < 0 ? strlen (text) : (gsize) length;
  parser.end = text + size;
  if (size > G_MAXINT32)
    parser.problem = "too long";
  else if (!g_utf8_validate_len (text, size, &parser.at))
    parser.problem = "not UTF-8, or with a NUL";
  else
    {
      parser.at = text;
      /* a decoded string with its NUL is shorter than with its quotes */
      parser.strings = g_malloc (size + 1);
      if (parse_value (&parser) && parser.at < parser.end)
        fail (&parser, "something follows the value");
    }

  if (parser.problem != NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "malformed JSON at byte %" G_GSIZE_FORMAT ": %s",
                   (gsize) (parser.at - text),
                   parser.problem);
      g_free (parser.strings);
      g_free (parser.tokens);
      return NULL;
    }

  self = g_new0 (UsherJson, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->text = g_strndup (text, size);
  self->strings = parser.strings;
  self->tokens = parser.tokens;

  return self;
}
