#include "tools/paper_file.h"

#include <csignal>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "crypto/secret_memory.h"
#include "tools/render.h"

namespace koinon {
namespace {

// As a shell takes it for one word.
std::string quoted(const std::string& path) {
  std::string out = "'";
  for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Result<PaperFile> PaperFile::take(const Common& common, const std::string& print) {
  PaperFile out;
  out.path_ = print;
  if (!out.is_wanted()) return out;
  if (!out.is_stdout()) {
    KOINON_ASSIGN(SecretFile taken, SecretFile::take(print));
    out.file_.emplace(std::move(taken));
    return out;
  }
  if (common.json)
    return fail(Code::kInvalidArgument, "name a file: with --json standard output has the JSON", "print");
  // A terminal keeps what it has shown.
  if (isatty(STDOUT_FILENO) != 0)
    return fail(Code::kRefused, "standard output is a terminal; name a file, or pipe it on", "print");
  // A reader that goes away is an error as others are.
  std::signal(SIGPIPE, SIG_IGN);
  return out;
}

Status PaperFile::write(const RecoveryPaper& paper) {
  KOINON_ASSIGN(Bytes page, recovery_paper_html(paper));
  Status status;
  if (file_) {
    status = file_->write(page);
  } else {
    std::cout << page << std::flush;
    if (!std::cout) status = fail(Code::kIo, "standard output takes nothing", "print");
  }
  wipe(page);
  written_ = status.ok();
  return status;
}

std::ostream& PaperFile::talk() const { return is_stdout() ? std::cerr : std::cout; }

std::string PaperFile::told() const {
  if (is_stdout())
    return "The page with the 24 recovery words went to standard output. It is the only copy of them:\n"
           "print it, twice, and keep no file of it.\n";
  return "The 24 recovery words are in this file and nowhere else:\n\n  " + harmless(path_) +
         "\n\nOpen it in a browser and print it, twice. Then delete it, with\n\n  shred -u " +
         harmless(quoted(path_)) +
         "\n\nIt is the only copy. With the words alone the city can take its log back, and so can whoever\n"
         "has the file. The page says who keeps it.\n";
}

std::string PaperFile::of_nothing() const {
  if (!written_) return {};
  if (is_stdout()) return "; the page that went to standard output is of nothing: destroy its prints";
  return "; the page " + path_ + " is of nothing: delete it and its prints";
}

}  // namespace koinon
