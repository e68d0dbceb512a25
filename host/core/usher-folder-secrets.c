/* usher-folder-secrets.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-folder-secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-secret-file-private.h"
#include "usher-secret-private.h"

/**
 * UsherFolderSecrets:
 *
 * Secrets that are files of a folder, each named like its file: credentials of systemd, a volume of Kubernetes, or what
 * somebody put there. A file is looked at each time, so one that was put in the place of another, or a link that points
 * elsewhere now, counts at once. The ends of lines at the end of a file do not count.
 *
 * A file that everybody may write to is refused, and one that everybody may read is told of, once a folder. Any thread.
 */
struct _UsherFolderSecrets
{
  GObject parent_instance;

  char *folder;  /* (owned) */
  gboolean told; /* (atomic): that others may read them */
};

static void secrets_iface_init (UsherSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherFolderSecrets,
                               usher_folder_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_SECRETS, secrets_iface_init))

static char *
usher_folder_secrets_describe (UsherSecrets *secrets, const char *name)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (secrets);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_strdup_printf ("file “%s”", path);
}

static gboolean
fail_with_errno (const char *path, int code, GError **error)
{
  UsherError kind = USHER_ERROR_UNAVAILABLE;

  if (code == ENOENT || code == ENOTDIR)
    kind = USHER_ERROR_NOT_FOUND;
  else if (code == EACCES || code == EPERM)
    kind = USHER_ERROR_FORBIDDEN;
  else if (code == EFBIG)
    kind = USHER_ERROR_INVALID;

  return usher_refuse (error, kind, "file “%s” of a secret: %s", path, g_strerror (code));
}

static void
tell_of_readers (UsherFolderSecrets *self, const char *path, guint mode)
{
  if (g_atomic_int_compare_and_exchange (&self->told, FALSE, TRUE))
    g_message (
        "secrets in “%s” may be read by everybody on this machine, such as “%s” (mode %04o): "
        "“chmod o-r” helps",
        self->folder,
        path,
        mode & 07777);
}

static gboolean
check_file (UsherFolderSecrets *self, const char *path, int fd, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_with_errno (path, errno, error);
  if (!S_ISREG (info.st_mode))
    return usher_refuse (error, USHER_ERROR_INVALID, "“%s” of a secret is no file", path);
  if ((info.st_mode & S_IWOTH) != 0)
    return usher_refuse (error,
                         USHER_ERROR_FORBIDDEN,
                         "file “%s” of a secret may be written to by everybody (mode %04o): “chmod "
                         "o-w” helps",
                         path,
                         (guint) info.st_mode & 07777);
  if ((info.st_mode & S_IROTH) != 0)
    tell_of_readers (self, path, (guint) info.st_mode);

  return TRUE;
}

static UsherSecret *
read_file (UsherFolderSecrets *self, const char *path, GError **error)
{
  /* whatever it is, opening does not wait */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  UsherSecret *secret = NULL;

  if (fd < 0)
    {
      fail_with_errno (path, errno, error);
      return NULL;
    }

  if (check_file (self, path, fd, error))
    {
      secret = usher_secret_read (fd);
      if (secret == NULL)
        fail_with_errno (path, errno, error);
    }
  close (fd);

  return secret;
}

static UsherSecret *
usher_folder_secrets_lookup (UsherSecrets *secrets, const char *name, GError **error)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (secrets);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (UsherSecret) secret = read_file (self, path, error);

  if (secret == NULL)
    return NULL;

  secret = usher_secret_trim (g_steal_pointer (&secret));
  if (*usher_secret_get_text (secret) == '\0')
    {
      usher_refuse (error, USHER_ERROR_INVALID, "file “%s” of a secret is empty", path);
      return NULL;
    }

  return g_steal_pointer (&secret);
}

/* What a file is that has another content, be it that file or another one. */
static guint64
usher_folder_secrets_get_mark (UsherSecrets *secrets, const char *name)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (secrets);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  struct stat info;
  guint64 mark = 0;

  if (stat (path, &info) != 0)
    return 0;

  mark = (guint64) info.st_dev;
  mark = mark * 31 + (guint64) info.st_ino;
  mark = mark * 31 + (guint64) info.st_size;
  mark = mark * G_GUINT64_CONSTANT (1000000007) + (guint64) info.st_mtim.tv_sec;
  mark = mark * G_GUINT64_CONSTANT (1000000007) + (guint64) info.st_mtim.tv_nsec;

  return mark;
}

static char **
usher_folder_secrets_list (UsherSecrets *secrets)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (secrets);
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (usher_secret_is_name (name) && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_strv_builder_add (builder, name);
    }

  return g_strv_builder_end (builder);
}

/* What is there already: a secret that nobody has put there is a secret for the keyring. */
static gboolean
usher_folder_secrets_store (UsherSecrets *secrets,
                            const char *name,
                            UsherSecret *secret,
                            GError **error)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (secrets);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return usher_secret_file_replace (path, secret, error);
}

static void
secrets_iface_init (UsherSecretsInterface *iface)
{
  iface->lookup = usher_folder_secrets_lookup;
  iface->describe = usher_folder_secrets_describe;
  iface->get_mark = usher_folder_secrets_get_mark;
  iface->list = usher_folder_secrets_list;
  iface->store = usher_folder_secrets_store;
}

static void
usher_folder_secrets_finalize (GObject *object)
{
  UsherFolderSecrets *self = USHER_FOLDER_SECRETS (object);

  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (usher_folder_secrets_parent_class)->finalize (object);
}

static void
usher_folder_secrets_class_init (UsherFolderSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_folder_secrets_finalize;
}

static void
usher_folder_secrets_init (UsherFolderSecrets *self)
{
}

/**
 * usher_folder_secrets_new:
 * @folder: (type filename): the path of a folder, which need not be there
 *
 * Makes the secrets of a folder.
 *
 * Returns: (transfer full): the secrets
 */
UsherSecrets *
usher_folder_secrets_new (const char *folder)
{
  UsherFolderSecrets *self = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_object_new (USHER_TYPE_FOLDER_SECRETS, NULL);
  self->folder = g_strdup (folder);

  return USHER_SECRETS (self);
}
