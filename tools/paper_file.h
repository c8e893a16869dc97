// Where the page with recovery words goes that a command makes: --print of `koinon init` and
// `koinon change-recovery-words`.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "tools/commands.h"
#include "tools/output_file.h"
#include "tools/recovery_paper.h"

namespace koinon {

class PaperFile {
 public:
  // `print`: a new file, - for standard output; empty: no page is wanted. Its place is taken before words are
  // made: a file that is not written is removed with this object. kInvalidArgument, kRefused: standard output
  // has JSON, or is a terminal. kConflict: something is there.
  static Result<PaperFile> take(const Common& common, const std::string& print);

  bool is_wanted() const { return !path_.empty(); }
  const std::string& path() const { return path_; }
  Status write(const RecoveryPaper& paper);
  // Where the command says all else: standard output is the page's alone.
  std::ostream& talk() const;
  // Where the page is now, and what is done with it.
  std::string told() const;
  // Behind a sentence that says that its words do not count. Empty: nothing was written.
  std::string of_nothing() const;

 private:
  bool is_stdout() const { return path_ == "-"; }

  std::string path_;
  std::optional<SecretFile> file_;
  bool written_ = false;
};

}  // namespace koinon
