// What a message says. It is made when it goes, of what stands then: of what was erased or withdrawn since it
// was written down, nothing is told.
//
// Belongs to the courier's thread, as the readers do that it is given; they must outlive it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "node/delivery/mail_message.h"
#include "node/reading/directory.h"
#include "storage/office/outbox.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

struct ComposerOptions {
  std::string name;  // of the city, as mail's sender
  std::string url;   // where pages are; links begin with it
  std::string mail_from;
};

// What a webhook's message says of a record, as JSON. Webhooks show records as the API does, so the API gives
// this function (told_json). `because`: why the city took the record back; none where it did not.
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

  // A webhook's message, as JSON. None: nothing of it stands any more.
  Result<std::optional<std::string>> payload(const Delivery& delivery, UnixMillis now);
  // A mail, as RFC 5322. None: nothing that it told of stands any more.
  Result<std::optional<std::string>> message(const Mail& mail, UnixMillis now);

 private:
  MailItem mail_item(const IndexedRecord& record);

  ComposerOptions options_;
  StoreReader& store_;
  IndexReader& index_;
  const Nearness& nearness_;
  RecordTold told_;
};

}  // namespace koinon
