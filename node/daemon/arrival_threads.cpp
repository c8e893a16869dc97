#include "node/daemon/arrival_threads.h"

#include <filesystem>
#include <utility>

#include "node/api/record_json.h"
#include "node/daemon/part_options.h"
#include "proto/base/limits.h"

namespace koinon {

Status ArrivalThreads::start_index(const std::vector<EpochRange>& epochs) {
  const DataFolder& files = parts_.folder.files();
  KOINON_ASSIGN(auto writer, open_index_writer(files.index(), epochs));
  KOINON_ASSIGN(auto store, parts_.folder.source().open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(ahead_, open_index_reader(files.index(), columns_));
  index_ = std::make_unique<IndexWorker>(
      std::move(writer), std::move(store), parts_.clock.wall, [this] { on_progress(); },
      [this](const Error& error) {
        parts_.log.error(log_event::kIndexLags, "the index lags", {{"reason", error.text()}});
      },
      [this] { return has_room(); });
  return {};
}

// The index's thread.
void ArrivalThreads::on_progress() {
  (void)ahead_->load();  // what goes wrong with it is said to those who search
  parts_.on_indexed();
  if (Courier* courier = courier_running_.load(); courier != nullptr) courier->notify();
}

// Any thread. Whether the index and what is to be sent may grow: others are why they do, too. What was taken
// of others while there was room for it is indexed with the upper half of what is kept; the lower half is for
// our own log, accounts and drafts.
bool ArrivalThreads::has_room() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(parts_.folder.files().path(), unknown);
  return unknown || space.available >= parts_.config.disk_reserve_bytes / 2;
}

Status ArrivalThreads::start_courier(const Nearness& nearness) {
  KOINON_ASSIGN(Databases databases, parts_.folder.open_databases(columns_));
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
  parts.has_room = [this] { return has_room(); };
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
  if (index_) index_->stop();
  if (courier_) courier_->stop();
}

}  // namespace koinon
