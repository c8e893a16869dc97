#include "node/api/store_changes.h"

#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;

asio::awaitable<Status> change_store(StoreWriting* writer, std::function<Status(Store&)> change,
                                     std::function<void()> on_kept) {
  Beginning<Status> begin = [writer, change, on_kept](std::function<void(Status)> done) {
    writer->change(change, [on_kept, done = std::move(done)](Status kept) {
      if (kept.ok() && on_kept) on_kept();
      done(std::move(kept));
    });
  };
  co_return co_await from_callback<Status>(std::move(begin));
}

asio::awaitable<Result<Published>> publish_draft(StoreWriting* writer, SigningPermit permit,
                                                 DraftMaker maker) {
  Beginning<Result<Published>> begin = [writer, maker, permit](std::function<void(Result<Published>)> done) {
    writer->publish(permit, maker, std::move(done));
  };
  co_return co_await from_callback<Result<Published>>(std::move(begin));
}

}  // namespace koinon
