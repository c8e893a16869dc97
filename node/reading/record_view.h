// All that is known of a record, read for showing it. A view belongs to one request, on the thread of its
// readers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/attachment_view.h"
#include "node/reading/directory.h"
#include "node/reading/key_views.h"

namespace koinon {

// What a record refers to.
struct RefView {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
  bool held = false;     // the entry that the ref means is here
  bool is_void = false;  // it was here, and was taken back with its log
  // Another entry stands there, and nobody knows here whether what the ref means is void or never was.
  bool stands_not = false;
  bool indexed = false;  // if not, title and status are not known
  std::string title;
  RecordStatus status = RecordStatus::kCurrent;
};

// How an adoption went, in the words of the protocol.
struct AdoptionOutcome {
  std::string stage;
  std::string outcome;
};

// A record that refers to this one.
struct ReferringView {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
  RecordStatus status = RecordStatus::kCurrent;
  bool indexed = false;  // if not, kind, title and language are not known
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string title;
  std::string language;                     // BCP 47
  std::optional<AdoptionOutcome> adoption;  // only of an adoption whose body was read
};

struct RecordView {
  LogId log;
  EntryIndex index;
  std::string ref;        // seoul.example/17
  std::string city;       // the name of its log on this node
  std::string city_name;  // the name in its city's profile; empty: it has not stated one
  Hash leaf_hash;
  std::string signed_by;    // its log's verifier key
  TreeSize proven_against;  // the size of the head that it was proven against
  bool frozen = false;      // its log
  BodyState body_state = BodyState::kHeld;
  bool hidden = false;  // its text is shown to nobody here: what erases it waits for its signature
  RecordStatus status = RecordStatus::kCurrent;
  std::string status_by;                   // the ref of the record that gave it this status; empty: none
  std::optional<UnixMillis> withdrawn_at;  // if it was withdrawn, and the withdrawal is here
  std::string withdrawn_because;           // empty: the withdrawal states no reason
  // Why the entry cannot be read. Then the fields after this one are not known. Nothing: the entry was read.
  std::optional<Error> unreadable_because;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string language;  // BCP 47
  std::vector<std::string> topics;
  UnixMillis created_at;                 // by its author's clock
  std::optional<UnixMillis> arrived_at;  // by ours
  std::vector<RefView> refs;
  std::vector<std::string> to;  // cities
  std::optional<v1::Control> control;
  std::optional<KeyChange> key_change;    // whose statement it carries
  std::optional<StatedKeys> stated_keys;  // that it names for its log
  std::vector<ReferringView> referred_by;
  std::optional<v1::Body> body;  // without its salt; nothing: it is not here, or cannot be read
  std::optional<Error> body_unreadable_because;  // only if the body is here
  std::vector<AttachmentView> attachments;

  bool readable() const { return !unreadable_because; }
  // "practice", …; "unreadable".
  std::string_view kind_text() const;
};

// What a ref means here, without title and status. Its leaf decides: another entry may stand there. A ref to
// an entry that is void, or not here, does not name what stands there or will stand there.
RefView read_ref(Directory& directory, StoreReader& store, const v1::Ref& ref);
// The records to which an entry refers, each with its title and its status.
std::vector<RefView> read_refs(Directory& directory, StoreReader& store, IndexReader& index,
                               const v1::Entry& entry);
// `brief`: long texts and lists are shortened, to show the record beside another one. kNotFound: the record
// is not held.
Result<RecordView> read_record(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log,
                               EntryIndex entry, bool brief);

}  // namespace koinon
