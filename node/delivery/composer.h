// Makes the texts of messages. A text is made when the message is sent, out of the records that still stand.
// Records that were erased or withdrawn meanwhile, or are void, are not told.
//
// Belongs to the courier's thread, like its readers. They must live longer than it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "node/delivery/mail_message.h"
#include "node/reading/directory.h"
#include "node/text/time_zone.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

struct ComposerOptions {
  std::string name;  // the city's name, as the sender of mails
  std::string url;   // the address of the pages; links begin with it
  std::string mail_from;
  TimeZone zone = {};  // of the office; mails say their date in it
};

// A record as JSON for a webhook. Webhooks show records as the API does, so the function comes from the API
// (told_json). `because`: why the city withdrew the record. Nothing: it did not.
using RecordTold = std::function<boost::json::object(Directory& directory, StoreReader& store,
                                                     IndexReader& index, const IndexedRecord& record,
                                                     const std::optional<std::string>& because)>;

class Composer {
 public:
  Composer(ComposerOptions options, StoreReader& store, IndexReader& index, const Nearness& nearness,
           RecordTold told)
      : options_(std::move(options)),
        store_(store),
        index_(index),
        nearness_(nearness),
        told_(std::move(told)) {}

  // A webhook's message as JSON. Nothing: its record no longer stands.
  Result<std::optional<std::string>> payload(const Delivery& delivery, UnixMillis now);
  // A mail as RFC 5322. Nothing: none of its records stands any more.
  Result<std::optional<std::string>> message(const Mail& mail, UnixMillis now);

 private:
  Result<std::optional<IndexedRecord>> arrived(const LogId& log, EntryIndex index, ArrivalSeq arrival);
  MailItem mail_item(const IndexedRecord& record, UnixMillis now);
  // Asks how it goes with what this word of our own adopts. Nothing: there is a later word, or an answer for
  // good.
  Result<std::optional<MailItem>> follow_up_item(const IndexedRecord& word, UnixMillis now);
  std::string title_of_target(const IndexedRecord& record);
  void put_call(Directory& directory, const IndexedRecord& record, UnixMillis now, MailItem& item);

  ComposerOptions options_;
  StoreReader& store_;
  IndexReader& index_;
  const Nearness& nearness_;
  RecordTold told_;
};

}  // namespace koinon
