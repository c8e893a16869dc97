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
      return {p.title(), p.summary(),
              join({&p.challenge(), &p.solution(), &p.results(), &p.lessons(), &p.conditions()})};
    }
    case v1::Body::kAdoption: {
      const auto& a = body.adoption();
      return {a.title(), a.summary(), join({&a.changes(), &a.results()})};
    }
    case v1::Body::kQuestion:
      return {body.question().title(), {}, body.question().text()};
    case v1::Body::kAnswer:
      return {body.answer().title(), {}, body.answer().text()};
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
