/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux kernel on the path of fwd_1k, fwd_1m and new_flows:
 *
 *	host - T1 (nft SNAT) - T0 (nft ip saddr set) - upstream - server
 *
 * five network namespaces joined by veth, 60-byte UDP frames from sendmmsg() on
 * one core, counted by recvmmsg() on another, strict rp_filter in both gateways.
 * Conversations differ by their destination. The figures hold the sender's and
 * the receiver's sockets too; see README.md, "Fairness".
 *
 * The namespaces have no names and no link to anything else: they end with this
 * process, however it ends. What is of the whole machine, the size of the
 * connection table, is put back.
 *
 * peer: packages iproute2 nftables
 * peer: flags -pthread
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SKIPS	   77
#define BURST	   64
#define PAYLOAD	   18
#define PORT	   443
#define FIRST	   0xc6300000U /* 198.48.0.0/12, all of them the server's */
#define THOUSAND   1000U
#define MILLION	   1000000U
#define PACKETS	   300000U	/* of one run, or as many as */
#define RUN_NS	   1500000000U	/* this long lets through */
#define FILL_NS	   20000000000U /* for the rest of a million conversations */
#define QUIET_NS   500000000U	/* then what has not come is lost */
#define RUNS_MAX   101
#define BUFFER	   (64 << 20)
#define TIME_LIMIT 300 /* s */
#define CT	   "/proc/sys/net/netfilter/nf_conntrack_"

enum place { HOST, T1, T0, UPSTREAM, SERVER, PLACES };

static int places[PLACES];
static long old_max, old_buckets;
static int sender;
static _Atomic uint64_t received, received_at;

static void skip(const char *why)
{
	fprintf(stderr, "kernel: skipped: %s\n", why);
	exit(SKIPS);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void enter(enum place p)
{
	if (setns(places[p], CLONE_NEWNET))
		skip(strerror(errno));
}

static void make_places(void)
{
	for (int i = 0; i < PLACES; i++) {
		if (unshare(CLONE_NEWNET))
			skip("no network namespaces here");
		places[i] = open("/proc/self/ns/net", O_RDONLY);
	}
}

/* Feeds 'text' to 'command' inside the place. */
static void feed(enum place p, const char *command, const char *format, ...)
{
	va_list ap;
	enter(p);
	FILE *in = popen(command, "w");
	va_start(ap, format);
	if (in)
		vfprintf(in, format, ap);
	va_end(ap);
	if (!in || pclose(in)) {
		fprintf(stderr, "kernel: %s\n", command);
		skip("namespaces cannot be set up here");
	}
}

#define IP "ip -batch -"

static void cable(enum place a, const char *a_name, enum place b,
		  const char *b_name)
{
	feed(a, IP,
	     "link add %s type veth peer name %s netns /proc/%d/fd/%d\n"
	     "link set lo up\nlink set %s up\n",
	     a_name, b_name, (int)getpid(), places[b], a_name);
	feed(b, IP, "link set lo up\nlink set %s up\n", b_name);
}

static void set(const char *path, const char *value)
{
	int f = open(path, O_WRONLY);
	if (f < 0 || write(f, value, strlen(value)) < 0)
		fprintf(stderr, "kernel: %s: %s\n", path, strerror(errno));
	if (f >= 0)
		close(f);
}

static void set_gateway(enum place p)
{
	enter(p);
	set("/proc/sys/net/ipv4/ip_forward", "1");
	set("/proc/sys/net/ipv4/conf/all/rp_filter", "1");
}

static void address(void)
{
	feed(HOST, IP,
	     "addr add 10.0.0.2/24 dev north\nroute add default via 10.0.0.1\n");
	feed(T1, IP,
	     "addr add 10.0.0.1/24 dev south\naddr add 100.64.0.1/31 dev north\n"
	     "route add default via 100.64.0.0\n");
	feed(T0, IP,
	     "addr add 100.64.0.0/31 dev south\naddr add 192.0.2.5/24 dev north\n"
	     "route add 30.0.0.0/24 via 100.64.0.1\n"
	     "route add default via 192.0.2.254\n");
	feed(UPSTREAM, IP,
	     "addr add 192.0.2.254/24 dev south\n"
	     "addr add 203.0.113.1/24 dev north\n"
	     "route add 198.48.0.0/12 via 203.0.113.2\n");
	feed(SERVER, IP,
	     "addr add 203.0.113.2/24 dev south\n"
	     "route add local 198.48.0.0/12 dev lo\n"
	     "route add default via 203.0.113.1\n");
}

static void translate(void)
{
	feed(T1, "nft -f -",
	     "table ip n {\nchain c { type nat hook postrouting priority 100;\n"
	     "ip saddr 10.0.0.0/24 oifname north snat to 30.0.0.5\n}\n}\n");
	feed(T0, "nft -f -",
	     "table ip n {\nchain out { type filter hook postrouting priority "
	     "100;\noifname north ip saddr 30.0.0.5 ip saddr set 192.0.2.5\n}\n"
	     "chain in { type filter hook prerouting priority -150;\n"
	     "iifname north ip daddr 192.0.2.5 ip daddr set 30.0.0.5\n}\n}\n");
	enter(T1);
	set(CT "udp_timeout", "3600");
	set(CT "udp_timeout_stream", "3600");
}

static int open_socket(enum place p, int buffer)
{
	struct sockaddr_in any = {.sin_family = AF_INET,
				  .sin_port = htons(PORT)};
	int size = BUFFER;
	enter(p);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(s, SOL_SOCKET, buffer, &size, sizeof(size));
	if (s < 0 || bind(s, (struct sockaddr *)&any, sizeof(any)))
		skip(strerror(errno));
	return s;
}

static void pin(int core)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

struct burst {
	struct mmsghdr heads[BURST];
	struct iovec parts[BURST];
	struct sockaddr_in to[BURST];
	uint8_t bytes[BURST][2048];
};

static struct burst *new_burst(size_t len)
{
	struct burst *b = calloc(1, sizeof(*b));
	for (unsigned i = 0; b && i < BURST; i++) {
		b->parts[i] = (struct iovec){b->bytes[i], len};
		b->heads[i].msg_hdr.msg_iov = &b->parts[i];
		b->heads[i].msg_hdr.msg_iovlen = 1;
		b->to[i].sin_family = AF_INET;
		b->to[i].sin_port = htons(PORT);
	}
	if (!b)
		skip("no memory");
	return b;
}

static void *count(void *context)
{
	int s = *(int *)context;
	struct burst *b = new_burst(sizeof(b->bytes[0]));
	pin(1);
	for (;;) {
		int n = recvmmsg(s, b->heads, BURST, MSG_WAITFORONE, NULL);
		if (n <= 0)
			continue;
		atomic_fetch_add(&received, (uint64_t)n);
		atomic_store(&received_at, now());
	}
	return NULL;
}

static uint32_t next(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

/* Which conversations a run's packets belong to, and how many there are. */
struct load {
	uint32_t first, among; /* numbers first .. first + among - 1 */
	bool random;	       /* else one after the other */
	uint32_t packets;
	uint64_t limit_ns; /* then no more are sent */
};

static uint32_t send_burst(struct burst *b, const struct load *l, uint32_t sent)
{
	static uint32_t seed = 2463534242U;
	uint32_t n = l->packets - sent < BURST ? l->packets - sent : BURST;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = l->random ? next(&seed) : sent + i;
		b->to[i].sin_addr.s_addr =
			htonl(FIRST + l->first + k % l->among);
		b->heads[i].msg_hdr.msg_name = &b->to[i];
		b->heads[i].msg_hdr.msg_namelen = sizeof(b->to[i]);
	}
	int done = sendmmsg(sender, b->heads, n, 0);
	return done > 0 ? (uint32_t)done : 0;
}

/* Returns M/s as the receiver saw them, until the last has come or none comes
 * any more; 'packets' becomes what was sent. */
static double run(struct burst *b, struct load *l)
{
	uint64_t before = atomic_load(&received), started = now();
	uint32_t sent = 0;
	while (sent < l->packets && now() - started < l->limit_ns)
		sent += send_burst(b, l, sent);
	uint64_t sent_at = now();
	while (atomic_load(&received) - before < sent &&
	       now() - sent_at < QUIET_NS)
		usleep(1000);
	uint64_t got = atomic_load(&received) - before;
	if (got < sent)
		fprintf(stderr, "kernel: %u of %u packets lost\n",
			(uint32_t)(sent - got), sent);
	l->packets = sent;
	if (!got)
		return 0;
	return (double)got * 1e3 /
	       (double)(atomic_load(&received_at) - started);
}

/* Neighbours get to know each other. */
static void greet(struct burst *b)
{
	for (int i = 0; i < 5; i++) {
		struct load one = {0, 1, false, 1, RUN_NS};
		if (run(b, &one) > 0)
			return;
	}
	skip("no packet gets through");
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void tell(const char *row, double *values, int runs)
{
	qsort(values, (size_t)runs, sizeof(*values), by_value);
	printf("%s kernel %.4f %.4f %.4f\n", row, values[runs / 2], values[0],
	       values[runs - 1]);
	fflush(stdout);
}

static void measure(const char *row, struct burst *b, uint32_t first,
		    uint32_t among, int runs)
{
	double values[RUNS_MAX];
	for (int i = -1; i < runs; i++) {
		struct load l = {first, among, true, PACKETS, RUN_NS};
		double value = run(b, &l);
		if (i >= 0)
			values[i] = value;
	}
	tell(row, values, runs);
}

/* A million, in as many portions as there are runs; returns how many there
 * are. */
static uint32_t measure_new(struct burst *b, int runs)
{
	double values[RUNS_MAX];
	uint32_t made = 0;
	for (int i = 0; i < runs; i++) {
		uint32_t portion = MILLION / (uint32_t)runs;
		struct load l = {THOUSAND + made, portion, false, portion,
				 RUN_NS};
		values[i] = run(b, &l);
		made += l.packets;
	}
	tell("new_flows", values, runs);
	return made;
}

static void measure_million(struct burst *b, uint32_t made, int runs)
{
	struct load rest = {THOUSAND + made, MILLION - made, false,
			    MILLION - made, FILL_NS};
	if (made < MILLION)
		run(b, &rest);
	if (made + rest.packets < MILLION)
		fprintf(stderr, "kernel: only %u conversations in time\n",
			made + rest.packets);
	measure("fwd_1m", b, THOUSAND, made + rest.packets, runs);
}

static long get(const char *path)
{
	long value = 0;
	FILE *f = fopen(path, "r");
	if (f && fscanf(f, "%ld", &value) != 1)
		value = 0;
	if (f)
		fclose(f);
	return value;
}

static void set_number(const char *path, long value)
{
	char text[32];
	snprintf(text, sizeof(text), "%ld", value);
	set(path, text);
}

/* In the machine's own namespace: the table has room for all, at two entries
 * for each bucket. */
static void make_room(void)
{
	old_max = get(CT "max");
	old_buckets = get(CT "buckets");
	if (old_buckets < 2 * MILLION)
		set_number(CT "buckets", 2 * MILLION);
	if (old_max < 2 * MILLION)
		set_number(CT "max", 2 * MILLION);
}

static void put_back(void)
{
	if (old_buckets && get(CT "buckets") != old_buckets)
		set_number(CT "buckets", old_buckets);
	if (old_max && get(CT "max") != old_max)
		set_number(CT "max", old_max);
}

static bool is_wanted(int argc, char **argv, const char *row)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], row) == 0)
			return true;
	return argc == 1;
}

static void measure_all(int argc, char **argv, int runs)
{
	struct burst *b = new_burst(PAYLOAD);
	bool million = is_wanted(argc, argv, "fwd_1m");
	uint32_t made = 0;
	pin(0);
	greet(b);
	if (is_wanted(argc, argv, "fwd_1k"))
		measure("fwd_1k", b, 0, THOUSAND, runs);
	if (million || is_wanted(argc, argv, "new_flows"))
		made = measure_new(b, runs);
	if (million)
		measure_million(b, made, runs);
}

/* The parent only waits, in the machine's own namespace, and puts back. */
static int child(int argc, char **argv)
{
	const char *text = getenv("BENCH_RUNS");
	int runs = text ? atoi(text) : 5;
	pthread_t thread;
	make_places();
	cable(HOST, "north", T1, "south");
	cable(T1, "north", T0, "south");
	cable(T0, "north", UPSTREAM, "south");
	cable(UPSTREAM, "north", SERVER, "south");
	address();
	for (int p = T1; p <= UPSTREAM; p++)
		set_gateway((enum place)p);
	translate();
	int receiver = open_socket(SERVER, SO_RCVBUFFORCE);
	sender = open_socket(HOST, SO_SNDBUFFORCE);
	if (pthread_create(&thread, NULL, count, &receiver))
		skip("no thread");
	measure_all(argc, argv, runs < 1 || runs > RUNS_MAX ? 5 : runs);
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;
	if (!is_wanted(argc, argv, "fwd_1k") &&
	    !is_wanted(argc, argv, "fwd_1m") &&
	    !is_wanted(argc, argv, "new_flows"))
		return 0;
	if (geteuid() != 0)
		skip("network namespaces need root");
	signal(SIGINT, SIG_IGN); /* the child ends of it; then we put back */
	make_room();
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(TIME_LIMIT);
		exit(child(argc, argv));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		skip(strerror(errno));
	put_back();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
