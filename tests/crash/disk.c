/* A disk that remembers, fills up and fails, loaded before the C library's own functions.
 *
 * Watches one folder (DISK_FOLDER). Every change below it is appended to DISK_LOG, when that is
 * set: `op name other inode offset length`, a line end, and the bytes. Three numbers in DISK_ORDERS
 * (a file shared with the tests) rule over it: room (bytes by which files may still grow, -1: any),
 * life (changes until the whole process group is killed, -1: for ever), and changes so far.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { ROOM, LIFE, CHANGES, MOST = 4096 };

static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static int64_t *orders;
static char *names[MOST]; /* of the watched files that are open, by descriptor */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t write_through(int fd, const void *data, size_t size) {
    REAL(write);
    return real(fd, data, size);
}

__attribute__((constructor)) static void begin(void) {
    REAL(open);
    const char *watched = getenv("DISK_FOLDER"), *log = getenv("DISK_LOG"), *shared = getenv("DISK_ORDERS");
    if (!watched || !shared) return;
    snprintf(folder, sizeof folder, "%s", watched);
    folder_length = strlen(folder);
    if (log && *log) record = real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int fd = real(shared, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *there = mmap(NULL, 3 * sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (there != MAP_FAILED) orders = there;
    close(fd);
}

/* Return the name below the folder, NULL for any other. */
static const char *below(const char *path) {
    if (!folder_length || !path || strncmp(path, folder, folder_length)) return NULL;
    if (path[folder_length] == 0) return "";
    return path[folder_length] == '/' ? path + folder_length + 1 : NULL;
}

static const char *name_of(int fd) { return fd >= 0 && fd < MOST ? names[fd] : NULL; }

static const char *whole(int at, const char *path, char *into) {
    if (path && path[0] == '/') return path;
    const char *parent = name_of(at);
    if (!parent) return path;
    int length = snprintf(into, PATH_MAX, "%s%s%s/%s", folder, *parent ? "/" : "", parent, path);
    return length < PATH_MAX ? into : path;
}

static void mind(int fd, const char *path) {
    if (fd < 0 || fd >= MOST) return;
    const char *name = below(path);
    free(names[fd]);
    names[fd] = name ? strdup(name) : NULL;
}

/* Before a change: the process may end here, and the disk keeps what was done before. */
static void live(void) {
    if (!orders) return;
    __atomic_add_fetch(&orders[CHANGES], 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&orders[LIFE], __ATOMIC_SEQ_CST) < 0) return;
    if (__atomic_sub_fetch(&orders[LIFE], 1, __ATOMIC_SEQ_CST) < 0) kill(0, SIGKILL);
}

static void tell(char op, const char *name, const char *other, long inode, long offset, long size, const void *data) {
    if (record < 0) return;
    char head[2 * PATH_MAX + 80];
    int length = snprintf(head, sizeof head, "%c\t%s\t%s\t%ld\t%ld\t%ld\n", op, name, other, inode, offset, data ? size : 0);
    pthread_mutex_lock(&turn);
    write_through(record, head, length);
    if (data) write_through(record, data, size);
    pthread_mutex_unlock(&turn);
}

static long inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : (long)found.st_ino;
}

/* Take room for growth up to `end`; return how many of `size` bytes fit. */
static size_t fitting(int fd, off_t offset, size_t size) {
    if (!orders || __atomic_load_n(&orders[ROOM], __ATOMIC_SEQ_CST) < 0) return size;
    struct stat found;
    if (fstat(fd, &found)) return size;
    int64_t grows = (int64_t)offset + (int64_t)size - (int64_t)found.st_size;
    if (grows <= 0) return size;
    int64_t left = orders[ROOM];
    int64_t given = grows < left ? grows : left;
    orders[ROOM] = left - given;
    int64_t fits = (int64_t)size - (grows - given);
    return fits > 0 ? (size_t)fits : 0;
}

static int opened(int fd, const char *path, int flags, int was_there) {
    const char *name = below(path);
    mind(fd, path);
    if (fd < 0 || !name) return fd;
    if ((flags & O_CREAT) && !was_there) tell('O', name, "", inode_of(fd), 0, 0, NULL);
    else if (flags & O_TRUNC) tell('T', name, "", inode_of(fd), 0, 0, NULL);
    return fd;
}

static int has(const char *path) {
    struct stat found;
    return !lstat(path, &found);
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; va_end(more); \
        REAL(name); \
        if (!below(path)) { int other = real(path, flags, mode); mind(other, path); return other; } \
        int was_there = has(path); \
        if (flags & O_TRUNC || ((flags & O_CREAT) && !was_there)) live(); \
        return opened(real(path, flags, mode), path, flags, was_there); \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
    int name(int at, const char *given, int flags, ...) { \
        va_list more; va_start(more, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; va_end(more); \
        char into[PATH_MAX]; \
        const char *path = whole(at, given, into); \
        REAL(name); \
        if (!below(path)) { int other = real(at, given, flags, mode); mind(other, path); return other; } \
        int was_there = has(path); \
        if (flags & O_TRUNC || ((flags & O_CREAT) && !was_there)) live(); \
        return opened(real(at, given, flags, mode), path, flags, was_there); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

int close(int fd) {
    REAL(close);
    mind(fd, NULL);
    return real(fd);
}

static ssize_t changed(int fd, const void *data, ssize_t size, off_t offset) {
    if (size > 0) tell('W', name_of(fd), "", inode_of(fd), offset, size, data);
    return size;
}

#define WRITES_AT(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) { \
        REAL(name); \
        if (!name_of(fd)) return real(fd, data, size, offset); \
        live(); \
        size_t fits = fitting(fd, offset, size); \
        if (!fits && size) { errno = ENOSPC; return -1; } \
        return changed(fd, data, real(fd, data, fits, offset), offset); \
    }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    if (!name_of(fd)) return write_through(fd, data, size);
    live();
    struct stat found;
    off_t offset = fcntl(fd, F_GETFL) & O_APPEND && !fstat(fd, &found) ? found.st_size : lseek(fd, 0, SEEK_CUR);
    size_t fits = fitting(fd, offset, size);
    if (!fits && size) { errno = ENOSPC; return -1; }
    return changed(fd, data, write_through(fd, data, fits), offset);
}

#define CUTS(name, length_type) \
    int name(int fd, length_type length) { \
        REAL(name); \
        if (!name_of(fd)) return real(fd, length); \
        live(); \
        int done = real(fd, length); \
        if (!done) tell('T', name_of(fd), "", inode_of(fd), length, 0, NULL); \
        return done; \
    }
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)

#define SYNCS(name) \
    int name(int fd) { \
        REAL(name); \
        if (!name_of(fd)) return real(fd); \
        live(); \
        int done = real(fd); \
        if (!done) tell('S', name_of(fd), "", inode_of(fd), 0, 0, NULL); \
        return done; \
    }
SYNCS(fsync)
SYNCS(fdatasync)

int unlink(const char *path) {
    REAL(unlink);
    if (!below(path)) return real(path);
    live();
    int done = real(path);
    if (!done) tell('U', below(path), "", 0, 0, 0, NULL);
    return done;
}

int unlinkat(int at, const char *given, int flags) {
    REAL(unlinkat);
    char into[PATH_MAX];
    const char *path = whole(at, given, into);
    if (!below(path)) return real(at, given, flags);
    live();
    int done = real(at, given, flags);
    if (!done && !(flags & AT_REMOVEDIR)) tell('U', below(path), "", 0, 0, 0, NULL);
    return done;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (!below(from) || !below(to)) return real(from, to);
    live();
    int done = real(from, to);
    if (!done) tell('R', below(from), below(to), 0, 0, 0, NULL);
    return done;
}
