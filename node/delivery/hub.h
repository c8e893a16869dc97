// Tells a WebSub hub which feeds have changed (W3C WebSub, section 7; the words of the message are those of
// PubSubHubbub 0.4, section 7.1, which all hubs take). The hub then fetches the feed, and brings it to those
// who asked the hub for it.
//
// A feed that waits to be told is told once, however often it changed. What was read is written down once
// the hub was told of all of it, so after a restart a feed may be told again: the hub sees that nothing is
// new. A hub that does not answer is tried again, later each time, and never given up. A feed that it
// refuses is not told to it again before its next change.
//
// Belongs to the courier's thread, like its references. They must live longer than it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "node/delivery/news.h"
#include "node/delivery/transfers.h"
#include "node/reading/directory.h"
#include "proto/base/clock.h"
#include "storage/office/outbox.h"

namespace koinon {

struct HubOptions {
  std::string url;   // of the hub; empty: there is none
  std::string base;  // the address of the feeds, without a slash at the end
  bool private_addresses = false;
  std::chrono::milliseconds backoff{0};  // after a first failure, then doubled
};

class Hub {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    const Nearness& nearness;
    Outbox& outbox;
    Clock clock;
    // It cannot be told, and why; nothing: it was told again. Only where that changes. None: nobody asks.
    std::function<void(const std::optional<Sentence>&)> on_change;
  };
  Hub(HubOptions options, Parts parts) : options_(std::move(options)), parts_(std::move(parts)) {}

  // Looks which feeds the newest arrivals have changed. True: there is more to read. The first time, what is
  // there already counts as told.
  Result<bool> read();
  // Begins to tell of the next feed, if none is under way and it is time.
  void tell(Transfers& transfers);
  // What became of a transfer. False: it is not the hub's.
  bool note(const Transfers::Outcome& outcome);
  // Until there is something to do; a long time where there is nothing.
  std::chrono::milliseconds until_next() const;

 private:
  Status add_feeds_of(const NewRecord& news, Directory& directory);
  void add_feeds(const std::string& path);
  Status write_down();

  HubOptions options_;
  Parts parts_;
  std::optional<ArrivalSeq> written_;  // as the outbox has it
  ArrivalSeq read_;                    // the feeds of all up to here were told, or wait
  std::set<std::string> waiting_;      // paths of feeds
  std::string telling_;                // the one under way, or told last
  std::optional<Transfers::Number> under_way_;
  unsigned failures_ = 0;  // in a row
  MonoTime next_at_{};
};

// The paths of the feeds in which a record with these topics stands: that of all, its city's, those of its
// topics and of what is above these; as Atom and as JSON Feed.
std::set<std::string> feeds_of(const std::string& city, const std::vector<std::string>& topics);

}  // namespace koinon
