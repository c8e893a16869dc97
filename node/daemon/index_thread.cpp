#include "node/daemon/index_thread.h"

#include <filesystem>

namespace koinon {

Status IndexThread::start(const std::vector<EpochRange>& epochs) {
  KOINON_ASSIGN(auto writer, open_index_writer(parts_.folder.index(), epochs));
  KOINON_ASSIGN(auto store, parts_.open_store());
  KOINON_ASSIGN(ahead_, open_index_reader(parts_.folder.index(), columns_));
  worker_ = std::make_unique<IndexWorker>(
      std::move(writer), std::move(store), parts_.wall, [this] { on_progress(); },
      [this](const Error& error) {
        parts_.log.error(log_event::kIndexLags, "the index lags", {{"reason", error.text()}});
      },
      [this] { return has_room(); },
      parts_.beside_replication ? std::optional<IndexPace>(IndexPace()) : std::nullopt);
  return {};
}

void IndexThread::on_progress() {
  (void)ahead_->load();  // what goes wrong with it is said to those who search
  parts_.on_progress();
}

// Others are why it may not grow, too. What was taken of others while there was room for it is indexed with
// the upper half of what is kept; the lower half is for our own log, accounts and drafts.
bool IndexThread::has_room() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(parts_.folder.path(), unknown);
  return unknown || space.available >= parts_.disk_reserve_bytes / 2;
}

void IndexThread::stop() {
  if (worker_) worker_->stop();
}

}  // namespace koinon
