// Everything that is known of a record, read for whoever shows it. Each belongs to one request, on the thread
// that its readers belong to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/attachment_view.h"
#include "node/reading/directory.h"

namespace koinon {

// What a record refers to.
struct RefView {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
  bool held = false;     // the entry that was meant is here
  bool indexed = false;  // else title and status are not known
  std::string title;
  RecordStatus status = RecordStatus::kCurrent;
};

// How an adoption went, in the words that the protocol has for it.
struct AdoptionOutcome {
  std::string stage;
  std::string outcome;
};

// What refers to a record.
struct ReferringView {
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::string ref;
  RecordStatus status = RecordStatus::kCurrent;
  bool indexed = false;  // else kind, title and language are not known
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string title;
  std::string language;                     // BCP 47
  std::optional<AdoptionOutcome> adoption;  // of an adoption whose text was read
};

struct RecordView {
  LogId log;
  EntryIndex index;
  std::string ref;        // seoul.example/17
  std::string city;       // what names its log here
  std::string city_name;  // what its city calls itself; empty: it has not said
  Hash leaf_hash;
  std::string signed_by;    // its log's verifier key
  TreeSize proven_against;  // the size of the head that it was proven against
  bool frozen = false;      // its log
  BodyState body_state = BodyState::kHeld;
  RecordStatus status = RecordStatus::kCurrent;
  std::string status_by;                   // the ref of the record that made it so; empty: none
  std::optional<UnixMillis> withdrawn_at;  // where it was taken back, and the withdrawal is here
  std::string withdrawn_because;           // empty: the withdrawal says nothing
  // Why the entry cannot be read: then nothing is known of what follows. None: it was read.
  std::optional<Error> unreadable_because;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string language;  // BCP 47
  std::vector<std::string> topics;
  UnixMillis created_at;                 // by its author's clock
  std::optional<UnixMillis> arrived_at;  // by ours
  std::vector<RefView> refs;
  std::vector<std::string> to;  // cities
  std::optional<v1::Control> control;
  std::vector<ReferringView> referred_by;
  std::optional<v1::Body> body;                  // without its salt; none: it is not here, or cannot be read
  std::optional<Error> body_unreadable_because;  // where it is here
  std::vector<AttachmentView> attachments;

  bool readable() const { return !unreadable_because; }
  // "practice", …; "unreadable".
  std::string_view kind_text() const;
};

// What an entry refers to, each with its title and what became of it.
std::vector<RefView> read_refs(Directory& directory, StoreReader& store, IndexReader& index,
                               const v1::Entry& entry);
// `brief`: long texts and lists are cut short, for where it stands beside another record. kNotFound: it is
// not held.
Result<RecordView> read_record(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log,
                               EntryIndex entry, bool brief);

}  // namespace koinon
