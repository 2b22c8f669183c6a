/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/option_table.h"

#define ON(command) (1U << OPTION_##command)
#define PLAYS                                                                  \
	(ON(RUN) | ON(TEST) | ON(TRACE) | ON(SHOW) | ON(REPLAY) | ON(LIVE))
#define CAPTURES   (ON(RUN) | ON(TRACE) | ON(REPLAY) | ON(LIVE))
#define EVERY	   ((1U << OPTION_COMMAND_COUNT) - 1)
#define AT(member) .offset = offsetof(struct option_values, member)

const struct option_row option_rows[] = {
	{"json", 0, NULL, "print JSON instead of text",
	 ON(RUN) | ON(TRACE) | ON(SHOW) | ON(REPLAY), OPTION_FLAG, AT(json)},
	{"write", 'w', "FILE",
	 "write a capture of the network: pcapng, or classic pcap if FILE ends "
	 "in .pcap; - is stdout, and the report goes to stderr",
	 CAPTURES, OPTION_TEXT, AT(write)},
	{"capture", 0, "WHICH",
	 "story (default): each packet once in each form that NAT gives it, "
	 "and where it died; all: at every port; port=NAME,...: at these",
	 CAPTURES, OPTION_TEXT, AT(capture)},
	{"capture-filter", 0, "EXPR",
	 "keep only what matches, in the language of tcpdump", CAPTURES,
	 OPTION_TEXT, AT(capture_filter)},
	{"capture-dir", 0, "DIR", "write one pcapng file per port", CAPTURES,
	 OPTION_TEXT, AT(capture_dir)},
	{"notes", 0, "WHICH",
	 "remarks in the capture: events (default) where something happened, "
	 "all, none",
	 CAPTURES | ON(EXTCAP), OPTION_TEXT, AT(notes),
	 .choices = "events all none"},
	{"speed", 0, "X",
	 "let time pass X times as fast as real time while the capture is "
	 "written; default 0, as fast as possible",
	 (CAPTURES & ~ON(LIVE)) | ON(EXTCAP), OPTION_SPEED, AT(speed)},
	{"seed", 0, "N",
	 "the source of all chance; default: the scenario's, "
	 "or 1",
	 PLAYS, OPTION_NUMBER, AT(seed), 0, UINT64_MAX},
	{"max-events", 0, "N",
	 "end the run, with status 4, after N events; default 50000000", PLAYS,
	 OPTION_NUMBER, AT(max_events), 1, UINT64_MAX},
	{"max-packets", 0, "N",
	 "end the run, with status 4, when more than N packets are in flight; "
	 "default and most: 4096",
	 PLAYS, OPTION_NUMBER, AT(max_packets), 1, 4096},
	{"junit", 0, "FILE", "write the results as JUnit XML too", ON(TEST),
	 OPTION_TEXT, AT(junit)},
	{"jobs", 'j', "N",
	 "play N scenarios at a time; default: one on each processor", ON(TEST),
	 OPTION_NUMBER, AT(jobs), 1, OPTION_JOBS_MAX},
	{"shard", 0, "I/N", "play only the I-th of N parts", ON(TEST),
	 OPTION_SHARD, AT(shard)},
	{"from", 0, "HOST", "who asks: a host of the topology", ON(TRACE),
	 OPTION_TEXT, AT(from)},
	{"to", 0, "ADDR", "an address, a name that DNS knows, or a host",
	 ON(TRACE), OPTION_TEXT, AT(to)},
	{"proto", 0, "PROTO", "tcp (default), udp or icmp", ON(TRACE),
	 OPTION_TEXT, AT(proto), .choices = "tcp udp icmp"},
	{"port", 0, "N", "destination port; default 443", ON(TRACE),
	 OPTION_NUMBER, AT(port), 1, 65535},
	{"sport", 0, "N", "source port; default: an ephemeral one", ON(TRACE),
	 OPTION_NUMBER, AT(sport), 1, 65535},
	{"change", 0, "YAML", "change the topology first (a merge patch)",
	 ON(TRACE) | ON(SHOW) | ON(REPLAY) | ON(LIVE), OPTION_MANY,
	 AT(changes)},
	{"commands", 0, "FILE",
	 "read commands from FILE instead of stdin; a FIFO is kept open",
	 ON(LIVE), OPTION_TEXT, AT(commands)},
	{"topology", 0, "FILE", "the network that the packets are sent through",
	 ON(REPLAY), OPTION_TEXT, AT(topology)},
	{"into", 0, "PORT",
	 "the port by which they come in, such as domain-c8:seg-podvm-ns",
	 ON(REPLAY), OPTION_TEXT, AT(into)},
	{"install-profile", 0, NULL,
	 "install the profile 'tierpath' and its columns for this user",
	 ON(WIRESHARK), OPTION_FLAG, AT(install_profile)},
	{"install-extcap", 0, NULL,
	 "make 'tierpath' a capture interface for this user", ON(WIRESHARK),
	 OPTION_FLAG, AT(install_extcap)},
	{"extcap-interfaces", 0, NULL, "list the interfaces", ON(EXTCAP),
	 OPTION_FLAG, AT(extcap_interfaces)},
	{"extcap-version", 0, "V", "the version of Wireshark that asks",
	 ON(EXTCAP), OPTION_TEXT, AT(extcap_version)},
	{"extcap-interface", 0, "NAME", "the interface that is meant: tierpath",
	 ON(EXTCAP), OPTION_TEXT, AT(extcap_interface)},
	{"extcap-dlts", 0, NULL, "list the link types of the interface",
	 ON(EXTCAP), OPTION_FLAG, AT(extcap_dlts)},
	{"extcap-config", 0, NULL, "list what can be chosen in its dialog",
	 ON(EXTCAP), OPTION_FLAG, AT(extcap_config)},
	{"extcap-capture-filter", 0, "EXPR",
	 "keep only what matches, in the language of tcpdump", ON(EXTCAP),
	 OPTION_TEXT, AT(capture_filter)},
	{"capture", 0, NULL, "play the scenario and write its capture",
	 ON(EXTCAP), OPTION_FLAG, AT(extcap_capture)},
	{"fifo", 0, "FILE", "where the capture is written", ON(EXTCAP),
	 OPTION_TEXT, AT(fifo)},
	{"scenario", 0, "NAME",
	 "the scenario to play, by name or file; default: the first",
	 ON(EXTCAP), OPTION_TEXT, AT(scenario)},
	{"points", 0, "WHICH", "story (default) or all, as run --capture",
	 ON(EXTCAP), OPTION_TEXT, AT(points), .choices = "story all"},
	{"strict", 0, NULL, "warnings count: exit status 1", ON(LINT),
	 OPTION_FLAG, AT(strict)},
	{"clock-behind", 0, NULL,
	 "ages as a viewer sees them whose clock is behind: <invalid>", ON(RUN),
	 OPTION_FLAG, AT(clock_behind)},
	{"man", 0, NULL, "print the manual page (mdoc)", ON(HELP), OPTION_FLAG,
	 AT(man)},
	{"completion", 0, NULL, "print the completion for bash", ON(HELP),
	 OPTION_FLAG, AT(completion)},
	{"quiet", 'q', NULL, "less: headlines and what failed", EVERY,
	 OPTION_FLAG, AT(quiet)},
	{"verbose", 'v', NULL, "more: every packet, every expectation", EVERY,
	 OPTION_FLAG, AT(verbose)},
	{"color", 0, "WHEN",
	 "auto (default), always or never; NO_COLOR is "
	 "honoured",
	 EVERY, OPTION_TEXT, AT(color), .choices = "auto always never"},
	{"help", 'h', NULL, "say what can be asked for", EVERY, OPTION_FLAG,
	 AT(help)},
	{.name = NULL}};

const struct option_command_row option_commands[] = {
	[OPTION_RUN] =
		{"run", "FILE|DIR...", "play scenarios and show them",
		 "Plays each scenario and prints what its users would "
		 "see, the packet that decided it hop by hop in both "
		 "directions, and why. A folder stands for the scenarios "
		 "in it.",
		 1, SIZE_MAX, "files"},
	[OPTION_TEST] = {"test", "FILE|DIR...", "judge expectations (TAP)",
			 "Plays each scenario and prints one line of TAP "
			 "version 13 for it. A failed expectation is followed "
			 "by the trace that disproves it.",
			 1, SIZE_MAX, "files"},
	[OPTION_TRACE] = {"trace", "TOPOLOGY",
			  "one packet, every hop, both ways",
			  "Sends one packet (a TCP SYN, a datagram, a ping) "
			  "through a topology and prints its way and that of "
			  "its answer. Exit status 1 if no answer came.",
			  1, 1, "files"},
	[OPTION_SHOW] =
		{"show", "TOPOLOGY|SCENARIO [TABLE...] [NODE...]",
		 "the tables of gateways, routers and hosts",
		 "Tables are routes, forwarding, nat, sessions, arp and "
		 "lb; default all. With a scenario, they are as its "
		 "last step leaves them.",
		 1, SIZE_MAX, "show"},
	[OPTION_REPLAY] =
		{"replay", "CAPTURE",
		 "send somebody's packets through a network",
		 "Sends the IPv4 packets of a capture (pcap or pcapng) into a "
		 "port of a topology and shows where each came out, or why "
		 "not. Exit status 1 if one did not arrive.",
		 1, 1, "files"},
	[OPTION_LIVE] =
		{"live", "TOPOLOGY HOST=NETNS...",
		 "real programs at the ends, the network in between",
		 "Runs a network in real time. The interfaces of each HOST "
		 "become TAP devices in the network namespace NETNS, so that "
		 "real programs there use the network. Reads commands: change, "
		 "show, stats, quit, help. Needs CAP_NET_ADMIN. Exit status 4 "
		 "if a limit was hit.",
		 2, SIZE_MAX, "files"},
	[OPTION_WIRESHARK] =
		{"wireshark", "[FILE|DIR...]", "set Wireshark up for captures",
		 "Installs, for the user who asks, a Wireshark profile with "
		 "columns, colours and filter buttons for captures, and the "
		 "capture interface 'tierpath' that plays the scenarios named.",
		 0, SIZE_MAX, "files"},
	[OPTION_EXTCAP] =
		{"extcap", "[FILE|DIR...]", "what Wireshark calls to capture",
		 "Speaks Wireshark's extcap protocol: offers the interface "
		 "'tierpath', and the scenarios named as its choices.",
		 0, SIZE_MAX, "files"},
	[OPTION_LINT] = {"lint", "FILE...",
			 "what NSX would refuse and what is likely wrong",
			 "Reads topologies and scenarios and reports every "
			 "mistake with its place and what to write instead.",
			 1, SIZE_MAX, "files"},
	[OPTION_SCHEMA] = {"schema", "topology|scenario",
			   "the JSON Schema of the files",
			   "Prints the JSON Schema (draft-07) that editors use "
			   "to complete and check files.",
			   1, 1, "schema"},
	[OPTION_HELP] = {"help", "[COMMAND]", "say what can be asked for",
			 "Prints help about a command, the manual page, or the "
			 "completion for bash.",
			 0, 1, "commands"},
};
