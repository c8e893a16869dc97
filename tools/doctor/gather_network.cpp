// Names, ports and peers, as they are seen from this machine.
//
// A node is dialled with a key of a moment, and no key in the world would do: so the handshake ends as soon
// as the other side has shown its own, which is what is asked. It sees a handshake that failed, and no knock.
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "crypto/ed25519.h"
#include "node/transport/look_ups.h"
#include "node/transport/reaching.h"
#include "proto/base/encoding.h"
#include "tools/answers.h"
#include "tools/doctor/gather.h"

namespace koinon::doctor {
namespace asio = boost::asio;
using asio::ip::tcp;
namespace {

constexpr std::size_t kDialled = 64;           // peers at most
constexpr std::chrono::seconds kDeadline{30};  // of all together: each has a shorter one

bool is_number(const std::string& host) {
  boost::system::error_code error;
  (void)asio::ip::make_address(host, error);
  return !error;
}

bool is_private(const asio::ip::address& address) {
  if (address.is_loopback() || address.is_unspecified()) return true;
  if (address.is_v6()) {
    const auto bytes = address.to_v6().to_bytes();
    return (bytes[0] & 0xFE) == 0xFC || address.to_v6().is_link_local();
  }
  const auto number = address.to_v4().to_uint();
  return number >> 24 == 10 || number >> 20 == 0xAC1 || number >> 16 == 0xC0A8 || number >> 16 == 0xA9FE;
}

using Found = std::map<std::string, LookedUp>;

asio::awaitable<void> look_up(LookUps* look_ups, std::string host, Found* out) {
  LookedUp found = co_await look_ups->addresses(host);
  out->insert_or_assign(std::move(host), std::move(found));
}

struct Probe {
  Address address;
  Reached::How how = Reached::How::kNotLookedUp;
  std::string shown;  // the key, as text
  std::string fault;
};

asio::awaitable<void> dial(LookUps* look_ups, std::shared_ptr<asio::ssl::context> tls, Probe* probe) {
  const NodeKey nobodys = NodeKey::from(random_bytes(NodeKey().view().size()));
  const Reached reached = co_await reach(*look_ups, {probe->address, nobodys, std::move(tls)});
  probe->how = reached.how;
  if (reached.shown) probe->shown = to_text(*reached.shown);
  if (reached.how != Reached::How::kOtherKey && reached.how != Reached::How::kYes)
    probe->fault = no_answer(reached, probe->address.text()).message;
}

// By address.
std::map<std::string, Probe> dial_all(const std::set<std::string>& addresses) {
  std::map<std::string, Probe> out;
  asio::io_context io;
  LookUps look_ups(io);
  const auto tls = make_tls_context(SigningKey::generate());
  if (!tls.ok()) return out;
  for (const std::string& text : addresses) {
    const auto address = parse_address(text);
    if (!address.ok()) continue;
    Probe& probe = out[text];
    probe.address = *address;
    asio::co_spawn(io, dial(&look_ups, *tls, &probe), asio::detached);
  }
  io.run_for(kDeadline);
  return out;
}

Found look_up_all(const std::set<std::string>& hosts) {
  Found out;
  asio::io_context io;
  LookUps look_ups(io);
  for (const std::string& host : hosts) asio::co_spawn(io, look_up(&look_ups, host, &out), asio::detached);
  io.run_for(kDeadline);
  return out;
}

std::string host_of(const std::string& address) {
  const auto parsed = parse_address(address);
  return parsed.ok() ? parsed->host : std::string();
}

void add_names(const Found& found, const std::string& address, const std::string& whose, NameFacts& out) {
  const std::string host = host_of(address);
  if (host.empty() || is_number(host)) return;
  const auto answer = found.find(host);
  NameFacts::Name name{host, whose, ""};
  if (answer == found.end()) {
    name.fault = "the name servers do not answer in time";
  } else if (answer->second.error) {
    name.fault = answer->second.error.message();
  } else if (answer->second.addresses.empty()) {
    name.fault = "it has no address";
  }
  out.names.push_back(std::move(name));
}

// Whether all addresses of the host are such; false where there are none.
template <typename Test>
bool all_are(const Found& found, const std::string& address, Test test) {
  const auto answer = found.find(host_of(address));
  if (answer == found.end() || answer->second.addresses.empty()) return false;
  return std::all_of(answer->second.addresses.begin(), answer->second.addresses.end(), test);
}

void put_reach(const Probe& probe, PeerFacts& peer) {
  using How = Reached::How;
  if (probe.how == How::kNotLookedUp || probe.how == How::kSilent || probe.how == How::kHangs ||
      probe.how == How::kNoNode) {
    peer.reach = PeerFacts::Reach::kSilent;
    peer.reach_fault = probe.fault;
  } else {
    peer.reach = probe.shown == peer.node_key ? PeerFacts::Reach::kItself : PeerFacts::Reach::kOther;
  }
}

void put_own_reach(const Probe& probe, const std::string& node_key, PortFacts& ports) {
  if (probe.shown.empty()) {
    ports.own_address = PortFacts::Reach::kSilent;
  } else {
    ports.own_address = probe.shown == node_key ? PortFacts::Reach::kOurs : PortFacts::Reach::kOther;
  }
}

// Where it is served on all addresses, this machine reaches it on its own.
std::string near(const std::string& listen) {
  if (listen == "0.0.0.0") return "127.0.0.1";
  return listen == "::" ? "::1" : listen;
}

bool accepts(const std::string& listen, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(near(listen), error);
  if (error) return true;  // the configuration says so
  asio::io_context io;
  tcp::socket socket(io);
  bool connected = false;
  socket.async_connect({address, port},
                       [&](const boost::system::error_code& failed) { connected = !failed; });
  io.run_for(std::chrono::seconds(5));
  return connected;
}

// Whether another program has it. As koinond binds it, so that what an ended one left does not count.
bool is_taken(const std::string& listen, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(listen, error);
  if (error) return false;
  asio::io_context io;
  tcp::acceptor acceptor(io);
  const tcp::endpoint endpoint(address, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error == asio::error::address_in_use;
}

}  // namespace

void gather_ports(const Config& config, const std::optional<Answers>& answers, Facts& facts) {
  PortFacts ports = facts.ports.value_or(PortFacts());
  ports.peers.listen = config.peer_listen;
  ports.http.listen = config.http_listen;
  ports.peers.number = config.peer_port;
  ports.http.number = config.http_port;
  if (answers) {
    ports.peers.number = static_cast<std::uint16_t>(number_of(answers->status, "peer_port"));
    ports.http.number = static_cast<std::uint16_t>(number_of(answers->status, "http_port"));
  } else {
    ports.address = config.address;
  }
  for (Port* port : {&ports.peers, &ports.http}) {
    if (port->listen.empty() || port->number == 0) continue;
    if (answers) port->closed = !accepts(port->listen, port->number);
    if (facts.daemon.state == DaemonFacts::State::kDown) port->taken = is_taken(port->listen, port->number);
  }
  facts.ports = std::move(ports);
}

void gather_network(const Config& config, const std::string& node_key, Facts& facts) {
  const std::string own = facts.ports ? facts.ports->address : config.address;
  std::set<std::string> hosts;
  std::set<std::string> dialled;
  if (!own.empty()) hosts.insert(host_of(own));
  if (!own.empty() && !node_key.empty()) dialled.insert(own);
  PeersFacts peers = facts.peers.value_or(PeersFacts());
  for (const PeerFacts& peer : peers.peers) {
    if (peer.address.empty() || peer.paused) continue;
    hosts.insert(host_of(peer.address));
    if (!peer.connected && dialled.size() < kDialled) dialled.insert(peer.address);
  }
  const Found found = look_up_all(hosts);
  const auto probes = dial_all(dialled);
  NameFacts names;
  if (!own.empty()) add_names(found, own, "", names);
  for (PeerFacts& peer : peers.peers) {
    if (peer.address.empty() || peer.paused) continue;
    add_names(found, peer.address, peer.name, names);
    if (const auto probe = probes.find(peer.address); probe != probes.end() && !peer.connected)
      put_reach(probe->second, peer);
  }
  facts.names = std::move(names);
  if (facts.peers) facts.peers = peers;
  if (!facts.ports || own.empty()) return;
  PortFacts& ports = *facts.ports;
  if (const auto probe = probes.find(own); probe != probes.end())
    put_own_reach(probe->second, node_key, ports);
  ports.address_is_loopback = all_are(found, own, [](const auto& one) { return one.is_loopback(); });
  ports.address_is_private = all_are(found, own, is_private);
  for (const PeerFacts& peer : peers.peers) {
    const auto elsewhere = found.find(host_of(peer.address));
    if (peer.address.empty() || elsewhere == found.end() || elsewhere->second.addresses.empty()) continue;
    ports.peers_are_elsewhere = ports.peers_are_elsewhere || !all_are(found, peer.address, is_private);
  }
}

}  // namespace koinon::doctor
