#include "storage/move/move_check.h"

#include <algorithm>

#include "crypto/hash.h"
#include "storage/store/hash_tiles.h"
#include "storage/store/sql_logs.h"

namespace koinon::move {
namespace {

constexpr std::uint64_t kLooks = 16;  // records of each log

Error differs(const std::string& what) {
  return fail(Code::kIo,
              "what was copied is not the same as the source: " + what +
                  ". The source is as it was, and counts. Run the same command again; if it says this again, "
                  "tell us",
              "to");
}

// Both sides say the same, and it is wrong.
Error damaged(const std::string& what) {
  return fail(Code::kIo,
              what + " is damaged in the source, too; nothing was switched. See to it first: koinon fsck",
              "store");
}

// Tables whose key is a text: in whatever order each database has them.
Rows in_order(const TableRows& of, Rows rows) {
  if (!has_text_key(of.table())) return rows;
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    for (std::size_t i = 0; i < of.table().keys; ++i) {
      if (a[i].number != b[i].number) return a[i].number < b[i].number;
      if (a[i].bytes != b[i].bytes) return a[i].bytes < b[i].bytes;
    }
    return false;
  });
  return rows;
}

}  // namespace

Status MoveCheck::looked_at(std::uint64_t more) {
  done_ += more;
  return may_go_on_({Stage::kCheck, done_, all_});
}

Status MoveCheck::check_count(TableRows& from, TableRows& to) {
  KOINON_ASSIGN(const std::uint64_t here, from.count());
  KOINON_ASSIGN(const std::uint64_t there, to.count());
  if (here == there) return {};
  return differs("the table " + std::string(from.table().name) + " has " + std::to_string(there) +
                 " rows in place of " + std::to_string(here));
}

Status MoveCheck::check_rows(TableRows& from, TableRows& to) {
  std::optional<Row> last;
  while (true) {
    KOINON_ASSIGN(Rows here, from.page_after(last));
    KOINON_ASSIGN(Rows there, to.page_after(last));
    here = in_order(from, std::move(here));
    there = in_order(to, std::move(there));
    // Pages are cut by bytes as well, and both sides count the same.
    if (here != there) return differs("rows of the table " + std::string(from.table().name));
    if (here.empty()) return {};
    last = from.key_of(here.back());
    KOINON_TRY(looked_at(from.table().name == "record" ? here.size() : 0));
  }
}

Status MoveCheck::check_record(const LogState& log, std::int64_t number, EntryIndex index) {
  const Table& records = store_tables().front();
  const std::int64_t id = record_id(number, index);
  const Row before{Value{false, id - 1, {}}};
  const Row wanted{Value{false, id, {}}};
  TableRows from(*from_.store, records, std::string(records.name));
  TableRows to(*to_.store, records, std::string(records.name));
  KOINON_ASSIGN(const Rows here, from.between(before, wanted));
  KOINON_ASSIGN(const Rows there, to.between(before, wanted));
  const std::string place = log.identity().name + "/" + std::to_string(index.value);
  if (here != there) return differs("the record " + place);
  if (there.size() != 1) return damaged("the record " + place);
  HashTiles tiles(*to_.store, number);
  KOINON_ASSIGN(const Hash leaf, tiles.node({0, index.value}));
  return leaf == leaf_hash(there.front()[1].bytes) ? Status() : damaged("the record " + place);
}

// That the heads are the same says the table of logs. Here the tree is what they were signed over, and the
// entries are those of the tree.
Status MoveCheck::check_log(const LogState& log) {
  SqlLogs source(*from_.store);
  SqlLogs target(*to_.store);
  const std::string& name = log.identity().name;
  const TreeSize size = log.range.size();
  KOINON_ASSIGN(const std::int64_t number, target.log_number(log.id));
  KOINON_ASSIGN(const LogState there, target.log_state(log.id));
  if (there.range != log.range || there.whole != log.whole || there.seen != log.seen)
    return differs("the state of the log of " + name);
  const bool has_head = log.whole && log.whole->size <= size;
  for (const TreeSize at : {size, has_head ? log.whole->size : size}) {
    KOINON_ASSIGN(const Hash here, source.root_at(log.id, at));
    KOINON_ASSIGN(const Hash root, target.root_at(log.id, at));
    if (root != here) return differs("the root of the log of " + name);
    const Hash wanted = at == size ? log.range.root() : log.whole->root;
    if (root != wanted) return damaged("the tree of " + name);
  }
  const std::uint64_t looks = std::min(kLooks, size.value);
  for (std::uint64_t i = 0; i < looks; ++i) {
    const std::uint64_t at = looks == 1 ? 0 : (size.value - 1) / (looks - 1) * i;
    KOINON_TRY(check_record(log, number, EntryIndex(i + 1 == looks ? size.value - 1 : at)));
  }
  records_ += size.value;
  ++logs_;
  return looked_at(0);
}

Status MoveCheck::check_logs() {
  SqlLogs source(*from_.store);
  KOINON_ASSIGN(const auto logs, source.all());
  for (const LogState& log : logs) KOINON_TRY(check_log(log));
  SqlLogs target(*to_.store);
  KOINON_ASSIGN(const StoreCounts here, source.counts());
  KOINON_ASSIGN(const StoreCounts there, target.counts());
  if (there.logs == here.logs && there.records == here.records) return {};
  return differs("it counts " + std::to_string(there.logs) + " logs and " + std::to_string(there.records) +
                 " records in place of " + std::to_string(here.logs) + " and " +
                 std::to_string(here.records));
}

Status MoveCheck::check_store(bool all) {
  for (const Table& table : store_tables()) {
    TableRows from(*from_.store, table, quoted(table.name));
    TableRows to(*to_.store, table, quoted(table.name));
    // What belongs to a place is not counted with what is compared.
    if (table.of_place.empty()) KOINON_TRY(check_count(from, to));
    if (all || !table.grows) KOINON_TRY(check_rows(from, to));
  }
  return check_logs();
}

Status MoveCheck::run(bool all) {
  auto sums = from_.store->prepare("SELECT records FROM total");
  KOINON_TRY(sums.step());
  all_ = sums.number(0);
  KOINON_TRY(check_store(all));
  TableRows bodies(from_.bodies(), grace_table(), from_.grace_name);
  TableRows copied(to_.bodies(), grace_table(), to_.grace_name);
  KOINON_TRY(check_count(bodies, copied));
  KOINON_TRY(check_rows(bodies, copied));
  for (const Table& table : office_tables()) {
    TableRows from(from_.office->connection(), table, quoted(table.name));
    TableRows to(to_.office->connection(), table, quoted(table.name));
    KOINON_TRY(check_count(from, to));
    KOINON_TRY(check_rows(from, to));
  }
  return {};
}

}  // namespace koinon::move
