/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* setns */
#include "tools/live/netspace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/str.h"
#include "tools/live/netroute.h"

#define FOLDER	   "/run/netns/"
#define FORWARDING "/proc/sys/net/ipv4/ip_forward"

static bool failed(const struct netspace *s, const char *what, struct diag *d)
{
	int reason = errno;
	diag_error(d, diag_nowhere(), "namespace '%s': cannot %s: %s", s->name,
		   what, strerror(reason));
	if (reason == EPERM || reason == EACCES)
		diag_help(d, "live mode needs CAP_NET_ADMIN and CAP_SYS_ADMIN: "
			     "be root, or in a namespace of your own by "
			     "'unshare -Urnm'");
	else if (reason == EBUSY)
		diag_help(d, "a device of that name is there already, perhaps "
			     "that of another tierpath");
	else if (reason == ENODEV || reason == ENETUNREACH)
		diag_help(d, "its device may have been removed or taken down "
			     "by somebody else");
	return false;
}

static int open_space(const char *name)
{
	struct str path = {0};
	str_addf(&path, "%s%s", strchr(name, '/') ? "" : FOLDER, name);
	int fd = open(str_text(&path), O_RDONLY | O_CLOEXEC);
	str_fini(&path);
	return fd;
}

static bool no_space(const char *name, struct diag *d)
{
	diag_error(d, diag_nowhere(), "cannot open the namespace '%s': %s",
		   name, strerror(errno));
	if (!strchr(name, '/'))
		diag_help(d,
			  "make it with 'ip netns add %s', or give a path "
			  "such as /proc/1234/ns/net",
			  name);
	return false;
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Files that belong to the namespace wherever the thread goes. */
static bool open_files(struct netspace *s, struct diag *d)
{
	s->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	s->routes = netroute_open();
	s->forwarding = open(FORWARDING, O_RDWR | O_CLOEXEC);
	if (s->forwarding < 0)
		s->forwarding = -errno; /* told when it is needed */
	return (s->control >= 0 && s->routes >= 0) ||
	       failed(s, "open a socket", d);
}

bool netspace_enter(struct netspace *s, const char *name, struct diag *d)
{
	*s = (struct netspace){name, -1, -1, -1, -1, 0};
	int fd = open_space(name);
	if (fd < 0)
		return no_space(name, d);
	s->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	bool in = s->home >= 0 && setns(fd, CLONE_NEWNET) == 0;
	if (!in)
		failed(s, "enter it", d);
	close(fd);
	if (in)
		return open_files(s, d);
	close_file(&s->home);
	return false;
}

void netspace_leave(struct netspace *s)
{
	/* It was ours to be in a moment ago. */
	if (s->home >= 0 && setns(s->home, CLONE_NEWNET) != 0)
		perror("tierpath: leaving a namespace");
	close_file(&s->home);
}

void netspace_close(struct netspace *s)
{
	struct diag nobody;
	diag_init(&nobody);
	netspace_forward(s, false, &nobody);
	diag_fini(&nobody);
	close_file(&s->forwarding);
	close_file(&s->routes);
	close_file(&s->control);
}

static void set_name(struct ifreq *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	strncpy(r->ifr_name, name, IFNAMSIZ - 1);
}

static void set_addr(struct sockaddr *out, uint32_t addr)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(addr)};
	memcpy(out, &in, sizeof(in));
}

bool netspace_set_up(struct netspace *s, const char *device, bool up,
		     struct diag *d)
{
	struct ifreq r;
	set_name(&r, device);
	if (ioctl(s->control, SIOCGIFFLAGS, &r) != 0)
		return failed(s, "ask for the device's flags", d);
	r.ifr_flags =
		(short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
	return ioctl(s->control, SIOCSIFFLAGS, &r) == 0 ||
	       failed(s, up ? "bring the device up" : "take the device down",
		      d);
}

/* Nobody here speaks it; else the kernel would send solicitations. A kernel
 * without IPv6 has no such file, and need not be told. */
static void silence_ip6(const char *name)
{
	struct str path = {0};
	str_addf(&path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	int fd = open(str_text(&path), O_WRONLY | O_CLOEXEC);
	str_fini(&path);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		perror("tierpath: disable_ipv6");
	close(fd);
}

static int make_tap(struct netspace *s, const char *name, struct diag *d)
{
	struct ifreq r;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		failed(s, "open /dev/net/tun", d);
		return -1;
	}
	set_name(&r, name);
	r.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(fd, TUNSETIFF, &r) == 0)
		return fd;
	failed(s, "make a TAP device", d);
	close(fd);
	return -1;
}

static bool set_link(struct netspace *s, const struct netspace_tap *tap,
		     struct diag *d)
{
	struct ifreq r;
	set_name(&r, tap->name);
	r.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(r.ifr_hwaddr.sa_data, tap->mac.b, sizeof(tap->mac.b));
	if (ioctl(s->control, SIOCSIFHWADDR, &r) != 0)
		return failed(s, "set the MAC address", d);
	set_name(&r, tap->name);
	r.ifr_mtu = tap->mtu;
	return ioctl(s->control, SIOCSIFMTU, &r) == 0 ||
	       failed(s, "set the MTU", d);
}

static bool set_ip4(struct netspace *s, const struct netspace_tap *tap,
		    struct diag *d)
{
	struct ifreq r;
	set_name(&r, tap->name);
	set_addr(&r.ifr_addr, tap->addr.addr.v);
	if (ioctl(s->control, SIOCSIFADDR, &r) != 0)
		return failed(s, "set the address", d);
	set_name(&r, tap->name);
	set_addr(&r.ifr_netmask, addr_mask(tap->addr.len));
	return ioctl(s->control, SIOCSIFNETMASK, &r) == 0 ||
	       failed(s, "set the netmask", d);
}

bool netspace_add_tap(struct netspace *s, const struct netspace_tap *tap,
		      int *fd, struct diag *d)
{
	*fd = make_tap(s, tap->name, d);
	if (*fd < 0)
		return false;
	silence_ip6(tap->name);
	if (set_link(s, tap, d) && set_ip4(s, tap, d) &&
	    netspace_set_up(s, "lo", true, d) &&
	    netspace_set_up(s, tap->name, true, d))
		return true;
	close(*fd);
	*fd = -1;
	return false;
}

bool netspace_route(struct netspace *s, const struct rib_change *c, bool known,
		    struct diag *d)
{
	char text[ADDR_PREFIX_SIZE];
	struct str what = {0};
	if (netroute_follow(s->routes, c, known))
		return true;
	str_addf(&what, "%s the route to %s", c->gone ? "remove" : "set",
		 addr_print_prefix(c->prefix, text));
	failed(s, str_text(&what), d);
	str_fini(&what);
	return false;
}

bool netspace_forward(struct netspace *s, bool on, struct diag *d)
{
	char before = '0', now = on ? '1' : s->forwarded;
	if (on == (s->forwarded != 0))
		return true;
	errno = -s->forwarding;
	if (s->forwarding < 0 || pread(s->forwarding, &before, 1, 0) != 1 ||
	    pwrite(s->forwarding, &now, 1, 0) != 1)
		return failed(s, "change " FORWARDING, d);
	s->forwarded = on ? before : 0;
	return true;
}
