/* SPDX-License-Identifier: Apache-2.0 */
/* docker: registry/auth.go PingV2Registry (15 s), distribution/registry.go
 * (dial 30 s, no keep-alive), registry/config.go (three look-ups for the
 * insecure-registry check), xfer/download.go (retries). Its 19.03 dials with a
 * plain Dial, which the call's timer does not cancel.
 * containerd: pkg/cri/server/image_pull.go, remotes/docker/resolver.go.
 * skopeo, and whatever else has the library containers/image in it:
 * docker/docker_client.go; measured with skopeo 1.9.3 through live mode. When
 * the registry does not answer it asks whether that is an old one, for as long
 * again, and tells of the first failure.
 * podvm: the fetcher of vSphere Pods prints the kernel's ETIMEDOUT, so no timer
 * for dialling can be shorter than 127 s. That of the handshake is Go's default,
 * which all of them keep. */
#include "sim/host/profile.h"

#include <string.h>

#define S 1000000000ULL

static const struct profile profiles[] = {
	{
		.name = "podvm",
		.who = "vSphere Pod image fetcher, vSphere 7.0",
		.style = PROFILE_PODVM,
		.pulls = true,
		.heads = true,
		.tls_timeout = 10 * S,
		.blob_tries = 1,
		.timeout_code = "Unknown",
	},
	{
		.name = "docker1903",
		.who = "docker 19.03 under kubelet, TKG nodes of 2020",
		.style = PROFILE_DOCKER,
		.pulls = true,
		.pings_first = true,
		.hidden_lookups = 3,
		.first_timeout = 15 * S,
		.dial_timeout = 30 * S,
		.tls_timeout = 10 * S,
		.dial_outlives_call = true,
		.blob_tries = 5,
		.timeout_code = "Unknown",
	},
	{
		.name = "docker2010",
		.who = "docker 20.10 under kubelet",
		.style = PROFILE_DOCKER,
		.pulls = true,
		.pings_first = true,
		.hidden_lookups = 3,
		.first_timeout = 15 * S,
		.dial_timeout = 30 * S,
		.tls_timeout = 10 * S,
		.blob_tries = 6,
		.tells_attempts = true,
		.quotes_url = true,
		.timeout_code = "Unknown",
	},
	{
		.name = "containerd16",
		.who = "containerd 1.6 under kubelet",
		.style = PROFILE_CONTAINERD,
		.pulls = true,
		.heads = true,
		.dial_timeout = 30 * S,
		.tls_timeout = 10 * S,
		.blob_tries = 1,
		.quotes_url = true,
		.timeout_code = "DeadlineExceeded",
	},
	{
		.name = "skopeo",
		.who = "skopeo 1.9 (containers/image)",
		.style = PROFILE_SKOPEO,
		.pulls = true,
		.pings_first = true,
		.guesses_v1 = true,
		.dial_timeout = 30 * S,
		.blob_tries = 1,
		.quotes_url = true,
		.timeout_code = "Unknown",
	},
	{
		.name = "kubectl",
		.who = "kubectl on an admin's machine",
		.style = PROFILE_KUBECTL,
		.dial_timeout = 30 * S,
		.tls_timeout = 10 * S,
		.quotes_url = true,
	},
	{
		.name = "curl",
		.who = "a plain HTTP client that leaves time-outs to the kernel",
		.style = PROFILE_CURL,
		.quotes_url = true,
	},
};

const struct profile *profile_all(size_t *count)
{
	*count = sizeof(profiles) / sizeof(profiles[0]);
	return profiles;
}

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}
