#include "node/transport/look_ups.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "proto/base/thread_name.h"

namespace koinon {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

struct Waiter {
  Waiter(asio::io_context& io, std::chrono::milliseconds deadline) : timer(io, deadline) {}

  asio::steady_timer timer;
  LookedUp answer{asio::error::timed_out, {}};
};

}  // namespace

// Who waits for which host. A host stands here as long as it is being looked up, even if nobody waits any
// more.
struct LookUps::Asked {
  std::map<std::string, std::vector<std::shared_ptr<Waiter>>> hosts;

  void answered(const std::string& host, const LookedUp& answer) {
    const auto it = hosts.find(host);
    if (it == hosts.end()) return;
    for (const auto& waiter : it->second) {
      waiter->answer = answer;
      waiter->timer.cancel();
    }
    hosts.erase(it);
  }
};

// What the threads have.
struct LookUps::Shared {
  std::mutex mutex;
  asio::io_context* io = nullptr;  // nullptr: nobody is there to be told
  std::weak_ptr<Asked> asked;      // locked on the io_context's thread alone
  Resolve resolve;
  std::deque<std::string> waiting;  // hosts with which no thread has begun
  std::size_t threads = 0;

  static void run(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (shared->io != nullptr && !shared->waiting.empty()) {
      std::string host = std::move(shared->waiting.front());
      shared->waiting.pop_front();
      lock.unlock();
      LookedUp answer{asio::error::no_memory, {}};
      try {
        answer = shared->resolve(host);
      } catch (const std::exception&) {
        answer.addresses.clear();  // it stays an error
      }
      lock.lock();
      // Under the lock, so that the io_context is not gone meanwhile.
      if (shared->io == nullptr) break;
      asio::post(*shared->io, [asked = shared->asked, host = std::move(host), answer = std::move(answer)] {
        if (const auto there = asked.lock()) there->answered(host, answer);
      });
    }
    --shared->threads;
  }
};

LookUps::LookUps(asio::io_context& io, Resolve resolve, std::chrono::milliseconds deadline)
    : io_(io), deadline_(deadline), asked_(std::make_shared<Asked>()), shared_(std::make_shared<Shared>()) {
  shared_->io = &io;
  shared_->asked = asked_;
  shared_->resolve = std::move(resolve);
}

LookUps::~LookUps() {
  const std::lock_guard lock(shared_->mutex);
  shared_->io = nullptr;
  shared_->waiting.clear();
}

LookedUp LookUps::by_the_system(const std::string& host) {
  LookedUp out;
  asio::io_context none;  // the resolver wants one; nothing runs on it
  tcp::resolver resolver(none);
  for (const auto& found : resolver.resolve(host, "", out.error))
    out.addresses.push_back(found.endpoint().address());
  if (!out.error && out.addresses.empty()) out.error = asio::error::host_not_found;
  return out;
}

asio::awaitable<LookedUp> LookUps::addresses(std::string host) {
  error_code is_name;
  if (const auto address = asio::ip::make_address(host, is_name); !is_name) co_return LookedUp{{}, {address}};
  const auto waiter = std::make_shared<Waiter>(io_, deadline_);
  const bool under_way = asked_->hosts.contains(host);
  asked_->hosts[host].push_back(waiter);
  if (!under_way) begin(host);
  error_code cancelled;
  co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (!cancelled) forget(host);
  co_return waiter->answer;
}

void LookUps::begin(const std::string& host) {
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back(host);
  if (shared_->threads == limits::kLookUpsAtOnce) return;
  try {
    std::thread([shared = shared_] {
      name_this_thread("look-up");
      Shared::run(shared);
    }).detach();
    ++shared_->threads;
  } catch (const std::system_error&) {
    // Out of threads: one that is there takes it, or whoever waits gives up.
  }
}

void LookUps::forget(const std::string& host) {
  const auto it = asked_->hosts.find(host);
  if (it == asked_->hosts.end()) return;
  std::erase_if(it->second, [](const auto& waiter) {
    return waiter->timer.expiry() <= asio::steady_timer::clock_type::now();
  });
  if (!it->second.empty()) return;
  const std::lock_guard lock(shared_->mutex);
  auto& waiting = shared_->waiting;
  const auto unbegun = std::find(waiting.begin(), waiting.end(), host);
  if (unbegun == waiting.end()) return;
  waiting.erase(unbegun);
  asked_->hosts.erase(it);
}

}  // namespace koinon
