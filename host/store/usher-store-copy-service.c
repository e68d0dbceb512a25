/* usher-store-copy-service.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-copy-service-private.h"

#include "usher-error.h"
#include "usher-store-transfer-private.h"
#include "usher-store-transfer-sum-private.h"
#include "usher-store-uri.h"

/* rows between two calls of who follows */
#define STRIDE 256

/* The documents of a collection, or all rows of another part. */
typedef struct
{
  UsherTransferPart part;
  UsherSchema *schema; /* (unowned) (nullable) */
  gint64 n_rows;       /* in the source */
  UsherStoreTransferSum was;
  UsherStoreTransferSum is;
} Section;

struct _UsherStoreCopyService
{
  char *name;               /* (owned) */
  char *from_place;         /* (owned): for people */
  char *to_place;           /* (owned): for people */
  UsherStoreTransfer *from; /* (owned) */
  UsherStoreTransfer *to;   /* (owned) */
  char *mark;               /* (owned) (nullable) */
  GPtrArray *schemas;       /* (owned) (element-type UsherSchema) */
  GArray *sections;         /* (owned) (element-type Section) */
  UsherReach reach;
  UsherStoreCopyFunc func; /* (nullable) */
  gpointer user_data;
  gint64 n_rows; /* in all, those that are read for comparing too */
  gint64 n_done;
  gboolean is_check;
};

/* in the order of UsherTransferPart */
static const char *const parts[] = { "documents", "events", "inbox", "requests", "timers" };

void
usher_store_copy_service_free (UsherStoreCopyService *self)
{
  g_clear_pointer (&self->sections, g_array_unref);
  g_clear_object (&self->from);
  g_clear_object (&self->to);
  g_clear_pointer (&self->schemas, g_ptr_array_unref);
  g_free (self->mark);
  g_free (self->from_place);
  g_free (self->to_place);
  g_free (self->name);
  g_free (self);
}

static gboolean
add_section (UsherStoreCopyService *self,
             UsherTransferPart part,
             UsherSchema *schema,
             GError **error)
{
  Section section = { part, schema };

  if (!usher_store_transfer_count (self->from, part, schema, &section.n_rows, error))
    return FALSE;

  self->n_rows += section.n_rows;
  g_array_append_val (self->sections, section);

  return TRUE;
}

static gboolean
look (UsherStoreCopyService *self, GError **error)
{
  self->schemas = usher_store_transfer_list_schemas (self->from, error);
  if (self->schemas == NULL ||
      !usher_store_transfer_lookup_reach (self->from, &self->reach, error) ||
      !usher_store_transfer_lookup_mark (self->to, &self->mark, error))
    return FALSE;

  for (guint i = 0; i < self->schemas->len; i++)
    if (!add_section (self, USHER_TRANSFER_DOCUMENTS, g_ptr_array_index (self->schemas, i), error))
      return FALSE;
  for (guint part = USHER_TRANSFER_DOCUMENTS + 1; part < USHER_TRANSFER_N_PARTS; part++)
    if (!add_section (self, part, NULL, error))
      return FALSE;

  return TRUE;
}

/* What a killed copy has left is no source. */
static gboolean
check_source (UsherStoreCopyService *self, GError **error)
{
  g_autofree char *mark = NULL;

  if (!usher_store_transfer_lookup_mark (self->from, &mark, error))
    return FALSE;

  return mark == NULL || usher_refuse (error,
                                       USHER_ERROR_CONFLICT,
                                       "“%s” is itself a copy that was not finished",
                                       self->from_place);
}

UsherStoreCopyService *
usher_store_copy_service_new (const char *name, const char *from, const char *to, GError **error)
{
  g_autoptr (UsherStoreCopyService) self = g_new0 (UsherStoreCopyService, 1);

  self->name = g_strdup (name);
  self->from_place = usher_store_uri_dup_public (from);
  self->to_place = usher_store_uri_dup_public (to);
  self->sections = g_array_new (FALSE, FALSE, sizeof (Section));
  self->from = usher_store_transfer_open (from, FALSE, error);
  self->to = self->from != NULL ? usher_store_transfer_open (to, TRUE, error) : NULL;
  if (self->to == NULL || !usher_store_copy_service_check_unused (self, error) ||
      !check_source (self, error) || !look (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
usher_store_copy_service_set_func (UsherStoreCopyService *self,
                                   UsherStoreCopyFunc func,
                                   gpointer user_data)
{
  self->func = func;
  self->user_data = user_data;
}

const char *
usher_store_copy_service_get_name (UsherStoreCopyService *self)
{
  return self->name;
}

const char *
usher_store_copy_service_get_mark (UsherStoreCopyService *self)
{
  return self->mark;
}

gboolean
usher_store_copy_service_check_unused (UsherStoreCopyService *self, GError **error)
{
  return usher_store_transfer_check_unused (self->from, error) &&
         usher_store_transfer_check_unused (self->to, error);
}

static gboolean
describe_content (UsherStoreCopyService *self,
                  UsherTransferPart part,
                  UsherSchema *schema,
                  GString *content,
                  GError **error)
{
  static const char *const names[] = {
    "documents in collection", "events to be sent", "applied events", "request keys", "timers",
  };
  gint64 n_rows = 0;

  if (!usher_store_transfer_count (self->to, part, schema, &n_rows, error))
    return FALSE;
  if (n_rows == 0)
    return TRUE;

  g_string_append_printf (
      content, "%s%" G_GINT64_FORMAT " %s", content->len > 0 ? ", " : "", n_rows, names[part]);
  if (schema != NULL)
    g_string_append_printf (content, " “%s”", usher_schema_get_collection (schema));

  return TRUE;
}

gboolean
usher_store_copy_service_check_empty (UsherStoreCopyService *self, GError **error)
{
  g_autoptr (GPtrArray) schemas = usher_store_transfer_list_schemas (self->to, error);
  g_autoptr (GString) content = g_string_new (NULL);

  if (schemas == NULL)
    return FALSE;

  for (guint i = 0; i < schemas->len; i++)
    if (!describe_content (
            self, USHER_TRANSFER_DOCUMENTS, g_ptr_array_index (schemas, i), content, error))
      return FALSE;
  for (guint part = USHER_TRANSFER_DOCUMENTS + 1; part < USHER_TRANSFER_N_PARTS; part++)
    if (!describe_content (self, part, NULL, content, error))
      return FALSE;
  if (content->len == 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CONFLICT,
               "“%s” is not empty, it has %s: choose another place, or remove that one",
               self->to_place,
               content->str);

  return FALSE;
}

gboolean
usher_store_copy_service_set_mark (UsherStoreCopyService *self, const char *mark, GError **error)
{
  return usher_store_transfer_set_mark (self->to, mark, error);
}

static void
tell (UsherStoreCopyService *self)
{
  if (self->func != NULL)
    self->func (self->name, self->is_check, self->n_done, self->n_rows, self->user_data);
}

static void
count_row (UsherStoreCopyService *self)
{
  if (++self->n_done % STRIDE == 0)
    tell (self);
}

static void
begin (UsherStoreCopyService *self, gboolean is_check)
{
  self->is_check = is_check;
  self->n_done = 0;
  tell (self);
}

typedef struct
{
  UsherStoreCopyService *service; /* (unowned) */
  UsherStoreTransferSum *sum;     /* (unowned) */
  gboolean is_written;
} Reading;

static gboolean
on_row (const UsherTransferRow *row, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  if (reading->is_written && !usher_store_transfer_write (reading->service->to, row, error))
    return FALSE;

  usher_store_transfer_sum_add (reading->sum, row);
  count_row (reading->service);

  return TRUE;
}

static gboolean
read_section (UsherStoreCopyService *self,
              UsherStoreTransfer *transfer,
              Section *section,
              gboolean is_written,
              GError **error)
{
  Reading reading = { self, transfer == self->from ? &section->was : &section->is, is_written };

  *reading.sum = (UsherStoreTransferSum){ 0 };

  return usher_store_transfer_read (
      transfer, section->part, section->schema, on_row, &reading, error);
}

static gboolean
read_all (UsherStoreCopyService *self,
          UsherStoreTransfer *transfer,
          gboolean is_written,
          GError **error)
{
  for (guint i = 0; i < self->sections->len; i++)
    if (!read_section (
            self, transfer, &g_array_index (self->sections, Section, i), is_written, error))
      return FALSE;

  return TRUE;
}

static gboolean
refuse_section (UsherStoreCopyService *self, const Section *section, GError **error)
{
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "“%s” is no true copy of “%s”: of %s%s%s it has %" G_GINT64_FORMAT
               " in place of %" G_GINT64_FORMAT "%s",
               self->to_place,
               self->from_place,
               parts[section->part],
               section->schema != NULL ? " in collection " : "",
               section->schema != NULL ? usher_schema_get_collection (section->schema) : "",
               section->is.n_rows,
               section->was.n_rows,
               section->is.n_rows == section->was.n_rows ? ", and other content" : "");

  return FALSE;
}

/* Both have been read. */
static gboolean
compare_sections (UsherStoreCopyService *self, GError **error)
{
  UsherReach reach = { 0 };

  for (guint i = 0; i < self->sections->len; i++)
    {
      const Section *section = &g_array_index (self->sections, Section, i);

      if (!usher_store_transfer_sum_equals (&section->was, &section->is))
        return refuse_section (self, section, error);
    }

  if (!usher_store_transfer_lookup_reach (self->to, &reach, error))
    return FALSE;

  return (g_str_equal (reach.log, self->reach.log) && reach.position == self->reach.position) ||
         usher_refuse (error,
                       USHER_ERROR_CORRUPT,
                       "“%s” knows another log of the bus than “%s”",
                       self->to_place,
                       self->from_place);
}

gboolean
usher_store_copy_service_compare (UsherStoreCopyService *self, gboolean *is_same, GError **error)
{
  begin (self, TRUE);
  if (!read_all (self, self->from, FALSE, error))
    return FALSE;

  begin (self, TRUE);
  if (!read_all (self, self->to, FALSE, error))
    return FALSE;

  *is_same = compare_sections (self, NULL);
  tell (self);

  return TRUE;
}

gboolean
usher_store_copy_service_run (UsherStoreCopyService *self, GError **error)
{
  begin (self, FALSE);
  if (!usher_store_transfer_clear (self->to, error))
    return FALSE;
  for (guint i = 0; i < self->schemas->len; i++)
    if (!usher_store_transfer_add_collection (self->to,
                                              g_ptr_array_index (self->schemas, i),
                                              error))
      return FALSE;

  if (!read_all (self, self->from, TRUE, error) ||
      !usher_store_transfer_finish (self->to, &self->reach, error))
    return FALSE;
  tell (self);

  begin (self, TRUE);
  if (!read_all (self, self->to, FALSE, error) || !compare_sections (self, error))
    return FALSE;
  tell (self);

  return TRUE;
}

void
usher_store_copy_service_describe (UsherStoreCopyService *self, GVariantBuilder *builder)
{
  gint64 counts[USHER_TRANSFER_N_PARTS] = { 0 };

  for (guint i = 0; i < self->sections->len; i++)
    {
      const Section *section = &g_array_index (self->sections, Section, i);

      counts[section->part] += section->n_rows;
    }
  for (guint part = 0; part < USHER_TRANSFER_N_PARTS; part++)
    g_variant_builder_add (builder, "{sx}", parts[part], counts[part]);
}
