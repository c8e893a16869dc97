// Stands between libpq and a server of the tests, and cuts or stalls what passes: the network's faults, at
// any byte that a test chooses. It has a thread of its own. The test calls it on another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/temporary_folder.h"

namespace koinon::test {

class CutProxy {
 public:
  enum class From : unsigned char { kClient, kServer };

  // `server_folder`: that has the server's socket.
  explicit CutProxy(const std::string& server_folder);
  ~CutProxy();
  CutProxy(const CutProxy&) = delete;
  CutProxy& operator=(const CutProxy&) = delete;

  // libpq's "host".
  std::string folder() const { return folder_.path().string(); }
  // So many bytes from that side still pass, of all connections together; then every connection is cut, and
  // whoever connects is sent away.
  void cut_after(From side, std::uint64_t bytes);
  bool has_cut() const;
  // Nothing passes any more, and no connection ends.
  void stall();
  // All passes again. What was cut stays cut.
  void heal();
  // Since the last cut_after() or heal().
  std::uint64_t passed(From side) const;

 private:
  // What came from one end of a connection, for the other.
  struct Way {
    int from = -1;
    int to = -1;
    std::string waiting;
    std::size_t side = 0;
  };
  struct Pair {
    std::array<Way, 2> ways;
  };
  enum class Mode : unsigned char { kPasses, kStalls, kIsCut };

  void run();
  void turn(Mode mode);
  void wake();
  Mode mode() const;
  std::pair<Mode, bool> state();  // and whether those that are connected are to be cut
  bool carry(short events, Way& way);
  std::size_t allowed(std::size_t side, std::size_t bytes);
  void accept();
  void end_all();

  TemporaryFolder folder_;
  std::string server_;
  int listener_ = -1;
  std::array<int, 2> wake_{-1, -1};
  std::vector<Pair> pairs_;  // of the thread
  mutable std::mutex mutex_;
  Mode mode_ = Mode::kPasses;
  bool cut_due_ = false;  // of those that are connected
  bool ends_ = false;
  std::array<std::uint64_t, 2> passed_{};
  std::array<std::uint64_t, 2> left_{UINT64_MAX, UINT64_MAX};
  std::thread thread_;  // last: it uses all of this
};

}  // namespace koinon::test
