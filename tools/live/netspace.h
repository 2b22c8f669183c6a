/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace of the kernel: TAP devices in it, its routes, and whether
 * it forwards. Linux only; needs CAP_NET_ADMIN there and CAP_SYS_ADMIN to enter.
 *
 * netspace_enter, netspace_add_tap as often as need be, netspace_leave: the
 * calling thread is then where it was. The rest needs nobody in there, and goes
 * on when the name is gone, until netspace_close. A TAP device lives as long as
 * its file is open; its addresses and the routes by it go with it. Errors are
 * told in the diag. */
#ifndef NETSPACE_H
#define NETSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/diag.h"
#include "sim/table/rib.h"

#define NETSPACE_NAME 15 /* letters of a device name at most */

struct netspace {
	const char *name; /* the caller's */
	int home;	  /* the namespace to return to */
	int control;	  /* a socket in the one that was entered */
	int routes;	  /* netroute.h */
	int forwarding;	  /* its ip_forward, or -errno */
	char forwarded;	  /* what that said before it was set; 0: it is not */
};

/* A device that is to be made. */
struct netspace_tap {
	const char *name; /* up to NETSPACE_NAME letters */
	mac mac;
	uint16_t mtu;
	struct addr_if addr;
};

/* 'name' is one that `ip netns` knows, or a path such as /proc/1234/ns/net. */
bool netspace_enter(struct netspace *s, const char *name, struct diag *d);
void netspace_leave(struct netspace *s);
/* It forwards again if it did before. All zero but for -1 is fine. */
void netspace_close(struct netspace *s);
/* Makes the device, up, with its address and without IPv6; also brings the
 * loopback interface up. '*fd' (non-blocking, the caller closes) gives and takes
 * whole Ethernet frames, one for each read() and write(). */
bool netspace_add_tap(struct netspace *s, const struct netspace_tap *tap,
		      int *fd, struct diag *d);
bool netspace_set_up(struct netspace *s, const char *device, bool up,
		     struct diag *d);
/* As netroute_follow(). */
bool netspace_route(struct netspace *s, const struct rib_change *c, bool known,
		    struct diag *d);
/* Whether packets for others are forwarded; off: as it was before it was on. */
bool netspace_forward(struct netspace *s, bool on, struct diag *d);

#endif
