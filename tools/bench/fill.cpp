#include "tools/bench/fill.h"

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "node/publishing/own_log.h"
#include "node/transport/network.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
MadeCity make_city(std::uint64_t number, UnixMillis now) {
  const std::string name = "city-" + std::to_string(number) + ".example";
  const auto key = [&](std::string_view role) { return SigningKey::from_seed(sha256({name, role}).view()); };
  const SigningKey signing = key("signing");
  MadeCity city{{name, signing.public_key(), key("recovery").public_key()}, signing, key("cosigner"), {}};
  const SealingKey sealing = SealingSecret::from_seed(sha256({name, "sealing"}).view()).public_key();
  Bytes entry = serialize(make_genesis(city.identity, city.cosigner, sealing, key("node"), now));
  city.run.identity = city.identity;
  city.run.log = city.identity.log_id();
  city.run.leaves.push_back(leaf_hash(entry));
  city.run.after.append(city.run.leaves.back());
  city.run.records.push_back({EntryIndex(0), std::move(entry), {}, BodyState::kHeld, {}});
  const Checkpoint checkpoint{city.identity.origin(), city.run.after.size(), city.run.after.root()};
  city.run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, signing)};
  city.run.arrived_at = now;
  return city;
}

namespace {

constexpr std::uint64_t kBatch = 1000;

Draft vouch_for(const LogIdentity& identity, UnixMillis now) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_VOUCH);
  auto* vouch = draft.entry.mutable_control()->mutable_vouch();
  vouch->set_log_id(identity.log_id().bytes());
  vouch->set_name(identity.name);
  vouch->set_vkey(identity.vkey().text());
  const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(limits::kVouchLifetime);
  vouch->set_expires_at_ms(now.value + lifetime.count());
  return draft;
}

Draft practice(std::uint64_t number, std::uint64_t body_bytes) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics("health/testing");
  draft.body.emplace();
  const std::string title = "Practice " + std::to_string(number);
  draft.body->mutable_practice()->set_title(title);
  // Salt, title and field headers take some 40 bytes of the body; the text takes the rest.
  std::string text;
  while (text.size() + title.size() + 40 < body_bytes) text += "words that a city might write ";
  text.resize(body_bytes > title.size() + 40 ? body_bytes - title.size() - 40 : 1, 'x');
  draft.body->mutable_practice()->set_solution(text);
  return draft;
}

Draft reply_to(const LogId& log, std::uint64_t index) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_ADOPTION);
  draft.entry.set_language("en");
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_ADOPTS);
  ref->set_log_id(log.bytes());
  ref->set_index(index);
  draft.body.emplace();
  draft.body->mutable_adoption()->set_stage("adopted");
  draft.body->mutable_adoption()->set_outcome("worked");
  draft.body->mutable_adoption()->set_changes(
      "We tried it in **two districts**, and it worked as described.");
  draft.again = true;
  return draft;
}

Status publish_all(Store& store, OwnLog& log, const std::vector<DraftMaker>& makers, UnixMillis now) {
  KOINON_TRY(store.begin(true));
  const auto batch = log.publish(store, makers, now);
  if (!batch.ok()) {
    store.rollback();
    return batch.error();
  }
  KOINON_TRY(store.commit());
  for (const auto& result : batch->results) {
    if (!result.ok()) return result.error();
  }
  return {};
}

// The cities [first, end), each with a vouch in `log`.
Status add_cities(Store& store, OwnLog& log, std::uint64_t first, std::uint64_t end, UnixMillis now) {
  for (std::uint64_t begin = first; begin < end; begin += kBatch) {
    std::vector<DraftMaker> vouches;
    KOINON_TRY(store.begin(true));
    for (std::uint64_t i = begin; i < std::min(end, begin + kBatch); ++i) {
      const MadeCity city = make_city(i, now);
      const auto row = store.append_run(city.run);
      if (!row.ok()) return row.error();
      vouches.emplace_back([identity = city.identity, now](StoreReader&) -> Result<Draft> {
        return vouch_for(identity, now);
      });
    }
    KOINON_TRY(store.commit());
    KOINON_TRY(publish_all(store, log, vouches, now));
  }
  return {};
}

// The node vouches for all of them, or for the first `vouchers`, which vouch for the others in equal shares.
Status add_all_cities(Store& store, OwnLog& log, const FillOptions& options, UnixMillis now) {
  if (options.vouchers == 0) return add_cities(store, log, 0, options.logs, now);
  if (options.vouchers > options.logs)
    return fail(Code::kInvalidArgument, "more cities vouch than there are", "vouchers");
  KOINON_TRY(add_cities(store, log, 0, options.vouchers, now));
  const std::uint64_t others = options.logs - options.vouchers;
  const auto share = [&](std::uint64_t i) { return options.vouchers + others * i / options.vouchers; };
  for (std::uint64_t i = 0; i < options.vouchers; ++i) {
    const MadeCity voucher = make_city(i, now);
    OwnLog theirs(voucher.identity, voucher.signing);
    KOINON_TRY(add_cities(store, theirs, share(i), share(i + 1), now));
  }
  return {};
}

// The first head of each city, signed by those that come next.
Status cosign_all(Store& store, const FillOptions& options, UnixMillis now) {
  std::vector<MadeCity> cities;
  for (std::uint64_t i = 0; i < options.logs; ++i) cities.push_back(make_city(i, now));
  const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
  for (std::uint64_t begin = 0; begin < options.logs; begin += kBatch) {
    KOINON_TRY(store.begin(false));
    for (std::uint64_t i = begin; i < std::min(options.logs, begin + kBatch); ++i) {
      const RunCommit& run = cities[i].run;
      KOINON_ASSIGN(const SignedNote note, parse_note(run.head.note));
      CosignedHead head{0, run.head, now, {}};
      for (std::uint64_t other = 1; other <= options.cosignatures; ++other) {
        const MadeCity& city = cities[(i + other) % options.logs];
        head.lines.push_back(
            {city.run.log, cosign(note.text, city.identity.origin(), city.cosigner, seconds), seconds, 1});
      }
      KOINON_TRY(store.keep_cosigned(run.log, head, now));
    }
    KOINON_TRY(store.commit());
  }
  return {};
}

}  // namespace

Status fill_store(const DataFolder& folder, const FillOptions& options) {
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, ""));
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(folder.store(), with_epochs(epoch_maker(EpochKey(keys.node)))));
  KOINON_ASSIGN(const StoreState state, store->load_state());
  if (!state.own_log || !keys.city)
    return fail(Code::kNotFound, "the store has no log of its own", folder.store().string());
  KOINON_ASSIGN(const LogState own, store->log_state(*state.own_log));
  OwnLog log(own.identity(), keys.city->signing);
  const UnixMillis now = system_clock().wall();
  if (options.cosignatures > limits::kCosignatures ||
      (options.cosignatures > 0 && options.cosignatures >= options.logs))
    return fail(Code::kInvalidArgument, "a head has at most 15 cosignatures, of other cities",
                "cosignatures");
  KOINON_TRY(add_all_cities(*store, log, options, now));
  if (options.cosignatures > 0) KOINON_TRY(cosign_all(*store, options, now));
  for (std::uint64_t begin = 0; begin < options.records; begin += kBatch) {
    std::vector<DraftMaker> makers;
    for (std::uint64_t i = begin; i < std::min(options.records, begin + kBatch); ++i) {
      makers.emplace_back(
          [i, bytes = options.body_bytes](StoreReader&) -> Result<Draft> { return practice(i, bytes); });
    }
    KOINON_TRY(publish_all(*store, log, makers, now));
  }
  std::vector<DraftMaker> replies;
  for (std::uint64_t i = 0; i < options.replies; ++i) {
    replies.emplace_back([own_log = *state.own_log, index = options.records / 2](
                             StoreReader&) -> Result<Draft> { return reply_to(own_log, index); });
  }
  return replies.empty() ? Status() : publish_all(*store, log, replies, now);
}

}  // namespace koinon
