#include "node/api/held_view.h"

#include "node/api/change_request.h"
#include "node/publishing/note_file.h"
#include "node/reading/kept_fault.h"
#include "node/text/markdown.h"
#include "storage/search/note_text.h"

namespace koinon {
namespace {

// A note that came as a file has its title and language in there. It was read when it was taken.
void name_by_file(HeldView& held, BytesView file) {
  const auto note = parse_note_file(file);
  if (!note.ok()) return;
  held.language = note->language;
  if (const std::string title = title_line(note_text(note->body).title); !title.empty()) held.title = title;
}

}  // namespace

std::string_view held_state_text(HeldState state, bool kept) {
  if (kept && state == HeldState::kWaiting) return "waits-for-signing";
  switch (state) {
    case HeldState::kWaiting:
      return "waiting";
    case HeldState::kReview:
      return "for-review";
    case HeldState::kSigned:
      return "signed";
    case HeldState::kCancelled:
      return "cancelled";
    case HeldState::kFailed:
      return "failed";
    case HeldState::kSigning:
      return "being-signed";
    case HeldState::kSetAside:
      return "set-aside";
  }
  return "failed";
}

HeldView held_view(const HeldNote& note) {
  HeldView out;
  out.id = note.id;
  out.who = note.who;
  out.made_at = note.made_at;
  out.due_at = note.due_at;
  out.state = note.state;
  out.request = request_of_held(note);
  if (const auto* language = out.request.if_contains("language");
      language != nullptr && language->is_string())
    out.language = std::string(language->get_string());
  if (const auto* file = out.request.if_contains("file"); file != nullptr && file->is_string())
    name_by_file(out, std::string_view(file->get_string()));
  out.kept = note.kept;
  out.approved_by = note.approved_by;
  out.outcome = note.outcome;
  if (note.state == HeldState::kFailed || note.state == HeldState::kCancelled)
    out.fault = kept_fault(note.outcome, note.fault);
  return out;
}

}  // namespace koinon
