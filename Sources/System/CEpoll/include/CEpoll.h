// SPDX-License-Identifier: Apache-2.0
//
// The calls of Linux that Swift's Glibc module leaves out, with nothing of the system's headers in
// sight: two modules that bring the same header make its names ambiguous. Each returns what the call
// returns, and sets errno. On other systems there are none of them.
#ifndef CHAOSPROXY_CEPOLL_H
#define CHAOSPROXY_CEPOLL_H

#if defined(__linux__)
#include <stdint.h>

enum chaos_readiness {
    CHAOS_READABLE = 1,
    CHAOS_WRITABLE = 2,
    CHAOS_ENDED = 4,
    CHAOS_FAILED = 8,
    CHAOS_URGENT = 16,
};

struct chaos_event {
    uint64_t token;
    // Of chaos_readiness.
    uint8_t readiness;
};

// The most events that one wait finds.
enum { CHAOS_MAXIMUM_EVENTS = 64 };

// epoll_create1(2), closed on exec.
int chaos_epoll_create(void);

// epoll_ctl(2): watches a descriptor for everything, edge-triggered.
int chaos_epoll_add(int epoll, int descriptor, uint64_t token);

// epoll_pwait2(2), or epoll_wait(2) in whole milliseconds, rounded up, before Linux 5.11.
// Negative nanoseconds: without end.
int chaos_epoll_wait(int epoll, struct chaos_event *events, int64_t nanoseconds);

// eventfd(2), closed on exec, not blocking.
int chaos_eventfd(void);

// accept4(2), closed on exec, not blocking. The address is a struct sockaddr_storage.
int chaos_accept(int listener, void *address, uint32_t *length);
#endif

#endif
