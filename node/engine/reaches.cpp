#include "node/engine/reaches.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon::engine {

// --- we ask ---

bool Reaches::is_fresh(const NodeKey& peer, const std::string& address) const {
  const auto it = answered_.find(peer);
  return it != answered_.end() && it->second.asked_about == address &&
         effects_.now().mono - it->second.at < limits::kReachedKept;
}

void Reaches::ask(const std::string& address) {
  named_.clear();
  for (const auto& [id, link] : links_.all()) {
    if (named_.size() >= limits::kReachPeers) break;
    if (!link->ready || !link->answers_reach_me) continue;
    named_.push_back(link->peer);
    if (!asked_.contains(id) && !is_fresh(link->peer, address)) send_question(*link, address);
  }
  std::erase_if(answered_, [this](const auto& one) {
    return std::find(named_.begin(), named_.end(), one.first) == named_.end();
  });
}

void Reaches::send_question(Link& link, const std::string& address) {
  answered_.erase(link.peer);
  const std::uint64_t request_id = effects_.next_request();
  asked_.insert_or_assign(link.id, Asked{request_id, address});
  v1::Frame frame;
  frame.mutable_reach_me()->set_request_id(request_id);
  frame.mutable_reach_me()->set_address(address);
  links_.send(link, frame);
}

void Reaches::on_reached(Link& link, const v1::Reached& answer) {
  const auto it = asked_.find(link.id);
  if (it == asked_.end() || it->second.request_id != answer.request_id()) {
    return links_.end_for_lie(link, v1::ERROR_CODE_UNEXPECTED,
                              fail(Code::kMalformed, "a Reached answers nothing", "reached"));
  }
  if (answer.address().size() > limits::kReachAddressBytes)
    return links_.end_for_lie(link, fail(Code::kTooLarge, "the address is too long", "reached"));
  if (!answer.address().empty() && !parse_address(answer.address()).ok())
    return links_.end_for_lie(link, fail(Code::kMalformed, "the address is not HOST:PORT", "reached"));
  answered_.insert_or_assign(link.peer, ReachStanding{link.peer, it->second.address, answer.address(),
                                                      answer.outcome(), effects_.now().mono});
  asked_.erase(it);
  effects_.emit({Event::Kind::kReachTold, link.peer, {}, {}, {}});
}

std::vector<ReachStanding> Reaches::told() const {
  std::vector<ReachStanding> out;
  for (const NodeKey& peer : named_) {
    const auto it = answered_.find(peer);
    out.push_back(it == answered_.end() ? ReachStanding{peer, {}, {}, std::nullopt, {}} : it->second);
  }
  return out;
}

// --- we are asked ---

void Reaches::on_reach_me(Link& link, const v1::ReachMe& request) {
  if (request.request_id() == 0)
    return links_.end_for_lie(link, fail(Code::kMalformed, "a ReachMe needs a number", "reach_me"));
  if (request.address().size() > limits::kReachAddressBytes)
    return links_.end_for_lie(link, fail(Code::kTooLarge, "the address is too long", "reach_me"));
  const auto answer = [&](v1::ReachOutcome outcome) { send_answer(link, request.request_id(), outcome, {}); };
  if (!parse_address(request.address()).ok()) return answer(v1::REACH_OUTCOME_NOT_DIALLED);
  if (asks_.contains(link.id) || asks_.size() >= limits::kReachesUnderWay || !peers_.take_reach(link.peer))
    return answer(v1::REACH_OUTCOME_BUSY);
  asks_.emplace(link.id, request.request_id());
  effects_.emit({Event::Kind::kReachAsked, link.peer, {}, {}, request.address()});
}

void Reaches::on_dialled(const NodeKey& peer, v1::ReachOutcome outcome, const std::string& address) {
  Link* link = links_.with_peer(peer);
  const auto it = link == nullptr ? asks_.end() : asks_.find(link->id);
  if (it == asks_.end()) return;
  send_answer(*link, it->second, outcome, address);
  asks_.erase(it);
}

void Reaches::send_answer(Link& link, std::uint64_t request_id, v1::ReachOutcome outcome,
                          const std::string& address) {
  v1::Frame frame;
  frame.mutable_reached()->set_request_id(request_id);
  frame.mutable_reached()->set_address(address);
  frame.mutable_reached()->set_outcome(outcome);
  links_.send(link, frame);
}

void Reaches::forget(const Link& link) {
  asked_.erase(link.id);
  asks_.erase(link.id);
}

}  // namespace koinon::engine
