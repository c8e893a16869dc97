#include "storage/search/note_text.h"

#include <initializer_list>

namespace koinon {
namespace {

std::string join(std::initializer_list<const std::string*> parts) {
  std::string out;
  for (const auto* part : parts) {
    if (part->empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += *part;
  }
  return out;
}

std::string needs_text(const v1::Practice& practice) {
  std::string out;
  for (const auto& need : practice.needs()) out += need.text() + "\n";
  return out;
}

std::string profile_text(const v1::Profile& profile) {
  std::string out;
  for (const auto& name : profile.names()) out += name.name() + "\n";
  return out + profile.country();
}

}  // namespace

NoteText note_text(const v1::Body& body) {
  switch (body.content_case()) {
    case v1::Body::kPractice: {
      const auto& p = body.practice();
      const std::string needs = needs_text(p);
      return {p.title(), p.summary(),
              join({&p.core(), &p.adaptable(), &p.challenge(), &p.solution(), &p.results(), &p.went_wrong(),
                    &p.not_again(), &p.lessons(), &p.conditions(), &needs})};
    }
    case v1::Body::kAdoption: {
      const auto& a = body.adoption();
      return {a.title(), a.summary(), join({&a.plan(), &a.changes(), &a.results()})};
    }
    case v1::Body::kQuestion:
      return {body.question().title(), {}, body.question().text()};
    case v1::Body::kAnswer:
      return {body.answer().title(), {}, body.answer().text()};
    case v1::Body::kCall:
      return {body.call().title(), {}, body.call().text()};
    case v1::Body::kCallReply:
      return {{}, {}, join({&body.call_reply().colleague(), &body.call_reply().text()})};
    case v1::Body::kProposal: {
      const auto& p = body.proposal();
      return {p.title(), {}, join({&p.instead_of(), &p.text(), &p.reason()})};
    }
    case v1::Body::kProposalReply:
      return {{}, {}, body.proposal_reply().reason()};
    case v1::Body::kProfile:
      return {body.profile().display_name(), {}, profile_text(body.profile())};
    case v1::Body::kVouch:
      return {{}, {}, body.vouch().reason()};
    case v1::Body::kWithdrawal:
      return {{}, {}, body.withdrawal().reason()};
    case v1::Body::kNodeNotice:
      return {{}, {}, body.node_notice().text()};
    default:
      return {};
  }
}

}  // namespace koinon
