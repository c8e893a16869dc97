// Preloaded into a program: ends it, as a power cut would, before the Nth step that makes something durable (KILL_AT=N).
// With KILL_TALKING=1 what is sent and received are steps as well. KILL_SENDS=N ends it before the Nth time that it sends something,
// whatever it made durable before; with KILL_ARMED=FILE what it sends counts from when the file is there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static void step(void) {
  static atomic_long steps;
  const char* at = getenv("KILL_AT");
  if (at != NULL && atomic_fetch_add(&steps, 1) + 1 == atol(at)) kill(getpid(), SIGKILL);
}

static void talk(void) {
  if (getenv("KILL_TALKING") != NULL) step();
}

static void about_to_send(void) {
  static atomic_long sends;
  const char* at = getenv("KILL_SENDS");
  const char* armed = getenv("KILL_ARMED");
  if (armed != NULL && access(armed, F_OK) != 0) return;
  if (at != NULL && atomic_fetch_add(&sends, 1) + 1 == atol(at)) kill(getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) {
  step();
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  step();
  return REAL(fdatasync)(fd);
}

int syncfs(int fd) {
  step();
  return REAL(syncfs)(fd);
}

int rename(const char* from, const char* to) {
  step();
  return REAL(rename)(from, to);
}

int unlink(const char* path) {
  step();
  return REAL(unlink)(path);
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  talk();
  about_to_send();
  return REAL(send)(fd, bytes, size, flags);
}

ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  about_to_send();
  return REAL(sendmsg)(fd, message, flags);
}

ssize_t recv(int fd, void* bytes, size_t size, int flags) {
  talk();
  return REAL(recv)(fd, bytes, size, flags);
}
