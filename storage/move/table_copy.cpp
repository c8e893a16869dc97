#include "storage/move/table_copy.h"

namespace koinon::move {

Status TableCopy::put_all(const Rows& page, Copied& copied) {
  if (before_) KOINON_TRY(before_(page));
  for (const Row& row : page) copied.bytes += bytes_of(row);
  copied.rows += page.size();
  return to_.put(page);
}

// Not durable: what a power cut takes away is copied again.
Status TableCopy::add(const Rows& page) {
  Copied copied;
  KOINON_TRY(sql::transact(to_.db(), false, [&] { return put_all(page, copied); }));
  return after_(copied);
}

Status TableCopy::replace(const std::optional<Row>& after, const Rows& page) {
  Copied copied;
  KOINON_TRY(sql::transact(to_.db(), false, [&]() -> Status {
    KOINON_TRY(to_.remove(after, to_.key_of(page.back())));
    return put_all(page, copied);
  }));
  return after_(copied);
}

Status TableCopy::remove_behind(const std::optional<Row>& last) {
  KOINON_TRY(sql::transact(to_.db(), false, [&] { return to_.remove(last, std::nullopt); }));
  return after_({});
}

Status TableCopy::ahead() {
  KOINON_ASSIGN(auto last, to_.last_key());
  while (true) {
    KOINON_ASSIGN(const Rows page, from_.page_after(last));
    if (page.empty()) return {};
    KOINON_TRY(add(page));
    last = from_.key_of(page.back());
  }
}

Status TableCopy::rest() {
  KOINON_ASSIGN(const auto there, to_.last_key());
  const auto is_there = [&](const std::optional<Row>& key) {
    return there && (!key || key->front().number < there->front().number);
  };
  std::optional<Row> last;
  while (true) {
    KOINON_ASSIGN(const Rows page, from_.page_after(last));
    if (page.empty()) break;
    const Row end = from_.key_of(page.back());
    if (!is_there(last)) {
      KOINON_TRY(add(page));
    } else {
      KOINON_ASSIGN(const Rows same, to_.between(last, end));
      KOINON_TRY(same == page ? after_({}) : replace(last, page));
    }
    last = end;
  }
  return is_there(last) ? remove_behind(last) : Status();
}

Status TableCopy::whole() {
  Copied copied;
  KOINON_TRY(sql::transact(to_.db(), false, [&]() -> Status {
    KOINON_TRY(to_.clear());
    std::optional<Row> last;
    while (true) {
      KOINON_ASSIGN(const Rows page, from_.page_after(last));
      if (page.empty()) return {};
      KOINON_TRY(put_all(page, copied));
      KOINON_TRY(after_({}));
      last = from_.key_of(page.back());
    }
  }));
  return after_(copied);
}

}  // namespace koinon::move
