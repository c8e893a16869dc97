// What the daemon says of itself, and the kernel of it.
#include <cerrno>
#include <fstream>
#include <future>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/api/alarms.h"
#include "node/daemon/data_folder.h"
#include "node/daemon/store_source.h"
#include "node/daemon/version.h"
#include "proto/base/no_permission.h"
#include "tools/answers.h"
#include "tools/api_client.h"
#include "tools/daemon_listener.h"
#include "tools/doctor/gather.h"

namespace koinon::doctor {
namespace json = boost::json;
namespace asio = boost::asio;
namespace {

using State = DaemonFacts::State;

// Whether some program holds the folder (proc(5), /proc/locks). To try the lock would keep a koinond that
// starts at this moment from it.
bool is_locked(const DataFolder& folder) {
  struct stat what {};
  if (::stat(folder.lock_file().c_str(), &what) != 0) return false;
  const std::string inode = ":" + std::to_string(what.st_ino) + " ";
  std::ifstream file("/proc/locks");
  std::string line;
  while (std::getline(file, line)) {
    if (line.find(" FLOCK ") != std::string::npos && line.find(inode) != std::string::npos) return true;
  }
  return false;
}

// The process that listens on the socket, if one does.
struct Listener {
  State state = State::kDown;
  std::optional<int> process;
  std::string stranger = {};
};
Listener find_listener(const DataFolder& folder) {
  Listener out;
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  boost::system::error_code error;
  const auto path = folder.socket().string();
  if (path.size() >= sizeof(::sockaddr_un::sun_path)) return out;  // no socket can be there
  const asio::local::stream_protocol::endpoint there(path);
  // A koinond that hangs takes nobody from the queue, and where that is full a connection would wait for
  // ever.
  socket.open(there.protocol(), error);
  if (!error) socket.native_non_blocking(true, error);
  if (error) return out;
  if (::connect(socket.native_handle(), there.data(), static_cast<::socklen_t>(there.size())) != 0) {
    if (errno == EACCES) out.state = State::kForbidden;
    if (errno == EAGAIN) out.state = State::kSilent;
    return out;
  }
  const auto process = trusted_listener(socket.native_handle(), folder.path());
  out.state = process.ok() ? State::kAnswers : State::kStranger;
  if (process.ok()) out.process = *process;
  if (!process.ok()) out.stranger = process.error().text();
  return out;
}

// Where the folder is this user's, or its service runs as this user.
bool is_users_own(const std::filesystem::path& data) {
  struct stat folder {};
  if (::stat(data.c_str(), &folder) == 0 && folder.st_uid == ::geteuid()) return true;
  return user_of_service(data) == own_user();
}

Result<Answers> ask_all(const std::filesystem::path& data) {
  const ApiClient client(data);
  Answers out;
  KOINON_ASSIGN(out.status, client.get_json("/api/v1/status"));
  KOINON_ASSIGN(out.peers, client.get_json("/api/v1/peers"));
  KOINON_ASSIGN(out.id, client.get_json("/api/v1/id"));
  KOINON_ASSIGN(out.metrics, client.get("/metrics"));
  return out;
}

std::uint64_t measure(const std::string& metrics, const std::string& name) {
  const auto line = metrics.find("\n" + name + " ");
  return line == std::string::npos
             ? 0
             : static_cast<std::uint64_t>(std::strtod(metrics.c_str() + line + name.size() + 2, nullptr));
}

// The soft limit of that name in /proc/PID/limits. Nothing: it has none, or it cannot be read.
std::optional<std::uint64_t> limit_of(int process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/limits");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(name)) continue;
    const auto value = line.find_first_not_of(' ', name.size());
    if (value == std::string::npos || line.compare(value, 9, "unlimited") == 0) return std::nullopt;
    return std::strtoull(line.c_str() + value, nullptr, 10);
  }
  return std::nullopt;
}

void read_peers(const json::value& answer, Facts& out) {
  PeersFacts peers;
  VersionFacts versions;
  LagFacts lag = out.lag.value_or(LagFacts());
  PortFacts ports = out.ports.value_or(PortFacts());
  for (const json::value& item : list_of(answer, "items")) {
    PeerFacts peer;
    peer.name = text_of(item, "name");
    peer.node_key = text_of(item, "node_key");
    peer.address = text_of(item, "address");
    peer.connected = flag_of(item, "connected");
    peer.trouble = text_of(item, "trouble");
    peer.state = text_of(item, "state");
    peer.send = text_of(item, "send");
    peer.lies = number_of(item, "lies");
    peer.last_lie = text_of(item, "last_lie");
    peer.shunned = flag_of(item, "shunned");
    peer.paused = flag_of(item, "paused");
    ports.peers_connected += peer.connected ? 1 : 0;
    ports.came_in = ports.came_in || flag_of(item, "came_in");
    lag.peers.push_back({peer.name, static_cast<std::uint64_t>(number_of(item, "lag"))});
    versions.peers.push_back({peer.name, text_of(item, "agent")});
    peers.peers.push_back(std::move(peer));
  }
  peers.knocks = list_of(answer, "knocks").size();
  ports.came_in = ports.came_in || peers.knocks > 0;
  out.peers = std::move(peers);
  out.lag = std::move(lag);
  out.ports = std::move(ports);
  out.versions = std::move(versions);
}

}  // namespace

std::optional<Answers> ask_daemon(const Wish& wish, Facts& facts) {
  const DataFolder folder(wish.data);
  facts.daemon.folder = wish.data.string();
  facts.daemon.start = start_hint(wish.data);
  if (const Status whole = check_configured_node(folder); !whole.ok()) {
    const auto have = folder.contents();
    if (!have.ok()) {
      facts.daemon.state = State::kForbidden;
      facts.daemon.refusal = have.error().message;
      facts.daemon.is_users_own = is_users_own(wish.data);
    } else {
      facts.daemon.folder_fault = whole.error().message;
    }
    return std::nullopt;
  }
  const Listener listener = find_listener(folder);
  facts.daemon.state = listener.state;
  facts.daemon.stranger = listener.stranger;
  if (listener.state == State::kDown && is_locked(folder)) facts.daemon.state = State::kStarts;
  if (listener.state != State::kAnswers) return std::nullopt;
  // One that hangs is not waited for: its thread ends with this process.
  auto promise = std::make_shared<std::promise<Result<Answers>>>();
  auto answers = promise->get_future();
  std::thread([promise, data = wish.data] { promise->set_value(ask_all(data)); }).detach();
  if (answers.wait_for(wish.patience) != std::future_status::ready) {
    facts.daemon.state = State::kSilent;
    return std::nullopt;
  }
  Result<Answers> got = answers.get();
  if (!got.ok()) {
    facts.daemon.state = got.error().code == Code::kRefused ? State::kForbidden : State::kStarts;
    facts.unlooked.push_back("what koinond says: " + got.error().text() + ".");
    return std::nullopt;
  }
  got->process = listener.process;
  got->started = static_cast<std::int64_t>(measure(got->metrics, "process_start_time_seconds"));
  return std::move(*got);
}

void read_answers(const Answers& answers, Facts& out) {
  const json::value& status = answers.status;
  const json::value none;
  const auto* clock = member_of(status, "clock");
  ClockFacts time = out.clock.value_or(ClockFacts());
  time.off = flag_of(clock == nullptr ? none : *clock, "off");
  time.behind_seconds = number_of(clock == nullptr ? none : *clock, "behind_seconds");
  time.signing_waits = flag_of(clock == nullptr ? none : *clock, "signing_waits");
  for (const json::value& one : list_of(clock == nullptr ? none : *clock, "because"))
    if (one.is_string()) time.because.emplace_back(one.as_string());
  out.clock = std::move(time);
  SigningFacts signing;
  const std::string said = text_of(status, "signing");
  signing.state = said.substr(0, said.find(':'));
  if (const auto colon = said.find(": "); colon != std::string::npos) signing.why = said.substr(colon + 2);
  LagFacts lag;
  lag.index_most = kIndexLag;
  lag.index = static_cast<std::uint64_t>(number_of(status, "index_lag"));
  for (const json::value& alarm : list_of(status, "alarms")) {
    const std::string id = text_of(alarm, "id");
    signing.alarms.push_back({id, text_of(alarm, "text"), text_of(alarm, "severity") == "critical"});
    if (id == "missing") lag.bodies = static_cast<std::uint64_t>(number_of(status, "bodies_missing"));
  }
  out.signing = std::move(signing);
  out.lag = std::move(lag);
  read_peers(answers.peers, out);
  out.versions->program = kVersion;
  out.versions->start = out.daemon.start;
  out.versions->daemon = text_of(status, "version");
  out.ports->address = text_of(answers.id, "address");
  if (!answers.process) return;
  LimitFacts limits;
  limits.files = limit_of(*answers.process, "Max open files");
  limits.file_bytes = limit_of(*answers.process, "Max file size");
  limits.locked_bytes = limit_of(*answers.process, "Max locked memory");
  limits.open_files = measure(answers.metrics, "process_open_fds");
  out.limits = limits;
}

}  // namespace koinon::doctor
