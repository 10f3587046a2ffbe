// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CEpoll.h"

#if defined(__linux__)
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

int chaos_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int chaos_epoll_add(int epoll, int descriptor, uint64_t token) {
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET,
        .data = {.u64 = token},
    };
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static int wait_in_milliseconds(int epoll, struct epoll_event *found, int64_t nanoseconds) {
    int64_t milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
    int limit = milliseconds > INT_MAX ? INT_MAX : (int)milliseconds;
    return epoll_wait(epoll, found, CHAOS_MAXIMUM_EVENTS, limit);
}

static int wait_for(int epoll, struct epoll_event *found, int64_t nanoseconds) {
    static atomic_bool is_unknown;
    if (nanoseconds <= 0) {
        return epoll_wait(epoll, found, CHAOS_MAXIMUM_EVENTS, nanoseconds < 0 ? -1 : 0);
    }
    if (!atomic_load_explicit(&is_unknown, memory_order_relaxed)) {
        struct timespec limit = {
            .tv_sec = nanoseconds / 1000000000,
            .tv_nsec = nanoseconds % 1000000000,
        };
        int count = epoll_pwait2(epoll, found, CHAOS_MAXIMUM_EVENTS, &limit, 0);
        // EPERM is what filters of system calls say that do not know it.
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
        atomic_store_explicit(&is_unknown, true, memory_order_relaxed);
    }
    return wait_in_milliseconds(epoll, found, nanoseconds);
}

int chaos_epoll_wait(int epoll, struct chaos_event *events, int64_t nanoseconds) {
    struct epoll_event found[CHAOS_MAXIMUM_EVENTS];
    int count = wait_for(epoll, found, nanoseconds);
    for (int i = 0; i < count; i++) {
        uint32_t told = found[i].events;
        events[i].token = found[i].data.u64;
        events[i].readiness = (told & EPOLLIN ? CHAOS_READABLE : 0)
            | (told & EPOLLOUT ? CHAOS_WRITABLE : 0)
            | (told & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) ? CHAOS_ENDED : 0)
            | (told & EPOLLERR ? CHAOS_FAILED : 0)
            | (told & EPOLLPRI ? CHAOS_URGENT : 0);
    }
    return count;
}

int chaos_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int chaos_accept(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}
#endif
