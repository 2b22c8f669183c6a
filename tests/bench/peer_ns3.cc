/* SPDX-License-Identifier: Apache-2.0 */
/* ns-3 on the chain of five nodes that sim_bench.c simulates, with the same
 * rate, delay and spacing of packets. What there is no counterpart for is left
 * out to its advantage: no NAT, no ARP (point-to-point links), no queueing
 * disciplines, no checksums, one flow.
 *
 * peer: packages g++ libns3-dev libgsl-dev libsqlite3-dev libxml2-dev pkg-config
 * peer: flags $(pkg-config --cflags --libs ns3-core ns3-network ns3-internet ns3-point-to-point ns3-applications ns3-traffic-control)
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include <ns3/applications-module.h>
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>
#include <ns3/traffic-control-module.h>

using namespace ns3;

static const unsigned kNodes = 5, kRuns = 5;
static const uint32_t kDatagrams = 50000, kDatagram = 18;
static const uint32_t kSegments = 20000, kSegment = 1448;
static const uint16_t kPort = 9;

/* Client, three routers, server; 'server' becomes its address. */
static NodeContainer make_chain(Ipv4Address *server)
{
	NodeContainer nodes;
	nodes.Create(kNodes);
	InternetStackHelper().Install(nodes);
	PointToPointHelper link;
	link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
	link.SetChannelAttribute("Delay", StringValue("10us"));
	Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
	for (unsigned i = 0; i + 1 < kNodes; i++) {
		NetDeviceContainer ends = link.Install(nodes.Get(i),
						       nodes.Get(i + 1));
		*server = addresses.Assign(ends).GetAddress(1);
		TrafficControlHelper().Uninstall(ends);
		addresses.NewNetwork();
	}
	Ipv4GlobalRoutingHelper::PopulateRoutingTables();
	return nodes;
}

static Ptr<PacketSink> add_sink(const NodeContainer &nodes,
				const char *factory)
{
	PacketSinkHelper sink(
		factory, InetSocketAddress(Ipv4Address::GetAny(), kPort));
	return DynamicCast<PacketSink>(
		sink.Install(nodes.Get(kNodes - 1)).Get(0));
}

/* Millions of packets of 'size' bytes that the sink got, a second. */
static double run(Ptr<PacketSink> sink, uint32_t size, uint32_t count)
{
	auto started = std::chrono::steady_clock::now();
	Simulator::Run();
	std::chrono::duration<double> took =
		std::chrono::steady_clock::now() - started;
	uint64_t got = sink->GetTotalRx() / size;
	Simulator::Destroy();
	if (got != count) {
		fprintf(stderr, "peer ns3: %lu of %u arrived\n",
			(unsigned long)got, count);
		exit(1);
	}
	return (double)got / took.count() / 1e6;
}

static double datagrams()
{
	Ipv4Address server;
	NodeContainer nodes = make_chain(&server);
	Ptr<PacketSink> sink = add_sink(nodes, "ns3::UdpSocketFactory");
	UdpClientHelper client(server, kPort);
	client.SetAttribute("MaxPackets", UintegerValue(kDatagrams));
	client.SetAttribute("Interval", TimeValue(MicroSeconds(1)));
	client.SetAttribute("PacketSize", UintegerValue(kDatagram));
	client.Install(nodes.Get(0));
	return run(sink, kDatagram, kDatagrams);
}

static double bulk()
{
	Ipv4Address server;
	Config::SetDefault("ns3::TcpSocket::SegmentSize",
			   UintegerValue(kSegment));
	NodeContainer nodes = make_chain(&server);
	Ptr<PacketSink> sink = add_sink(nodes, "ns3::TcpSocketFactory");
	BulkSendHelper client("ns3::TcpSocketFactory",
			      InetSocketAddress(server, kPort));
	client.SetAttribute("MaxBytes",
			    UintegerValue((uint64_t)kSegments * kSegment));
	client.SetAttribute("SendSize", UintegerValue(kSegment));
	client.Install(nodes.Get(0));
	return run(sink, kSegment, kSegments);
}

static void row(const char *name, std::function<double()> once)
{
	std::vector<double> values;
	once();
	for (unsigned i = 0; i < kRuns; i++)
		values.push_back(once());
	std::sort(values.begin(), values.end());
	printf("%s ns-3 %g %g %g\n", name, values[kRuns / 2], values.front(),
	       values.back());
	fflush(stdout);
}

int main()
{
	row("sim_chain", datagrams);
	row("tcp_bulk", bulk);
	return 0;
}
