// What an office does at its desk: publishes and takes back, now or later, and imports. Whatever is to be
// signed is asked of the gate here; what waits goes to the hold queue.
//
// On the reading thread that its parts belong to; the writer signs, and the hold queue what waits.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/api/signing_query.h"
#include "node/text/params.h"

namespace koinon {

// "waiting", "for-review", "signed", "cancelled", "failed", "being-signed".
std::string_view held_state_text(HeldState state);

// What waits to be signed, or what became of it.
struct HeldView {
  HeldId id;
  std::string who;  // what its account was called then
  UnixMillis made_at;
  UnixMillis due_at;
  HeldState state = HeldState::kWaiting;
  boost::json::object request;       // what is to be signed; without members once it is settled
  std::string approved_by;           // the reviewer who released it; empty: none
  std::string outcome;               // the ref of what was signed, or why it was not
  std::optional<std::string> title;  // of what was signed
  std::optional<Error> fault;        // why it was not signed
};

// What may hold the same text still, once one of our records was erased.
struct LeftOver {
  std::vector<std::string> versions;  // refs of our own versions and translations
  std::vector<DraftId> drafts;        // that name it
};

struct SignedView {
  std::string ref;
  EntryIndex index;
  std::vector<std::string> warnings;
  bool withdrawal = false;
  bool erase = false;            // what was withdrawn is erased as well
  std::optional<LeftOver> left;  // of what was erased
  std::optional<HeldView> held;  // it waits: but for the warnings, only this is said
};

struct ReleasedView {
  std::string ref;
  EntryIndex index;
};

struct PreviewView {
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string language;
  std::vector<std::string> topics;
  std::string html;      // empty: of what has no text
  std::string markdown;  // as a note file
  std::vector<std::string> warnings;
};

struct ImportQuery {
  std::vector<Result<SigningQuery>> notes;  // what could not be read has its own outcome
  bool dry = false;                         // nothing is published: what would become of each
};

enum class ImportOutcome : unsigned char { kWouldBePublished, kAlreadyThere, kPublished, kHeld, kRefused };
struct ImportedNote {
  ImportOutcome outcome = ImportOutcome::kRefused;
  std::vector<std::string> warnings;
  std::string ref;               // of what was published
  std::optional<HeldNote> held;  // of what waits
  std::optional<Error> why;      // it was refused, or the same note was there
};

struct HeldListQuery {
  std::size_t limit = limits::kPageSize;
  std::int64_t before = 0;  // only those with a lower id; 0: from the newest
};
// limit, cursor.
Result<HeldListQuery> read_held_list_query(const Params& params);

struct HeldListView {
  std::vector<HeldView> items;
  std::optional<HeldId> next;  // the one that the page ends with
};

struct HeldQuery {
  HeldId id;
};

class DeskApi {
 public:
  explicit DeskApi(ApiShared& shared);

  // Signed now, or held, as the gate says.
  const Operation<SigningQuery, SignedView> publish;
  const Operation<SigningQuery, SignedView> withdraw;
  const Operation<SigningQuery, PreviewView> preview;
  const Operation<ImportQuery, std::vector<ImportedNote>> import_notes;
  const Operation<HeldListQuery, HeldListView> list_held;
  // One's own; a reviewer has all. kNotFound.
  const Operation<HeldQuery, HeldView> get_held;
  const Operation<HeldQuery, HeldView> cancel;
  const Operation<HeldQuery, ReleasedView> release;

  // Signs what is asked for, or holds it, as the gate says. For operations that publish: whether who asks may
  // call them is not looked at here.
  boost::asio::awaitable<Result<SignedView>> sign_or_hold(SigningQuery query, Caller caller);

 private:
  // What a request asks to be signed, with what the gate says of it.
  struct Asked {
    Publisher::Prepared prepared;
    Verdict verdict;
    UnixMillis at;       // when it was asked
    bool timed = false;  // a time was named for it
  };
  Result<Asked> ask_gate(const SigningQuery& query, const Caller& caller);
  // `kept`: the request.
  Result<HeldNote> hold(const Asked& asked, const boost::json::object& kept, const Caller& caller);
  Result<LeftOver> left_over(EntryIndex erased, const Caller& caller);

  boost::asio::awaitable<Result<SignedView>> sign_asked(Asker asker, SigningQuery query);
  Result<PreviewView> show_preview(const Asker& asker, const SigningQuery& query);
  boost::asio::awaitable<Result<std::vector<ImportedNote>>> import_all(Asker asker, ImportQuery query);
  ImportedNote import_one(const Result<SigningQuery>& note, const Caller& caller, bool dry,
                          std::vector<std::pair<std::size_t, Asked>>& to_sign, std::size_t number);

  Result<HeldListView> held_list(const Asker& asker, const HeldListQuery& query);
  Result<HeldView> one_held(const Asker& asker, const HeldQuery& query);
  Result<HeldView> cancel_held(const Asker& asker, const HeldQuery& query);
  boost::asio::awaitable<Result<ReleasedView>> release_held(Asker asker, HeldQuery query);
  Result<HeldNote> held_note(const HeldId& id, const Caller& caller);
  Result<HeldView> shown_held(const HeldNote& note);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
