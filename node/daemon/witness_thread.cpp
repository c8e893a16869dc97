#include "node/daemon/witness_thread.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace koinon {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::minutes kToldAgain{1};
constexpr unsigned kAskAgain = 10;  // seconds

WitnessAnswer not_now(const std::string& why) {
  WitnessAnswer out{503, why + "\n"};
  out.retry_after = kAskAgain;
  return out;
}

}  // namespace

WitnessThread::WitnessThread(Parts parts) : parts_(std::move(parts)), logs_(parts_.logs.size()) {}

void WitnessThread::on_signing() {
  asio::post(pool_, [this] { open(); });
}

void WitnessThread::stop() {
  pool_.stop();
  pool_.join();
}

void WitnessThread::open() {
  if (opened_ || !trouble().empty() || !may_cosign().ok()) return;
  auto files = open_witness(parts_.folder, parts_.options, parts_.clock.wall());
  if (!files.ok()) {
    parts_.log.error(log_event::kWitnessFails, "the witness for other systems cosigns nothing",
                     {{"reason", files.error().text()}});
    const std::lock_guard lock(mutex_);
    trouble_ = files.error().text();
    return;
  }
  opened_ = std::make_unique<Opened>(std::move(*files), std::move(parts_.logs), parts_.rate);
  parts_.log.info(log_event::kWitnessServes, "witnessing for other systems",
                  {{"vkey", opened_->files.vkey.text()}, {"logs", logs_}});
  note_mark({});
  const std::lock_guard lock(mutex_);
  vkey_ = opened_->files.vkey.text();
  made_at_ = opened_->files.db.owner().made_at;
}

std::string WitnessThread::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Status WitnessThread::may_cosign() const {
  std::optional<UnixMillis> made_at;
  {
    const std::lock_guard lock(mutex_);
    made_at = made_at_;
  }
  return parts_.may_cosign(made_at);
}

// A log whose signed heads contradict each other shows two histories, or its program is broken. Anybody may
// send such a request again and again, so the operator is told once in a while.
void WitnessThread::tell_contradiction(const WitnessAnswer& answer) {
  const MonoTime now = parts_.clock.mono();
  if (answer.status != 422 || (told_ && now - *told_ < kToldAgain)) return;
  told_ = now;
  parts_.log.warning(log_event::kWitnessRefused,
                     "a log asked the witness to cosign a head that does not extend the one before",
                     {{"origin", answer.origin}, {"reason", answer.body}});
}

// `kept`: whether the mark keeps nothing back. It is told once that it is lost, and once that it is not.
void WitnessThread::note_mark(const Status& kept) {
  {
    const std::lock_guard lock(mutex_);
    mark_trouble_ = kept.ok() ? std::string() : kept.error().text();
  }
  const auto& why = opened_->files.mark.trouble();
  const bool is_lost = why.has_value() || !kept.ok();
  if (std::exchange(mark_lost_, is_lost) == is_lost) return;
  if (!kept.ok()) {
    parts_.log.error(log_event::kWitnessFails, "the witness for other systems cosigns nothing",
                     {{"reason", kept.error().text()}});
  } else if (is_lost) {
    parts_.log.warning(
        log_event::kWitnessMark,
        "there is no mark of what the witness has cosigned: if witness.db is put back from a copy, the next "
        "start does not notice it by that",
        {{"reason", why->text()}});
  } else {
    parts_.log.info(log_event::kWitnessMark, "the mark of what the witness has cosigned is written again");
  }
}

// Of what is on the disk and was not marked, as of a kept head whose answer was held back, nothing leaves.
WitnessAnswer WitnessThread::marked(WitnessAnswer answer) {
  if (answer.status != 200) return answer;
  const auto made = opened_->files.db.made();
  const Status kept = made.ok() ? opened_->files.mark.keep(*made) : Status(made.error());
  note_mark(kept);
  return kept.ok() ? answer : not_now("this witness cosigns nothing now");
}

WitnessAnswer WitnessThread::newest(const std::string& origin_hash) {
  if (!opened_) return not_now("this witness is not open now");
  return marked(opened_->witness.checkpoint(origin_hash));
}

WitnessAnswer WitnessThread::answer(const std::string& body) {
  if (!opened_) return not_now("this witness is not open now");
  if (const Status may = may_cosign(); !may.ok()) return not_now("this witness cosigns nothing now");
  WitnessAnswer out = marked(opened_->witness.add_checkpoint(body, parts_.clock.wall(), parts_.clock.mono()));
  if (out.status == 200) ++cosigned_;
  tell_contradiction(out);
  return out;
}

asio::awaitable<WitnessAnswer> WitnessThread::add_checkpoint(std::string body) {
  const auto work = [this, body = std::move(body)]() -> asio::awaitable<WitnessAnswer> {
    co_return answer(body);
  };
  co_return co_await asio::co_spawn(pool_, work, asio::use_awaitable);
}

asio::awaitable<WitnessAnswer> WitnessThread::checkpoint(std::string origin_hash) {
  const auto work = [this, hash = std::move(origin_hash)]() -> asio::awaitable<WitnessAnswer> {
    co_return newest(hash);
  };
  co_return co_await asio::co_spawn(pool_, work, asio::use_awaitable);
}

WitnessView WitnessThread::view() const {
  WitnessView out;
  {
    const std::lock_guard lock(mutex_);
    out.vkey = vkey_;
    out.trouble = trouble_.empty() ? mark_trouble_ : trouble_;
  }
  if (const Status may = may_cosign(); out.trouble.empty() && !may.ok()) out.trouble = may.error().message;
  out.logs = logs_;
  out.cosigned = cosigned_;
  return out;
}

}  // namespace koinon
