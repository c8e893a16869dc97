#include "node/daemon/arrival_threads.h"

#include <utility>

#include "node/api/record_json.h"
#include "node/daemon/part_options.h"
#include "proto/base/limits.h"

namespace koinon {

ArrivalThreads::ArrivalThreads(Parts parts)
    : parts_(std::move(parts)),
      index_({parts_.log, parts_.folder.files(),
              [this] { return parts_.folder.source().open_reader(limits::kReaderCacheKiB); },
              parts_.clock.wall, parts_.config.disk_reserve_bytes, [this] { on_progress(); }, true}) {}

// The index's thread.
void ArrivalThreads::on_progress() {
  parts_.on_indexed();
  if (Courier* courier = courier_running_.load(); courier != nullptr) courier->notify();
}

Status ArrivalThreads::start_courier(const Nearness& nearness) {
  KOINON_ASSIGN(Databases databases, parts_.folder.open_databases(columns()));
  Courier::Parts parts;
  parts.office = std::move(databases.office);
  parts.store = std::move(databases.store);
  parts.index = std::move(databases.index);
  KOINON_ASSIGN(parts.transfers, Transfers::make());
  parts.nearness = &nearness;
  parts.clock = parts_.clock;
  parts.on_error = [this](const Error& error) {
    parts_.log.error(log_event::kSendingWaits, "webhooks and mail wait", {{"reason", error.text()}});
  };
  parts.has_room = [this] { return index_.has_room(); };
  parts.told = told_json;
  parts.on_hub = [this](const std::optional<Sentence>& why) {
    if (why) {
      parts_.log.warning(log_event::kHubWaits, "the hub of feeds did not take what it was told",
                         {{"reason", filled(why->english, why->arguments)}});
    } else {
      parts_.log.info(log_event::kHubTold, "the hub of feeds was told again", {});
    }
  };
  KOINON_ASSIGN(CourierOptions options, courier_options(parts_.config, parts_.identity));
  courier_ = std::make_unique<Courier>(std::move(options), std::move(parts));
  courier_running_ = courier_.get();
  return {};
}

void ArrivalThreads::stop() {
  courier_running_ = nullptr;
  index_.stop();
  if (courier_) courier_->stop();
}

}  // namespace koinon
