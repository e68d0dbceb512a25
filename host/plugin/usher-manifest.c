/* usher-manifest.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-manifest.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-error.h"
#include "usher-manifest-keys-private.h"
#include "usher-settings.h"
#include "usher-version-private.h"

#define GROUP "Plugin"

#define LOADER_MODULE "module"
#define LOADER_PYTHON "python"

#define FILE_SUFFIX ".py"
/* of a file without a manifest */
#define FILE_VERSION "1.0.0"

/* bytes: far more than any has, and far less than what is noticed */
#define MAX_SIZE (1024 * 1024)

/**
 * UsherManifest:
 *
 * What a `.plugin` file says of a plugin.
 *
 * It is read before the module is opened, so the host orders plugins without running their code.
 * Immutable, any thread.
 *
 * The group `[Plugin]` has Name, Version (MAJOR.MINOR.PATCH), Description, Loader (`module` when it is not there, or `python`),
 * Module (`NAME.so` or `NAME.py` beside the manifest when it is not there), ABI (of a module alone), Provides, Requires, Wants and Conflicts; the last four are lists of `name`, `name >= 1.0` or
 * `name >= 1.0 < 2.0`.
 */
struct _UsherManifest
{
  GObject parent_instance;

  char *path;        /* (owned) */
  char *name;        /* (owned) */
  char *version;     /* (owned) */
  char *description; /* (owned) */
  char *loader;      /* (owned) */
  char *module;      /* (owned) */
  guint abi;         /* 0: its loader has none */
  GStrv provides;    /* (owned) */
  GStrv requires;    /* (owned) */
  GStrv wants;       /* (owned) */
  GStrv conflicts;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (UsherManifest, usher_manifest, G_TYPE_OBJECT)

static void
usher_manifest_finalize (GObject *object)
{
  UsherManifest *self = USHER_MANIFEST (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->version);
  g_free (self->description);
  g_free (self->loader);
  g_free (self->module);
  g_strfreev (self->provides);
  g_strfreev (self->requires);
  g_strfreev (self->wants);
  g_strfreev (self->conflicts);

  G_OBJECT_CLASS (usher_manifest_parent_class)->finalize (object);
}

static void
usher_manifest_class_init (UsherManifestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_manifest_finalize;
}

static void
usher_manifest_init (UsherManifest *self)
{
}

#define RANGES "list of NAME [>= VERSION] [< VERSION]"

static const UsherManifestKey all_keys[] = {
  { "Name",
    "lower-case letters, digits and hyphens",
    TRUE,
    "of the plugin, and so of its service, its group of settings and its queue groups" },
  { "Version",
    "MAJOR.MINOR.PATCH",
    TRUE,
    "of the plugin, which ranges of others are held against" },
  { "ABI",
    "number",
    TRUE,
    "which of the host's binary interfaces the module was compiled for; not with Loader=python" },
  { "Description", "text", FALSE, "what the plugin is for, in a sentence" },
  { "Loader",
    "“module” or “python”",
    FALSE,
    "what makes the service: a shared object, or a file in Python, which has a process of its own; "
    "module where the key is not there" },
  { "Module",
    "path",
    FALSE,
    "of the shared object or the file, from the folder of the manifest; NAME.so or NAME.py where "
    "the key is not there" },
  { "Provides", RANGES, FALSE, "what other plugins may require or want it as, besides its name" },
  { "Requires",
    RANGES,
    FALSE,
    "what is started before, and without which the plugin does not run" },
  { "Wants",
    RANGES,
    FALSE,
    "what is started before where it is there; what is not is told in the log, as another process "
    "may have it" },
  { "Conflicts", RANGES, FALSE, "what the plugin cannot run beside" },
  { NULL },
};

const UsherManifestKey *
usher_manifest_list_keys (void)
{
  return all_keys;
}

static gboolean
check_keys (GKeyFile *file, GError **error)
{
  const char *known[G_N_ELEMENTS (all_keys)] = { NULL };
  g_auto (GStrv) keys = g_key_file_get_keys (file, GROUP, NULL, NULL);

  if (keys == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "group [%s] is missing", GROUP);
      return FALSE;
    }

  for (guint i = 0; all_keys[i].name != NULL; i++)
    known[i] = all_keys[i].name;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *nearest = NULL;
      g_autofree char *key = g_utf8_make_valid (keys[i], -1);

      if (g_strv_contains (known, key))
        continue;

      nearest = usher_nearest_word (key, known);
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "key “%s” is unknown%s%s%s",
                   key,
                   nearest != NULL ? ", did you mean “" : "",
                   nearest != NULL ? nearest : "",
                   nearest != NULL ? "”?" : "");
      return FALSE;
    }

  return TRUE;
}

static char *
read_required (GKeyFile *file, const char *key, GError **error)
{
  g_autofree char *value = g_key_file_get_string (file, GROUP, key, NULL);

  if (value == NULL || *value == '\0')
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "key “%s” is missing", key);
      return NULL;
    }

  return g_steal_pointer (&value);
}

static gboolean
read_ranges (GKeyFile *file, const char *key, GStrv *ranges, GError **error)
{
  g_auto (GStrv) list = g_key_file_get_string_list (file, GROUP, key, NULL, NULL);

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    {
      g_autofree char *name = usher_version_range_parse (g_strstrip (list[i]), error);

      if (name == NULL)
        {
          g_prefix_error (error, "key “%s”: ", key);
          return FALSE;
        }
    }

  *ranges = list != NULL ? g_steal_pointer (&list) : g_new0 (char *, 1);

  return TRUE;
}

static gboolean
read_abi (UsherManifest *self, GKeyFile *file, GError **error)
{
  g_autofree char *text = NULL;
  guint64 abi = 0;

  if (usher_manifest_is_python (self))
    return TRUE;

  text = read_required (file, "ABI", error);
  if (text == NULL)
    return FALSE;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &abi, NULL))
    {
      g_set_error (
          error, USHER_ERROR, USHER_ERROR_INVALID, "key “ABI” is “%s”, but wants a number", text);
      return FALSE;
    }
  self->abi = (guint) abi;

  return TRUE;
}

static gboolean
read_version (UsherManifest *self, GKeyFile *file, GError **error)
{
  UsherVersion version;

  self->version = read_required (file, "Version", error);
  if (self->version == NULL)
    return FALSE;

  if (!usher_version_parse (self->version, &version))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "key “Version” is “%s”, but wants MAJOR.MINOR.PATCH",
                   self->version);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_module (UsherManifest *self, GKeyFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *module = g_key_file_get_string (file, GROUP, "Module", NULL);
  g_autofree char *by_default = NULL;

  self->loader = g_key_file_get_string (file, GROUP, "Loader", NULL);
  if (self->loader == NULL)
    self->loader = g_strdup (LOADER_MODULE);
  if (!g_str_equal (self->loader, LOADER_MODULE) && !usher_manifest_is_python (self))
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "key “Loader” is “%s”, but wants “" LOADER_MODULE "” or “" LOADER_PYTHON
                         "”",
                         self->loader);

  by_default =
      g_strconcat (self->name, usher_manifest_is_python (self) ? FILE_SUFFIX : ".so", NULL);
  self->module = g_canonicalize_filename (module != NULL ? module : by_default, folder);

  return TRUE;
}

static gboolean
is_name (const char *text)
{
  return *text != '\0' && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (text);
}

static gboolean
read_keys (UsherManifest *self, GKeyFile *file, GError **error)
{
  self->name = read_required (file, "Name", error);
  if (self->name == NULL)
    return FALSE;

  if (!is_name (self->name))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "key “Name” is “%s”, but wants lower-case letters, digits and hyphens",
                   self->name);
      return FALSE;
    }

  self->description = g_key_file_get_string (file, GROUP, "Description", NULL);

  return read_module (self, file, error) && read_version (self, file, error) &&
         read_abi (self, file, error) && read_ranges (file, "Provides", &self->provides, error) &&
         read_ranges (file, "Requires", &self->requires, error) &&
         read_ranges (file, "Wants", &self->wants, error) &&
         read_ranges (file, "Conflicts", &self->conflicts, error);
}

static gboolean
load (GKeyFile *file, const char *path, GError **error)
{
  struct stat info;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (stat (path, &info) != 0)
    return usher_refuse (error, USHER_ERROR_INVALID, "%s", g_strerror (errno));
  /* one that is a pipe would be waited for */
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_SIZE)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "it is no regular file of at most %d bytes",
                         MAX_SIZE);
  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  /* whose value would end there */
  if (memchr (text, '\0', length) != NULL)
    return usher_refuse (error,
                         USHER_ERROR_INVALID,
                         "it has a byte that is zero, so it is no text");

  return g_key_file_load_from_data (file, text, length, G_KEY_FILE_NONE, error);
}

/**
 * usher_manifest_new_from_file:
 * @path: the path of a `.plugin` file
 * @error: return location for a [error@Error]
 *
 * Reads a manifest.
 *
 * Returns: (transfer full): the manifest, or `NULL`: `USHER_ERROR_INVALID` names file, key and fault,
 *   and of an unknown key the nearest known one
 */
UsherManifest *
usher_manifest_new_from_file (const char *path, GError **error)
{
  g_autoptr (UsherManifest) self = NULL;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (USHER_TYPE_MANIFEST, NULL);
  self->path = g_canonicalize_filename (path, NULL);

  if (!load (file, path, &cause))
    {
      /* a line of the file is in it */
      g_autofree char *why = g_utf8_make_valid (cause->message, -1);

      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "manifest “%s”: %s", path, why);
      return NULL;
    }

  if (!check_keys (file, error) || !read_keys (self, file, error))
    {
      g_prefix_error (error, "manifest “%s”: ", path);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * usher_manifest_new_for_file:
 * @path: the path of a file in Python, whose name ends with `.py`
 * @error: return location for a [error@Error]
 *
 * Makes the manifest of a service that has none. Its name is that of the file, with `-` for each `_`, its version 1.0.0. Whether the
 * file is there is not looked at.
 *
 * Returns: (transfer full): the manifest, or `NULL`: `USHER_ERROR_INVALID` where the name can be no plugin's
 */
UsherManifest *
usher_manifest_new_for_file (const char *path, GError **error)
{
  g_autoptr (UsherManifest) self = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  name = g_path_get_basename (path);
  if (g_str_has_suffix (name, FILE_SUFFIX))
    name[strlen (name) - strlen (FILE_SUFFIX)] = '\0';
  g_strdelimit (name, "_", '-');
  if (!is_name (name))
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "file “%s” cannot be a service: its name, without “" FILE_SUFFIX
                    "”, wants lower-case letters, digits, “_” and hyphens",
                    path);
      return NULL;
    }

  self = g_object_new (USHER_TYPE_MANIFEST, NULL);
  self->path = g_canonicalize_filename (path, NULL);
  self->module = g_strdup (self->path);
  self->name = g_steal_pointer (&name);
  self->version = g_strdup (FILE_VERSION);
  self->loader = g_strdup (LOADER_PYTHON);
  self->provides = g_new0 (char *, 1);
  self->requires = g_new0 (char *, 1);
  self->wants = g_new0 (char *, 1);
  self->conflicts = g_new0 (char *, 1);

  return g_steal_pointer (&self);
}

/**
 * usher_manifest_get_path:
 * @self: a manifest
 *
 * Gets the absolute path of the manifest.
 *
 * Returns: the path
 */
const char *
usher_manifest_get_path (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return self->path;
}

/**
 * usher_manifest_get_name:
 * @self: a manifest
 *
 * Gets the plugin's name, which is its service's too.
 *
 * Returns: the name
 */
const char *
usher_manifest_get_name (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return self->name;
}

/**
 * usher_manifest_get_version:
 * @self: a manifest
 *
 * Gets the plugin's version.
 *
 * Returns: the version
 */
const char *
usher_manifest_get_version (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return self->version;
}

/**
 * usher_manifest_get_description:
 * @self: a manifest
 *
 * Gets what the plugin is for, in a sentence.
 *
 * Returns: (nullable): the sentence
 */
const char *
usher_manifest_get_description (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return self->description;
}

/**
 * usher_manifest_get_module:
 * @self: a manifest
 *
 * Gets the absolute path of the module.
 *
 * Returns: the path
 */
const char *
usher_manifest_get_module (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return self->module;
}

/**
 * usher_manifest_is_python:
 * @self: a manifest
 *
 * Tells whether the plugin is a file in Python, which has a process of its own, see [iface@Loader].
 *
 * Returns: whether it is; else it is a shared object
 */
gboolean
usher_manifest_is_python (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), FALSE);

  return g_str_equal (self->loader, LOADER_PYTHON);
}

/**
 * usher_manifest_get_abi:
 * @self: a manifest
 *
 * Gets the host ABI that the plugin is for.
 *
 * Returns: the number, 0 of a file in Python, which has none
 */
guint
usher_manifest_get_abi (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), 0);

  return self->abi;
}

/**
 * usher_manifest_get_provides:
 * @self: a manifest
 *
 * Gets what the plugin provides besides its own name.
 *
 * Returns: (array zero-terminated=1) (transfer none): names
 */
const char *const *
usher_manifest_get_provides (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return (const char *const *) self->provides;
}

/**
 * usher_manifest_get_requires:
 * @self: a manifest
 *
 * Gets what has to be started before.
 *
 * Returns: (array zero-terminated=1) (transfer none): names with ranges
 */
const char *const *
usher_manifest_get_requires (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return (const char *const *) self->requires;
}

/**
 * usher_manifest_get_wants:
 * @self: a manifest
 *
 * Gets what is started before if it is there.
 *
 * Returns: (array zero-terminated=1) (transfer none): names with ranges
 */
const char *const *
usher_manifest_get_wants (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return (const char *const *) self->wants;
}

/**
 * usher_manifest_get_conflicts:
 * @self: a manifest
 *
 * Gets what the plugin cannot run beside.
 *
 * Returns: (array zero-terminated=1) (transfer none): names with ranges
 */
const char *const *
usher_manifest_get_conflicts (UsherManifest *self)
{
  g_return_val_if_fail (USHER_IS_MANIFEST (self), NULL);

  return (const char *const *) self->conflicts;
}
