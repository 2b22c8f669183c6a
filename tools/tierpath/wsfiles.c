/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/tierpath/wsfiles.h"

#include <stddef.h>

static const char preferences[] =
	"# Profile for captures written by tierpath\n"
	"gui.column.format: \n"
	"\t\"No.\", \"%m\",\n"
	"\t\"Time\", \"%t\",\n"
	"\t\"Port\", \"%Cus:frame.interface_name:0:R\",\n"
	"\t\"Source\", \"%s\",\n"
	"\t\"Destination\", \"%d\",\n"
	"\t\"Protocol\", \"%p\",\n"
	"\t\"Info\", \"%i\",\n"
	"\t\"Packet\", \"%Cus:frame.packet_id:0:R\",\n"
	"\t\"Verdict\", \"%Cus:tierpath.verdict:0:R\",\n"
	"\t\"NAT\", \"%Cus:tierpath.nat:0:R\",\n"
	"\t\"Rule\", \"%Cus:tierpath.rule:0:R\",\n"
	"\t\"What happened\", \"%Cus:frame.comment:2:R\"\n"
	"nameres.network_name: TRUE\n"
	"nameres.use_external_name_resolver: FALSE\n"
	"nameres.dns_pkt_addr_resolution: FALSE\n"
	"ip.check_checksum: TRUE\n"
	"tcp.check_checksum: TRUE\n"
	"tcp.reassemble_out_of_order: TRUE\n"
	"udp.check_checksum: TRUE\n";

/* Colours: background, then text; the first that fits wins. */
static const char colors[] =
	"# Colours for captures written by tierpath\n"
	"@tierpath: dropped@frame.comment contains \"verdict=dropped\"@"
	"[52428,8738,8738][65535,65535,65535]\n"
	"@tierpath: sent again@frame.comment contains \" try=\" || "
	"tcp.analysis.retransmission@[65535,49858,36751][0,0,0]\n"
	"@tierpath: error message@frame.comment contains \" cause=\"@"
	"[60138,48316,60138][0,0,0]\n"
	"@tierpath: translated@frame.comment matches \" nat=[A-Z]\"@"
	"[65535,60395,44975][0,0,0]\n"
	"@ARP@arp@[64250,61680,55255][0,0,0]\n"
	"@DNS@dns@[56026,61166,65535][0,0,0]\n"
	"@HTTP@http@[58596,65535,51143][0,0,0]\n"
	"@TCP@tcp@[59367,59110,65535][0,0,0]\n";

static const char buttons[] =
	"# Filter buttons for captures written by tierpath\n"
	"\"TRUE\",\"follow this packet through NAT\","
	"\"frame.packet_id == ${frame.packet_id}\","
	"\"Select a packet first: every place where it was captured\"\n"
	"\"TRUE\",\"drops only\","
	"\"frame.comment contains \\x22verdict=dropped\\x22\","
	"\"Packets that died, at the port where they did\"\n"
	"\"TRUE\",\"NAT\",\"frame.comment matches \\x22 nat=[A-Z]\\x22\","
	"\"Packets that were translated since they were captured before\"\n"
	"\"TRUE\",\"sent again\",\"frame.comment contains \\x22 try=\\x22\","
	"\"Retransmissions, as their senders made them\"\n"
	"\"TRUE\",\"no ARP\",\"!arp\",\"\"\n";

static const char filters[] =
	"\"tierpath: drops only\" frame.comment contains \"verdict=dropped\"\n"
	"\"tierpath: translated\" frame.comment matches \" nat=[A-Z]\"\n"
	"\"tierpath: sent again\" frame.comment contains \" try=\"\n"
	"\"tierpath: packet 1 everywhere\" frame.packet_id == 1\n";

/* Where registries speak TLS, Wireshark expects GSM. */
static const char decode_as[] =
	"# Decode As for captures written by tierpath\n"
	"decode_as_entry: tcp.port,5000,GSM over IP,TLS\n";

static const char plugin[] =
	"-- Fields from the remarks that tierpath writes beside packets:\n"
	"--   tp flow=3 pkt=17 hop=2 node=domain-c8 verdict=forwarded ...\n"
	"local proto = Proto(\"tierpath\", \"tierpath remarks\")\n"
	"local number, text = ProtoField.uint32, ProtoField.string\n"
	"local fields = {\n"
	"\tflow = number(\"tierpath.flow\", \"Conversation\"),\n"
	"\tpkt = number(\"tierpath.pkt\", \"Packet\"),\n"
	"\thop = number(\"tierpath.hop\", \"Hop\"),\n"
	"\tnode = text(\"tierpath.node\", \"Node\"),\n"
	"\tverdict = text(\"tierpath.verdict\", \"Verdict\"),\n"
	"\tnat = text(\"tierpath.nat\", \"NAT\"),\n"
	"\trule = text(\"tierpath.rule\", \"Rule\"),\n"
	"\treason = text(\"tierpath.reason\", \"Drop reason\"),\n"
	"\tarp_wait = text(\"tierpath.arp_wait\", \"Waited for ARP of\"),\n"
	"\tcause = number(\"tierpath.cause\", \"Tells about packet\"),\n"
	"}\n"
	"fields[\"try\"] = number(\"tierpath.try\", \"Sent for the nth time\")\n"
	"local list = {}\n"
	"for _, field in pairs(fields) do list[#list + 1] = field end\n"
	"proto.fields = list\n"
	"local comment = Field.new(\"frame.comment\")\n"
	"local numbers = { flow = true, pkt = true, hop = true, cause = true }\n"
	"numbers[\"try\"] = true\n"
	"\n"
	"function proto.dissector(tvb, pinfo, tree)\n"
	"\tfor _, info in ipairs({ comment() }) do\n"
	"\t\tlocal line = tostring(info)\n"
	"\t\tif line:sub(1, 3) == \"tp \" then\n"
	"\t\t\tlocal branch = tree:add(proto)\n"
	"\t\t\tfor key, value in line:gmatch(\"(%S-)=(%S+)\") do\n"
	"\t\t\t\tif numbers[key] then value = tonumber(value) end\n"
	"\t\t\t\tif fields[key] and value then\n"
	"\t\t\t\t\tbranch:add(fields[key], value)\n"
	"\t\t\t\tend\n"
	"\t\t\tend\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"register_postdissector(proto)\n";

const struct wsfiles_file wsfiles_all[] = {
	{"preferences", false, preferences},
	{"colorfilters", false, colors},
	{"dfilter_buttons", false, buttons},
	{"dfilters", false, filters},
	{"decode_as_entries", false, decode_as},
	{"tierpath.lua", true, plugin},
	{NULL, false, NULL},
};
