/* Makes calls of a process fail, or kills the process at one of them. Loaded with LD_PRELOAD, steered by a file.
 *
 * The file (named by TITER_FAULTS, or given to faults_control) is mapped shared, so that whoever steers it can read the
 * counters of a process that was killed. Only calls on paths that contain `match` count; only the process
 * `pid` is touched, or every one if it is 0.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, NAME = 4, TRUNCATE = 8, SEND = 16 };
enum { NOTHING = 0, FAIL = 1, SHORT = 2, KILL_BEFORE = 3, KILL_AFTER = 4 };

struct control {
  int32_t armed;   /* 0: every call passes */
  int32_t pid;     /* whose calls; 0: everybody's */
  uint32_t calls;  /* which kinds of calls count */
  int32_t action;
  int32_t error;   /* errno of a call that fails */
  int32_t sticky;  /* whether all that count after the n-th fail, too */
  int64_t nth;     /* counted from 1 */
  int64_t count;   /* how many have come */
  int64_t fired;   /* how many were touched */
  char match[256];
  char last[512];  /* what was touched last: call and path */
};

static struct control *control;
static int shortened = -1;

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

int faults_control(const char *path) {
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -1;
  void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at == MAP_FAILED) return -1;
  control = at;
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("TITER_FAULTS");
  if (path) faults_control(path);
}

/* What is to be done with a call of this kind on this path. */
static int decide(uint32_t kind, const char *call, const char *path) {
  if (!(control->calls & kind) || !strstr(path, control->match)) return NOTHING;
  int64_t number = __atomic_add_fetch(&control->count, 1, __ATOMIC_SEQ_CST);
  if (number < control->nth || (number > control->nth && !control->sticky)) return NOTHING;
  __atomic_add_fetch(&control->fired, 1, __ATOMIC_SEQ_CST);
  snprintf(control->last, sizeof control->last, "%s %s", call, path);
  if (control->action == KILL_BEFORE) kill(getpid(), SIGKILL);
  return control->action;
}

static int on(void) { return control && control->armed && (!control->pid || control->pid == getpid()); }

static int on_path(uint32_t kind, const char *call, const char *path) {
  int kept = errno;
  char whole[PATH_MAX];
  const char *name = path;
  if (path[0] != '/' && getcwd(whole, sizeof whole / 2)) {
    size_t length = strlen(whole);
    snprintf(whole + length, sizeof whole - length, "/%s", path);
    name = whole;
  }
  int found = decide(kind, call, name);
  errno = kept;
  return found;
}

static int on_file(uint32_t kind, const char *call, int fd) {
  int kept = errno;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  int found = decide(kind, call, path);
  errno = kept;
  return found;
}

/* A socket goes by the path of the one that it is connected to; one without a name is nobody's. */
static int on_socket(uint32_t kind, const char *call, int fd) {
  int kept = errno, found = NOTHING;
  struct sockaddr_un peer;
  memset(&peer, 0, sizeof peer);
  socklen_t size = sizeof peer - 1;
  if (!getpeername(fd, (struct sockaddr *)&peer, &size) && peer.sun_family == AF_UNIX && peer.sun_path[0])
    found = decide(kind, call, peer.sun_path);
  errno = kept;
  return found;
}

#define FAILED(what) ((what) == FAIL || (what) == SHORT)
#define AFTER(what) do { if ((what) == KILL_AFTER) kill(getpid(), SIGKILL); } while (0)

/* The bytes that a write may write: all, half, or none (-1). A shortened write is followed by one that fails. */
static ssize_t allowed(int what, int fd, size_t size) {
  if (what == FAIL) { errno = control->error; return -1; }
  if (what == SHORT) {
    if (shortened == fd || size < 2) { errno = control->error; return -1; }
    shortened = fd;
    return (ssize_t)(size / 2);
  }
  return (ssize_t)size;
}

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  if (!on()) return real(fd, data, size);
  int what = on_file(WRITE, "write", fd);
  ssize_t length = allowed(what, fd, size);
  if (length < 0) return -1;
  ssize_t done = real(fd, data, (size_t)length);
  AFTER(what);
  return done;
}

#define PWRITE(name, offset) \
  ssize_t name(int fd, const void *data, size_t size, offset at) { \
    REAL(name); \
    if (!on()) return real(fd, data, size, at); \
    int what = on_file(WRITE, #name, fd); \
    ssize_t length = allowed(what, fd, size); \
    if (length < 0) return -1; \
    ssize_t done = real(fd, data, (size_t)length, at); \
    AFTER(what); \
    return done; \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t send(int fd, const void *data, size_t size, int flags) {
  REAL(send);
  if (!on()) return real(fd, data, size, flags);
  int what = on_socket(SEND, "send", fd);
  if (FAILED(what)) { errno = control->error; return -1; }
  ssize_t done = real(fd, data, size, flags);
  AFTER(what);
  return done;
}

#define ON_FILE(name, kind, arguments, passed) \
  int name arguments { \
    REAL(name); \
    if (!on()) return real passed; \
    int what = on_file(kind, #name, fd); \
    if (FAILED(what)) { errno = control->error; return -1; } \
    int done = real passed; \
    AFTER(what); \
    return done; \
  }
ON_FILE(fsync, SYNC, (int fd), (fd))
ON_FILE(fdatasync, SYNC, (int fd), (fd))
ON_FILE(ftruncate, TRUNCATE, (int fd, off_t size), (fd, size))
ON_FILE(ftruncate64, TRUNCATE, (int fd, off64_t size), (fd, size))

#define ON_PATH(name, arguments, passed) \
  int name arguments { \
    REAL(name); \
    if (!on()) return real passed; \
    int what = on_path(NAME, #name, path); \
    if (FAILED(what)) { errno = control->error; return -1; } \
    int done = real passed; \
    AFTER(what); \
    return done; \
  }
ON_PATH(rename, (const char *from, const char *path), (from, path))
ON_PATH(renameat, (int a, const char *from, int b, const char *path), (a, from, b, path))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(unlinkat, (int at, const char *path, int flags), (at, path, flags))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))

/* Of the opening calls only those that make a file count. */
#define OPEN(name, arguments, passed) \
  int name arguments { \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { \
      va_list rest; \
      va_start(rest, flags); \
      mode = va_arg(rest, mode_t); \
      va_end(rest); \
    } \
    if (!on() || !(flags & O_CREAT) || access(path, F_OK) == 0) return real passed; \
    int what = on_path(NAME, #name, path); \
    if (FAILED(what)) { errno = control->error; return -1; } \
    int done = real passed; \
    AFTER(what); \
    return done; \
  }
OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
