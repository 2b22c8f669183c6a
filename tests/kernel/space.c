/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "tests/kernel/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int space_new(void)
{
	if (unshare(CLONE_NEWNET) != 0)
		return -1;
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

bool space_leave(struct str *why)
{
	int fd = space_new();
	if (fd < 0) {
		str_addf(why, "network namespaces are not allowed here: %s",
			 strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

void space_enter(int fd)
{
	if (setns(fd, CLONE_NEWNET) != 0)
		perror("setns");
}

bool space_set(const char *name, const char *value)
{
	char path[128];
	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool ok = write(fd, value, strlen(value)) > 0;
	close(fd);
	return ok;
}

/* A file in memory with 'text' in it, to be read from its start. */
static int file_of(const struct str *text)
{
	int fd = memfd_create("input", 0);
	if (fd >= 0 && text->len &&
	    write(fd, text->text, text->len) != (ssize_t)text->len) {
		close(fd);
		return -1;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void add_file(int fd, struct str *out)
{
	char block[1024];
	ssize_t n;
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, block, sizeof(block))) > 0)
		str_add_len(out, block, (size_t)n);
}

static int run(const char *const *argv, int in, int out)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int status = -1;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, out, 2);
	union {
		const char *const *in;
		char *const *out;
	} args = {argv};
	if (posix_spawnp(&pid, argv[0], &files, NULL, args.out, environ) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	posix_spawn_file_actions_destroy(&files);
	return status;
}

bool space_exec(const char *const *argv, const struct str *input,
		struct str *why)
{
	struct str nothing = {0};
	int in = file_of(input), out = file_of(&nothing);
	int status = in < 0 || out < 0 ? -1 : run(argv, in, out);
	if (status != 0) {
		str_addf(why, "%s failed:\n", argv[0]);
		add_file(out, why);
		str_add(why, str_text(input));
	}
	close(in);
	close(out);
	return status == 0;
}

struct nft_ctx *space_rules_new(void)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft)
		return NULL;
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	return nft;
}

void space_rules_free(struct nft_ctx *nft)
{
	if (nft)
		nft_ctx_free(nft);
}

bool space_rules(struct nft_ctx *nft, const struct str *rules, struct str *why)
{
	if (!nft) {
		str_add(why, "libnftables does not start\n");
		return false;
	}
	if (nft_run_cmd_from_buffer(nft, str_text(rules)) == 0)
		return true;
	str_addf(why, "nft failed:\n%s%s", nft_ctx_get_error_buffer(nft),
		 str_text(rules));
	return false;
}

void space_settle(void)
{
	struct sockaddr_nl any = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd < 0)
		return;
	(void)bind(fd, (const struct sockaddr *)&any, sizeof(any));
	close(fd);
}
