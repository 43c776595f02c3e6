/*
 * Counts the live bytes of libtorch's CPU tensors exactly, whichever language drives it.
 *
 *   gcc -O2 -shared -fPIC -o libmemory.so ci/memory.c -ldl -lpthread
 *   BDIA_MEMORY_COUNTERS=counters LD_PRELOAD=./libmemory.so COMMAND
 *
 * BDIA_MEMORY_COUNTERS names a file of 4096 bytes, made with the first tensor if it is not there, with three little-endian
 * int64: live bytes, their peak, and the allocations so far. Whoever maps it resets the peak by writing peak := live.
 * BDIA_MEMORY_MMAP=1 gives every tensor pages of its own, which go back to the system at once, so that the high-water mark
 * of the resident memory (VmHWM) is honest and can confirm the count. It is slow: do not time in this mode.
 *
 * libtorch takes a tensor's memory through posix_memalign with alignment 64, the JVM and CPython hardly anything: so blocks
 * of that alignment and of at least 4096 bytes are the tensors, but for small ones that weigh nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, SMALLEST = 4096, PAGE = 4096, SLOTS = 1 << 16, FULL = SLOTS / 4 * 3 };

typedef struct {
    _Atomic int64_t live, peak, allocations;
} Counters;

static struct {
    void *block;
    size_t size;
} table[SLOTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all of the following, and the table */
static Counters unseen, *counters;
static int used, own_pages, file = -1;

static int (*system_posix_memalign)(void **, size_t, size_t);
static void (*system_free)(void *);
static void *(*system_realloc)(void *, size_t);

/* Without stdio's buffers, which could ask for memory while the lock is held. */
static void say(const char *message) {
    if (write(2, message, strlen(message)) < 0) abort();
}

static void die(const char *message) {
    say(message);
    abort();
}

static void before_fork(void) { pthread_mutex_lock(&lock); }

static void after_fork(void) { pthread_mutex_unlock(&lock); }

/* A forked child's tensors are not its parent's: it goes on counting, but for itself. */
static void in_child(void) {
    counters = counters == NULL ? NULL : &unseen;
    if (file >= 0) close(file);
    file = -1;
    pthread_mutex_unlock(&lock);
}

static void resolve(void) {
    system_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    system_realloc = dlsym(RTLD_NEXT, "realloc");
    system_free = dlsym(RTLD_NEXT, "free");
}

/* Early, so that other libraries' fork handlers, which may free memory, run before ours takes the lock. */
__attribute__((constructor)) static void load(void) {
    resolve();
    pthread_atfork(before_fork, after_fork, in_child);
}

/*
 * Waits for the first tensor, because the shell that starts a JVM is preloaded too and must not claim the counters; the
 * file lock keeps out the programs that the counted process starts, and falls with it.
 */
static void claim(void) {
    const char *name = getenv("BDIA_MEMORY_COUNTERS"), *mode = getenv("BDIA_MEMORY_MMAP");
    own_pages = mode != NULL && strcmp(mode, "1") == 0;
    counters = &unseen;
    if (name == NULL || *name == '\0') return;
    file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 || ftruncate(file, PAGE) != 0) die("memory: the file that BDIA_MEMORY_COUNTERS names cannot be written\n");
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        say("memory: another process counts in the file that BDIA_MEMORY_COUNTERS names; this one is not seen\n");
        return;
    }
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) die("memory: the file that BDIA_MEMORY_COUNTERS names cannot be mapped\n");
    counters = page;
    counters->live = counters->peak = counters->allocations = 0;
}

static unsigned home(const void *block) { return (unsigned) (((uint64_t) block >> 6) * 0x9E3779B97F4A7C15u >> 48); }

static unsigned slot_of(const void *block) {
    unsigned i = home(block);
    while (table[i].block != NULL && table[i].block != block) i = (i + 1) % SLOTS;
    return i;
}

static void add(void *block, size_t size) {
    if (used == FULL) die("memory: more tensors are alive than the table holds; raise SLOTS in ci/memory.c\n");
    unsigned i = slot_of(block);
    table[i].block = block;
    table[i].size = size;
    used++;
    counters->allocations++;
    int64_t live = counters->live += (int64_t) size;
    if (live > counters->peak) counters->peak = live;
}

/* Closes the gap instead of marking it: marks would pile up over millions of steps until every search scans the table. */
static void take_out(unsigned gap) {
    counters->live -= (int64_t) table[gap].size;
    used--;
    for (unsigned i = (gap + 1) % SLOTS; table[i].block != NULL; i = (i + 1) % SLOTS) {
        if ((i - home(table[i].block)) % SLOTS >= (i - gap) % SLOTS) {
            table[gap] = table[i];
            gap = i;
        }
    }
    table[gap].block = NULL;
}

/* The size of a counted block, 0 of any other; forgets it if asked to. */
static size_t counted(void *block, int forget) {
    if (block == NULL || (uintptr_t) block % ALIGNMENT != 0) return 0;
    pthread_mutex_lock(&lock);
    unsigned i = slot_of(block);
    size_t size = table[i].block == NULL ? 0 : table[i].size;
    if (size != 0 && forget) take_out(i);
    pthread_mutex_unlock(&lock);
    return size;
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (system_posix_memalign == NULL) resolve();
    if (alignment != ALIGNMENT || size < SMALLEST) return system_posix_memalign(result, alignment, size);
    pthread_mutex_lock(&lock);
    if (counters == NULL) claim();
    pthread_mutex_unlock(&lock);
    void *block;
    if (own_pages) {
        int before = errno; /* posix_memalign returns its error and leaves errno alone */
        block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        errno = before;
        if (block == MAP_FAILED) return ENOMEM;
    } else {
        int error = system_posix_memalign(&block, alignment, size);
        if (error != 0) return error;
    }
    pthread_mutex_lock(&lock);
    add(block, size);
    pthread_mutex_unlock(&lock);
    *result = block;
    return 0;
}

/* Forgets before it gives back: afterwards another thread may already own, and count, the same address. */
void free(void *block) {
    if (system_free == NULL) resolve();
    size_t size = counted(block, 1);
    if (size == 0 || !own_pages) {
        system_free(block);
        return;
    }
    int before = errno;
    munmap(block, size);
    errno = before;
}

/* A counted block moves, since neither its pages nor its place in the table can grow; libtorch itself never asks. */
void *realloc(void *block, size_t size) {
    if (system_realloc == NULL) resolve();
    size_t old = counted(block, 0);
    if (old == 0) return system_realloc(block, size);
    void *moved = NULL;
    if (size != 0) {
        int error = posix_memalign(&moved, ALIGNMENT, size);
        if (error != 0) {
            errno = error;
            return NULL;
        }
        memcpy(moved, block, old < size ? old : size);
    }
    free(block);
    return moved;
}
