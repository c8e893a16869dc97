// koinon init: makes a node, and shows the recovery words of its log once, on the terminal or as a page to
// print.
#include <iostream>

#include <boost/json.hpp>

#include "crypto/secret_memory.h"
#include "node/daemon/init.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "tools/commands.h"
#include "tools/paper_file.h"
#include "tools/recovery_words.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<InitOptions> options_of(const InitArguments& arguments) {
  InitOptions options;
  options.name = arguments.name;
  options.display_name = arguments.display_name;
  options.language = arguments.language;
  options.type = arguments.type;
  options.country = arguments.country;
  options.observer = arguments.observer;
  options.mark = arguments.mark;
  options.store = arguments.store;
  if (!arguments.passphrase_file.empty()) {
    KOINON_ASSIGN(options.passphrase, read_passphrase(arguments.passphrase_file));
  }
  return options;
}

// --- what is said ---

std::string about_words(const std::string& words) {
  return "Write these 24 recovery words on paper now and keep them where you keep deeds and seals.\n"
         "They are shown this once and kept nowhere; with them alone the city can take its log back.\n\n" +
         words_in_lines(words);
}

// `paper`: that has the words. Null: they are shown.
json::object result_json(const InitArguments& arguments, const InitResult& made, const std::string& link,
                         const PaperFile* paper) {
  json::object out{{"name", arguments.name}, {"observer", arguments.observer}, {"first_operator", link}};
  if (!made.identity) return out;
  out["log_id"] = to_text(made.identity->log_id());
  out["vkey"] = made.identity->vkey().text();
  if (paper == nullptr) {
    out["recovery_words"] = made.recovery_words;
  } else {
    out["recovery_paper"] = paper->path();
  }
  return out;
}

std::string result_text(const Common& common, const InitArguments& arguments, const InitResult& made,
                        const std::string& link, const PaperFile* paper) {
  const std::string rest =
      "\nTo log in with a browser, set the password of the account `operator` once, within a week:\n" + link +
      "\n\nNext: " + start_command(common.data, arguments.passphrase_file) + "\n";
  if (arguments.observer)
    return "Made the observer " + arguments.name + " in " + common.data +
           ": it follows and reads, and publishes nothing.\n" + rest;
  return "Made the node of " + harmless(made.display_name) + " in " + common.data + "\n\n" +
         (paper == nullptr ? about_words(made.recovery_words) : paper->told()) + rest;
}

// All that is said, with the words: on the page, or shown. Where a page cannot be written, `printed` says so,
// and they are shown, whatever was asked for: there is no other copy.
Status hand_over(const Common& common, const InitArguments& arguments, const InitResult& made,
                 PaperFile& paper, UnixMillis now, Status& printed) {
  if (paper.is_wanted())
    printed = paper.write(
        {made.recovery_words, made.display_name, made.identity->name, made.identity->log_id(), now});
  const PaperFile* has_words = paper.is_wanted() && printed.ok() ? &paper : nullptr;
  const std::string link = welcome_link(common, made.first_operator);
  std::ostream& out = common.json ? std::cout : paper.talk();
  if (common.json) {
    out << json::serialize(result_json(arguments, made, link, has_words)) << "\n";
  } else {
    out << result_text(common, arguments, made, link, has_words);
  }
  out << std::flush;
  if (out || has_words != nullptr || !made.identity) return {};
  return fail(Code::kIo,
              "nobody could be shown the recovery words: the output takes nothing. Nothing was made");
}

}  // namespace

Status run_init(const Common& common, const InitArguments& arguments) {
  KOINON_TRY(protect_secrets());
  KOINON_TRY(init_crypto());
  if (arguments.observer && !arguments.print.empty())
    return fail(Code::kInvalidArgument, "an observer has no recovery words to print", "print");
  KOINON_ASSIGN(const InitOptions options, options_of(arguments));
  KOINON_ASSIGN(PaperFile paper, PaperFile::take(common, arguments.print));
  const UnixMillis now = system_clock().wall();
  Status printed;
  auto made = init_node(DataFolder(common.data), options, now, [&](const InitResult& done) {
    return hand_over(common, arguments, done, paper, now, printed);
  });
  if (!made.ok()) return to_run_again(made.error());
  wipe(made->recovery_words);
  return printed;
}

}  // namespace koinon
