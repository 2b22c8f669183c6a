/* SPDX-License-Identifier: Apache-2.0 */
/* Writes captures as pcapng (draft-ietf-opsawg-pcapng): one section, Ethernet
 * everywhere, times in nanoseconds, names, remarks and keys in the file.
 *
 * pcapng_open, pcapng_add_port for each interface before its first packet,
 * pcapng_add for each packet in order of time, pcapng_close. Names and keys are
 * for the packets after them: Wireshark reads in order. The rules that readers
 * set are in this folder's chapter. */
#ifndef PCAPNG_H
#define PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/addr.h"
#include "sim/base/diag.h"

#define PCAPNG_COMMENTS 2

struct pcapng;

struct pcapng_about {
	const char *application; /* "tierpath 0.1.0" */
	const char *comment;	 /* of the whole capture; NULL: none */
};

struct pcapng_name {
	ip4 addr;
	const char *name;
};

struct pcapng_packet {
	uint64_t time; /* ns since 1970 */
	uint32_t port; /* from pcapng_add_port() */
	bool out;      /* leaves by that port, else comes in */
	uint64_t id;   /* epb_packetid: the same at every port it passes */
	const uint8_t *frame;
	size_t len;
	const char *comments[PCAPNG_COMMENTS]; /* NULL: none */
};

/* "-" is stdout. NULL, and the reason in 'd', if it cannot be written. */
struct pcapng *pcapng_open(const char *path, const struct pcapng_about *about,
			   struct diag *d);
/* Returns the interface's number in the file. */
uint32_t pcapng_add_port(struct pcapng *w, const char *name,
			 const char *description);
/* Names of addresses (a Name Resolution Block). */
void pcapng_add_names(struct pcapng *w, const struct pcapng_name *names,
		      size_t count);
/* TLS keys in the key log format of NSS, whole lines (a Decryption Secrets
 * Block). Wireshark decrypts if it stands before the packets that the keys
 * open: TLS 1.3 before ServerHello, TLS 1.2 before ClientKeyExchange. */
void pcapng_add_secrets(struct pcapng *w, const char *lines, size_t len);
void pcapng_add(struct pcapng *w, const struct pcapng_packet *p);
/* Passes on what is buffered. False when the reader went away. */
bool pcapng_flush(struct pcapng *w);
/* Both free 'w' (NULL is fine); see outlet.h. */
bool pcapng_close(struct pcapng *w, struct diag *d);
void pcapng_discard(struct pcapng *w);

#endif
