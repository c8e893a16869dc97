#include "storage/sql/statement.h"

#include <utility>

namespace koinon::sql {
namespace {

class NotPrepared final : public Prepared {
 public:
  explicit NotPrepared(Error fault) : fault_(std::move(fault)) {}
  void bind(int, std::int64_t) override {}
  void bind_real(int, double) override {}
  void bind_blob(int, BytesView) override {}
  void bind_text(int, std::string_view) override {}
  void bind_null(int) override {}
  Result<bool> step() override { return fault_; }
  Status run() override { return fault_; }
  std::int64_t integer(int) const override { return 0; }
  double real(int) const override { return 0; }
  bool is_null(int) const override { return true; }
  BytesView blob(int) const override { return {}; }

 private:
  Error fault_;
};

}  // namespace

Statement::Statement(Error fault) : prepared_(std::make_unique<NotPrepared>(std::move(fault))) {}

}  // namespace koinon::sql
