/* A bad disk for tests: LD_PRELOAD this into a program, and what it does to the files under FAULT_ROOT is recorded
 * (FAULT_TRACE) for power_cut.py to cut the power at any point of, and fails as FAULT_CONTROL says at that moment.
 *
 * FAULT_CONTROL holds one line, "MODE [NUMBER] [PART OF A NAME]", or nothing; it is read at each call:
 *   enospc, erofs, eio-write, eio-fsync, eio-read, short-write, slow-fsync MILLISECONDS
 * A failed fsync drops what was written (the record says so), and the next one succeeds, as on Linux.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FILES 4096
#define MAGIC 0x7a17f00du

/* One record of the trace: this header, then `length` bytes. */
struct record {
    uint32_t magic;
    uint8_t kind; /* O open, W write, T truncate to `offset`, S synced, F sync failed, D folder synced, R renamed, U unlinked */
    uint8_t unused[3];
    uint64_t inode;
    uint64_t offset;
    uint32_t length;
    uint32_t dirty; /* of F and S: unused; of O: 1 for a file that was made now */
};

static char root[PATH_MAX], control[PATH_MAX];
static size_t root_length;
static int trace = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char *names[MOST_FILES]; /* of the descriptors that are under the root */

static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_close)(int);

__attribute__((constructor)) static void begin(void) {
    real_openat = dlsym(RTLD_NEXT, "openat");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_close = dlsym(RTLD_NEXT, "close");
    const char *given = getenv("FAULT_ROOT");
    if (given == NULL || realpath(given, root) == NULL) return;
    root_length = strlen(root);
    if ((given = getenv("FAULT_CONTROL")) != NULL) snprintf(control, sizeof control, "%s", given);
    if ((given = getenv("FAULT_TRACE")) != NULL)
        trace = real_openat(AT_FDCWD, given, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The whole name of a path, if it is under the root; its last part need not exist. Else NULL. */
static char *under_root(int folder, const char *path, char *whole) {
    char given[PATH_MAX], parent[PATH_MAX];
    if (root_length == 0) return NULL;
    if (path[0] != '/' && folder != AT_FDCWD) {
        if (folder < 0 || folder >= MOST_FILES || names[folder] == NULL) return NULL;
        if (snprintf(given, sizeof given, "%s/%s", names[folder], path) >= (int)sizeof given) return NULL;
    } else {
        if (snprintf(given, sizeof given, "%s", path) >= (int)sizeof given) return NULL;
    }
    if (realpath(given, whole) == NULL) {
        char *last = strrchr(given, '/');
        if (last == NULL) return NULL;
        *last = 0;
        if (realpath(given, parent) == NULL) return NULL;
        if (snprintf(whole, PATH_MAX, "%s/%s", parent, last + 1) >= PATH_MAX) return NULL;
    }
    if (strncmp(whole, root, root_length) != 0) return NULL;
    return whole[root_length] == 0 || whole[root_length] == '/' ? whole : NULL;
}

static const char *name_of(int file) { return file >= 0 && file < MOST_FILES ? names[file] : NULL; }

/* Whether `mode` is on now for this file; its number goes to `number`. */
static int is_on(const char *mode, const char *name, long *number) {
    char line[512] = "", word[64] = "", part[256] = "";
    if (control[0] == 0) return 0;
    int file = real_openat(AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t got = read(file, line, sizeof line - 1);
    real_close(file);
    if (got <= 0) return 0;
    long value = 0;
    if (sscanf(line, "%63s %ld %255s", word, &value, part) < 1 || strcmp(word, mode) != 0) return 0;
    if (number != NULL) *number = value;
    return part[0] == 0 || strstr(name, part) != NULL;
}

static void record(char kind, uint64_t inode, uint64_t offset, const void *data, size_t length, int made) {
    if (trace < 0) return;
    struct record head = {MAGIC, (uint8_t)kind, {0, 0, 0}, inode, offset, (uint32_t)length, (uint32_t)made};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    if (syscall(SYS_writev, trace, parts, 2) < 0) abort(); /* a test without its record proves nothing */
}

static uint64_t inode_of(int file) {
    struct stat about;
    return fstat(file, &about) == 0 ? about.st_ino : 0;
}

static int refuse(int number) {
    errno = number;
    return -1;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
    char whole[PATH_MAX];
    if (under_root(folder, path, whole) == NULL) return real_openat(folder, path, flags, mode);
    int there = access(whole, F_OK) == 0, writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    if (writes && is_on("erofs", whole, NULL)) return refuse(EROFS);
    if (!there && (flags & O_CREAT) && is_on("enospc", whole, NULL)) return refuse(ENOSPC);
    pthread_mutex_lock(&turn);
    int file = real_openat(folder, path, flags, mode);
    int why = errno;
    if (file >= 0 && file < MOST_FILES) {
        free(names[file]);
        names[file] = strdup(whole);
        const char *short_name = whole + root_length + (whole[root_length] == '/');
        if (writes) record('O', inode_of(file), 0, short_name, strlen(short_name), !there);
        if (writes && there && (flags & O_TRUNC)) record('T', inode_of(file), 0, NULL, 0, 0);
    }
    pthread_mutex_unlock(&turn);
    errno = why;
    return file;
}

#define MODE_OF(flags, mode)                          \
    mode_t mode = 0;                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {            \
        va_list more;                                 \
        va_start(more, flags);                        \
        mode = va_arg(more, mode_t);                  \
        va_end(more);                                 \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_OF(flags, mode) return opened(folder, path, flags, mode); }

int close(int file) {
    if (name_of(file) != NULL) {
        free(names[file]);
        names[file] = NULL;
    }
    return real_close(file);
}

/* One write at `offset`, or where the file stands for -1. */
static ssize_t written(int file, const void *data, size_t length, off_t offset) {
    const char *name = name_of(file);
    if (name == NULL) return offset < 0 ? real_write(file, data, length) : real_pwrite(file, data, length, offset);
    if (is_on("enospc", name, NULL)) return refuse(ENOSPC);
    if (is_on("erofs", name, NULL)) return refuse(EROFS);
    if (is_on("eio-write", name, NULL)) return refuse(EIO);
    if (length > 1 && is_on("short-write", name, NULL)) length = length / 2;
    pthread_mutex_lock(&turn);
    off_t at = offset;
    if (at < 0) at = fcntl(file, F_GETFL) & O_APPEND ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
    record('W', inode_of(file), (uint64_t)at, data, length, 0);
    ssize_t done = offset < 0 ? real_write(file, data, length) : real_pwrite(file, data, length, offset);
    int why = errno;
    pthread_mutex_unlock(&turn);
    errno = why;
    return done;
}

ssize_t write(int file, const void *data, size_t length) { return written(file, data, length, -1); }
ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return written(file, data, length, offset); }
ssize_t pwrite64(int file, const void *data, size_t length, off_t offset) { return written(file, data, length, offset); }

static ssize_t was_read(int file, void *data, size_t length, off_t offset) {
    const char *name = name_of(file);
    if (name != NULL && is_on("eio-read", name, NULL)) return refuse(EIO);
    return real_pread(file, data, length, offset);
}

ssize_t pread(int file, void *data, size_t length, off_t offset) { return was_read(file, data, length, offset); }
ssize_t pread64(int file, void *data, size_t length, off_t offset) { return was_read(file, data, length, offset); }

static int synced(int file, int (*real)(int)) {
    const char *name = name_of(file);
    struct stat about;
    long milliseconds = 0;
    if (name == NULL) return real(file);
    if (is_on("slow-fsync", name, &milliseconds)) {
        struct timespec wait = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
        nanosleep(&wait, NULL);
    }
    if (fstat(file, &about) != 0) return real(file);
    if (is_on("eio-fsync", name, NULL)) {
        record('F', about.st_ino, 0, NULL, 0, 0);
        return refuse(EIO);
    }
    /* Not the real one: nobody cuts this machine's power, and the record is what counts. */
    record(S_ISDIR(about.st_mode) ? 'D' : 'S', about.st_ino, 0, NULL, 0, 0);
    return getenv("FAULT_REAL_SYNC") != NULL ? real(file) : 0;
}

int fsync(int file) { return synced(file, real_fsync); }
int fdatasync(int file) { return synced(file, real_fdatasync); }

int ftruncate64(int file, off_t length) {
    const char *name = name_of(file);
    if (name == NULL) return real_ftruncate(file, length);
    if (is_on("erofs", name, NULL)) return refuse(EROFS);
    if (is_on("eio-write", name, NULL)) return refuse(EIO);
    pthread_mutex_lock(&turn);
    record('T', inode_of(file), (uint64_t)length, NULL, 0, 0);
    int done = real_ftruncate(file, length);
    pthread_mutex_unlock(&turn);
    return done;
}
int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *from, const char *to) {
    char old[PATH_MAX], new[PATH_MAX], both[2 * PATH_MAX];
    if (under_root(AT_FDCWD, to, new) == NULL || under_root(AT_FDCWD, from, old) == NULL) return real_rename(from, to);
    if (is_on("erofs", new, NULL)) return refuse(EROFS);
    int length = snprintf(both, sizeof both, "%s%c%s", old + root_length + 1, 0, new + root_length + 1);
    pthread_mutex_lock(&turn);
    record('R', 0, 0, both, (size_t)length, 0);
    int done = real_rename(from, to);
    pthread_mutex_unlock(&turn);
    return done;
}

int unlink(const char *path) {
    char whole[PATH_MAX];
    if (under_root(AT_FDCWD, path, whole) == NULL) return real_unlink(path);
    if (is_on("erofs", whole, NULL)) return refuse(EROFS);
    pthread_mutex_lock(&turn);
    record('U', 0, 0, whole + root_length + 1, strlen(whole + root_length + 1), 0);
    int done = real_unlink(path);
    pthread_mutex_unlock(&turn);
    return done;
}
