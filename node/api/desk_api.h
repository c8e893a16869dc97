// What an office does at its desk: it publishes and withdraws, now or later, and imports. Each record to sign
// goes through the gate here. Records that must wait go to the hold queue.
//
// On the reading thread of its parts; the writer signs, and the hold queue signs held records.
#pragma once

#include "node/api/api.h"
#include "node/api/held_view.h"
#include "node/api/operation.h"
#include "node/api/signing_query.h"
#include "node/reading/record_view.h"
#include "node/text/params.h"

namespace koinon {

// Where the text of an erased record of ours may still be.
struct LeftOver {
  std::vector<std::string> versions;  // refs of our own versions and translations
  std::vector<DraftId> drafts;        // drafts that name it
};

struct SignedView {
  std::string ref;
  EntryIndex index;
  std::vector<std::string> warnings;
  bool withdrawal = false;
  bool erase = false;            // the withdrawn record is also erased
  std::optional<LeftOver> left;  // only if a record was erased
  std::optional<HeldView> held;  // the record waits: only this and the warnings are set
};
// 202: it waits.
inline unsigned status_of_signed(const SignedView& view) { return view.held ? 202 : 201; }

struct ReleasedView {
  std::string ref;
  EntryIndex index;
  // Approved, and waits for the time that somebody chose, or until the node may sign: only this is set.
  std::optional<HeldView> held;
};

struct PreviewView {
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string language;
  std::vector<std::string> topics;
  std::optional<v1::Body> body;
  std::string html;      // empty if it has no text
  std::string markdown;  // the note as a file
  std::vector<std::string> warnings;
  std::string office;           // in whose name it is signed; empty: the city's own
  std::vector<std::string> to;  // cities
  std::vector<RefView> refs;
  Verdict::When when = Verdict::When::kNow;  // by the gate
  UnixMillis due;                            // before that it is not signed
  std::optional<std::string> stands_as;      // our record that says the same, unless it is wanted again
  std::optional<SigningWait> signing_waits;  // why the node signs nothing for now
  std::optional<Error> signing_stopped;      // why it signs nothing any more
};

struct ImportQuery {
  std::vector<Result<SigningQuery>> notes;  // an item that could not be read has an outcome of its own
  bool dry = false;                         // publish nothing; only say what would become of each
};

enum class ImportOutcome : unsigned char { kWouldBePublished, kAlreadyThere, kPublished, kHeld, kRefused };
struct ImportedNote {
  ImportOutcome outcome = ImportOutcome::kRefused;
  std::vector<std::string> warnings;
  std::string ref;               // the ref of the published record
  std::optional<HeldNote> held;  // the record, if it waits
  std::optional<Error> why;      // why it was refused, all of it; or that the same note was already there
};

struct HeldListQuery {
  std::size_t limit = limits::kPageSize;
  std::int64_t before = 0;  // only those with a smaller id; 0: from the newest
};
// Reads limit and cursor.
Result<HeldListQuery> read_held_list_query(const Params& params);

struct HeldListView {
  std::vector<HeldView> items;
  std::optional<HeldId> next;  // the last one of this page; nothing: the list ends here
};

struct HeldQuery {
  HeldId id;
};

// A draft as somebody has read it.
struct DraftVersion {
  DraftId id;
  std::int64_t version = 0;
};

class DeskApi {
 public:
  explicit DeskApi(ApiShared& shared);

  // Signs now or holds, as the gate decides.
  const Operation<SigningQuery, SignedView> publish;
  const Operation<SigningQuery, SignedView> withdraw;
  const Operation<SigningQuery, PreviewView> preview;
  const Operation<ImportQuery, std::vector<ImportedNote>> import_notes;
  const Operation<HeldListQuery, HeldListView> list_held;
  // The caller's own; a reviewer sees all. kNotFound: there is none.
  const Operation<HeldQuery, HeldView> get_held;
  const Operation<HeldQuery, HeldView> cancel;
  const Operation<HeldQuery, ReleasedView> release;

  // Signs the request or holds it, as the gate decides. Only for operations that publish: it does not check
  // whether the caller may call them. A record that waits takes the place of `draft`, the draft that it was
  // made of: kConflict, if that has changed meanwhile.
  boost::asio::awaitable<Result<SignedView>> sign_or_hold(SigningQuery query, Caller caller,
                                                          std::optional<DraftVersion> draft = std::nullopt);

 private:
  // The record that a request wants signed, and the gate's decision.
  struct Asked {
    Publisher::Prepared prepared;
    Verdict verdict;
    UnixMillis at;       // when the request came
    bool timed = false;  // the request names a time
  };
  Result<Asked> ask_gate(const SigningQuery& query, const Caller& caller);
  // `kept` is the request.
  Result<HeldNote> hold(const Asked& asked, const boost::json::object& kept, const Caller& caller,
                        std::optional<DraftVersion> draft = std::nullopt);
  ImportedNote keep_imported(ImportedNote out, const Asked& asked, const boost::json::object& kept,
                             const Caller& caller);
  Result<LeftOver> left_over(EntryIndex erased, const Caller& caller);

  boost::asio::awaitable<Result<SignedView>> sign_asked(Asker asker, SigningQuery query);
  Status add_circumstances(const Asked& asked, const Draft& draft, PreviewView& view);
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
  Result<ReleasedView> still_held(const HeldId& id, const Caller& caller);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
