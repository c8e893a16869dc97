// koinon init: makes a node, and shows the recovery words of its log once, on the terminal or as a page to
// print.
#include <csignal>
#include <iostream>
#include <optional>

#include <boost/json.hpp>
#include <unistd.h>

#include "crypto/secret_memory.h"
#include "node/daemon/init.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "tools/commands.h"
#include "tools/output_file.h"
#include "tools/recovery_paper.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string in_lines(const std::string& words) {
  std::string out;
  int count = 0;
  for (std::size_t begin = 0; begin < words.size();) {
    const auto end = std::min(words.find(' ', begin), words.size());
    const std::string number = std::to_string(++count);
    const std::string word = words.substr(begin, end - begin);
    if (count % 6 == 1) out += "  ";
    if (number.size() < 2) out += ' ';
    out += number;
    out += ' ';
    out += word;
    out += count % 6 == 0 ? "\n" : std::string(word.size() < 10 ? 10 - word.size() : 1, ' ');
    begin = end + 1;
  }
  return out;
}

Result<InitOptions> options_of(const InitArguments& arguments) {
  InitOptions options;
  options.name = arguments.name;
  options.display_name = arguments.display_name;
  options.language = arguments.language;
  options.type = arguments.type;
  options.country = arguments.country;
  options.observer = arguments.observer;
  options.mark = arguments.mark;
  if (!arguments.passphrase_file.empty()) {
    KOINON_ASSIGN(options.passphrase, read_passphrase(arguments.passphrase_file));
  }
  return options;
}

// --- the paper ---

bool prints_to_stdout(const InitArguments& arguments) { return arguments.print == "-"; }

Status check_print(const Common& common, const InitArguments& arguments) {
  if (arguments.print.empty()) return {};
  if (arguments.observer)
    return fail(Code::kInvalidArgument, "an observer has no recovery words to print", "print");
  if (!prints_to_stdout(arguments)) return {};
  if (common.json)
    return fail(Code::kInvalidArgument, "name a file: with --json standard output has the JSON", "print");
  // A terminal keeps what it has shown.
  if (isatty(STDOUT_FILENO) != 0)
    return fail(Code::kRefused, "standard output is a terminal; name a file, or pipe it on", "print");
  return {};
}

// Where the page goes: a file, or standard output if there is none.
Status print_paper(const InitResult& made, std::optional<SecretFile>& file, UnixMillis now) {
  const LogIdentity& identity = *made.identity;
  KOINON_ASSIGN(Bytes page, recovery_paper_html({made.recovery_words, made.display_name, identity.name,
                                                 identity.log_id(), now}));
  Status status;
  if (file) {
    status = file->write(page);
  } else {
    std::cout << page << std::flush;
    if (!std::cout) status = fail(Code::kIo, "standard output takes nothing", "print");
  }
  wipe(page);
  return status;
}

// As a shell takes it for one word.
std::string quoted(const std::string& path) {
  std::string out = "'";
  for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string about_paper(const std::string& path) {
  if (path == "-")
    return "The page with the 24 recovery words went to standard output. It is the only copy of them:\n"
           "print it, twice, and keep no file of it.\n";
  return "The 24 recovery words are in this file and nowhere else:\n\n  " + harmless(path) +
         "\n\nOpen it in a browser and print it, twice. Then delete it, with\n\n  shred -u " +
         harmless(quoted(path)) +
         "\n\nIt is the only copy. With the words alone the city can take its log back, and so can whoever\n"
         "has the file. The page says who keeps it.\n";
}

std::string about_words(const std::string& words) {
  return "Write these 24 recovery words on paper now and keep them where you keep deeds and seals.\n"
         "They are shown this once and kept nowhere; with them alone the city can take its log back.\n\n" +
         in_lines(words);
}

// --- what is said ---

json::object result_json(const InitOptions& options, const InitResult& made, const std::string& link,
                         const std::string& paper) {
  json::object out{{"name", options.name}, {"observer", options.observer}, {"first_operator", link}};
  if (!made.identity) return out;
  out["log_id"] = to_text(made.identity->log_id());
  out["vkey"] = made.identity->vkey().text();
  if (paper.empty()) {
    out["recovery_words"] = made.recovery_words;
  } else {
    out["recovery_paper"] = paper;
  }
  return out;
}

std::string result_text(const Common& common, const InitOptions& options, const InitResult& made,
                        const std::string& link, const std::string& paper) {
  const std::string rest =
      "\nTo log in with a browser, set the password of the account `operator` once, within a week:\n" + link +
      "\n\nNext: koinond --data " + common.data + "\n";
  if (options.observer)
    return "Made the observer " + options.name + " in " + common.data +
           ": it follows and reads, and publishes nothing.\n" + rest;
  return "Made the node of " + harmless(made.display_name) + " in " + common.data + "\n\n" +
         (paper.empty() ? about_words(made.recovery_words) : about_paper(paper)) + rest;
}

}  // namespace

Status run_init(const Common& common, const InitArguments& arguments) {
  KOINON_TRY(protect_secrets());
  KOINON_TRY(init_crypto());
  KOINON_TRY(check_print(common, arguments));
  KOINON_ASSIGN(const InitOptions options, options_of(arguments));
  std::optional<SecretFile> file;
  if (!arguments.print.empty() && !prints_to_stdout(arguments)) {
    KOINON_ASSIGN(SecretFile taken, SecretFile::take(arguments.print));
    file.emplace(std::move(taken));
  }
  // A reader that goes away is an error as others are.
  if (prints_to_stdout(arguments)) std::signal(SIGPIPE, SIG_IGN);
  const UnixMillis now = system_clock().wall();
  KOINON_ASSIGN(InitResult made, init_node(DataFolder(common.data), options, now));
  Status printed;
  if (!arguments.print.empty()) printed = print_paper(made, file, now);
  // Without a page they are shown, whatever was asked for: there is no other copy.
  const std::string paper = printed.ok() ? arguments.print : "";
  const std::string link = "http://localhost:8471/welcome/" + made.first_operator;
  if (common.json) {
    std::cout << json::serialize(result_json(options, made, link, paper)) << "\n";
  } else {
    (prints_to_stdout(arguments) ? std::cerr : std::cout) << result_text(common, options, made, link, paper);
  }
  wipe(made.recovery_words);
  return printed;
}

}  // namespace koinon
