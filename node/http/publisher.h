// From a publish request to a signed note, whoever asks: an office at once, its desk later, an import by the
// hundred.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include "node/daemon/store_writer.h"
#include "node/http/message.h"
#include "node/http/record_json.h"

namespace koinon {

struct PublishedNote {
  std::string ref;
  EntryIndex index;
  std::vector<std::string> warnings;
};

class Publisher {
 public:
  Publisher(StoreReader& store, IndexReader& index, StoreWriter& writer, std::optional<LogId> own)
      : store_(store), index_(index), writer_(writer), own_(own) {}

  struct Prepared {
    Draft draft;
    NoteFile note;
    std::vector<std::string> warnings;
  };
  // What would be signed, and whether this caller may say it. Members: those of read_publish_request.
  Result<Prepared> prepare(const boost::json::object& request, const Caller& caller);
  boost::asio::awaitable<Result<PublishedNote>> publish(boost::json::object request, Caller caller);
  // Begins without waiting, so that many go into one transaction.
  void begin(const Draft& draft, std::function<void(Result<Published>)> done);
  // Whether the office of that caller may change what that record says.
  Status may_change(const Caller& caller, EntryIndex index);

 private:
  Status check_caller(NoteFile& note, const Caller& caller);

  StoreReader& store_;
  IndexReader& index_;
  StoreWriter& writer_;
  std::optional<LogId> own_;
};

}  // namespace koinon
